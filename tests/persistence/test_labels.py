"""Labels of every simple kind are stored; others are named before anything is written."""

import datetime
import enum
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest

from skfairbargain._model_file._plain import from_plain, to_plain
from skfairbargain.persistence import load, save
from tests.persistence._shared import assert_same, quick
from tests.small_model import VALIDATION, X, Y, raises

TWO = VALIDATION["groups_val"] == "F"


def fitted_on(groups):
    return quick().fit(X, Y, **{**VALIDATION, "groups_val": groups})


STORED = {
    "pd.cut": pd.cut(np.where(TWO, 30, 60), [0, 40, 99]),
    "pd.cut of dates": pd.cut(
        pd.to_datetime(np.where(TWO, "1950-01-01", "1990-01-01")),
        pd.to_datetime(["1900-01-01", "1970-01-01", "2000-01-01"]),
    ),
    "timestamps": pd.to_datetime(np.where(TWO, "1950-01-01", "1990-01-01")),
    "of a time zone": pd.to_datetime(
        pd.Series(np.where(TWO, "1950-01-01", "1990-01-01"))
    ).dt.tz_localize("Europe/Paris"),
    "dates": np.where(TWO, datetime.date(1950, 1, 1), datetime.date(1990, 1, 1)),
    "two columns": pd.DataFrame(
        {"age": pd.cut(np.where(TWO, 30, 60), 2), "since": pd.Timestamp("2020-01-01")}
    ),
    "booleans": TWO,
    "floats": np.where(TWO, 0.5, 1e300),
    "NumPy's numbers": np.where(TWO, np.float32(0.1), np.float32(0.2)).astype(object),
}


@pytest.mark.parametrize("kind", STORED)
def test_groups_of_every_simple_kind(kind, tmp_path):
    model = fitted_on(STORED[kind])
    save(model, tmp_path / "model")
    loaded = load(tmp_path / "model")
    assert_same(loaded, model, X)
    assert [str(group) for group in loaded.groups_] == [str(g) for g in model.groups_]
    partial = {**VALIDATION, "groups_val": STORED[kind]}
    assert loaded.partial_fit(X, Y, **partial).n_iter_ == 3


@pytest.mark.parametrize("label", [
    pd.Interval(0, 1, "both"),
    pd.Interval(-np.inf, 0.25, "left"),
    pd.Timestamp("2020-01-01T00:00:00.000000001"),
    pd.Timestamp("2020-06-01", tz="UTC"),
    pd.Timestamp("2020-10-25T02:30:00+01:00").tz_convert("Europe/Berlin"),
    pd.Timestamp("2020-01-01T00:00:00+05:30"),
    datetime.date(1, 1, 1),
    datetime.datetime(2020, 1, 1, 12, tzinfo=datetime.UTC),
])  # fmt: skip
def test_a_date_and_an_interval_come_back_as_they_were(label):
    again = from_plain(to_plain([label]))
    assert again == [label]
    assert type(again[0]) is type(label)
    assert str(again[0]) == str(label)


class Color(enum.Enum):
    RED = 1
    BLUE = 2


REFUSED = {
    "decimals": (np.where(TWO, Decimal(1), Decimal(2)), "Decimal Decimal('1')"),
    "bytes": (np.where(TWO, b"F", b"M").astype(object), "bytes b'F'"),
    "durations": (
        np.where(TWO, datetime.timedelta(1), datetime.timedelta(2)),
        "Timedelta Timedelta('1 days 00:00:00')",
    ),
    "quarters": (
        pd.PeriodIndex(np.where(TWO, "2020Q1", "2020Q2"), freq="Q"),
        "Period Period('2020Q1', 'Q-DEC')",
    ),
}


@pytest.mark.parametrize("kind", ["decimals", "bytes", "durations", "quarters"])
def test_other_labels_are_named_before_anything_is_written(kind, tmp_path):
    groups, label = REFUSED[kind]
    path = tmp_path / "model"
    message = (
        f"{path} was not written, because labels should be numbers, text, booleans, dates, "
        f"timestamps or intervals. Got {label}. Train on labels that are text, as "
        "groups_val.astype(str) is, or use joblib.dump and load such files from people you "
        "trust."
    )
    model = fitted_on(groups)
    with raises(message):
        save(model, path)
    assert list(tmp_path.iterdir()) == []


def test_members_of_an_enumeration(tmp_path):
    model = fitted_on(VALIDATION["groups_val"])
    model.groups_ = [Color.RED, Color.BLUE]
    path = tmp_path / "model"
    message = (
        f"{path} was not written, because labels should be numbers, text, booleans, dates, "
        "timestamps or intervals. Got Color <Color.RED: 1>. Train on labels that are text, "
        "as groups_val.astype(str) is, or use joblib.dump and load such files from people "
        "you trust."
    )
    with raises(message):
        save(model, path)
    assert list(tmp_path.iterdir()) == []
