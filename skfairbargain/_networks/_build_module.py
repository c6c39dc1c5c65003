"""The network of a training: made or copied, and checked on a few rows."""

import inspect

import numpy as np
import torch
from torch import nn

from .._inputs import channels_last
from .._utils import copy_module, first_line, layer_of_error, shortly, warn_user
from ..exceptions import ChannelsLastWarning
from ._mlp import MLP

# The keywords that a class or function for `module` may name.
KEYWORDS = ("n_features", "n_classes", "row_shape")
CHANNELS_LAST = (
    " The rows seem to be images whose channels are last, and torch's layers take them "
    "first: pass `X.transpose(0, 3, 1, 2)`, and `X_val` alike."
)
NO_CHANNELS = (
    " The rows seem to be images without an axis of channels, which torch's layers take "
    "first: pass `X[:, None]`, and `X_val` alike."
)
FLAT = (
    " The rows are flat, and this layer takes images: pass arrays of shape (n, channels, "
    "height, width)."
)
TOKENS = " A network gets floats: call `.long()` on what are tokens, in its forward."


def build_module(
    module, n_features, n_classes, *, hidden_layer_sizes, dropout, example, generator=None
):
    """Return a network in the dtype of `example`, and check that it fits.

    Parameters
    ----------
    module : class, callable, torch.nn.Module or None
        None makes an `MLP`; an instance is copied; others are called.
    n_features, n_classes : int
    hidden_layer_sizes, dropout :
        Of the `MLP`.
    example : ndarray of shape (n, ...)
        A few rows.
    generator : torch.Generator, default=None
        Of the `MLP`.

    Returns
    -------
    module : torch.nn.Module

    Raises
    ------
    TypeError
        If no module can be made or copied.
    ValueError
        If it has nothing to train, or does not map the rows to one logit per class.
    """
    if module is None:
        module = MLP(n_features, n_classes, hidden_layer_sizes, dropout, generator)
    elif isinstance(module, nn.Module):
        module = copy_module(module)
    elif not callable(module):
        raise TypeError(
            "`module` should be a torch.nn.Module, or a class or function that makes one. "
            f"Got {shortly(module)}."
        )
    else:
        module = _made(module, n_features, n_classes, example.shape[1:])
    module = _uncompiled(module)
    _check_parameters(module)
    # Not as many rows as classes, so that the two are not taken for each other.
    n_rows = 3 if n_classes == 2 else 2
    rows = torch.from_numpy(np.resize(example, (n_rows, *example.shape[1:])))
    module = module.to(rows).eval()
    if not any(p.requires_grad for p in module.parameters()):
        raise ValueError(
            "`module` should have parameters to train. Got one without, or with all of "
            "them frozen."
        )
    _check_logits(module, rows, n_classes)
    return module


def _made(make, *values):
    """What a class or function returns, called with those keywords that it names."""
    known = dict(zip(KEYWORDS, values, strict=True))
    try:
        named = inspect.signature(make).parameters
    except ValueError:  # some built-in functions have none
        named = {}
    unknown = [
        name
        for name, parameter in named.items()
        if name not in known
        and parameter.default is parameter.empty
        and parameter.kind not in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD)
    ]
    if unknown:
        raise TypeError(
            "`module` should be a class or function that needs no other arguments than "
            f"n_features, n_classes and row_shape. Got one that needs {', '.join(unknown)}."
            " Bind them with functools.partial."
        )
    module = make(**{name: known[name] for name in known if name in named})
    if not isinstance(module, nn.Module):
        raise TypeError(
            "`module` should be a class or function that makes a torch.nn.Module. Got one "
            f"that makes a {type(module).__name__}."
        )
    return module


def _uncompiled(module):
    """Replace what torch.compile made by what it was made from.

    A compiled module has no second derivatives, and its graph is one operation, in which
    layers cannot be told apart.
    """
    # By name, because importing the class imports the compiler.
    if type(module).__name__ == "OptimizedModule":
        module = module._orig_mod
    for name, child in list(module.named_children()):
        plain = _uncompiled(child)
        if plain is not child:
            setattr(module, name, plain)
    return module


def _check_parameters(module):
    for name, parameter in module.named_parameters():
        if parameter.is_complex():
            raise ValueError(
                "`module` should have real parameters. Got a complex one, "
                f"{name!r}. Keep its real and imaginary parts in two parameters, or use "
                "torch.view_as_complex in the forward."
            )
        if parameter.is_meta:
            raise ValueError(
                "`module` should have parameters with values. Got one on the device "
                f"'meta', {name!r}. Make the module on the CPU."
            )


def _check_logits(module, rows, n_classes):
    expected = (
        f"`module` should map inputs of shape {tuple(rows.shape)} to logits of shape "
        f"{(len(rows), n_classes)}, one per class."
    )
    given, convolved = rows.clone(), []
    hooks = [
        part.register_forward_pre_hook(lambda _, inputs: convolved.append(inputs[0].shape))
        for part in module.modules()
        if isinstance(part, nn.Conv2d)
    ]
    try:
        with torch.no_grad():
            logits = module(given)
    except Exception as error:
        layer = layer_of_error(error, module) or "it"
        raise ValueError(
            f"{expected} But {layer} raised {type(error).__name__}: {first_line(error)}"
            f"{_way_out(rows, layer)}"
        ) from error
    finally:
        for hook in hooks:
            hook.remove()
    if not isinstance(logits, torch.Tensor):
        raise ValueError(f"{expected} Got a {type(logits).__name__}.")
    if logits.shape != (len(rows), n_classes):
        raise ValueError(f"{expected} Got shape {tuple(logits.shape)}.")
    if not logits.is_floating_point():
        raise ValueError(f"{expected} Got {str(logits.dtype).removeprefix('torch.')}.")
    if channels_last(rows.shape) and rows.shape in convolved:
        warn_user(
            f"A convolution of `module` takes axis 1 of rows of shape {tuple(rows.shape)} "
            f"for their channels.{CHANNELS_LAST}",
            ChannelsLastWarning,
        )
    # What it does to its input it would do to the validation rows of every step.
    if given._version:
        module.register_forward_pre_hook(_with_own_input)


def _way_out(rows, layer):
    """What to do about rows that a layer did not take, or nothing."""
    if channels_last(rows.shape):
        return CHANNELS_LAST
    if "(Embedding" in layer:
        return TOKENS
    if layer.endswith("2d)"):
        return {2: FLAT, 3: NO_CHANNELS}.get(rows.ndim, "")
    return ""


def _with_own_input(module, inputs):
    return tuple(value.clone() for value in inputs)
