"""The optimizers that have a name: torch's, made without its compiler."""

import inspect

import torch


class _WithoutCompiler:
    """Adds parameters as torch does, but does not hide that from ``torch.compile``.

    For hiding it, torch imports its compiler, which takes as long as a small fit.
    """

    add_param_group = inspect.unwrap(torch.optim.Optimizer.add_param_group)


class SGD(_WithoutCompiler, torch.optim.SGD):
    """Stochastic gradient descent."""


class Adam(_WithoutCompiler, torch.optim.Adam):
    """Adam, its moments those of torch."""


class AdamW(_WithoutCompiler, torch.optim.AdamW):
    """Adam with decoupled weight decay."""


OPTIMIZERS = {"sgd": SGD, "adam": Adam, "adamw": AdamW}
