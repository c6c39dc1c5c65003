"""What a fit notes of its steps: conflicts by player and pair, weights, influence."""

import json

import numpy as np
import pytest
from sklearn.preprocessing import StandardScaler

from skfairbargain import NashMetaClassifier, UnusedGoalWarning
from skfairbargain._training._geometry import Geometry
from skfairbargain._training._history import EpochTally, Names
from skfairbargain._training._weighting import Decision
from skfairbargain.datasets import load_diabetes_progression
from skfairbargain.metrics import conflicting_players
from skfairbargain.model_selection import balanced_validation_split
from skfairbargain.protocols import Protocol

NAMES = ["sex=1, 0", "sex=1, 1", "sex=2, 0", "sex=2, 1"]


class Noting(Protocol):
    """Move along fixed weights, and note the hypergradients that a protocol is shown."""

    acts_on = "players"

    def __init__(self, beta, agrees=True):
        self.beta = beta
        self.agrees = agrees
        self.seen = []

    def weights(self, step):
        self.seen.append(step.hypergradients.copy())
        return np.array(self.beta) if self.agrees else None


@pytest.fixture(scope="module")
def split():
    diabetes = load_diabetes_progression()
    X, X_val, y, y_val, _, sex_val = balanced_validation_split(
        diabetes.data, diabetes.target, diabetes.sensitive["sex"], random_state=0
    )
    scaler = StandardScaler().fit(X)
    validation = {"y_val": y_val, "groups_val": sex_val}
    return scaler.transform(X), y, {"X_val": scaler.transform(X_val), **validation}


def fit(split, protocol, **parameters):
    """A fit whose one epoch is the protocol's, and whose goal has none."""
    X, y, validation = split
    parameters = {"bargaining": protocol, "goal": "ltr", "anchor": 0.0, **parameters}
    clf = NashMetaClassifier(bargain_epochs=1, max_epochs=1, random_state=0, **parameters)
    with pytest.warns(UnusedGoalWarning):
        return clf.fit(X, y, **validation)


def clipped(H, beta):
    """Weights by the definition: max(Hβ, 0), of Euclidean length one."""
    weights = np.maximum(H @ beta, 0)
    return weights / np.linalg.norm(weights)


def test_rates_are_shares_of_the_steps_that_the_protocol_saw(split):
    protocol = Noting([1.0, 0.2, 0.0, -0.3])
    (row,) = fit(split, protocol, batch_size=32).history_
    assert len(protocol.seen) == 422 // 32
    against = [conflicting_players(H, clipped(H, protocol.beta)) for H in protocol.seen]
    expected = dict(zip(NAMES, np.mean(against, axis=0).tolist(), strict=True))
    assert row["player_conflict_rates"] == pytest.approx(expected)
    assert row["conflict_rate"] == pytest.approx(np.any(against, axis=1).mean())
    assert 0 < max(expected.values())
    opposed = np.mean([H.T @ H < 0 for H in protocol.seen], axis=0)
    found = row["opposed_rates"]
    assert list(found) == NAMES[:3]
    for i, name in enumerate(NAMES[:3]):
        assert found[name] == pytest.approx(
            dict(zip(NAMES[i + 1 :], opposed[i, i + 1 :], strict=True))
        )
    assert opposed[0, 1] > 0.5  # what makes one label likelier makes the other less so
    assert row["opposed_agreed_rates"] == found
    assert json.loads(json.dumps(row)) == row


