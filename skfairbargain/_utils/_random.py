"""Seed torch's random numbers for a block, and restore the global state."""

import contextlib
import os
import threading

# torch has one random generator per process, so threads that seed it take turns.
_turn = threading.RLock()


def _renew_turn():
    """Make a new lock in a forked process, where the thread that held it is missing."""
    global _turn
    _turn = threading.RLock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_renew_turn)


@contextlib.contextmanager
def seeded_torch(seed, device):
    """Seed the CPU's generator and that of `device`; restore both at the end.

    ``torch.manual_seed`` would seed every device, also those that are not restored. Other
    threads of the process wait until the block ends.

    Parameters
    ----------
    seed : int
    device : torch.device
    """
    import torch  # not at the top: metrics and splits use this package without torch

    on_cuda = device.type == "cuda"
    with _turn, torch.random.fork_rng([device] if on_cuda else []):
        torch.default_generator.manual_seed(seed)
        if on_cuda:
            with torch.cuda.device(device):
                torch.cuda.manual_seed(seed)
        yield
