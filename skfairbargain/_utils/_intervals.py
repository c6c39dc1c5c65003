"""Student's confidence interval of a mean, used everywhere in the package."""

import numpy as np
from scipy.stats import t as student_t


def mean_and_margin(values, confidence_level=0.95):
    """Compute the mean of several runs and half the width of its confidence interval.

    Parameters
    ----------
    values : array-like of shape (n_runs,)
    confidence_level : float, default=0.95

    Returns
    -------
    mean, margin : float
        The margin is NaN if there is only one run; both are NaN if there is none.

    Examples
    --------
    >>> from skfairbargain._utils import mean_and_margin
    >>> mean, margin = mean_and_margin([0.8, 0.9])
    >>> round(mean, 2), round(margin, 2)
    (0.85, 0.64)
    """
    values = np.asarray(values, dtype=np.float64)
    n_runs = len(values)
    if n_runs < 2:
        return float(values.mean()) if n_runs else float("nan"), float("nan")
    error = values.std(ddof=1) / np.sqrt(n_runs)
    quantile = student_t.ppf((1 + confidence_level) / 2, n_runs - 1)
    return float(values.mean()), float(quantile * error)
