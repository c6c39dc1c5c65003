"""Aggregators meet their defining conditions, agree with TorchJD, train a classifier."""

import re

import numpy as np
import pytest
import torch
from sklearn.base import clone
from torchjd.aggregation import CAGradWeighting, MGDAWeighting, PCGradWeighting

from skfairbargain import NashMetaClassifier
from skfairbargain.datasets import make_biased_classification
from skfairbargain.model_selection import balanced_validation_split
from skfairbargain.protocols import MGDA, CAGrad, GeneralizedMean, MetaStep, PCGrad
from skfairbargain.protocols._pcgrad import _project_in_turn

AGGREGATORS = [GeneralizedMean(), PCGrad(), MGDA(), CAGrad(), CAGrad(c=1.5)]
ALIASES = ["generalized_mean", "pcgrad", "mgda", "cagrad"]


def random_hypergradients(rng, *, shared, scale=0.0):
    """2 to 50 players of any rank, with `shared` of a direction that all like."""
    n_players = int(rng.integers(2, 51))
    rank = int(rng.integers(1, n_players + 1))
    H = rng.normal(size=(80, rank)) @ rng.normal(size=(rank, n_players))
    H /= np.linalg.norm(H, axis=0)
    H += shared * np.abs(rng.normal(size=(80, 1))) / np.sqrt(80)
    return H * 10 ** rng.uniform(-scale, scale, n_players)


def by_torchjd(weighting, H):
    return weighting(torch.from_numpy(H.T @ H)).numpy()


def convex_bound(H, w, c):
    """The dual of CAGrad at w: no direction of the ball gives everybody more."""
    average = H.mean(axis=1)
    combined = H @ w
    return combined @ average + c * np.linalg.norm(average) * np.linalg.norm(combined)


# Generalised mean


@pytest.mark.parametrize("power", [-3.0, -1.0, 0.0, 0.5, 1.0, 2.0, 3.7, 30.0])
def test_generalized_mean_is_the_gradient_of_the_power_mean(power):
    losses = np.array([0.3, 1.1, 0.7, 2.0])

    def mean(x):
        return np.exp(np.log(x).mean()) if power == 0 else np.mean(x**power) ** (1 / power)

    steps = 1e-5 * np.eye(4)
    expected = [(mean(losses + h) - mean(losses - h)) / 2e-5 for h in steps]
    beta = GeneralizedMean(power).weights(MetaStep(losses, np.eye(4)))
    np.testing.assert_allclose(beta, expected, rtol=1e-7, atol=1e-10)
    # The mean has degree 1, so that by Euler's theorem Σ β_k L_k is the mean itself.
    assert beta @ losses == pytest.approx(mean(losses))


@pytest.mark.parametrize("scale", [1e-300, 1e-8, 1e8, 1e300])
def test_generalized_mean_does_not_care_about_the_unit_of_losses(scale):
    losses = np.array([0.3, 1.1, 0.7])
    expected = GeneralizedMean(3).weights(MetaStep(losses, np.eye(3)))
    np.testing.assert_allclose(
        GeneralizedMean(3).weights(MetaStep(scale * losses, np.eye(3))),
        expected,
        rtol=1e-12,
    )


@pytest.mark.parametrize("power", [-1000, -2, 0, 0.5, 1, 2, 1000])
@pytest.mark.parametrize("losses", [[0.0, 0.0], [0.0, 1.0], [1e-320, 1.0], [5.0, 5.0]])
def test_generalized_mean_of_losses_of_zero_is_finite(power, losses):
    beta = GeneralizedMean(power).weights(MetaStep(np.array(losses), np.eye(2)))
    assert np.isfinite(beta).all()
    assert (beta >= 0).all()
    assert beta.any()
    if losses[0] == losses[1]:
        assert beta == pytest.approx([0.5, 0.5])


def test_generalized_mean_goes_from_the_average_to_the_worst():
    losses = np.array([0.3, 1.1, 0.7])
    average = GeneralizedMean(1).weights(MetaStep(losses, np.eye(3)))
    np.testing.assert_allclose(average, np.full(3, 1 / 3), rtol=1e-15)
    shares = GeneralizedMean(1000).weights(MetaStep(losses, np.eye(3)))
    np.testing.assert_allclose(shares / shares.sum(), [0, 1, 0], atol=1e-9)


# PCGrad


