"""Nash's bargaining solution among gradients, by a damped Newton method."""

from typing import NamedTuple

import numpy as np

__all__ = ["NashSolution", "nash_bargaining"]

# A player below this fraction of the largest norm has nothing at stake.
STAKE = 1e-6


class NashSolution(NamedTuple):
    alpha: np.ndarray
    agreed: bool
    residual: float
    n_iter: int
