"""Warnings, callbacks, early stopping, and fits in parts."""

import numpy as np
import pytest
import torch
from skorch.callbacks import Callback, Checkpoint, LRScheduler

from skfairbargain.exceptions import (
    NoAgreementWarning,
    SkippedStepWarning,
    UnusedGoalWarning,
)
from skfairbargain.protocols import MetaGDRO, Protocol
from tests.small_model import VALIDATION, X, Y, fit, make_classifier, raises

# Warnings


def test_steps_without_an_agreement_fall_to_the_goal_with_a_warning_at_the_callers_line():
    # The same rows carry both labels in the validation set: cells want the opposite.
    val = {**VALIDATION, "X_val": np.zeros((16, 5))}
    message = (
        "^The players agreed in no step of the 2 bargaining epochs, so the goal decided "
        r"every step\. Set players='groups', or more validation samples per cell, or "
        r"bargaining=None\.$"
    )
    clf = make_classifier(dropout=0.0)
    goal_alone = make_classifier(dropout=0.0, bargaining=None)
    with pytest.warns(NoAgreementWarning, match=message) as caught:
        clf.fit(X, Y, **val)
    assert caught[0].filename == __file__
    assert [row["bargaining_success_rate"] for row in clf.history_] == [0, 0, None, None]
    expected = goal_alone.fit(X, Y, **val).predict_proba(X)
    np.testing.assert_array_equal(clf.predict_proba(X), expected)


class Nobody(Protocol):
    def weights(self, step):
        return None


def test_skipped_steps_are_counted_and_warned_of():
    clf = make_classifier(goal=Nobody(), bargaining=None, anchor=0.0)
    message = (
        "^12 steps were skipped, because every training weight was zero or a loss was not "
        r"finite\. Scale the features, lower `lr`, or set `anchor` above 0\.$"
    )
    with pytest.warns(SkippedStepWarning, match=message) as caught:
        clf.fit(X, Y, **VALIDATION)
    assert caught[0].filename == __file__
    assert [row["skipped_steps"] for row in clf.history_] == [3, 3, 3, 3]


# Callbacks and early stopping


class Count(Callback):
    def __init__(self):
        self.seen = []

    def on_epoch_end(self, net, **kwargs):
        self.seen.append(net.history[-1, "worst_group_loss"])


def test_callbacks_are_used_as_they_are():
    counter = Count()
    clf = fit(callbacks=[counter])
    assert counter.seen == [row["worst_group_loss"] for row in clf.history_]


def test_a_schedule_sets_the_learning_rate():
    decay = LRScheduler(torch.optim.lr_scheduler.ExponentialLR, gamma=0.5)
    clf = fit(callbacks=[decay])
    assert clf.net_.optimizer_.param_groups[0]["lr"] == pytest.approx(0.05 / 2**4)
    assert (clf.predict_proba(X) != fit().predict_proba(X)).any()


def test_checkpoints_are_written_and_can_be_read(tmp_path):
    checkpoint = Checkpoint(monitor=None, dirname=tmp_path, f_pickle=None)
    clf = fit(callbacks=[checkpoint])
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "criterion.pt", "history.json", "optimizer.pt", "params.pt"
    ]  # fmt: skip
    stored = torch.load(tmp_path / "params.pt", weights_only=True)
    for name, value in clf.module_.state_dict().items():
        assert torch.equal(stored[name], value)


@pytest.mark.parametrize("patience", [True, 3])
def test_early_stopping_returns_to_the_best_epoch(patience):
    # A learning rate that overshoots: the loss rises after some epochs.
    clf = fit(
        early_stopping=patience,
        bargain_epochs=0,
        max_epochs=200,
        lr=0.5,
        weight_decay=0.0,
    )
    losses = [row["worst_group_loss"] for row in clf.history_]
    waited = 10 if patience is True else patience
    assert clf.n_iter_ == len(losses) < 200
    best = len(losses) - waited - 1
    assert losses[best] <= min(losses[best:]) * (1 + 1e-3)
    y_val = VALIDATION["y_val"]
    probabilities = clf.predict_proba(VALIDATION["X_val"])
    errors = -np.log(probabilities[np.arange(len(y_val)), y_val])
    now = max(errors[VALIDATION["groups_val"] == group].mean() for group in "FM")
    assert now == pytest.approx(losses[best])
    assert now < losses[-1]


# Fits in parts


