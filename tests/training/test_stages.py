"""Stage 1 by share or number of epochs, and a warning where the goal is left none."""

import re

import numpy as np
import pytest

from skfairbargain import NashMetaClassifier
from skfairbargain.exceptions import UnusedGoalWarning
from skfairbargain.protocols import Nash
from tests.small_model import VALIDATION, X, Y, make_classifier, raises


def stages(clf):
    return [row["stage"] for row in clf.history_]


def warns(message):
    return pytest.warns(UnusedGoalWarning, match=f"^{re.escape(message)}$")


@pytest.mark.parametrize(
    ("bargain_epochs", "max_epochs", "n_bargain"),
    [(0.3, 50, 15), (0.3, 10, 3), (0.5, 4, 2), (0.0, 3, 0), (0.1, 3, 0), (2, 5, 2),
     (1, 5, 1), (np.float32(0.5), 4, 2), (np.int64(2), 5, 2)],
)  # fmt: skip
def test_floats_are_shares_and_ints_are_epochs(bargain_epochs, max_epochs, n_bargain):
    clf = make_classifier(bargain_epochs=bargain_epochs, max_epochs=max_epochs)
    found = stages(clf.fit(X, Y, **VALIDATION))
    assert found == [1] * n_bargain + [2] * (max_epochs - n_bargain)


def test_a_short_training_reaches_its_goal():
    options = {"max_epochs": 10, "random_state": 0}
    fits = [
        NashMetaClassifier(goal, **options).fit(X, Y, **VALIDATION).predict_proba(X)
        for goal in ("meta_gdro", "forml")
    ]
    assert abs(fits[0] - fits[1]).max() > 1e-4


@pytest.mark.parametrize("wrong", [True, False, -1, 1.5, -0.1, np.nan, "all", None])
def test_anything_else_is_refused(wrong):
    message = (
        "The 'bargain_epochs' parameter of NashMetaClassifier must be a float in the range "
        "[0.0, 1.0] or an int in the range [0, inf). "
        f"Got {wrong!r} instead."
    )
    with raises(message):
        make_classifier(bargain_epochs=wrong).fit(X, Y, **VALIDATION)


@pytest.mark.parametrize("everything", [1.0, 4, 100])
def test_a_goal_without_epochs_is_warned_of(everything):
    message = (
        f"The goal had no epochs: bargain_epochs={everything!r} gives stage 1 all 4 of "
        "max_epochs=4, and stage 2 none. Set `bargain_epochs` to a smaller share, such as "
        "0.3, or bargaining=None for the goal alone."
    )
    clf = make_classifier(bargain_epochs=everything)
    with warns(message) as caught:
        clf.fit(X, Y, **VALIDATION)
    assert caught[0].filename == __file__
    assert stages(clf) == [1, 1, 1, 1]


@pytest.mark.parametrize("options", [{"bargaining": None}, {"goal": Nash()}])
def test_no_warning_where_the_goal_decides_anyway(options):
    clf = make_classifier(bargain_epochs=1.0, **options).fit(X, Y, **VALIDATION)
    assert clf.n_iter_ == 4


def test_early_stopping_that_returns_to_stage_1_is_warned_of():
    clf = make_classifier(
        bargain_epochs=0.5, max_epochs=100, early_stopping=3, lr=0.5, weight_decay=0.0
    )
    message = (
        r"^Early stopping returned to epoch \d+, which is of stage 1, so the goal had no "
        r"part in the model\. Set a smaller `bargain_epochs`, or bargaining=None for the "
        r"goal alone\.$"
    )
    with pytest.warns(UnusedGoalWarning, match=message):
        clf.fit(X, Y, **VALIDATION)
    assert clf.n_iter_ < 50


def test_calls_of_partial_fit_share_out_max_epochs_and_do_not_warn():
    clf = make_classifier(bargain_epochs=0.3, max_epochs=10)
    for _ in range(5):
        clf.partial_fit(X, Y, **VALIDATION)
    assert stages(clf) == [1, 1, 1, 2, 2]


def test_a_warm_start_takes_the_share_of_its_own_epochs():
    clf = make_classifier(warm_start=True).fit(X, Y, **VALIDATION)
    clf.set_params(max_epochs=2).fit(X, Y, **VALIDATION)
    assert stages(clf) == [1, 1, 2, 2, 1, 2]
