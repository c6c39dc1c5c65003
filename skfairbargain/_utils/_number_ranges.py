"""Ranges of numbers that parameters may have."""

from numbers import Real

import numpy as np
from sklearn.utils._param_validation import Interval


class NumberRange(Interval):
    """scikit-learn's ``Interval`` without what Python counts as numbers beside them.

    These are True and False, and for real numbers integers that are no float64.

    Examples
    --------
    >>> from numbers import Real
    >>> real = NumberRange(Real, 0, 1, closed="both")
    >>> real.is_satisfied_by(1), real.is_satisfied_by(True)
    (True, False)
    >>> NumberRange(Real, 0, None, closed="left").is_satisfied_by(10**400)
    False
    """

    def is_satisfied_by(self, val):
        """Tell whether it is a number, and within the range."""
        if isinstance(val, bool | np.bool_) or not super().is_satisfied_by(val):
            return False
        try:
            float(val)
        except OverflowError:
            return self.type is not Real
        return True
