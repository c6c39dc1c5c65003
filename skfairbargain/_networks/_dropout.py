"""Dropout that can draw from a random generator of its own."""

import contextlib

import torch
from torch import nn


class Dropout(nn.Dropout):
    """torch's dropout; inside `dropout_draws_from` its masks come from that generator."""

    generator = None

    def forward(self, inputs):
        if self.generator is None or not self.training or self.p == 0:
            return super().forward(inputs)
        # As torch does on a CPU, to the bit.
        kept = torch.empty_like(inputs).bernoulli_(1 - self.p, generator=self.generator)
        return inputs * kept.div_(1 - self.p)

    # A copy goes on alike, with a generator of its own: not every torch copies generators.
    def __getstate__(self):
        state = dict(vars(self))
        if self.generator is not None:
            state["generator"] = self.generator.device, self.generator.get_state()
        return state

    def __setstate__(self, state):
        super().__setstate__(state)
        if self.generator is not None:
            device, drawn = self.generator
            self.generator = torch.Generator(device)
            self.generator.set_state(drawn)


@contextlib.contextmanager
def dropout_draws_from(generator, module, device):
    """Let the `Dropout` layers of a module draw from a generator in this block.

    torch's own generator belongs to the whole process: whatever another thread draws from
    it changes the masks.

    Parameters
    ----------
    generator : torch.Generator or None
        On another device than the CPU, one with the same seed takes its place. None draws
        from torch's own.
    module : torch.nn.Module
    device : str or torch.device
    """
    device = torch.device(device)
    if generator is not None and device.type != "cpu":
        generator = torch.Generator(device).manual_seed(generator.initial_seed())
    layers = [layer for layer in module.modules() if isinstance(layer, Dropout)]
    for layer in layers:
        layer.generator = generator
    try:
        yield
    finally:
        for layer in layers:
            layer.generator = None
