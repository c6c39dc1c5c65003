"""Means over seeds with their intervals, and tables of them as Markdown."""

import numpy as np
import pandas as pd
from scipy.stats import t as student_t


def mean_and_ci(values):
    """Mean over seeds, and half the width of its 95 % confidence interval.

    Parameters
    ----------
    values : array-like of shape (n_seeds,)

    Returns
    -------
    mean, ci95 : float
        Student's interval; NaN where there is one seed only.

    Examples
    --------
    >>> mean, ci95 = mean_and_ci([0.8, 0.9])
    >>> round(mean, 2), round(ci95, 2)
    (0.85, 0.64)
    """
    values = np.asarray(values, dtype=np.float64)
    n_seeds = len(values)
    if n_seeds < 2:
        return float(values.mean()), float("nan")
    error = values.std(ddof=1) / np.sqrt(n_seeds)
    return float(values.mean()), float(student_t.ppf(0.975, n_seeds - 1) * error)


def with_ci(mean, ci95):
    """A mean with its interval, for people: ``0.850 ± 0.012``."""
    if pd.isna(mean):
        return "–"
    return f"{mean:.3f}" if pd.isna(ci95) else f"{mean:.3f} ± {ci95:.3f}"


def summarize(rows, by, metrics):
    """Mean and interval of some metrics over the rows of each group.

    Parameters
    ----------
    rows : DataFrame
        One row for each run.
    by, metrics : list of str
        Columns.

    Returns
    -------
    summary : DataFrame
        Columns `by`, ``metric``, ``mean``, ``ci95`` and ``n_seeds``, in the order in which
        the groups first appear.
    """
    found = []
    for key, group in rows.groupby(by, sort=False, dropna=False):
        for metric in metrics:
            values = group[metric].dropna()
            if len(values):
                mean, ci95 = mean_and_ci(values)
                found.append([*key, metric, mean, ci95, len(values)])
    return pd.DataFrame(found, columns=[*by, "metric", "mean", "ci95", "n_seeds"])


def spread(summary, index, metrics):
    """A summary as a table for people: one column a metric, means with intervals.

    Parameters
    ----------
    summary : DataFrame
        As of `summarize`.
    index : list of str
        Columns that name a row.
    metrics : dict of str to str
        Metrics and what to call them.

    Returns
    -------
    table : DataFrame of str
    """
    order = summary[index].drop_duplicates()
    return _cells(summary, order, "metric", list(metrics)).rename(columns=metrics)


def crosswise(summary, index, columns, metric):
    """One metric of a summary as a table for people: a column for each value of `columns`.

    Parameters
    ----------
    summary : DataFrame
        As of `summarize`.
    index : list of str
        Columns that name a row.
    columns : str
        Column whose values become columns.
    metric : str

    Returns
    -------
    table : DataFrame of str
    """
    order = summary[index].drop_duplicates()
    rows = summary[summary["metric"] == metric]
    return _cells(rows, order, columns, summary[columns].unique())


def _cells(rows, order, columns, values):
    """Means with intervals, a row for each of `order` and a column for each of `values`."""
    rows = rows.assign(cell=[with_ci(*pair) for pair in rows[["mean", "ci95"]].to_numpy()])
    table = rows.pivot_table(
        index=list(order), columns=columns, values="cell", aggfunc="first"
    )
    table = table.reindex(columns=values).rename_axis(columns=None)
    table = order.merge(table.reset_index(), how="left")
    return table.astype(object).where(table.notna(), "–")


def markdown(table):
    """A data frame as a Markdown table, its index left out.

    Examples
    --------
    >>> import pandas as pd
    >>> print(markdown(pd.DataFrame({"method": ["LtR"], "AUC": ["0.830"]})))
    | method | AUC |
    | --- | --- |
    | LtR | 0.830 |
    """
    rows = [table.columns.tolist(), ["---"] * table.shape[1], *table.to_numpy().tolist()]
    return "\n".join("| " + " | ".join(map(str, row)) + " |" for row in rows)
