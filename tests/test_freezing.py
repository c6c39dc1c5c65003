"""Layers that callbacks freeze and unfreeze learn, or do not, as under autograd."""

import numpy as np
import pytest
import torch
from skorch.callbacks import Callback, Freezer, Unfreezer
from torch import nn

from tests.small_model import VALIDATION, X, Y, fit, make_classifier, raises

ENGINES = ("ghost", "autograd", "loop", "auto")


class Freeze(Callback):
    """Freezes or unfreezes parameters at the beginning of an epoch, by hand."""

    def __init__(self, epoch, names, frozen=True):
        self.epoch, self.names, self.frozen = epoch, names, frozen

    def on_epoch_begin(self, net, **kwargs):
        if len(net.history) == self.epoch:
            for name in self.names:
                net.module_.get_parameter(name).requires_grad_(not self.frozen)


def network(n_features, n_classes):
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(n_features, 6), nn.Tanh(), nn.Linear(6, n_classes))


def part_frozen(n_features, n_classes):
    module = network(n_features, n_classes)
    module[0].requires_grad_(False)
    return module


CASES = {
    "freezer": (network, lambda: [Freezer("0.*")]),
    "unfreezer": (part_frozen, lambda: [Unfreezer("0.*", at=2)]),
    "freezer, then unfreezer": (
        network, lambda: [Freezer("0.*"), Unfreezer("0.*", at=3)]),
    "last layer frozen": (network, lambda: [Freezer("2.*", at=2)]),
    "all but one bias": (
        network, lambda: [Freeze(2, ["0.weight", "0.bias", "2.weight"])]),
    "by hand": (part_frozen, lambda: [Freeze(2, ["0.bias"], frozen=False)]),
    "frozen from the start": (part_frozen, lambda: None),
    "instance with a frozen part": (part_frozen(5, 2), lambda: None),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_what_is_frozen_stays_and_what_is_not_learns_the_same_by_every_engine(case):
    module, callbacks = CASES[case]
    fits = {
        engine: fit(module=module, callbacks=callbacks(), engine=engine)
        for engine in ENGINES
    }
    start = part_frozen(5, 2).state_dict()
    states = {engine: clf.module_.state_dict() for engine, clf in fits.items()}
    assert fits["auto"].net_.engine_ == "ghost"
    for name, value in states["loop"].items():
        for engine in ENGINES:
            torch.testing.assert_close(states[engine][name], value, rtol=1e-3, atol=1e-5)
        always_frozen = name.startswith("0.") and case in (
            "freezer", "frozen from the start", "instance with a frozen part")  # fmt: skip
        always_frozen |= (case, name) == ("by hand", "0.weight")
        assert torch.equal(value, start[name]) == always_frozen


@pytest.mark.parametrize("engine", ENGINES)
def test_nothing_left_to_train_is_refused(engine):
    message = (
        "`module` should have a parameter to train at every step. Got one whose parameters "
        "are all frozen. Leave requires_grad=True for at least one of them."
    )
    with raises(message):
        fit(module=network, callbacks=[Freezer("*", at=2)], engine=engine)


class Scaled(nn.Sequential):
    """With a layer that has no rule, frozen at first."""

    def __init__(self):
        super().__init__(nn.Linear(5, 6), Scale(), nn.Linear(6, 2))
        self[1].factor.requires_grad_(False)


class Scale(nn.Module):
    def __init__(self):
        super().__init__()
        self.factor = nn.Parameter(torch.ones(6))

    def forward(self, X):
        return self.factor * X


def test_a_layer_without_a_rule_changes_the_engine_when_it_is_unfrozen(capsys):
    thaw = Freeze(2, ["1.factor"], frozen=False)
    clf = fit(module=Scaled, callbacks=[thaw], verbose=1)
    assert clf.net_.engine_ == "autograd"
    assert not torch.equal(clf.module_[1].factor, torch.ones(6))
    taken = [line for line in capsys.readouterr().out.splitlines() if "Took" in line]
    assert taken == [
        "Took engine='ghost': its hypergradients are exact for this module.",
        "Took engine='autograd': Scale has parameters and no layer rule. Forward mode is "
        "no faster.",
    ]
    message = (
        "engine='ghost' cannot serve this module: Scale has parameters and no layer rule. "
        "Use engine='auto'."
    )
    with raises(message):
        fit(module=Scaled, callbacks=[thaw], engine="ghost")


def in_two_groups(groups, lr, momentum, weight_decay):
    """The first layer learns at a tenth of the rate."""
    groups = list(groups)
    parameters = groups[0]["params"] if isinstance(groups[0], dict) else groups
    return torch.optim.SGD(
        [{"params": parameters[2:]}, {"params": parameters[:2], "lr": lr / 10}],
        lr=lr,
        momentum=momentum,
    )


def test_groups_of_parameters_have_their_own_rates():
    fits = [fit(module=network, optimizer=in_two_groups, engine=e) for e in ENGINES]
    assert [len(clf.net_.optimizer_.param_groups) for clf in fits] == [2] * 4
    for clf in fits[1:]:
        np.testing.assert_allclose(
            clf.predict_proba(X), fits[0].predict_proba(X), rtol=1e-3
        )


def test_a_run_that_goes_on_keeps_what_is_frozen():
    clf = make_classifier(module=network, callbacks=[Freezer("0.*")])
    clf.fit(X, Y, **VALIDATION)
    before = clf.module_[0].weight.clone()
    clf.set_params(callbacks=None).partial_fit(X, Y, **VALIDATION)
    assert torch.equal(clf.module_[0].weight, before)
