"""Flush denormal numbers to zero for a block."""

import contextlib

import torch


@contextlib.contextmanager
def denormals_flushed():
    """Treat numbers below 1e-38 as zero: late gradients reach 1e-40 and slow every step."""
    flushed_before = (torch.tensor(2e-38) / 4).item() == 0
    torch.set_flush_denormal(True)
    try:
        yield
    finally:
        torch.set_flush_denormal(flushed_before)
