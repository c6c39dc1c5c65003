"""What ``skfairbargain audit`` says before it trains anything."""

from rich.table import Table

from ._demonstration import SIMULATED

# Names that are printed; the report has all.
MOST_NAMES = 12


def show_plan(tables, options, console):
    """Print the rows, features and cells of an audit.

    Parameters
    ----------
    tables : Tables
    options : Bunch
    console : Console
    """
    train, audited, test = tables.train, tables.audited, tables.test
    if train.sha256 is None:
        console.print(SIMULATED)
    for table in _files(tables):
        console.print(table.found)
    for note in tables.notes:
        console.print(f"Note: {note}", style="dim")
    if tables.drawn:
        console.print(DRAWN.format(len(audited.data), len(test.data)))
    console.print(f"Features ({train.data.shape[1]}): {_names(train.data.columns)}")
    if tables.left_out:
        shown = [f"{name} ({why})" for name, why in tables.left_out.items()]
        console.print(f"Left out ({len(shown)}): {_names(shown)}")
    labels = sorted(set(train.target.tolist()))
    shown = options.favorable or labels[-1]
    named = "" if options.favorable else ", the larger one; --favorable names another"
    console.print(f"Favorable label of {_names(labels)}: {shown}{named}")
    console.print()
    console.print(_cells(audited))
    console.print()


DRAWN = (
    "The {:,} audited and {:,} test rows were drawn from the same file, so their labels "
    "are the recorded ones: this audit cannot see that labels are biased."
)


def about(tables, options, command):
    """What the report says of the files."""
    train = tables.train
    ids = options.id and train.others is not None and options.id in train.others
    notes = [*tables.notes]
    if tables.drawn:
        notes.append(DRAWN.format(len(tables.audited.data), len(tables.test.data)))
    rows = train.others[options.id] if ids else train.row
    return {
        "files": [
            {"found": table.found, "sha256": table.sha256}
            for table in _files(tables)
            if table.sha256
        ],
        "features": [str(name) for name in train.data.columns],
        "left_out": tables.left_out,
        "notes": notes,
        "rows": [str(row) for row in rows],
        "id": options.id if ids else None,
        "simulated": SIMULATED if train.sha256 is None else None,
        "command": f"skfairbargain {command}",
    }


def _files(tables):
    """The files, each once."""
    named = (tables.train, tables.audited, tables.test, tables.new)
    return {table.found: table for table in named if table is not None}.values()


def _names(names):
    names = [str(name) for name in names]
    more = len(names) - MOST_NAMES
    return ", ".join(names[:MOST_NAMES]) + (f" and {more:,} more" if more > 0 else "")


def _cells(audited):
    import pandas as pd

    from .._utils import encode_groups, group_names

    codes, labels = encode_groups(audited.sensitive)
    names = pd.Series(group_names(labels))[codes].to_numpy()
    counts = pd.crosstab(names, audited.target.to_numpy())
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column("Audited rows by group and label")
    for label in counts.columns:
        table.add_column(str(label), justify="right")
    for group, row in counts.iterrows():
        table.add_row(str(group), *(f"{n:,}" for n in row))
    return table
