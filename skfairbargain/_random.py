"""Torch's random numbers from one seed, its global state as it was afterwards."""

import contextlib

import torch


@contextlib.contextmanager
def seeded_torch(seed, device):
    """Seed the CPU's generator and that of `device`; restore both at the end.

    ``torch.manual_seed`` would also seed devices that nobody restores.

    Parameters
    ----------
    seed : int
    device : torch.device
    """
    on_cuda = device.type == "cuda"
    with torch.random.fork_rng([device] if on_cuda else []):
        torch.default_generator.manual_seed(seed)
        if on_cuda:
            with torch.cuda.device(device):
                torch.cuda.manual_seed(seed)
        yield
