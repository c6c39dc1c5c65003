"""Dates and intervals, as the labels of groups often are, to JSON and back."""

import datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

import pandas as pd


class LabelKind(NamedTuple):
    """How labels of one type are stored.

    Parameters
    ----------
    type : type
        Exactly that type, no subclass.
    content : type
        What they are in JSON: str, or list of what JSON or another label can be.
    write, read : callable
        From a label to its content, and back.
    """

    type: type
    content: type
    write: callable
    read: callable


def _write_timestamp(label):
    # The names that zoneinfo and pytz give; other zones are a distance from UTC.
    zone = getattr(label.tz, "key", getattr(label.tz, "zone", None))
    return [label.isoformat(), label.unit, zone]


def _read_timestamp(content):
    text, unit, zone = content
    timestamp = pd.Timestamp(text).as_unit(unit)
    return timestamp if zone is None else timestamp.tz_convert(ZoneInfo(zone))


def _write_interval(label):
    return [label.left, label.right, label.closed]


def _read_interval(content):
    left, right, closed = content
    return pd.Interval(left, right, closed)


# By the tag in the file.
LABELS = {
    "date": LabelKind(
        datetime.date, str, datetime.date.isoformat, datetime.date.fromisoformat
    ),
    "datetime": LabelKind(
        *(datetime.datetime, str),
        *(datetime.datetime.isoformat, datetime.datetime.fromisoformat),
    ),
    "timestamp": LabelKind(pd.Timestamp, list, _write_timestamp, _read_timestamp),
    "interval": LabelKind(pd.Interval, list, _write_interval, _read_interval),
}


def label_content(label):
    """Return the tag of a date or an interval, and its content.

    Returns
    -------
    tag, content : str, str or list
        Both None for what is neither, or would not be the same when it is read.
    """
    for tag, kind in LABELS.items():
        if type(label) is kind.type:
            content = kind.write(label)
            try:
                again = kind.read(content)
            except (TypeError, ValueError):
                break
            if again == label and str(again) == str(label):
                return tag, content
    return None, None
