"""Agreements that reach the step: nobody loses by the weights that are applied."""

import warnings

import numpy as np
import pytest

from skfairbargain import NashMetaClassifier
from skfairbargain._training._mixture import Mixture
from skfairbargain._training._weighting import Weighting
from skfairbargain.bargaining import nash_bargaining
from skfairbargain.protocols import FORML, PROTOCOLS, LtR, MetaGDRO, Nash
from tests.small_model import X, fit

CELL_GROUPS = np.array([0, 0, 1, 1])
NORMS = pytest.mark.parametrize("weight_norm", ["l2", "l1", None])
ANCHORS = pytest.mark.parametrize("anchor", [0.0, 0.01, 0.3, 0.5, 0.9, 0.999, 1.0])


def weighting(goal=None, bargaining=None, **changed):
    options = {"players": "cells", "meta_lr": 1.0, "anchor": 0.0, "weight_norm": "l2"}
    options.update(changed)
    return Weighting(goal or MetaGDRO(), bargaining, CELL_GROUPS, **options)


def steps(n, seed=0):
    """Steps of cells of which those of different labels are mostly opposed.

    In a third of them only one sample in ten helps anybody, in another third all help.
    """
    rng = np.random.default_rng(seed)
    for i in range(n):
        shared = rng.normal(size=(40, 1)) * [1, -1, 1, -1]
        noise = rng.normal(size=(40, 4)) + (0.0, 0.7, -1.3)[i % 3]
        H = 10.0 ** rng.uniform(-6, 3) * (rng.uniform(0, 4) * shared + noise)
        sample_weight = rng.uniform(0.1, 3, 40) if i % 2 else None
        yield H, rng.uniform(0.1, 1, 4), sample_weight


def gains(H, weights):
    """Gains of the applied weights, in units of both lengths."""
    return H.T @ weights / np.linalg.norm(H, axis=0) / np.linalg.norm(weights)


@NORMS
@ANCHORS
@pytest.mark.parametrize("players", ["cells", "groups"])
@pytest.mark.parametrize("meta_lr", [0.2, 1.0, 5.0])
def test_a_step_with_an_agreement_is_without_conflict(
    weight_norm, anchor, players, meta_lr
):
    rule = weighting(
        bargaining=Nash(),
        weight_norm=weight_norm,
        anchor=anchor,
        players=players,
        meta_lr=meta_lr,
    )
    agreed = refused = 0
    for H, losses, sample_weight in steps(60):
        decision = rule.decide(H, losses, bargain=True, sample_weight=sample_weight)
        of_players = H @ rule.to_groups if players == "groups" else H
        if decision.possible:
            agreed += 1
            assert decision.alpha is not None
            assert not decision.geometry.conflicts.any()
            assert (gains(of_players, decision.weights) > 0).all()
        else:
            refused += 1
            assert decision.alpha is None
            assert decision.disputants.sum() == pytest.approx(1)
            assert (decision.disputants >= 0).all()
    assert agreed > 5
    if anchor == 1 and players == "cells":
        assert refused > 5  # where equal weights, which are applied, harm a player


@NORMS
@pytest.mark.parametrize("anchor", [0.2, 0.7])
def test_without_an_agreement_no_learned_weights_serve_everybody(weight_norm, anchor):
    """The certificate against random and against single-sample learned weights."""
    rng = np.random.default_rng(1)
    mixture = Mixture(1.0, anchor, weight_norm)
    rule = weighting(bargaining=Nash(), weight_norm=weight_norm, anchor=anchor)
    refused = 0
    for H, losses, sample_weight in steps(60):
        decision = rule.decide(H, losses, bargain=True, sample_weight=sample_weight)
        if decision.possible:
            continue
        refused += 1
        root = np.ones(40) if sample_weight is None else sample_weight**0.5
        tried = [*np.abs(rng.normal(size=(200, 40))) ** 3, *np.eye(40)]
        for learned in tried:
            weights = root * mixture.weights(learned, root)
            # The disputants' sum, each in units of its hypergradient, does not gain.
            units = H / np.linalg.norm(H * root[:, None], axis=0)
            assert decision.disputants @ (units.T @ weights) <= 1e-5 * weights.max()
    assert refused > 5