def test_each_rate_has_its_own_denominator():
    """Five steps: three bargained, two of these agreed; one more was not finite."""
    tally = EpochTally(stage=1)
    gram = np.array([[1.0, -1.0], [-1.0, 1.0]])
    for bargained, alpha, conflicts, weights in (
        (True, [1.0, 3.0], [False, True], [1.0]),
        (True, [2.0, 5.0], [False, False], [1.0]),
        (True, None, [True, True], [0.0]),
        (False, None, [False, True], [1.0]),
        (False, None, [False, False], [1.0]),
    ):
        alpha = None if alpha is None else np.array(alpha)
        weights, gains = np.array(weights), np.where(conflicts, -1.0, 1.0)
        geometry = Geometry(gram, gains, 1.0, 1e-16)
        found = (True, None, None) if alpha is not None else (None, None, None)
        if bargained and alpha is None:
            found = (False, np.array([0.25, 0.75]), True)
        tally.add(Decision(weights, bargained, alpha, geometry, *found), loss=0.5)
    tally.add_undefined()
    names = Names(groups=["f", "m"], players=["F", "M"], bargainers=["a", "b"])
    row = tally.row(names, 0.4, [0.25, 0.75], safe_meta_lr=None)
    assert row.pop("seconds") > 0
    assert row == {
        "stage": 1,
        "train_loss": 0.5,
        "valid_loss": 0.4,
        "group_losses": {"f": 0.25, "m": 0.75},
        "worst_group_loss": 0.75,
        "bargaining_success_rate": 2 / 3,
        "agreement_rate": 2 / 3,
        "conflict_rate": 3 / 5,
        "player_conflict_rates": {"F": 1 / 5, "M": 3 / 5},
        "opposed_rates": {"F": {"M": 1.0}},
        "opposed_agreed_rates": {"F": {"M": 2 / 5}},
        "disputed_by_anchor_rate": 1.0,
        "disputant_shares": {"F": 0.25, "M": 0.75},
        "disputed_rates": {"F": {"M": 1 / 5}},
        "alpha": {"a": 1.5, "b": 4.0},
        "safe_meta_lr": None,
        "skipped_steps": 2,
    }


@pytest.mark.filterwarnings("ignore::skfairbargain.NoAgreementWarning")
def test_opposed_players_who_did_not_agree_are_told_apart(split):
    (row,) = fit(split, Noting([1.0, 1.0, 1.0, 1.0], agrees=False)).history_
    assert row["bargaining_success_rate"] == 0
    assert row["opposed_rates"][NAMES[0]][NAMES[1]] > 0
    settled = [
        r for others in row["opposed_agreed_rates"].values() for r in others.values()
    ]
    assert settled == [0] * 6


def test_groups_as_players_are_counted_as_groups(split):
    (row,) = fit(split, "nash", players="groups").history_
    assert list(row["player_conflict_rates"]) == ["sex=1", "sex=2"]
    assert list(row["opposed_rates"]) == ["sex=1"]
    assert list(row["opposed_rates"]["sex=1"]) == ["sex=2"]


def test_applied_weights_of_one_step_are_those_of_the_step(split):
    protocol = Noting([1.0, 0.2, 0.0, -0.3])
    clf = fit(split, protocol, batch_size=422)
    (H,) = protocol.seen
    # The minibatch is shuffled: compare as sets.
    np.testing.assert_allclose(
        np.sort(clf.applied_weight_), np.sort(clipped(H, protocol.beta)), atol=1e-12
    )
    np.testing.assert_allclose(
        np.sort(clf.cell_influence_, axis=0), np.sort(H, axis=0), rtol=1e-12
    )
    # A row's weight and its influence are of the same row.
    np.testing.assert_allclose(
        clf.applied_weight_, clipped(clf.cell_influence_, protocol.beta), atol=1e-12
    )


def test_uniform_weights_are_uniform(split):
    clf = fit(split, "nash", anchor=1.0, batch_size=422)
    np.testing.assert_allclose(clf.applied_weight_, 1 / np.sqrt(422))


def test_influence_on_a_group_is_the_mean_over_its_cells(split):
    clf = fit(split, "nash", batch_size=64)
    assert clf.cell_influence_.shape == (422, 4)
    pairs = clf.cell_influence_.reshape(422, 2, 2)
    np.testing.assert_allclose(clf.sample_influence_, pairs.mean(axis=2), atol=1e-15)


def test_held_out_rows_have_neither_weight_nor_influence():
    diabetes = load_diabetes_progression()
    X = StandardScaler().fit_transform(diabetes.data)
    clf = NashMetaClassifier(max_epochs=2, batch_size=32, anchor=1.0, random_state=0)
    clf.fit(X, diabetes.target)
    held_out = ~clf.cell_influence_.any(axis=1)
    assert held_out.sum() == 44
    assert (clf.applied_weight_[held_out] == 0).all()
