"""The main table as Markdown, and what it says about the paper's numbers."""

from .measures import MEASURES
from .methods import TABLE1_METHODS
from .summaries import markdown, spread, with_ci

CONFLICTS = {
    "conflict_stage_1": "conflict, stage 1",
    "success_stage_1": "agreement, stage 1",
    "conflict_stage_2": "conflict, stage 2",
}


def table1_markdown(beside, honest, conflicts, cpu_seconds, *, how, repeats, claims=""):
    """Write the report.

    Parameters
    ----------
    beside, honest, conflicts : DataFrame
        As of `beside_the_paper`, `by_the_honest_rule` and `conflicts_by_stage`.
    cpu_seconds : list of float
        Of every run.
    how : str
        As of `conditions`.
    repeats : bool
        Whether rows and epochs are the paper's, so that the numbers may be compared.
    claims : str, default=""
        As of `claims_markdown`.

    Returns
    -------
    text : str
    """
    blocks = [how]
    if len(beside):
        blocks += [
            "### By the paper's rule",
            "AUC of hard labels, at the epoch whose mean over the seeds is best **on the "
            "test set**, which flatters every method. Ours with its 95 % interval, then "
            "the paper's.",
            markdown(_paper_columns(beside)),
            _nearness(beside)
            if repeats
            else "With other rows or epochs than the paper's, so it is not counted how "
            "many means lie near the paper's.",
        ]
    blocks += [
        "### By the honest rule",
        "The last epoch. ROC AUC of scores, and balanced accuracy of hard labels.",
        markdown(_named(spread(honest, ["setting", "method"], MEASURES))),
    ]
    if len(conflicts):
        blocks += [
            "### Conflict and agreement",
            "Conflict: share of the steps whose applied weights work against some group × "
            "label cell of the validation set. Agreement: share of the stage-1 steps with "
            "one. Two-stage methods bargain over directions and clip afterwards, as the "
            'paper does, or "over weights" that can be applied.',
            markdown(_named(spread(conflicts, ["setting", "method"], CONFLICTS))),
        ]
    if claims:
        blocks += ["### The paper's claims", claims]
    minutes = f"{sum(cpu_seconds) / 60:.0f}"
    return "\n\n".join(
        [*blocks, f"The {len(cpu_seconds)} runs took {minutes} minutes of one core."]
    )


def _named(table):
    titles = {name: method.title for name, method in TABLE1_METHODS.items()}
    return table.assign(method=table["method"].map(titles))


def _paper_columns(beside):
    table = beside[["setting", "method", "epoch"]].drop_duplicates()
    for metric, title in (
        ("overall_auc", "overall AUC"),
        ("worst_group_auc", "worst-group AUC"),
        ("max_group_auc_disparity", "largest gap"),
    ):
        rows = beside[beside["metric"] == metric]
        ours = [with_ci(*pair) for pair in rows[["mean", "ci95"]].to_numpy()]
        theirs = [with_ci(*pair) for pair in rows[["paper_mean", "paper_ci95"]].to_numpy()]
        table = table.assign(**{title: ours, f"{title}, paper": theirs})
    return _named(table)


def _nearness(beside):
    """How many rows lie within the tolerance, and which do not."""
    blocks = []
    for metric, rows in beside.dropna(subset="tolerance").groupby("metric", sort=False):
        name = metric.replace("_", " ").capitalize().replace("auc", "AUC")
        within = rows["within"].astype(bool)
        blocks.append(
            f"{name}: {within.sum()} of {len(rows)} means lie within the tolerance of the "
            "paper's."
        )
        outside = [
            f"- {row.setting}, {TABLE1_METHODS[row.method].title}: {row.mean:.3f} against "
            f"{row.paper_mean:.3f} (tolerance {row.tolerance:.3f})"
            for row in rows[~within].itertuples()
        ]
        blocks += ["\n".join(outside)] if outside else []
    return "\n\n".join(blocks)
