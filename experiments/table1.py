"""The paper's main table: seven settings, eight methods, two reporting rules."""

from pathlib import Path

import numpy as np
import pandas as pd

from skfairbargain.compare import summarize

PAPER_TABLE = Path(__file__).with_name("paper_table4.csv")
PAPER_METRICS = ("overall_auc", "worst_group_auc", "max_group_auc_disparity")
# How far a mean may lie from the paper's: this, or twice the paper's interval.
TOLERANCES = {
    "overall_auc": 0.03,
    "worst_group_auc": 0.04,
    "max_group_auc_disparity": 0.04,
}
STAGES = ("conflict_stage_1", "conflict_stage_2", "success_stage_1")


def by_the_papers_rule(specs, results):
    """AUC of hard labels, at the epoch whose mean over seeds is best **on the test set**.

    Parameters
    ----------
    specs, results : list of dict
        As given to and returned by `run_all`.

    Returns
    -------
    summary : DataFrame
        Columns ``setting``, ``method``, ``epoch``, ``metric`` (of `PAPER_METRICS`),
        ``mean``, ``ci95``, ``n_seeds``.
    """
    rows = []
    for (setting, method), runs in _by_method(specs, results).items():
        # (n_seeds, n_epochs, 3)
        auc = np.array([run["hard_auc"] for run in runs])
        epoch = int(auc[:, :, 0].mean(axis=0).argmax())
        rows += [[setting, method, epoch + 1, *values] for values in auc[:, epoch]]
    by = ["setting", "method", "epoch"]
    return summarize(pd.DataFrame(rows, columns=[*by, *PAPER_METRICS]), by, PAPER_METRICS)


def read_paper_table(path=PAPER_TABLE):
    """Published means and intervals.

    Parameters
    ----------
    path : path-like
        CSV with the columns ``setting``, ``method``, ``metric``, ``mean``, ``ci95``.

    Returns
    -------
    table : DataFrame

    Raises
    ------
    ValueError
        If it is not of that form, with a row for each of `PAPER_METRICS` of every method.
    """
    try:
        table = pd.read_csv(path, keep_default_na=False, low_memory=False)
    except ValueError as error:  # of pandas' parser, and of bytes that are no UTF-8
        raise ValueError(
            f"{path} should be a CSV file in UTF-8. It cannot be read: "
            f"{str(error).strip().rstrip('.')}."
        ) from error
    columns = ["setting", "method", "metric", "mean", "ci95"]
    if not set(columns) <= set(table):
        raise ValueError(
            f"{path} should have the columns {', '.join(columns)}. Got "
            f"{', '.join(map(str, table.columns))}."
        )
    for name in ("mean", "ci95"):
        table[name] = pd.to_numeric(table[name], errors="coerce")
        if not table[name].notna().all():
            raise ValueError(
                f"The column {name} of {path} should hold a number in every row."
            )
    metrics = table.groupby(["setting", "method"])["metric"].agg(sorted)
    if not metrics.map(sorted(PAPER_METRICS).__eq__).all():
        raise ValueError(
            f"{path} should have one row with each of the metrics "
            f"{', '.join(PAPER_METRICS)} for every setting and method it has."
        )
    return table[columns]


def beside_the_paper(summary, paper):
    """Put the paper's numbers beside ours, and say which are near enough.

    Parameters
    ----------
    summary : DataFrame
        As of `by_the_papers_rule`.
    paper : DataFrame
        As of `read_paper_table`.

    Returns
    -------
    table : DataFrame
        `summary` with ``paper_mean``, ``paper_ci95``, and ``tolerance``, ``within`` where
        the metric has a tolerance. Methods that the paper lacks are left out.
    """
    paper = paper.rename(columns={"mean": "paper_mean", "ci95": "paper_ci95"})
    table = summary.merge(paper, on=["setting", "method", "metric"])
    least = table["metric"].map(TOLERANCES)
    table["tolerance"] = np.maximum(least, 2 * table["paper_ci95"]).where(least.notna())
    away = (table["mean"] - table["paper_mean"]).abs()
    # The published numbers are rounded to three digits, and so is the difference.
    within = (away.round(3) <= table["tolerance"]).astype(object)
    table["within"] = within.where(least.notna(), None)
    return table


def by_the_honest_rule(specs, results):
    """Score AUC and balanced accuracy at the last epoch: nothing is picked on the test set.

    Returns
    -------
    summary : DataFrame
        Columns ``setting``, ``method``, ``metric``, ``mean``, ``ci95``, ``n_seeds``.
    """
    rows = pd.DataFrame(
        [
            {"setting": spec["setting"], "method": spec["method"], **result["last"]}
            for spec, result in zip(specs, results, strict=True)
        ]
    )
    return summarize(rows, ["setting", "method"], rows.columns[2:])


def conflicts_by_stage(specs, results):
    """Share of steps whose weights work against some cell, and of bargains that succeed.

    Returns
    -------
    summary : DataFrame
        As of `by_the_honest_rule`, with the metrics ``conflict_stage_1``,
        ``conflict_stage_2`` and ``success_stage_1`` where there is such a stage.
    """
    rows = []
    for spec, result in zip(specs, results, strict=True):
        row = {"setting": spec["setting"], "method": spec["method"]}
        for stage in (1, 2):
            epochs = [epoch for epoch in result["history"] if epoch["stage"] == stage]
            if epochs:
                row[f"conflict_stage_{stage}"] = np.mean(
                    [epoch["conflict_rate"] for epoch in epochs]
                )
                if stage == 1:
                    row["success_stage_1"] = np.mean(
                        [epoch["bargaining_success_rate"] for epoch in epochs]
                    )
        rows.append(row)
    frame = pd.DataFrame(rows).reindex(columns=["setting", "method", *STAGES])
    return summarize(frame, ["setting", "method"], STAGES)


def _by_method(specs, results):
    runs = {}
    for spec, result in zip(specs, results, strict=True):
        runs.setdefault((spec["setting"], spec["method"]), []).append(result)
    return runs
