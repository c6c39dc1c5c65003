"""The paper's own rows, and ours by the same rule."""

import io
import re

import numpy as np
import pandas as pd
import pytest

from experiments.paper_split import (
    FETCHERS,
    PaperSplit,
    check_split,
    paper_split,
    read_paper_split,
)


@pytest.mark.parametrize(
    ("name", "sensitive", "per_cell", "n_test", "small_cells"),
    [
        # What training keeps, from Table 2 and its caption.
        ("us_crime", "blackgt6pct", 1, 14, {(False, 0): 0, (False, 1): 1002}),
        ("adult", "race", 3, 146, {("Amer-Indian-Eskimo", ">50K"): 1}),
        ("adult", "sex", 3, 366, {}),
        ("bank", "age", 3, 339, {}),
        ("default_credit", "sex", 4, 225, {}),
        ("titanic", "sex", 1, 9, {}),
        ("student_por", "sex", 2, 16, {}),
    ],
)
def test_the_papers_own_rows_are_the_split(
    name, sensitive, per_cell, n_test, small_cells, shared_dir, data_home
):
    folder = shared_dir / "paper/splits"
    split = paper_split(name, sensitive, splits_dir=folder)
    source = FETCHERS[name](data_home=data_home)
    groups = source.sensitive[sensitive]
    for rows, expected in ((split.val, per_cell), (split.test, n_test)):
        counts = pd.crosstab(groups.iloc[rows].to_numpy(), source.target.iloc[rows])
        assert (counts == expected).all(axis=None)
    assert np.array_equal(np.unique(np.concatenate(split)), np.arange(len(source.target)))
    for (group, label), expected in small_cells.items():
        left = (groups.iloc[split.train] == group) & (
            source.target.iloc[split.train] == label
        )
        assert left.sum() == expected


def test_our_own_split_follows_the_same_rule(data_home):
    split = paper_split("us_crime", "blackgt6pct", data_home=data_home)
    crime = FETCHERS["us_crime"](data_home=data_home)
    cells = crime.sensitive["blackgt6pct"] * 2 + crime.target
    assert np.bincount(cells.iloc[split.val]).tolist() == [1, 1, 1, 1]
    # ⌊0.03 · 1994 / 4⌋ draws of each cell, of which one has 6 rows left to draw from.
    assert np.bincount(cells.iloc[split.test]).tolist() == [14, 14, 14, 14]
    assert len(np.unique(split.test)) < 56
    for one, other in ((0, 1), (0, 2), (1, 2)):
        assert not np.intersect1d(split[one], split[other]).size
    assert np.array_equal(np.unique(np.concatenate(split)), np.arange(1994))
    again = paper_split("us_crime", "blackgt6pct", data_home=data_home)
    other = paper_split("us_crime", "blackgt6pct", data_home=data_home, random_state=1)
    assert all(map(np.array_equal, split, again))
    assert not np.array_equal(split.val, other.val)


def test_a_split_that_the_paper_lacks_is_refused():
    with pytest.raises(
        ValueError,
        match=r"^`name` and `sensitive` should be one of \('adult', 'sex'\), .*\. "
        r"Got \('titanic', 'age'\)\.$",
    ):
        paper_split("titanic", "age")


def saved(save=np.savez, **arrays):
    file = io.BytesIO()
    save(file, **arrays)
    return file.getvalue()


ROWS = {"ind_train": [0, 1], "val_idx": [2], "ind_test": [3, 3]}


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"no arrays",
        saved()[:-3],
        saved(**ROWS)[:200],
        saved(a=[1]),
        saved(**{**ROWS, "val_idx": [2.0]}),
        saved(**{**ROWS, "val_idx": [-2]}),
        saved(**{**ROWS, "val_idx": [[2]]}),
        saved(**{**ROWS, "val_idx": np.array([], int)}),
        saved(**{**ROWS, "val_idx": np.array([2, "a"], dtype=object)}),
        saved(lambda file, **arrays: np.save(file, arrays["val_idx"]), **ROWS),
        saved(lambda file, **arrays: pd.to_pickle(arrays, file), **ROWS),
    ],
)
def test_a_foreign_file_of_row_numbers_is_one_sentence(tmp_path, data):
    path = tmp_path / "adult_sex.npz"
    path.write_bytes(data)
    message = (
        f"{path} should hold row numbers, in arrays that are called ind_train, val_idx, "
        "ind_test. Got another file. Name a folder with the paper's files, or leave "
        "--splits-dir out to draw rows by its rule."
    )
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        read_paper_split(path)


@pytest.mark.parametrize(
    ("rows", "n_samples", "told"),
    [
        ([[0, 1], [2], [3, 3]], 5, "4 numbers up to 3"),
        ([[0, 1], [2], [3, 4]], 4, "5 numbers up to 4"),
        ([[0, 1, 2], [2], [3, 3]], 4, "4 numbers up to 3"),
        ([[0, 1, 3], [2], [3, 3]], 4, "4 numbers up to 3"),
    ],
)
def test_row_numbers_of_other_data_are_refused(rows, n_samples, told):
    message = (
        f"The row numbers of adult_sex should be those of its {n_samples} rows, each of "
        f"them in the training set or in another. Got {told}. Name the folder of the "
        "paper's files by --splits-dir."
    )
    split = PaperSplit(*map(np.array, rows))
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        check_split(split, n_samples, "adult_sex")
