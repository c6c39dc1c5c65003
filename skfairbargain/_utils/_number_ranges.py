"""Ranges of numbers that parameters may have."""

import numpy as np
from sklearn.utils._param_validation import Interval


class NumberRange(Interval):
    """scikit-learn's ``Interval`` without True and False, which Python counts as numbers.

    Examples
    --------
    >>> from numbers import Real
    >>> real = NumberRange(Real, 0, 1, closed="both")
    >>> real.is_satisfied_by(1), real.is_satisfied_by(True)
    (True, False)
    """

    def is_satisfied_by(self, val):
        """Tell whether it is a number, and within the range."""
        return not isinstance(val, bool | np.bool_) and super().is_satisfied_by(val)
