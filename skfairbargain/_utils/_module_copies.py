"""Copies of torch modules, of what they computed and of the hooks on their parameters."""

import copy


def copy_module(module, memo=None):
    """Copy a module deeply, where ``copy.deepcopy`` would fail or leave something out.

    torch copies no tensor that was computed from parameters. Modules with weight
    normalisation have one from the start, and others keep their activations: these are
    copied without their graph. torch's copies of parameters have no hooks; these have.

    Parameters
    ----------
    module : torch.nn.Module
    memo : dict, default=None
        As of ``copy.deepcopy``: what is copied already, by id.

    Returns
    -------
    module : torch.nn.Module

    Raises
    ------
    TypeError
        If something in the module cannot be copied.
    """
    import torch  # not at the top: metrics and splits use this package without torch

    memo = {} if memo is None else memo
    for part in module.modules():
        # Not by `children`: what a module computed is among its plain attributes.
        for tensor in _computed_tensors(vars(part)):
            memo[id(tensor)] = tensor.detach().clone()
    try:
        # A scripted module's parameters would otherwise be computed from the original's.
        with torch.no_grad():
            copied = copy.deepcopy(module, memo)
    except (TypeError, ValueError, RuntimeError) as error:
        raise TypeError(
            "`module` should be a module that copy.deepcopy can copy, or a class or "
            f"function that makes one. Got a {type(module).__name__}, which cannot be "
            f"copied: {error}"
        ) from error
    for parameter, twin in zip(module.parameters(), copied.parameters(), strict=True):
        memo[id(parameter)] = twin  # what is copied next refers to it, as optimizers do
        if twin.requires_grad != parameter.requires_grad:
            twin.requires_grad_(parameter.requires_grad)
        for hook in (parameter._backward_hooks or {}).values():
            twin.register_hook(hook)
        for hook in (parameter._post_accumulate_grad_hooks or {}).values():
            twin.register_post_accumulate_grad_hook(hook)
    return copied


def _computed_tensors(value):
    import torch

    if isinstance(value, torch.Tensor):
        if value.grad_fn is not None:
            yield value
    elif isinstance(value, dict):
        for entry in value.values():
            yield from _computed_tensors(entry)
    elif isinstance(value, list | tuple | set):
        for entry in value:
            yield from _computed_tensors(entry)
