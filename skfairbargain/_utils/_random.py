"""Torch's random numbers from one seed, its global state as it was afterwards."""

import contextlib
import os
import threading

# torch has one random generator per process, so those who seed it take turns.
_turn = threading.RLock()


def _renew_turn():
    """In a forked process, the thread that held the lock does not exist."""
    global _turn
    _turn = threading.RLock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_renew_turn)


@contextlib.contextmanager
def seeded_torch(seed, device):
    """Seed the CPU's generator and that of `device`; restore both at the end.

    ``torch.manual_seed`` would also seed devices that nobody restores. Other threads of the
    process wait for their turn.

    Parameters
    ----------
    seed : int
    device : torch.device
    """
    import torch  # not above: metrics and splits share this package, and need no torch

    on_cuda = device.type == "cuda"
    with _turn, torch.random.fork_rng([device] if on_cuda else []):
        torch.default_generator.manual_seed(seed)
        if on_cuda:
            with torch.cuda.device(device):
                torch.cuda.manual_seed(seed)
        yield
