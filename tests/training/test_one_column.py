"""Goals that read losses alone follow one column; what was not measured is None."""

import numpy as np
import pytest
import torch

from skfairbargain._training._goal_column import GoalColumn
from skfairbargain._training._weighting import Weighting
from skfairbargain.protocols import PROTOCOLS, LtR, MetaGDRO, MetaStep
from tests.small_model import VALIDATION, Normalised, X, Y, fit, make_classifier

BY_LOSSES = ["ltr", "meta_gdro", "forml", "generalized_mean"]


def test_protocols_that_read_losses_alone_say_so_and_do():
    assert [name for name, kind in PROTOCOLS.items() if not kind.needs_gram] == [
        "ltr", "meta_gdro", "forml", "generalized_mean"
    ]  # fmt: skip
    for name in BY_LOSSES:
        assert PROTOCOLS[name]().weights(MetaStep([0.5, 0.2, 0.9])).shape == (3,)


def assert_same_fit(one, other, atol=1e-9):
    np.testing.assert_allclose(
        one.predict_proba(X), other.predict_proba(X), rtol=0, atol=atol
    )
    np.testing.assert_allclose(
        one.applied_weight_, other.applied_weight_, rtol=1e-6, atol=atol
    )


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("players", ["cells", "groups"])
@pytest.mark.parametrize("engine", ["kernel", "ghost", "autograd", "loop"])
@pytest.mark.parametrize("goal", BY_LOSSES)
def test_one_column_trains_as_all_of_them(goal, engine, players, weighted):
    options = {
        "goal": goal, "engine": engine, "players": players, "dropout": 0.0,
        "bargaining": None, "max_epochs": 2, "harmless_goal": False,
    }  # fmt: skip
    weight = np.random.default_rng(0).uniform(0.5, 2, len(Y)) if weighted else None
    every, never = (
        make_classifier(**options, measure_every=n).fit(
            X, Y, sample_weight=weight, **VALIDATION
        )
        for n in (1, None)
    )
    assert_same_fit(every, never)
    assert every.cell_influence_.any()
    assert not never.cell_influence_.any()


@pytest.mark.parametrize("norm", ["l1", "l2", None])
def test_every_norm_and_a_module_with_batch_statistics(norm):
    options = {"weight_norm": norm, "module": Normalised, "bargaining": None}
    options |= {"anchor": 0.2, "max_epochs": 2}
    assert_same_fit(fit(**options), fit(**options, measure_every=None), atol=1e-6)


def test_what_was_not_measured_is_none():
    clf = fit(measure_every=None, max_epochs=4, bargain_epochs=2)
    first, last = clf.history_[0], clf.history_[-1]
    assert isinstance(first["conflict_rate"], float)
    assert last["conflict_rate"] is None
    names = list(first["player_conflict_rates"])
    assert last["player_conflict_rates"] == dict.fromkeys(names)
    for key in ("opposed_rates", "opposed_agreed_rates"):
        assert last[key][names[0]] == dict.fromkeys(names[1:])
    # Stage 1 measures every step.
    assert clf.cell_influence_.any()


def test_some_steps_are_measured():
    """Three steps an epoch: of six of stage 2, numbers 2, 4 and 6 are measured."""
    options = {"bargaining": None, "max_epochs": 2, "dropout": 0.0}
    every, some = fit(**options), fit(**options, measure_every=2)
    assert_same_fit(every, some)
    assert isinstance(some.history_[0]["conflict_rate"], float)
    measured = (
        some.cell_influence_.any(axis=1).sum(),
        every.cell_influence_.any(axis=1).sum(),
    )
    assert 0 < measured[0] < measured[1]
    counted = {round(3 * row["conflict_rate"] * 2) / 2 for row in some.history_}
    assert counted <= {0.0, 1.5, 3.0}


class Losses(LtR):
    """A rule of the user's, which reads what it says."""

    needs_gram = True

    def weights(self, step):
        assert step.hypergradients is not None
        return super().weights(step)


@pytest.mark.parametrize("options", [{"goal": Losses()}, {"harmless_goal": True}], ids=str)
def test_goals_that_need_all_columns_get_them(options):
    clf = fit(measure_every=None, bargaining=None, **options)
    assert isinstance(clf.history_[-1]["conflict_rate"], float)


@pytest.mark.parametrize("undefined", [np.nan, np.inf])
def test_a_step_with_undefined_losses_gets_a_column_of_zeros(undefined):
    averages = np.kron(np.eye(4), np.full((2, 1), 0.5))
    weighting = Weighting(MetaGDRO(), None, [0, 0, 1, 1], "cells", 1.0, 0.0, "l2")
    column = GoalColumn(weighting, averages, torch.from_numpy(averages))
    losses = torch.tensor([1.0, 2, 3, 4, 5, 6, 7, 9])
    # The second group's loss, 6.75, is the mean of its two cells'.
    expected = [[0.0]] * 4 + [[0.25]] * 4
    assert column(losses).tolist() == expected
    losses[2] = undefined
    assert column(losses).tolist() == [[0.0]] * 8


class Silent(LtR):
    def weights(self, step):
        return None


def test_a_goal_without_an_agreement_leaves_the_uniform_weights():
    options = {"bargaining": None, "goal": Silent(), "max_epochs": 2, "anchor": 0.5}
    clf = fit(measure_every=None, **options)
    assert_same_fit(clf, fit(**options))
    assert np.ptp(clf.applied_weight_[clf.applied_weight_ > 0]) == 0
