"""Copies of modules that torch cannot copy, or not whole."""

import warnings

import torch

from skfairbargain._utils import copy_module
from tests.hypergradients.zoo import old_weight_norm, plain


def test_what_was_computed_is_copied_without_its_graph():
    module = old_weight_norm()
    module.kept = {"last": [module(torch.ones(2, 8))]}
    copied = copy_module(module)
    assert torch.equal(copied.kept["last"][0], module.kept["last"][0])
    assert copied.kept["last"][0].grad_fn is None
    assert module.kept["last"][0].grad_fn is not None
    copied(torch.ones(2, 8)).sum().backward()
    assert copied[0].weight_v.grad is not None
    assert module[0].weight_v.grad is None


def test_hooks_on_parameters_are_copied():
    module, calls = plain(), []
    module[0].weight.register_hook(lambda gradient: 0 * gradient)
    module[0].bias.register_post_accumulate_grad_hook(calls.append)
    copied = copy_module(module)
    copied(torch.ones(2, 8)).sum().backward()
    assert not copied[0].weight.grad.any()
    assert calls == [copied[0].bias]


def test_a_copy_of_a_scripted_module_has_parameters_of_its_own():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        module = torch.jit.script(plain().requires_grad_(False))
        next(module.parameters()).requires_grad_(True)
        memo = {}
        copied = copy_module(module, memo)
    pairs = list(zip(module.parameters(), copied.parameters(), strict=True))
    assert [twin.requires_grad for _, twin in pairs] == [True, False, False, False]
    assert all(twin.is_leaf and memo[id(one)] is twin for one, twin in pairs)
    copied(torch.ones(2, 8)).sum().backward()
    assert pairs[0][0].grad is None
    assert pairs[0][1].grad is not None
