"""What all aggregators have in common: scale, order, limits, and a training."""

import re

import numpy as np
import pytest
from sklearn.base import clone

from skfairbargain import NashMetaClassifier
from skfairbargain.datasets import make_biased_classification
from skfairbargain.model_selection import balanced_validation_split
from skfairbargain.protocols import (
    MGDA,
    PROTOCOLS,
    CAGrad,
    GeneralizedMean,
    MetaStep,
    Nash,
    PCGrad,
    get_protocol,
)

AGGREGATORS = [GeneralizedMean(), PCGrad(), MGDA(), CAGrad(), CAGrad(c=1.5)]
ALIASES = ["generalized_mean", "pcgrad", "mgda", "cagrad"]


@pytest.mark.parametrize("protocol", AGGREGATORS, ids=repr)
@pytest.mark.parametrize("kind", ["random", "duplicates", "rank one", "fifty"])
@pytest.mark.parametrize("scale", [1e-8, 1.0, 1e8])
def test_order_and_common_scale_of_the_players_do_not_matter(protocol, kind, scale):
    rng = np.random.default_rng(5)
    n_players = 50 if kind == "fifty" else 2 if isinstance(protocol, PCGrad) else 6
    H = np.abs(rng.normal(size=(80, 1))) + rng.normal(size=(80, n_players))
    if kind == "duplicates":
        H[:, 1] = H[:, 0]
    elif kind == "rank one":
        H = np.outer(H[:, 0], rng.uniform(1, 2, n_players))
    losses = rng.uniform(0.1, 1, n_players)
    direction = H @ protocol.weights(MetaStep(losses, H.T @ H))
    assert np.isfinite(direction).all()
    scaled = H * scale
    beta = protocol.weights(MetaStep(losses, scaled.T @ scaled))
    if n_players == 2 or not isinstance(protocol, PCGrad):
        np.testing.assert_allclose(H @ beta, direction, rtol=1e-6, atol=1e-6)
        order = rng.permutation(n_players)
        shuffled = H[:, order]
        beta = protocol.weights(MetaStep(losses[order], shuffled.T @ shuffled))
        np.testing.assert_allclose(shuffled @ beta, direction, rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("protocol", AGGREGATORS, ids=repr)
@pytest.mark.parametrize("spread", [0, 8])
def test_the_weights_of_hard_problems_are_finite_or_none(
    random_hypergradients, protocol, spread
):
    rng = np.random.default_rng(6)
    for trial in range(100):
        H = random_hypergradients(rng, shared=trial % 4 / 2, scale=spread)
        if trial % 5 == 1:
            H[:, 1] = 0
        elif trial % 5 == 2:
            H[:, 1] = -H[:, 0]
        elif trial % 5 == 3:
            H[:, 1] = H[:, 0] * (1 + 1e-9)
        beta = protocol.weights(MetaStep(rng.uniform(0, 1, H.shape[1]), H.T @ H))
        assert beta is None or np.isfinite(beta).all()


@pytest.mark.parametrize("protocol", AGGREGATORS, ids=repr)
def test_one_player_gains_and_a_step_without_any_stake_is_handled(protocol):
    direction = protocol.weights(MetaStep(np.array([0.3]), np.array([[4.0]])))
    assert direction.shape == (1,)
    assert direction[0] > 0
    beta = protocol.weights(MetaStep(np.ones(3), np.zeros((3, 3))))
    assert beta is None or np.isfinite(beta).all()
    assert (beta is None) == isinstance(protocol, MGDA | CAGrad)


@pytest.mark.parametrize("protocol", [MGDA(), CAGrad(c=1.0), CAGrad(c=2.0)], ids=repr)
def test_players_that_cannot_all_gain_get_none(protocol):
    angles = 2 * np.pi * np.arange(3) / 3
    cycle = np.stack([np.cos(angles), np.sin(angles)]) * [1.0, 2.0, 3.0]
    assert protocol.weights(MetaStep(np.ones(3), cycle.T @ cycle)) is None
    opposed = np.array([[1.0, -2.0], [-2.0, 4.0]])
    assert protocol.weights(MetaStep(np.ones(2), opposed)) is None


@pytest.mark.parametrize("scale", [1e-8, 1.0, 1e8])
@pytest.mark.parametrize(
    "protocol", [MGDA(), CAGrad(c=0), CAGrad(c=0.5), CAGrad(c=2.0)], ids=repr
)
def test_the_limit_of_a_common_gain(protocol, scale):
    # (1, s) and (−1, s): their average (0, s) is the shortest point of the hull, and the
    # direction that both like best. The limit is at s = 1/3162, where s² = 1e-7.
    for square, served in ((2e-7, True), (0.5e-7, False)):
        H = scale * np.array([[1.0, -1.0], [np.sqrt(square), np.sqrt(square)]])
        beta = protocol.weights(MetaStep(np.ones(2), H.T @ H))
        assert (beta is not None) == served
        if served:
            # CAGrad adds c times the average, whose β is ½.
            expected = 0.5 * (1 + getattr(protocol, "c", 0))
            np.testing.assert_allclose(beta, [expected, expected], rtol=1e-6)


def test_players_without_a_stake_are_left_out():
    H = np.array([[1.0, 0.2, 1e-9, 0.0], [0.5, 1.0, -1e-9, 0.0]])
    pair = MGDA().weights(MetaStep(np.ones(2), H[:, :2].T @ H[:, :2]))
    np.testing.assert_allclose(
        MGDA().weights(MetaStep(np.ones(4), H.T @ H)), [*pair, 0, 0], rtol=1e-12
    )
    np.testing.assert_array_equal(
        CAGrad().weights(MetaStep(np.ones(4), H.T @ H))[2:], [0.25, 0.25]
    )


@pytest.fixture(scope="module")
def split():
    made = make_biased_classification(300, random_state=0)
    return balanced_validation_split(
        made.data.to_numpy(), made.target, made.sensitive["group"], random_state=0
    )


@pytest.mark.parametrize("role", ["goal", "bargaining"])
@pytest.mark.parametrize("alias", ALIASES)
def test_every_aggregator_trains_as_goal_and_as_bargaining(split, alias, role):
    X, X_val, y, y_val, _, groups_val = split
    clf = NashMetaClassifier(
        **{role: alias}, bargain_epochs=2, max_epochs=3, anchor=0, random_state=0
    )
    clf.fit(X, y, X_val=X_val, y_val=y_val, groups_val=groups_val)
    plain = NashMetaClassifier(
        bargain_epochs=2, max_epochs=3, anchor=0, random_state=0
    ).fit(X, y, X_val=X_val, y_val=y_val, groups_val=groups_val)
    first, last = clf.history_[0], clf.history_[-1]
    assert sum(row["skipped_steps"] for row in clf.history_) == 0
    assert last["worst_group_loss"] < first["worst_group_loss"]
    assert not np.array_equal(clf.decision_function(X), plain.decision_function(X))
    if role == "bargaining":
        names = 4 if alias != "generalized_mean" else 2
        assert len(first["alpha"]) == names


def test_parameters_are_reached_through_the_estimator():
    clf = NashMetaClassifier(goal=GeneralizedMean(), bargaining=CAGrad())
    clf = clone(clf).set_params(goal__power=4.0, bargaining__c=0.9)
    assert (clf.goal, clf.bargaining) == (GeneralizedMean(power=4.0), CAGrad(c=0.9))


@pytest.mark.parametrize(
    ("protocol", "losses", "message"),
    [
        (GeneralizedMean(np.inf), [1.0],
         "`power` should lie between -1000 and 1000; MetaGDRO() is its limit at infinity. "
         "Got inf."),
        (GeneralizedMean(), [-0.5],
         "GeneralizedMean needs losses of 0 or more, or their power is not defined. Got "
         "-0.5. Use a meta_loss that cannot be negative."),
        (CAGrad(-1), [1.0], "`c` should be 0 or more, and finite. Got -1."),
        (CAGrad(float("nan")), [1.0], "`c` should be 0 or more, and finite. Got nan."),
    ],
)  # fmt: skip
def test_bad_parameters_are_explained(protocol, losses, message):
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        protocol.weights(MetaStep(np.array(losses), np.eye(1)))


@pytest.mark.parametrize("name", PROTOCOLS)
def test_steps_at_the_ends_of_float64_give_finite_weights_or_none(name):
    rng = np.random.default_rng(20)
    for trial in range(400):
        n_players = int(rng.integers(1, 7))
        H = rng.normal(size=(20, n_players)) + (trial % 3)
        exponents = rng.choice([-320.0, -310.0, -200.0, 0.0, 200.0, 307.0], n_players)
        if trial % 2:
            exponents = exponents[0]
        step = MetaStep(rng.uniform(size=n_players), hypergradients=H * 10.0**exponents)
        beta = get_protocol(name).weights(step)
        assert beta is None or np.isfinite(beta).all()


@pytest.mark.parametrize("exponent", [-1000, -600, 600, 1000])
@pytest.mark.parametrize("protocol", [MGDA(), CAGrad(), CAGrad(1e200), Nash("ball")])
def test_a_power_of_two_in_all_hypergradients_changes_no_direction(protocol, exponent):
    rng = np.random.default_rng(21)
    H = rng.normal(size=(20, 4)) + 1
    expected = protocol.weights(MetaStep(np.ones(4), hypergradients=H))
    scaled = MetaStep(np.ones(4), hypergradients=np.ldexp(H, exponent))
    beta = protocol.weights(scaled)
    np.testing.assert_allclose(beta / beta.max(), expected / expected.max(), rtol=1e-9)


def test_a_gram_beyond_float64_is_refused_and_built_in_rules_do_without():
    step = MetaStep(np.ones(2), hypergradients=[[1e200, 0.0], [0.0, 1e200]])
    np.testing.assert_allclose(MGDA().weights(step), [0.5, 0.5])
    message = (
        "`gram` is beyond float64's range: the hypergradients are as large as 1.0e+200. "
        "Divide them by a constant."
    )
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        _ = step.gram


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (([1.0, np.nan],), "`losses` should be finite. It contains NaN or infinity."),
        (([[1.0]],), "`losses` should be a vector (one dimension). Got shape (1, 1)."),
        (([1.0], [[np.inf]]), "`gram` should be finite. It contains NaN or infinity."),
        (([1.0, 2.0], [[1.0]]),
         "`gram` should have shape (2, 2), a row and a column for each loss. Got shape "
         "(1, 1)."),
        (([1.0], None, [[np.nan]]),
         "`hypergradients` should be finite. It contains NaN or infinity."),
        (([1.0], None, [[1.0, 2.0]]),
         "`hypergradients` should have shape (n_samples, 1), a column for each loss. Got "
         "shape (1, 2)."),
    ],
)  # fmt: skip
def test_a_step_of_bad_values_is_explained(arguments, message):
    losses, gram, H = (*arguments, None, None)[:3]
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        MetaStep(losses, gram, hypergradients=H)
