"""Audits of many rows are told how long they take."""

import numpy as np
import pytest

from skfairbargain.auditing import audit_report
from skfairbargain.auditing._estimate import MANY_ROWS, in_words
from tests.auditing._shared import arguments


@pytest.mark.parametrize(
    ("seconds", "told"),
    [
        (20, "about 1 minute in all"),
        (200, "about 3 minutes in all"),
        (1500, "about 25 minutes in all; 5 or so with --max-rows 20000"),
    ],
)
def test_minutes_in_words(seconds, told):
    assert in_words(seconds, 100_000) == told


def test_many_rows_are_estimated_first_and_fast_methods_are_not(made):
    """The network's trial is real; its training on all rows is left to longer tests."""
    rng = np.random.default_rng(0)
    rows = rng.integers(0, 600, MANY_ROWS)
    given = arguments(made)
    given |= {"X": given["X"].iloc[rows], "y": given["y"].iloc[rows]}
    told = []

    def stop(title, total):
        told.append((title, total))
        if len(told) == 2:
            raise InterruptedError

    with pytest.raises(InterruptedError):
        audit_report(**given, methods=["nash"], on_step=stop)
    assert told[0] == ("a training on a few rows, to estimate the time", 3)
    assert told[1][0].startswith("NashMetaClassifier, about ")
    told.clear()
    with pytest.raises(InterruptedError):
        audit_report(**given, methods=["logistic", "boosting"], on_step=stop)
    assert told[0] == ("balanced logistic regression", 3)
