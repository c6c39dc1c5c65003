"""Texts of a column: how messages show them, and one spelling for each value."""

import unicodedata

import pandas as pd

MISSING_WORDS = frozenset(
    ["NA", "N/A", "n/a", "#N/A", "NaN", "nan", "null", "NULL", "None", "none", "<NA>"]
)


def quoted(value):
    """A value as it stands in a message, long ones cut."""
    text = str(value)
    return repr(text if len(text) <= 40 else f"{text[:39]}…")


def listed(values, most=3):
    """Some values as they stand in a message, and how many more there are."""
    values = list(values)
    text = ", ".join(map(quoted, values[:most]))
    return text + (f" and {len(values) - most:,} more" if len(values) > most else "")


def rows_told(n):
    """A number of rows in words."""
    return f"{n:,} row" if n == 1 else f"{n:,} rows"


def one_spelling(column):
    """Give values that are spelled in several ways the most frequent spelling.

    Parameters
    ----------
    column : Series of str

    Returns
    -------
    column : Series of str
        Without blanks around its values.
    notes : list of str
        One where values were joined that are more than blanks apart from themselves.
    """
    counts = column.value_counts(sort=False)
    stripped = counts.index.str.strip()
    table = pd.DataFrame(
        {"found": counts.index, "value": stripped, "rows": counts.to_numpy()}
    )
    table["key"] = [_key(value) for value in stripped]
    totals = table.groupby(["key", "value"], sort=False)["rows"].transform("sum")
    best = totals.groupby(table["key"]).idxmax()
    table["best"] = table["value"].loc[table["key"].map(best)].to_numpy()
    several = table.groupby("key")["found"].transform("size") > 1
    changed = table[several & (table["found"] != table["best"]) & (table["value"] != "")]
    notes = [
        f"{quoted(column.name)}: {listed(group['found'])} "
        f"{'was' if len(group) == 1 else 'were'} read as {quoted(best)} "
        f"({rows_told(group['rows'].sum())})."
        for best, group in changed.groupby("best", sort=False)
    ]
    if len(notes) > 1:
        notes = [" ".join([notes[0], f"{len(notes) - 1:,} other values likewise."])]
    return column.map(dict(zip(table["found"], table["best"], strict=True))), notes


def _key(value):
    """What spellings of a value have in common."""
    try:
        # Python's numbers may have underscores, which no file means.
        return repr(float(value.replace("_", "x")) + 0.0)
    except ValueError:
        return unicodedata.normalize("NFKC", value).casefold().strip()
