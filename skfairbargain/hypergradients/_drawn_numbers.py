"""The states of the generators that a module draws from, to draw the same numbers again."""

import copy

import numpy as np
import torch

from .._utils import global_states, restore_globals


class DrawnNumbers:
    """Generators of a forward pass: the global ones, and those of the package's dropout.

    Parameters
    ----------
    module : torch.nn.Module
    device : torch.device
    """

    def __init__(self, module, device):
        self.device = device
        own = (getattr(part, "generator", None) for part in module.modules())
        kinds = np.random.Generator, torch.Generator
        self.own = list(
            {id(each): each for each in own if isinstance(each, kinds)}.values()
        )

    def state(self):
        """Return the states of all generators, for `restore`."""
        return global_states(self.device), [
            each.get_state()
            if isinstance(each, torch.Generator)
            else copy.deepcopy(each.bit_generator.state)
            for each in self.own
        ]

    def restore(self, state):
        """Set all generators to where they were."""
        of_all, of_own = state
        restore_globals(of_all, self.device)
        for each, its in zip(self.own, of_own, strict=True):
            if isinstance(each, torch.Generator):
                each.set_state(its)
            else:
                each.bit_generator.state = its
