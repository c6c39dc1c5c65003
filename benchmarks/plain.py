"""Plain training of the default network, for the benchmarks: as torch has it, and faster.

The loops do nothing but train: they gather minibatches from one tensor, and have no
callbacks, history or losses of groups. "Plain" has torch's dropout and SGD. "Fast plain"
has the package's: dropout by random words of 16 bits, and the fused SGD. Divide by it to
see the cost of weighting alone.
"""

import time
from itertools import pairwise

import numpy as np
import torch
from torch import nn


class WordDropout(nn.Module):
    """Dropout whose masks are random words of 16 bits below a threshold."""

    def __init__(self, p):
        super().__init__()
        self.kept = round((1 - p) * 2**16)
        self.words = np.random.SFC64(0)

    def forward(self, X):
        words = self.words.random_raw(-(-X.numel() // 4)).view(np.uint16)
        kept = torch.from_numpy(words[: X.numel()].reshape(X.shape) < self.kept)
        return X * (kept.to(X.dtype) * (2**16 / self.kept))


def train_plainly(X, y, epochs, batch_size, fast=False, hidden=(128, 64)):
    """CPU seconds of an epoch of a plain loop."""
    X, y = torch.from_numpy(X), torch.from_numpy(y)
    torch.manual_seed(0)
    sizes = (X.shape[1], *hidden)
    layers = []
    for n_in, n_out in pairwise(sizes):
        dropout = WordDropout(0.2) if fast else nn.Dropout(0.2)
        layers += [nn.Linear(n_in, n_out), nn.ReLU(), dropout]
    module = nn.Sequential(*layers, nn.Linear(sizes[-1], 2))
    optimizer = torch.optim.SGD(
        module.parameters(), lr=1e-3, momentum=0.9, weight_decay=5e-4, fused=fast
    )
    start = time.process_time()
    for _ in range(epochs):
        order = torch.randperm(len(X))[: len(X) // batch_size * batch_size]
        for rows in order.split(batch_size):
            optimizer.zero_grad()
            nn.functional.cross_entropy(module(X[rows]), y[rows]).backward()
            optimizer.step()
    return (time.process_time() - start) / epochs
