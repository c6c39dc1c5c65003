"""Means and confidence intervals of results."""

import pandas as pd

from .._utils import mean_and_margin


def summarize(results, by, metrics):
    """Mean of every metric over the runs, and half the width of its confidence interval.

    Parameters
    ----------
    results : DataFrame
        One row for each run. A metric that was not measured in a run is NaN or None there.
    by : str or sequence of str
        Column or columns; runs with equal values in them are summarized together.
    metrics : str or sequence of str
        Column or columns to summarize.

    Returns
    -------
    summary : DataFrame
        One row for each combination of `by` and each metric measured there, in the order
        in which they first appear: the columns `by`, ``metric``, ``mean``, ``ci95``, and
        ``n_seeds``, the number of runs. ``ci95`` is half the width of the 95 % interval,
        and NaN where there is one run only.

    Notes
    -----
    Student's interval over seeds. Seeds redraw overlapping test sets from the same rows,
    so it tells how much a result moves with the draw, and not how it would move with other
    people.

    Examples
    --------
    >>> import pandas as pd
    >>> from skfairbargain.compare import summarize
    >>> results = pd.DataFrame({"method": "erm", "seconds": [1.0, 3.0]})
    >>> summarize(results, "method", "seconds").round(2)
      method   metric  mean   ci95  n_seeds
    0    erm  seconds   2.0  12.71        2
    """
    by, metrics = ([x] if isinstance(x, str) else list(x) for x in (by, metrics))
    rows = []
    for key, runs in results.groupby(by, sort=False, dropna=False):
        for metric in metrics:
            values = runs[metric].dropna()
            if len(values):
                rows.append([*key, metric, *mean_and_margin(values), len(values)])
    return pd.DataFrame(rows, columns=[*by, "metric", "mean", "ci95", "n_seeds"])
