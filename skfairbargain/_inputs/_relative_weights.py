"""Sample weights of which only the ratios count."""

import numpy as np

# A row whose weight is this many times below the mean changes nothing. Kept above zero, so
# that a minibatch of such rows alone still has a sum and a norm to divide by.
SMALLEST = 1e-150


def relative(sample_weight):
    """Divide positive weights by their mean.

    Equal weights become exactly 1, whatever their size.

    Parameters
    ----------
    sample_weight : ndarray of shape (n_rows,), float64

    Returns
    -------
    weights : ndarray of shape (n_rows,)

    Examples
    --------
    >>> import numpy as np
    >>> from skfairbargain._inputs._relative_weights import relative
    >>> relative(np.array([1e308, 3e307, 7e307, 1e308]))
    array([1.33333333, 0.4       , 0.93333333, 1.33333333])
    """
    # By a power of two, which rounds nothing, because NumPy 1.26 divides the smallest
    # numbers wrongly; then by the largest: the sum of large ones would overflow.
    _, exponent = np.frexp(sample_weight.max())
    weights = np.ldexp(sample_weight, -exponent)
    weights = weights / weights.max()
    return np.maximum(weights / weights.mean(), SMALLEST)
