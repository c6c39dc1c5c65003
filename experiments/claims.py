"""What the paper claims of its two-stage method, counted in its numbers and in ours."""

import numpy as np
import pandas as pd

# Each one-stage method, the two-stage one with its goal, and the metric that it is for.
TARGETS = {
    "ltr": ("nash_ltr", "overall_auc"),
    "forml": ("nash_forml", "max_group_auc_disparity"),
    "meta_gdro": ("nash_meta_gdro", "worst_group_auc"),
}
# Share of an epoch's steps below which the paper calls hypergradients hardly aligned.
ALIGNED = 0.03
KINDS = ("change", "tighter")


def stages_compared(beside):
    """Two-stage less one-stage, in the paper's numbers and in ours.

    Parameters
    ----------
    beside : DataFrame
        As of `experiments.table1.beside_the_paper`.

    Returns
    -------
    table : DataFrame
        One row for each setting, goal and metric where both stages are known: columns
        ``setting``, ``goal``, ``metric``, and for ``ours`` and ``paper`` ``…_change``
        (relative to one-stage; missing where that is 0) and ``…_tighter`` (1 where the
        two-stage interval is narrower, 0 as wide, −1 wider).
    """
    rows = []
    index = beside.set_index(["setting", "method", "metric"])
    for setting in beside["setting"].unique():
        for goal, (two_stage, _) in TARGETS.items():
            for metric in beside["metric"].unique():
                keys = [(setting, method, metric) for method in (goal, two_stage)]
                if all(key in index.index for key in keys):
                    one, two = (index.loc[key] for key in keys)
                    row = {"setting": setting, "goal": goal, "metric": metric}
                    rows.append(
                        row | _compared(one, two, "") | _compared(one, two, "paper_")
                    )
    kinds = [f"{whose}_{kind}" for whose in ("ours", "paper") for kind in KINDS]
    return pd.DataFrame(rows, columns=["setting", "goal", "metric", *kinds])


def _compared(one, two, prefix):
    name = prefix or "ours_"
    before, after = one[f"{prefix}mean"], two[f"{prefix}mean"]
    narrower = np.sign(one[f"{prefix}ci95"] - two[f"{prefix}ci95"])
    return {
        f"{name}change": after / before - 1 if before else None,
        f"{name}tighter": narrower,
    }


def hardly_aligned(specs, results):
    """Share of the epochs of one-stage methods in which hardly any step is aligned.

    Parameters
    ----------
    specs, results : list of dict
        As of `run_all`.

    Returns
    -------
    table : DataFrame
        Columns ``setting``, ``method``, ``share``: of the epochs of all seeds, those in
        which the weights work against no cell in less than `ALIGNED` of the steps.
    """
    rows = [
        {
            "setting": spec["setting"],
            "method": spec["method"],
            "share": float(1 - epoch["conflict_rate"] < ALIGNED),
        }
        for spec, result in zip(specs, results, strict=True)
        if spec["method"] in TARGETS
        for epoch in result["history"]
    ]
    frame = pd.DataFrame(rows, columns=["setting", "method", "share"])
    return frame.groupby(["setting", "method"], sort=False, as_index=False).mean()


def claims_markdown(compared, aligned):
    """Write what became of the claims.

    Parameters
    ----------
    compared, aligned : DataFrame
        As of `stages_compared` and `hardly_aligned`.

    Returns
    -------
    text : str
    """
    lines = []
    if len(compared):
        for whose, name in (("ours", "Here"), ("paper", "In the paper")):
            tighter = compared[f"{whose}_tighter"]
            lines.append(
                f"- {name} the two-stage interval is narrower in {(tighter > 0).sum()}, "
                f"wider in {(tighter < 0).sum()} and as wide in {(tighter == 0).sum()} of "
                f"{len(tighter)} comparisons with one-stage."
            )
        for metric, best, what in (
            ("overall_auc", "idxmax", "rise of the overall AUC"),
            ("max_group_auc_disparity", "idxmin", "fall of the largest gap"),
        ):
            rows = compared[compared["metric"] == metric]
            lines += [_largest(rows, whose, best, what) for whose in ("ours", "paper")]
    lines += [
        f"- {row.setting}, one-stage {row.method}: in {row.share:.0%} of the epochs less "
        f"than {ALIGNED:.0%} of the steps are aligned."
        for row in aligned.itertuples()
    ]
    return "\n".join(lines)


def _largest(rows, whose, best, what):
    name = "here" if whose == "ours" else "in the paper"
    changes = rows[f"{whose}_change"].astype(float)
    if changes.isna().all():
        return f"- Largest {what}, {name}: none is known."
    row = rows.loc[getattr(changes, best)()]
    better = (changes > 0).sum() if best == "idxmax" else (changes < 0).sum()
    return (
        f"- Largest {what} by the first stage, {name}: {row[f'{whose}_change']:+.1%} "
        f"({row['setting']}, {row['goal']}); it is better in {better} of {len(rows)}."
    )
