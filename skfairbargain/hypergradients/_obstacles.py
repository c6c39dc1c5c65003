"""What in a module's structure the ghost engine would be wrong for."""

from torch import nn

from .._utils import layer_name
from ._layer_rules import LAYER_RULES

# Options of embeddings with which a row's gradient or output is not its own, or is sparse.
OPTIONS = ("max_norm", "scale_grad_by_freq", "sparse")


def structural_obstacle(module):
    """Say in one sentence why the ghost engine would be wrong for a module, or None.

    Parameters
    ----------
    module : torch.nn.Module

    Returns
    -------
    why_not : str or None
    """
    owners = {}
    for name, layer in module.named_modules():
        if isinstance(layer, nn.modules.batchnorm._BatchNorm):
            return f"{type(layer).__name__} mixes the samples of a batch."
        own = {n: p for n, p in layer.named_parameters(recurse=False) if p.requires_grad}
        if own and type(layer) not in LAYER_RULES:
            return f"{type(layer).__name__} has parameters and no layer rule."
        for parameter in own.values():
            if owners.setdefault(id(parameter), layer) is not layer:
                return "two of its layers share a parameter."
        why_not = _changed_layer(layer, own) if own else None
        if why_not is not None:
            return f"{layer_name(name, layer)} {why_not}."
    return None


def _changed_layer(layer, own):
    """What makes a layer behave otherwise than its class, which its rule is for."""
    if "forward" in vars(layer):
        return "has a forward of its own"
    if any(
        getattr(layer, f"_{kind}_hooks")
        for kind in ("forward", "forward_pre", "backward", "backward_pre")
    ):
        return "has a hook"
    for name, parameter in own.items():
        if parameter._backward_hooks or parameter._post_accumulate_grad_hooks:
            return f"has a hook on its {name}"
    for option in OPTIONS:
        if getattr(layer, option, None):
            return f"has the option {option}, which its rule does not support"
    return None