def test_pcgrad_by_hand():
    # h₁ = (1, 0), h₂ = (−1, 1): ⟨h₁, h₂⟩ = −1, ‖h₂‖² = 2. Projected, h₁ + h₂/2 = (½, ½) and
    # h₂ + h₁ = (0, 1); β = (1 + 1, ½ + 1).
    gram = np.array([[1.0, -1.0], [-1.0, 2.0]])
    np.testing.assert_array_equal(PCGrad().weights(MetaStep(np.ones(2), gram)), [2.0, 1.5])
    # h₃ = (0, −1) is at right angles to h₁ and against h₂: ⟨h₂, h₃⟩ = −1.
    gram = np.array([[1.0, -1.0, 0.0], [-1.0, 2.0, -1.0], [0.0, -1.0, 1.0]])
    orders = np.array([[1, 2, 0], [0, 2, 1], [0, 1, 2]])
    # Player 1: meets 2: (½, ½), then 3: product −½, ends at (½, 0) = h₁ + h₂/2 + h₃/2.
    # Player 2: meets 1: (0, 1), then 3: product −1, ends at 0 = h₂ + h₁ + h₃.
    # Player 3: meets 1: product 0, stays; then 2: −1, ends at (−½, −½) = h₃ + h₂/2.
    expected = [1 + 1 + 0, 0.5 + 1 + 0.5, 0.5 + 1 + 1]
    np.testing.assert_array_equal(_project_in_turn(gram, orders), expected)


def test_pcgrad_agrees_with_torchjd_for_the_orders_that_torchjd_drew():
    rng = np.random.default_rng(0)
    for seed in range(60):
        H = random_hypergradients(rng, shared=0.1 * (seed % 2))
        n_players = H.shape[1]
        torch.manual_seed(seed)
        expected = by_torchjd(PCGradWeighting(), H)
        torch.manual_seed(seed)
        orders = np.stack([torch.randperm(n_players).numpy() for _ in range(n_players)])
        beta = _project_in_turn(H.T @ H, orders)
        np.testing.assert_allclose(H @ beta, H @ expected, rtol=1e-6, atol=1e-6)
        if n_players == 2:
            np.testing.assert_allclose(
                PCGrad().weights(MetaStep(np.ones(2), H.T @ H)), expected, rtol=1e-6
            )


def test_pcgrad_of_two_hurts_neither_and_of_many_may():
    rng = np.random.default_rng(1)
    hurt = 0
    for _ in range(200):
        H = rng.normal(size=(5, 2))
        beta = PCGrad().weights(MetaStep(np.ones(2), H.T @ H))
        assert (H.T @ H @ beta >= -1e-12).all()
        H = rng.normal(size=(5, 4))
        hurt += (H.T @ H @ PCGrad().weights(MetaStep(np.ones(4), H.T @ H))).min() < -1e-6
    assert hurt > 10


def test_pcgrad_repeats_itself_and_changes_its_orders_from_step_to_step():
    rng = np.random.default_rng(2)
    H = rng.normal(size=(6, 5))
    gram = H.T @ H
    beta = PCGrad().weights(MetaStep(np.ones(5), gram))
    np.testing.assert_array_equal(clone(PCGrad()).weights(MetaStep(np.ones(5), gram)), beta)
    seeds = {tuple(PCGrad(seed).weights(MetaStep(np.ones(5), gram))) for seed in range(20)}
    assert len(seeds) > 5
    # Scaled by less than 1e-9, other orders are drawn for what is the same problem.
    steps = {
        tuple(PCGrad().weights(MetaStep(np.ones(5), gram * (1 + 1e-12 * t))).round(6))
        for t in range(20)
    }
    assert len(steps) > 5


# MGDA


def test_mgda_is_the_shortest_point_of_the_hull():
    rng = np.random.default_rng(3)
    found = 0
    for trial in range(300):
        H = random_hypergradients(rng, shared=trial % 3, scale=trial % 2)
        beta = MGDA().weights(MetaStep(np.ones(H.shape[1]), H.T @ H))
        if beta is None:
            continue
        found += 1
        assert (beta >= 0).all()
        assert beta.sum() == pytest.approx(1)
        direction = H @ beta
        # By projection onto a convex set: nobody gains less than ‖d‖², those with a
        # weight exactly that.
        surplus = (H.T @ direction - direction @ direction) / np.linalg.norm(direction)
        assert (surplus / np.linalg.norm(H, axis=0)).min() > -1e-6
        assert (beta * surplus).sum() < 1e-6 * np.linalg.norm(direction)
    assert found > 150


@pytest.mark.parametrize("n_players", [2, 3, 10, 50])
def test_mgda_is_no_longer_than_what_torchjd_finds(n_players):
    rng = np.random.default_rng(n_players)
    for _ in range(5):
        H = rng.normal(size=(80, n_players))
        beta = MGDA().weights(MetaStep(np.ones(n_players), H.T @ H))
        expected = by_torchjd(MGDAWeighting(epsilon=1e-12, max_iters=2_000), H)
        if n_players <= 3:  # where Frank and Wolfe's iteration reaches the end
            np.testing.assert_allclose(beta, expected, atol=1e-6)
        assert np.linalg.norm(H @ beta) <= np.linalg.norm(H @ expected) * (1 + 1e-12)


# CAGrad