def test_a_warm_start_goes_on_from_the_weights_with_the_new_parameters():
    clf = make_classifier(warm_start=True, dropout=0.0).fit(X, Y, **VALIDATION)
    before = clf.history_[-1]["worst_group_loss"]
    with pytest.warns(UnusedGoalWarning):
        clf.set_params(lr=1e-9, bargain_epochs=1, max_epochs=1).fit(X, Y, **VALIDATION)
    assert clf.n_iter_ == len(clf.history_) == 5
    assert clf.history_[-1]["worst_group_loss"] == pytest.approx(before, rel=1e-5)
    assert clf.history_[-1]["stage"] == 1
    kept = clf.predict_proba(X)
    clf.set_params(bargain_epochs=0, goal=MetaGDRO(), lr=0.1, max_epochs=5)
    clf.fit(X, Y, **VALIDATION)
    assert [row["stage"] for row in clf.history_[5:]] == [2] * 5
    assert np.abs(clf.predict_proba(X) - kept).max() > 0.1
    assert [row["epoch"] for row in clf.history_] == list(range(1, 11))
    cold = clf.set_params(warm_start=False).fit(X, Y, **VALIDATION)
    assert cold.n_iter_ == 5


def test_a_warm_start_keeps_the_old_model_where_it_fails():
    clf = make_classifier(warm_start=True).fit(X, Y, **VALIDATION)
    before = clf.predict_proba(X)
    with raises("`y_val` should be given with `X_val`. Got None."):
        clf.fit(X, Y, X_val=VALIDATION["X_val"])
    np.testing.assert_array_equal(clf.predict_proba(X), before)


@pytest.mark.parametrize("method", ["fit", "partial_fit"])
@pytest.mark.parametrize("dtypes", [("float32", "float64"), ("float64", "float32")])
def test_later_rows_may_have_another_dtype(method, dtypes):
    clf = make_classifier(warm_start=True)
    for dtype in dtypes:
        val = {**VALIDATION, "X_val": VALIDATION["X_val"].astype(dtype)}
        getattr(clf, method)(X.astype(dtype), Y, **val)
    assert clf.predict_proba(X).dtype == dtypes[0]


def test_partial_fits_go_through_the_stages():
    clf = make_classifier()
    clf.partial_fit(X[:60], Y[:60], classes=[0, 1], **VALIDATION)
    for _ in range(4):
        clf.partial_fit(X[60:], Y[60:])  # the validation set stays
    assert [row["stage"] for row in clf.history_] == [1, 1, 2, 2, 2]
    assert clf.n_iter_ == 5
    assert clf.groups_ == ["F", "M"]
    assert clf.sample_influence_.shape == (60, 2)
    again = make_classifier()
    again.partial_fit(X[:60], Y[:60], classes=[0, 1], **VALIDATION)
    for _ in range(4):
        again.partial_fit(X[60:], Y[60:], **VALIDATION)
    np.testing.assert_array_equal(again.predict_proba(X), clf.predict_proba(X))


def test_partial_fits_may_begin_with_one_class():
    clf = make_classifier(bargaining=None)
    clf.partial_fit(X[Y == 1], Y[Y == 1], classes=[0, 1], **VALIDATION)
    clf.partial_fit(X[Y == 0], Y[Y == 0])
    assert clf.classes_.tolist() == [0, 1]


def test_partial_fit_does_not_pass_over_groups_without_their_rows():
    clf = make_classifier().partial_fit(X, Y, **VALIDATION)
    message = (
        "`y_val` and `groups_val` describe `X_val`, which is missing. Pass it, or none of "
        "the three."
    )
    with raises(message):
        clf.partial_fit(X, Y, groups_val=VALIDATION["groups_val"][::-1])


def test_a_first_partial_fit_that_failed_leaves_no_validation_set_behind():
    clf = make_classifier(goal="unheard of")
    with pytest.raises(
        ValueError, match=r"^A protocol should be one of .* Got 'unheard of'\.$"
    ):
        clf.partial_fit(X, Y, **VALIDATION)
    clf.set_params(goal="ltr").partial_fit(X, np.array(["a", "b"])[Y])
    assert clf.groups_ == ["a", "b"]


def test_partial_fit_explains_what_does_not_go_on():
    clf = make_classifier().fit(X, Y, **VALIDATION)
    message = (
        "`groups_val` and `y_val` should have the cells of the first call, [('F', 0), "
        "('F', 1), ('M', 0), ('M', 1)]. Got [(0, 0), (1, 1)]. Only partial_fit keeps a "
        "validation set: after `fit`, pass it once more."
    )
    with raises(message):
        clf.partial_fit(X, Y)
    clf.partial_fit(X, Y, **VALIDATION)
    with raises("`y` should have no other classes than [0, 1]. Got [2] as well."):
        clf.partial_fit(X, Y + 1, **VALIDATION)
    with raises("Sample weights must contain at least one non-zero number."):
        clf.partial_fit(X, Y, **VALIDATION, sample_weight=np.zeros(120))
    assert clf.n_iter_ == 5
