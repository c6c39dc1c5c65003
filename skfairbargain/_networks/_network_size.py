"""Refuse a default network that does not fit into memory, before torch makes it."""

import os
from itertools import pairwise

# Weights, their gradients, the optimizer's memory and what is computed from them.
COPIES = 4


def check_fits_memory(n_features, hidden_layer_sizes, n_classes, dtype):
    """Compare the default network's weights with the memory that the machine has.

    Parameters
    ----------
    n_features, n_classes : int
    hidden_layer_sizes : tuple of int
    dtype : numpy dtype

    Raises
    ------
    ValueError
        If they would not fit.
    """
    widths = (n_features, *hidden_layer_sizes, n_classes)
    n_weights = sum((n_in + 1) * n_out for n_in, n_out in pairwise(widths))
    needed, there = COPIES * n_weights * dtype.itemsize, _memory()
    if needed > there:
        raise ValueError(
            "`hidden_layer_sizes` should make a network that fits into memory. Got "
            f"{hidden_layer_sizes}, which makes one of {n_weights:.2g} weights; to train "
            f"it takes about {needed / 2**30:,.0f} GiB, and this machine has "
            f"{there / 2**30:,.0f}."
        )


def _memory():
    """Bytes of memory; a pebibyte where the system does not tell."""
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, OSError, ValueError):
        return 2**50
