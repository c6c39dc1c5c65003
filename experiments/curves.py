"""The curves of Figures 4 and 6: what happens epoch by epoch."""

import pandas as pd

CURVES = {
    "overall_auc": "overall AUC (hard labels)",
    "worst_group_auc": "worst-group AUC (hard labels)",
    "alignment_rate": "alignment rate",
    "bargaining_success_rate": "bargaining success rate",
}


def curves_of(specs, results):
    """Test AUC, alignment and bargaining success of every epoch.

    Parameters
    ----------
    specs, results : list of dict
        As of `run_all`.

    Returns
    -------
    table : DataFrame
        One row for each run and epoch: ``setting``, ``method``, ``seed``, ``epoch``,
        ``stage``, and the columns of `CURVES`. The alignment rate is the share of the
        epoch's steps whose weights work against no cell of the validation set. Methods
        without a validation set have neither stage nor alignment.
    """
    rows = []
    for spec, result in zip(specs, results, strict=True):
        history = result["history"] or [{}] * len(result["hard_auc"])
        for epoch, ((overall, worst, _), row) in enumerate(
            zip(result["hard_auc"], history, strict=True), start=1
        ):
            conflict = row.get("conflict_rate")
            rows.append(
                {
                    "setting": spec["setting"],
                    "method": spec["method"],
                    "seed": spec["seed"],
                    "epoch": epoch,
                    "stage": row.get("stage"),
                    "overall_auc": overall,
                    "worst_group_auc": worst,
                    "alignment_rate": None if conflict is None else 1 - conflict,
                    "bargaining_success_rate": row.get("bargaining_success_rate"),
                }
            )
    return pd.DataFrame(rows)