def test_the_bargain_of_the_l2_norm_is_the_best_of_all_that_can_be_applied():
    rng = np.random.default_rng(2)
    for weight_norm in ("l2", None):
        mixture = Mixture(2.0, 0.4, weight_norm)
        rule = weighting(
            bargaining=Nash(), weight_norm=weight_norm, anchor=0.4, meta_lr=2.0
        )
        for H, losses, _ in steps(20, seed=3):
            decision = rule.decide(H, losses, bargain=True)
            if not decision.possible:
                continue
            best = np.log(gains(H, decision.weights) * np.linalg.norm(decision.weights))
            length = 2.0 if weight_norm is None else 1.0  # √K of four players
            learned = (decision.weights - 0.4 * length / np.sqrt(40)) / 1.2 / length
            assert np.linalg.norm(learned) == pytest.approx(1)
            for _ in range(200):
                other = np.maximum(learned + 0.1 * rng.normal(size=40), 0)
                weights = mixture.weights(other, np.ones(40))
                weights *= length / (np.linalg.norm(other) if weight_norm is None else 1)
                found = gains(H, weights) * np.linalg.norm(weights)
                assert (found <= 0).any() or np.log(found).sum() < best.sum()


def test_in_the_l1_norm_the_uniform_part_grows_with_the_learned_sum():
    # w = (1 − a) m v/Σv + a/B, in proportion to v + f ⟨u, v⟩ u with f = a/((1 − a) m).
    rng = np.random.default_rng(4)
    H, v = rng.normal(size=(9, 3)), rng.uniform(size=9)
    mixture = Mixture(2.0, 0.3, "l1")
    seen, given = mixture.what_is_applied(H, np.ones(9))
    assert given is None
    weights = mixture.weights(v, np.ones(9))
    np.testing.assert_allclose(weights, 0.7 * 2 * v / v.sum() + 0.3 / 9)
    np.testing.assert_allclose(H.T @ weights, seen.T @ v * (1.4 / v.sum()))


@NORMS
def test_without_an_anchor_it_is_the_bargain_over_weights(weight_norm):
    for H, losses, _ in steps(20):
        applied = weighting(bargaining=Nash(), weight_norm=weight_norm)
        learned = weighting(bargaining=Nash(applied=False), weight_norm=weight_norm)
        one, other = (rule.decide(H, losses, bargain=True) for rule in (applied, learned))
        np.testing.assert_array_equal(one.weights, other.weights)


def test_bargaining_over_learned_weights_alone_can_break_the_agreement():
    broken = 0
    rule = weighting(bargaining=Nash(applied=False), anchor=0.5)
    for H, losses, _ in steps(60):
        decision = rule.decide(H, losses, bargain=True)
        assert decision.possible is None
        broken += decision.alpha is not None and decision.geometry.conflicts.any()
    assert broken > 10


def test_a_lower_anchor_is_taken_only_where_the_players_cannot_agree_at_the_set_one():
    fixed = weighting(bargaining=Nash(), anchor=0.8)
    lower = weighting(bargaining=Nash(lower_anchor=True), anchor=0.8)
    rescued = 0
    for H, losses, _ in steps(60):
        at_set = fixed.decide(H, losses, bargain=True)
        at_lower = lower.decide(H, losses, bargain=True)
        if at_set.possible:
            np.testing.assert_array_equal(at_lower.weights, at_set.weights)
        elif at_lower.possible:
            rescued += 1
            assert not at_lower.geometry.conflicts.any()
    assert rescued > 5


