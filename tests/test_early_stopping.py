"""Early stopping watches the worst group of the validation set, and returns to its best."""

import numpy as np
import pytest

from tests.small_model import X, Y, make_classifier

# Rows like those of the training; the labels of group M are the opposite.
GROUPS = np.repeat(["F", "M"], 50)
ALIKE = {"X_val": X[:100], "y_val": Y[:100], "groups_val": GROUPS}
OPPOSED = {**ALIKE, "y_val": np.where(GROUPS == "M", 1 - Y[:100], Y[:100])}


def plain(**options):
    """Plain gradient descent on a convex loss, which falls all along."""
    settings = {"anchor": 1.0, "bargaining": None, "hidden_layer_sizes": (),
                "momentum": 0.0, "weight_decay": 0.0, "batch_size": 120,
                "max_epochs": 60}  # fmt: skip
    return make_classifier(**{**settings, **options})


@pytest.mark.parametrize(("patience", "epochs"), [(1, 1), (4, 4), (True, 10)])
def test_it_stops_when_the_worst_group_has_not_gained(patience, epochs):
    clf = plain(early_stopping=patience).fit(X, Y, **OPPOSED)
    worst = [row["worst_group_loss"] for row in clf.history_]
    training = [row["train_loss"] for row in clf.history_]
    better_off = [row["group_losses"]["F"] for row in clf.history_]
    # While the training loss, and that of the other group, fall to the end.
    assert (np.diff(worst) > 0).all()
    assert (np.diff(training) < 0).all()
    assert (np.diff(better_off) < 0).all()
    assert clf.n_iter_ == len(clf.history_) == 1 + epochs


@pytest.mark.parametrize("patience", [1, 4])
def test_the_model_is_that_of_the_best_epoch_to_the_bit(patience):
    stopped = plain(early_stopping=patience).fit(X, Y, **OPPOSED)
    first = plain(max_epochs=1).fit(X, Y, **OPPOSED)
    np.testing.assert_array_equal(stopped.predict_proba(X), first.predict_proba(X))


def test_the_model_is_that_of_the_best_epoch_where_time_runs_out():
    ended = plain(early_stopping=9, max_epochs=5).fit(X, Y, **OPPOSED)
    assert ended.n_iter_ == 5
    first = plain(max_epochs=1).fit(X, Y, **OPPOSED)
    np.testing.assert_array_equal(ended.predict_proba(X), first.predict_proba(X))


def test_it_does_not_stop_while_the_worst_group_gains():
    clf = plain(early_stopping=1, max_epochs=15).fit(X, Y, **ALIKE)
    assert (np.diff([row["worst_group_loss"] for row in clf.history_]) < 0).all()
    assert clf.n_iter_ == 15


def test_what_it_does_is_printed_only_if_one_asks(capsys):
    plain(early_stopping=1).fit(X, Y, **OPPOSED)
    assert capsys.readouterr().out == ""
    plain(early_stopping=1, verbose=1).fit(X, Y, **OPPOSED)
    assert "worst_group_loss has not improved in the last 1 epochs" in (
        capsys.readouterr().out
    )
