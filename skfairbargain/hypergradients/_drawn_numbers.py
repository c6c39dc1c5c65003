"""The states of the generators that a module draws from, to draw the same numbers again."""

import copy

import numpy as np
import torch


class DrawnNumbers:
    """Generators of a forward pass: torch's own, and those of the package's dropout.

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
        return rng_state(self.device), [
            each.get_state()
            if isinstance(each, torch.Generator)
            else copy.deepcopy(each.bit_generator.state)
            for each in self.own
        ]

    def restore(self, state):
        """Set all generators to where they were."""
        of_torch, of_own = state
        set_rng_state(of_torch, self.device)
        for each, its in zip(self.own, of_own, strict=True):
            if isinstance(each, torch.Generator):
                each.set_state(its)
            else:
                each.bit_generator.state = its


def rng_state(device):
    """State of torch's own generator of a device."""
    return (
        torch.cuda.get_rng_state(device) if device.type == "cuda" else torch.get_rng_state()
    )


def set_rng_state(state, device):
    """Set torch's own generator of a device to a state."""
    if device.type == "cuda":
        torch.cuda.set_rng_state(state, device)
    else:
        torch.set_rng_state(state)
