"""Lengths of hypergradients, whose squares and inverses may lie beyond float64's range."""

from typing import NamedTuple

import numpy as np

from ._stake import STAKE, has_stake

# Beside a hypergradient that is longer by more than this, float64 cannot hold both α.
SMALLEST_RATIO = 1e-300


class Lengths(NamedTuple):
    """Lengths as mantissa · 2^exponent.

    Parameters
    ----------
    mantissas : ndarray of shape (n_players,), float64
        0, or from 1/2 to the root of the number of samples.
    exponents : ndarray of shape (n_players,), int
    """

    mantissas: np.ndarray
    exponents: np.ndarray

    def staked(self, min_stake=STAKE):
        """Which players have a stake, as `has_stake` says of lengths in range."""
        held = np.where(self.mantissas > 0, self.exponents, -5000)
        relative = np.ldexp(self.mantissas, self.exponents - held.max(initial=-5000))
        return has_stake(relative, max(min_stake, SMALLEST_RATIO))

    def restrict(self, staked):
        """Return the lengths of some of the players."""
        return Lengths(self.mantissas[staked], self.exponents[staked])

    def ratios(self, gains):
        """Return gains in units of the lengths, between −1e15 and 1e15.

        Beyond that, nothing that the weights bargained over give could be told from it.

        Parameters
        ----------
        gains : ndarray of shape (n_players,)

        Returns
        -------
        ratios : ndarray of shape (n_players,)
        """
        mantissas, exponents = np.frexp(gains / self.mantissas)
        return np.clip(
            np.ldexp(mantissas, np.minimum(exponents - self.exponents, 1000)), -1e15, 1e15
        )

    def divide(self, numbers):
        """Return finite numbers over the lengths.

        Where the largest quotient is beyond float64's range, all are divided by the power
        of two that brings it back: their ratios stay what they are.

        Parameters
        ----------
        numbers : ndarray of shape (n_players,)

        Returns
        -------
        quotients : ndarray of shape (n_players,)
        """
        mantissas, exponents = np.frexp(numbers / self.mantissas)
        exponents = exponents - self.exponents
        excess = max(int(exponents.max(initial=0)) - 1024, 0)
        return np.ldexp(mantissas, exponents - excess)
