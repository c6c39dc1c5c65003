"""The files of an audit, read alike."""

from typing import NamedTuple

import numpy as np
import pandas as pd
from sklearn.utils import Bunch

from .._reading import parse_file, read_records
from .._utils import small_cells
from ..model_selection import encode_cells
from ._names import bin_edges, column_names, possible_names

TEST_SHARE = 0.3
# Rows of a cell that are drawn as an audit where a file has no audit of its own.
MOST_PER_CELL = 50


class Tables(NamedTuple):
    """The files of an audit.

    Parameters
    ----------
    train, audited : Bunch
        As `read_records` returns them.
    test, new : Bunch or None
        The file that measures and the file to predict.
    left_out : dict of str to str
        Columns that are no features, and why.
    notes : list of str
    drawn : bool
        Whether audited and test rows were drawn from the training file.
    """

    train: Bunch
    audited: Bunch
    test: Bunch | None
    new: Bunch | None
    left_out: dict
    notes: list
    drawn: bool


def read_tables(options, tell):
    """Read the files that the options name.

    Parameters
    ----------
    options : Bunch
        The options of ``skfairbargain audit``.
    tell : callable
        Called with a line before each file is read.

    Returns
    -------
    tables : Tables
    """
    shape = options.shape
    named = [options.target, options.id, options.recorded]
    named = [name for name in named if name] + possible_names(options.sensitive)
    files = {}
    for role in ("train", "audit", "test", "predict"):
        path = getattr(options, role)
        if path is not None:
            tell(f"Reading {path} …")
            files[role] = parse_file(path, named, shape)
    has_groups = files.get("audit", files["train"]).frame
    sensitive = column_names(options.sensitive, has_groups.columns)
    if not sensitive:
        raise ValueError("--sensitive should name a column. Got none.")
    bins = bin_edges(options.bin)
    for name in bins:
        if name not in sensitive:
            raise ValueError(f"--bin names {name!r}, which is not among --sensitive.")
    columns = _Columns(options, sensitive, bins, shape, files)
    if "audit" in files:
        train = columns.read("train")
        audited = columns.read("audit", train)
        test = columns.read("test", train) if "test" in files else None
        drawn = False
    else:
        train, audited, test = _drawn(columns.read("train", groups=True), options.seed)
        drawn = True
    new = columns.read("predict", train) if "predict" in files else None
    others = [table for table in (audited, test, new) if table is not None]
    used = list(train.data.columns)
    left_out = dict(train.left_out)
    for table in others:
        for name in used:
            if name not in table.data:
                left_out[name] = f"{table.name!r} does not have it"
    for name in columns.out:
        left_out[name] = columns.out[name]
    used = [name for name in used if name not in left_out]
    for table in (train, *others):
        table.data = table.data[used]
    notes = list(dict.fromkeys(note for table in (train, *others) for note in table.notes))
    if not drawn and options.id:
        train, of_train = _without(train, [audited, test], options.id)
        test, of_test = _without(test, [audited], options.id)
        notes += of_train + of_test
    train, sampled = _sampled(train, options.max_rows, options.seed)
    return Tables(train, audited, test, new, left_out, notes + sampled, drawn)


def _without(table, others, name):
    """A table without the rows whose id is one of the others', and a note on them."""
    others = [one for one in others if one is not None and name in one.others]
    if table is None or name not in table.others or not others:
        return table, []
    ids = pd.concat([one.others[name] for one in others])
    known = (table.others[name].isin(ids) & (table.others[name] != "")).to_numpy()
    if not known.any():
        return table, []
    if known.all():
        raise ValueError(f"All ids of {table.name!r} are those of audited or test rows.")
    named = " and ".join(repr(one.name) for one in others)
    note = (
        f"{int(known.sum()):,} rows of {table.name!r} have ids of {named}. They were left "
        "out of the former."
    )
    return _rows_of(table, np.flatnonzero(~known)), [note]


