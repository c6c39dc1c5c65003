"""Numbers as people write them: 1,234, $5, 12%, (5) and 0,5, and words among them."""

import re
from typing import NamedTuple

import numpy as np
import pandas as pd

from ._values import MISSING_WORDS, listed, quoted, rows_told, to_numbers

WRITTEN = re.compile(
    r"([+-]?)\s*([$€£¥]?)\s*([+-]?)([\d.,]*\d[\d.,]*(?:[eE][+-]?\d+)?)\s*([$€£¥%]?)"
)
COMMA_THOUSANDS = re.compile(r"[1-9]\d{0,2}(,\d{3})+(\.\d*)?")
POINT_THOUSANDS = re.compile(r"[1-9]\d{0,2}(\.\d{3})+(,\d*)?")
DECIMAL_COMMA = re.compile(r"\d*,\d+([eE][+-]?\d+)?")
PLAIN = re.compile(r"(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")
# A column is read as numbers if as large a share of its filled rows are numbers, and no
# more different words stand in the others.
CERTAIN_SHARE = 0.9
MOST_WORDS = 3


class Numbers(NamedTuple):
    """A column as numbers.

    Parameters
    ----------
    values : Series of numbers, or None
        NaN where the field is empty or a word stands; None if the column has categories.
    notes : list of str
        How its texts were read, where that is not plain.
    """

    values: pd.Series | None
    notes: list


def has_decimal_commas(frame, separator):
    """Whether the numbers of a file have decimal commas, by its first rows.

    What tells are numbers that have other than three digits after the mark, or a 0 before
    it. Where there are none, a file with semicolons has decimal commas.
    """
    texts = pd.unique(frame.head(1000).to_numpy().ravel())
    texts = [text.strip().lstrip("+-") for text in texts]
    commas = any(map(re.compile(r"0,\d+|\d+,(\d{1,2}|\d{4,})").fullmatch, texts))
    points = any(map(re.compile(r"0?\.\d+|\d+\.(\d{1,2}|\d{4,})").fullmatch, texts))
    return commas and not points if commas or points else separator == ";"


def as_numbers(column, decimal_comma=False):
    """Read a column of texts as numbers where that is certain.

    Parameters
    ----------
    column : Series of str
        Without blanks around its values; "" is missing.
    decimal_comma : bool, default=False
        Whether the comma of "1,234" is a decimal comma, as `has_decimal_commas` tells.

    Returns
    -------
    numbers : Numbers
    """
    filled = column[(column != "") & ~column.isin(MISSING_WORDS)]
    if filled.empty:
        # An empty column is a number that is missing; words alone are categories.
        empty = pd.Series(np.nan, column.index, name=column.name)
        return Numbers(empty if (column == "").all() else None, [])
    plain = to_numbers(filled)
    if plain.notna().all():
        values = plain if len(filled) == len(column) else plain.reindex(column.index)
        notes = _doubtful_points(filled, decimal_comma) + _leading_zeros(filled, plain)
        return Numbers(values, notes)
    counts = filled.value_counts()
    found = {text: WRITTEN.fullmatch(_with_sign(text)) for text in counts.index}
    found = {text: match.groups() for text, match in found.items() if match}
    words = [text for text in counts.index if text not in found]
    n_words = counts[words].sum()
    share = 1 - n_words / len(filled)
    is_certain = (
        share >= CERTAIN_SHARE
        and len(words) <= MOST_WORDS
        and not any(re.search(r"\d", word) for word in words)
    )
    written = _read(found, decimal_comma) if is_certain else None
    if written is None:
        return Numbers(None, _of_categories(column.name, share, words, list(found)))
    numbers, how = written
    notes = [f"{quoted(column.name)}: {how}"] if how else []
    if words:
        notes.append(
            f"{quoted(column.name)} was read as numbers, and {listed(words)} "
            f"({rows_told(n_words)}) as missing."
        )
    return Numbers(column.map(numbers).astype(float), notes)


def _with_sign(text):
    """The text with a hyphen for a minus sign, or for the brackets of accountants."""
    return re.sub(r"^\((.*)\)$", r"-\1", text.replace("−", "-"))


def _read(found, decimal_comma):
    """Numbers by text, and a sentence on how they are written; None if that is unclear.

    Parameters
    ----------
    found : dict of str to the groups of `WRITTEN`
    decimal_comma : bool
    """
    style = _style({body for _, _, _, body, _ in found.values()}, decimal_comma)
    marks = {(before, after) for _, before, _, _, after in found.values()}
    symbols = {mark for pair in marks for mark in pair} - {""}
    is_mixed = len(symbols) > 1 or ("%" in symbols and ("", "") in marks)
    has_two_marks = any(all(pair) for pair in marks)
    has_two_signs = any(one and other for one, _, other, _, _ in found.values())
    if style is None or is_mixed or has_two_marks or has_two_signs:
        return None
    remove, decimal, commas = style
    numbers = {
        text: float(f"{one}{other}{body.replace(remove, '').replace(decimal, '.')}")
        for text, (one, _, other, body, _) in found.items()
    }
    unusual = [text for text in numbers if PLAIN.fullmatch(text.lstrip("+-")) is None]
    if not unusual:
        return numbers, ""
    example = next((text for text in unusual if "," in text), unusual[0])
    how = f"{quoted(example)} and the like were read as numbers, here {numbers[example]:g}"
    return numbers, f"{how}{commas}."


def _style(bodies, decimal_comma):
    """What to remove, what is the decimal mark, and what commas are; None if unclear."""
    commas = [body for body in bodies if "," in body]
    pointed = [body for body in bodies if "." in body and "," not in body]
    thousands = all(map(COMMA_THOUSANDS.fullmatch, commas)) and all(
        map(PLAIN.fullmatch, pointed)
    )
    decimals = all(
        DECIMAL_COMMA.fullmatch(body) or POINT_THOUSANDS.fullmatch(body) for body in commas
    ) and all(map(POINT_THOUSANDS.fullmatch, pointed))
    if commas and decimals and (decimal_comma or not thousands):
        return ".", ",", " (decimal commas)"
    if thousands:
        return ",", ".", " (commas between thousands)" if commas else ""
    if decimals:
        return ".", ",", " (points between thousands)"
    return None


def _doubtful_points(filled, decimal_comma):
    """A note where points may stand between thousands."""
    if not decimal_comma:
        return []
    pointed = filled[filled.str.contains(".", regex=False)]
    if pointed.empty:
        return []
    if not pointed.str.lstrip("+-").str.fullmatch(POINT_THOUSANDS).all():
        return []
    return [
        f"{quoted(filled.name)}: the point in {quoted(pointed.iloc[0])} and the like was "
        "read as a decimal point."
    ]


def _leading_zeros(filled, numbers):
    """A note where numbers may be codes, such as 01234."""
    is_code = filled.str.fullmatch(r"0\d+")
    if not is_code.any():
        return []
    return [
        f"{quoted(filled.name)}: {quoted(filled[is_code].iloc[0])} and the like were read "
        f"as numbers, here {numbers[is_code].iloc[0]:g}. If they are codes, put a letter "
        "before them."
    ]


def _of_categories(name, share, words, found):
    if share < 0.5:
        return []
    why = (
        f"{share:.0%} of its filled rows are numbers, but others are {listed(words)}"
        if words
        else f"its numbers are written in different ways, such as {listed(found, most=2)}"
    )
    return [
        f"{quoted(name)} was taken as categories: {why}. Correct or empty them to have "
        "numbers."
    ]
