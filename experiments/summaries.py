"""Means over seeds and their intervals as tables of text, and as Markdown."""

import pandas as pd

from skfairbargain.compare import summarize


def with_ci(mean, ci95):
    """A mean with its interval, for people: ``0.850 ± 0.012``."""
    if pd.isna(mean):
        return "–"
    return f"{mean:.3f}" if pd.isna(ci95) else f"{mean:.3f} ± {ci95:.3f}"


def lead_with_ci(mean, ci95):
    """A difference with its interval, ``+0.031 ± 0.012``, bold where that excludes 0."""
    if pd.isna(mean):
        return "–"
    if pd.isna(ci95):
        return f"{mean:+.3f}"
    text = f"{mean:+.3f} ± {ci95:.3f}"
    return f"**{text}**" if abs(mean) > ci95 else text


def leads(rows, by, metrics, method):
    """How far a method is ahead of each other one, run by run.

    Where the runs of a seed share a split that no other seed has, the difference within a
    seed varies far less than either method does. Where all seeds share one split, the
    interval is that of initial weights and minibatches.

    Parameters
    ----------
    rows : DataFrame
        One row for each run, with the columns `by`, ``seed`` and `metrics`.
    by : list of str
        Columns, "method" among them.
    metrics : list of str
        Columns, all better when higher.
    method : str
        Which one is compared with the others.

    Returns
    -------
    summary : DataFrame
        As of `summarize`, of the method's values less those of each other method.

    Examples
    --------
    >>> import pandas as pd
    >>> runs = pd.DataFrame({"method": ["ours", "other"] * 2, "seed": [0, 0, 1, 1]})
    >>> runs["auc"] = [0.8, 0.7, 0.6, 0.5]
    >>> leads(runs, ["method"], ["auc"], "ours")[["method", "mean", "n_seeds"]].round(3)
      method  mean  n_seeds
    0  other   0.1        2
    """
    place = [column for column in by if column != "method"] + ["seed"]
    ahead = rows.loc[rows["method"] == method, [*place, *metrics]]
    others = rows[rows["method"] != method]
    pairs = others.merge(ahead, on=place, suffixes=("", " ahead"))
    for metric in metrics:
        pairs[metric] = pairs[f"{metric} ahead"] - pairs[metric]
    return summarize(pairs, by, metrics)


def spread(summary, index, metrics, cell=with_ci):
    """A summary as a table for people: one column a metric, means with intervals.

    Parameters
    ----------
    summary : DataFrame
        As of `summarize`.
    index : list of str
        Columns that name a row.
    metrics : dict of str to str
        Metrics and what to call them.
    cell : callable, default=with_ci
        ``(mean, ci95) -> str``.

    Returns
    -------
    table : DataFrame of str
    """
    order = summary[index].drop_duplicates()
    table = _cells(summary, order, "metric", list(metrics), cell=cell)
    return table.rename(columns=metrics)


def crosswise(summary, index, columns, metric, n_seeds=None, cell=with_ci):
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
    n_seeds : int or None, default=None
        Means over fewer seeds tell their number; None is the largest number there.
    cell : callable, default=with_ci
        ``(mean, ci95) -> str``.

    Returns
    -------
    table : DataFrame of str
    """
    order = summary[index].drop_duplicates()
    rows = summary[summary["metric"] == metric]
    return _cells(rows, order, columns, summary[columns].unique(), n_seeds, cell)


def _cells(rows, order, columns, values, n_seeds=None, cell=with_ci):
    """Means with intervals, a row for each of `order` and a column for each of `values`."""
    cells = [cell(*pair) for pair in rows[["mean", "ci95"]].to_numpy()]
    # A mean over some of the seeds should not look like one over all.
    wanted = rows["n_seeds"].max() if n_seeds is None else n_seeds
    notes = ["" if n == wanted else f" (of {n})" for n in rows["n_seeds"]]
    rows = rows.assign(cell=[cell + note for cell, note in zip(cells, notes, strict=True)])
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
