"""Copies of what a net trains with, which go on where it is."""

import copy

from .._utils import copy_module


def copies(module, optimizer):
    """Return copies of both, of which the optimizer steps the parameters of the module."""
    memo = {}
    module, copied = copy_module(module, memo), copy.deepcopy(optimizer, memo)
    # torch copies state and groups alone. Where a scheduler wrapped `step`, that steps the
    # earlier optimizer, and the scheduler of this run wraps it anew.
    for name in vars(optimizer).keys() - vars(copied).keys() - {"step"}:
        setattr(copied, name, copy.deepcopy(getattr(optimizer, name), memo))
    return module, copied


def twin(callback):
    """Return a copy of a callback whose state is in attributes that it sets anew."""
    # Not by copy.copy, which leaves out the best weights of skorch's EarlyStopping.
    copied = object.__new__(type(callback))
    vars(copied).update(vars(callback))
    return copied