class _Columns:
    """What every column of the files is."""

    def __init__(self, options, sensitive, bins, shape, files):
        self.options, self.sensitive = options, sensitive
        self.bins, self.shape, self.files = bins, shape, files
        everywhere = set().union(*(file.frame.columns for file in files.values()))
        dropped = column_names(options.drop, everywhere)
        for name in (*dropped, *options.keep):
            if name not in everywhere:
                raise ValueError(
                    f"No file has a column {name!r}, which --drop or --keep names."
                )
        self.out = dict.fromkeys(dropped, "as --drop says")
        for name, why in (
            *((name, "sensitive") for name in sensitive),
            (options.id, "an id, as --id says"),
            (options.reference_score, "the score of today's model"),
            (options.recorded, "the recorded label"),
        ):
            if name in files["train"].frame:
                self.out[name] = why

    def read(self, role, like=None, *, groups=None):
        """Read a file: training rows need no group, and rows to predict no label."""
        file, options = self.files[role], self.options
        has = file.frame.columns
        audited = role in ("audit", "test") if groups is None else groups
        texts = [options.id] if options.id in has else []
        recorded = options.recorded if role == "audit" else None
        numbers = []
        if options.reference_score and audited:
            numbers = [options.reference_score]
        sensitive = self.sensitive if audited else []
        named = {*sensitive, *texts, *numbers, options.target, recorded}
        others = [*self.out, *self.sensitive]
        drop = {name for name in others if name in has} - named
        if role == "predict" and options.target in has:
            drop.add(options.target)
        return read_records(
            file,
            None if role == "predict" else options.target,
            sensitive,
            numbers=numbers,
            texts=texts,
            recorded=recorded,
            drop=sorted(drop),
            keep=options.keep,
            missing_group=options.missing_group,
            bins=self.bins if audited else None,
            like=like,
            options=self.shape,
        )


def _drawn(table, seed):
    """Training, audited and test rows of one file with groups."""
    y, groups = table.target.to_numpy(), table.sensitive
    cells = encode_cells(groups, y)
    rng = np.random.default_rng(seed)
    # Of each cell a share for the test, so that no group is missing there.
    test = np.concatenate(
        [
            rng.permutation(members)[: round(TEST_SHARE * len(members))]
            for members in (
                np.flatnonzero(cells.codes == code) for code in range(cells.counts.size)
            )
        ]
    )
    rest = np.setdiff1d(np.arange(len(y)), test)
    left = encode_cells(groups.iloc[rest], y[rest])
    least = left.counts.min(axis=1)
    sizes = np.minimum(least // 2, MOST_PER_CELL)
    if (sizes >= 3).sum() < 2:
        raise ValueError(
            "An audit cannot be drawn from this file: it needs two groups with 10 rows or "
            f"more of each label. {small_cells(cells, 10)}. Bring groups together, or pass "
            "an audited file as --audit."
        )
    # Of every group as many rows of each label, at most half of what its smallest cell has.
    audited = np.sort(
        np.concatenate(
            [
                rng.permutation(rest[left.codes == code])[: sizes[code // len(left.labels)]]
                for code in range(left.counts.size)
            ]
        )
    )
    train = np.setdiff1d(rest, audited)
    return tuple(_rows_of(table, rows) for rows in (train, audited, np.sort(test)))


def _rows_of(table, rows):
    cut = Bunch(**table)
    for name in ("data", "target", "sensitive", "others"):
        cut[name] = table[name].iloc[rows].reset_index(drop=True)
    cut.row = table.row[rows]
    return cut


def _sampled(train, most, seed):
    if most is None or len(train.data) <= most:
        return train, []
    rows = np.random.default_rng(seed).choice(len(train.data), most, replace=False)
    note = (
        f"{most:,} of {len(train.data):,} training rows were drawn at random, as "
        "--max-rows says."
    )
    return _rows_of(train, np.sort(rows)), [note]


def with_names(sensitive):
    """Groups as a column or several, for `audit_report`."""
    return sensitive.iloc[:, 0] if sensitive.shape[1] == 1 else pd.DataFrame(sensitive)
