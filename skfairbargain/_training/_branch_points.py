"""Places at which one training goes on as several, which share what came before."""

import copy
from typing import NamedTuple

import numpy as np
import torch
from skorch.callbacks import Callback

from .._networks import dropout_generator
from .._utils import global_states, restore_globals


class RunState(NamedTuple):
    """What the steps of a run take from those before it, beside network and optimizer.

    Parameters
    ----------
    n_steps : int
    orders : Tensor
        State of the generator that orders the minibatches.
    rotation : numpy.random.Generator or None
        Draws the validation rows of each step.
    dropout : numpy.random.Generator, torch.Generator or None
        Draws the masks of the package's dropout layers.
    of_globals : tuple
        States of the global generators, of torch and others.
    excluded : dict of str to str
        Engines that failed, and why.
    """

    n_steps: int
    orders: torch.Tensor
    rotation: np.random.Generator | None
    dropout: object
    of_globals: tuple
    excluded: dict


def run_state(net, data, n_steps, excluded):
    """Return the state of a net's run on some data, copied."""
    return RunState(
        n_steps,
        data.generator.get_state(),
        copy.deepcopy(data.rotation and data.rotation.random),
        dropout_generator(net.module_),
        global_states(torch.device(net.device)),
        dict(excluded),
    )


def restore_generators(state, net, data):
    """Set the generators of data, and the global ones, to where they were."""
    data.generator.set_state(state.orders)
    if data.rotation is not None:
        data.rotation.random = copy.deepcopy(state.rotation)
    restore_globals(state.of_globals, torch.device(net.device))


class BranchPoints(Callback):
    """Keeps a copy of a training at the end of some of its epochs.

    Has to be the last callback: one before it that stops the training at such an epoch
    leaves nothing to go on from.

    Parameters
    ----------
    epochs : set of int
        Counted from 1.

    Attributes
    ----------
    data : TrainingData
    reached : dict of int to (MetaNet, RunState)
    """

    def __init__(self, epochs):
        self.epochs, self.reached, self.data = epochs, {}, None

    def on_train_begin(self, net, X=None, y=None, **kwargs):
        self.data = X

    def on_epoch_end(self, net, **kwargs):
        epoch = len(net.history)
        if epoch in self.epochs:
            self.reached[epoch] = net.branch(without=self)