@pytest.mark.parametrize("c", [0.1, 0.5, 0.9, 1.0, 1.5, 10.0])
def test_cagrad_is_the_best_of_its_ball_for_whoever_gains_least(c):
    rng = np.random.default_rng(4)
    found = 0
    for trial in range(100):
        H = random_hypergradients(rng, shared=1 + trial % 3, scale=0.5 * (trial % 2))
        n_players = H.shape[1]
        beta = CAGrad(c).weights(MetaStep(np.ones(n_players), H.T @ H))
        if beta is None:
            continue
        found += 1
        correction = beta - 1 / n_players
        assert correction.min() >= -1e-15
        radius = c * np.linalg.norm(H.mean(axis=1))
        assert np.linalg.norm(H @ correction) == pytest.approx(radius, rel=1e-6)
        # No duality gap: the multipliers prove that nobody's gain can be raised further.
        bound = convex_bound(H, correction / correction.sum(), c)
        length = np.linalg.norm(H.mean(axis=1)) * np.linalg.norm(H, axis=0).min()
        assert (H.T @ H @ beta).min() == pytest.approx(bound, abs=1e-6 * (1 + c) * length)
    assert found > 60


@pytest.mark.parametrize("c", [0.2, 0.6, 1.2])
@pytest.mark.parametrize("n_players", [2, 3, 8, 20])
def test_cagrad_gives_at_least_what_torchjd_finds(c, n_players):
    rng = np.random.default_rng(n_players)
    for _ in range(3):
        H = rng.normal(size=(60, n_players)) + 0.3
        beta = CAGrad(c).weights(MetaStep(np.ones(n_players), H.T @ H))
        expected = by_torchjd(CAGradWeighting(c=c), H)
        ours, theirs = (H.T @ H @ beta).min(), (H.T @ H @ expected).min()
        assert ours >= theirs - 1e-6 * abs(theirs)
        # TorchJD stops at cvxpy's tolerance on the dual, whose bound is ours to 1e-6.
        w = np.maximum(expected - 1 / n_players, 0)
        assert convex_bound(H, w / w.sum(), c) == pytest.approx(ours, rel=1e-6)
        cosine = (H @ beta) @ (H @ expected)
        cosine /= np.linalg.norm(H @ beta) * np.linalg.norm(H @ expected)
        assert cosine == pytest.approx(1, abs=1e-6)


@pytest.mark.parametrize("c", [0.1, 0.5, 0.9])
def test_cagrad_where_not_all_can_gain_makes_the_largest_loss_smallest(c):
    # Three players at 120°: every direction costs one of them. The average is not zero.
    angles = 2 * np.pi * np.arange(3) / 3
    H = np.stack([np.cos(angles), np.sin(angles)]) * [1.0, 1.0, 1.5]
    beta = CAGrad(c).weights(MetaStep(np.ones(3), H.T @ H))
    correction = beta - 1 / 3
    smallest = (H.T @ H @ beta).min()
    assert smallest < 0
    bound = convex_bound(H, correction / correction.sum(), c)
    assert smallest == pytest.approx(bound, abs=1e-9)


def test_cagrad_goes_from_the_average_to_serving_everybody():
    H = np.array([[4.0, -1.0], [0.0, 1.0]])
    gram = H.T @ H
    np.testing.assert_array_equal(
        CAGrad(c=0).weights(MetaStep(np.ones(2), gram)), [0.5, 0.5]
    )
    smallest = [
        (gram @ CAGrad(c).weights(MetaStep(np.ones(2), gram))).min()
        for c in (0, 0.3, 0.6, 0.9, 1.2)
    ]
    assert smallest == sorted(smallest)
    assert smallest[0] < 0 < smallest[-1]


# All of them


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
def test_whatever_comes_the_weights_are_finite_or_none(protocol, spread):
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
def test_one_player_is_served_and_nobody_is_no_trouble(protocol):
    direction = protocol.weights(MetaStep(np.array([0.3]), np.array([[4.0]])))
    assert direction.shape == (1,)
    assert direction[0] > 0
    beta = protocol.weights(MetaStep(np.ones(3), np.zeros((3, 3))))
    assert beta is None or np.isfinite(beta).all()
    assert (beta is None) == isinstance(protocol, MGDA | CAGrad)


@pytest.mark.parametrize("protocol", [MGDA(), CAGrad(c=1.0), CAGrad(c=2.0)], ids=repr)
def test_who_cannot_be_served_together_gets_none(protocol):
    angles = 2 * np.pi * np.arange(3) / 3
    cycle = np.stack([np.cos(angles), np.sin(angles)]) * [1.0, 2.0, 3.0]
    assert protocol.weights(MetaStep(np.ones(3), cycle.T @ cycle)) is None
    opposed = np.array([[1.0, -2.0], [-2.0, 4.0]])
    assert protocol.weights(MetaStep(np.ones(2), opposed)) is None


@pytest.mark.parametrize("scale", [1e-8, 1.0, 1e8])
@pytest.mark.parametrize(
    "protocol", [MGDA(), CAGrad(c=0), CAGrad(c=0.5), CAGrad(c=2.0)], ids=repr
)
def test_the_limit_of_what_can_be_served_together(protocol, scale):
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