@NORMS
@pytest.mark.parametrize("anchor", [0.0, 0.3, 0.9, 1.0])
@pytest.mark.parametrize("goal", [LtR(), FORML(), MetaGDRO()])
def test_a_harmless_goal_harms_nobody_where_that_is_possible(weight_norm, anchor, goal):
    free = weighting(goal, weight_norm=weight_norm, anchor=anchor)
    bound = weighting(goal, weight_norm=weight_norm, anchor=anchor, harmless_goal=True)
    harmless = changed = 0
    for H, losses, sample_weight in steps(60, seed=5):
        given = {"bargain": False, "sample_weight": sample_weight}
        by_goal, decision = (
            free.decide(H, losses, **given),
            bound.decide(H, losses, **given),
        )
        assert by_goal.possible is None
        if not decision.possible:
            np.testing.assert_array_equal(decision.weights, by_goal.weights)
            assert decision.disputants.sum() == pytest.approx(1)
            continue
        harmless += 1
        assert not decision.geometry.conflicts.any()
        if by_goal.geometry.conflicts.any():
            changed += 1
            assert (gains(H, decision.weights) > 0).all()
        else:
            np.testing.assert_array_equal(decision.weights, by_goal.weights)
        assert np.linalg.norm(decision.weights) <= np.linalg.norm(by_goal.weights) * 1.5
    assert harmless > 5
    assert changed > 1 or anchor == 1


def test_a_goal_that_raises_losses_is_kept_from_harm_unless_that_is_turned_off():
    assert [name for name, kind in PROTOCOLS.items() if kind.raises_losses] == ["forml"]
    for goal, counterpart in (("forml", True), ("ltr", False), ("meta_gdro", False)):
        fits = {
            harmless: fit(
                goal=goal,
                bargaining=None,
                max_epochs=2,
                dropout=0.0,
                harmless_goal=harmless,
            )
            for harmless in ("auto", True, False)
        }
        scores = {harmless: clf.predict_proba(X) for harmless, clf in fits.items()}
        np.testing.assert_array_equal(scores["auto"], scores[counterpart])
        assert not np.array_equal(scores["auto"], scores[not counterpart])
        conflict = {
            harmless: np.mean([row["conflict_rate"] for row in clf.history_])
            for harmless, clf in fits.items()
        }
        assert conflict[True] < conflict[False]


def test_stage_1_without_an_agreement_leaves_the_goal_as_it_is():
    rule = weighting(bargaining=Nash(), anchor=0.5, harmless_goal=True)
    plain = weighting(anchor=0.5)
    seen = 0
    for H, losses, _ in steps(60):
        decision = rule.decide(H, losses, bargain=True)
        if not decision.possible:
            seen += 1
            by_goal = plain.decide(H, losses, bargain=False)
            np.testing.assert_array_equal(decision.weights, by_goal.weights)
    assert seen > 2


def test_alpha_is_one_over_the_gain_of_what_is_applied():
    rng = np.random.default_rng(6)
    H = np.abs(rng.normal(size=(30, 1))) + rng.normal(size=(30, 4))
    decision = weighting(bargaining=Nash(), anchor=0.25).decide(H, np.ones(4), bargain=True)
    # w = ¾ v + ¼ u, so the gain per learned length is ⟨h_k, w⟩/¾.
    np.testing.assert_allclose(H.T @ decision.weights / 0.75, 1 / decision.alpha)
    solution = nash_bargaining(
        hypergradients=H, feasible="weights", given=H.sum(axis=0) / np.sqrt(30) / 3
    )
    np.testing.assert_allclose(solution.alpha, decision.alpha)


def test_an_anchor_of_1_leaves_nothing_to_agree_on():
    """Plain training is no bargain that failed, so it says nothing of agreements."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(200, 3))
    y = (X[:, 0] > 0).astype(int)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        clf = NashMetaClassifier(anchor=1.0, max_epochs=20, lr=0.02, random_state=0)
        clf.fit(X, y, X_val=X[:40], y_val=y[:40], groups_val=np.arange(40) // 2 % 2)
    assert not caught
    assert clf.history_[0]["stage"] == 1
