"""Seed the global generators of random numbers for a block, and restore them."""

import contextlib
import os
import random
import threading

import numpy as np

# A process has one of each of these generators, so threads that seed them take turns.
_turn = threading.RLock()


def _renew_turn():
    """Make a new lock in a forked process, where the thread that held it is missing."""
    global _turn
    _turn = threading.RLock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_renew_turn)


@contextlib.contextmanager
def seeded_globals(seed, device):
    """Seed the generators of torch, NumPy and Python; restore all at the end.

    Modules and callbacks draw from any of them: who augments images often takes NumPy's.
    ``torch.manual_seed`` would seed every device, also those that are not restored. Other
    threads of the process wait until the block ends.

    Parameters
    ----------
    seed : int
        From 0 to 2³² − 1.
    device : torch.device
    """
    import torch  # not at the top: metrics and splits use this package without torch

    with _turn:
        before = global_states(device)
        try:
            torch.default_generator.manual_seed(seed)
            if device.type == "cuda":
                with torch.cuda.device(device):
                    torch.cuda.manual_seed(seed)
            np.random.seed(seed)  # noqa: NPY002
            random.seed(seed)
            yield
        finally:
            restore_globals(before, device)


def global_states(device):
    """Return the states of the global generators, for `restore_globals`.

    Parameters
    ----------
    device : torch.device
        The states are those of the CPU and of this device.

    Returns
    -------
    states : tuple
    """
    import torch

    of_gpu = torch.cuda.get_rng_state(device) if device.type == "cuda" else None
    of_numpy = np.random.get_state()  # noqa: NPY002
    return torch.get_rng_state(), of_gpu, of_numpy, random.getstate()


def restore_globals(states, device):
    """Set the global generators to where they were."""
    import torch

    of_torch, of_gpu, of_numpy, of_python = states
    torch.set_rng_state(of_torch)
    if of_gpu is not None:
        torch.cuda.set_rng_state(of_gpu, device)
    np.random.set_state(of_numpy)  # noqa: NPY002
    random.setstate(of_python)
