"""What each constructor parameter of the estimator may be."""

from numbers import Integral, Real

import torch
from sklearn.utils._param_validation import StrOptions
from torch import nn

from .._utils import NumberRange
from ..losses import META_LOSSES
from ..protocols import Protocol
from ._named_optimizers import OPTIMIZERS

PARAMETER_CONSTRAINTS = {
    "goal": [str, Protocol],
    "bargaining": [str, Protocol, None],
    "bargain_epochs": [
        NumberRange(Real, 0, 1, closed="both"),
        NumberRange(Integral, 0, None, closed="left"),
    ],
    "max_epochs": [NumberRange(Integral, 1, None, closed="left")],
    "lr": [NumberRange(Real, 0, None, closed="neither")],
    # Weights are divided by it and squared, and neither may leave the range of float64.
    "meta_lr": [NumberRange(Real, 1e-30, 1e30, closed="both")],
    "anchor": [NumberRange(Real, 0, 1, closed="both")],
    "hidden_layer_sizes": ["array-like"],
    "dropout": [NumberRange(Real, 0, 1, closed="left")],
    "standardize": [StrOptions({"auto"}), "boolean"],
    "module": [callable, nn.Module, None],
    "optimizer": [StrOptions(set(OPTIMIZERS)), callable],
    "momentum": [NumberRange(Real, 0, 1, closed="left")],
    "weight_decay": [NumberRange(Real, 0, None, closed="left")],
    "batch_size": [StrOptions({"auto"}), NumberRange(Integral, 1, None, closed="left")],
    "meta_loss": [StrOptions(set(META_LOSSES)), callable],
    "weight_norm": [StrOptions({"l2", "l1"}), None],
    "harmless_goal": ["boolean", StrOptions({"auto"})],
    "measure_every": [NumberRange(Integral, 1, None, closed="left"), None],
    "validation_rows_per_step": [NumberRange(Integral, 1, None, closed="left"), None],
    "players": [StrOptions({"cells", "groups"})],
    "engine": [StrOptions({"auto", "kernel", "ghost", "forward", "autograd", "loop"})],
    "validation_fraction": [NumberRange(Real, 0, 1, closed="neither")],
    "early_stopping": ["boolean", NumberRange(Integral, 1, None, closed="left")],
    "callbacks": [list, None],
    "device": [str, torch.device],
    "warm_start": ["boolean"],
    "random_state": ["random_state"],
    "verbose": ["verbose"],
}
