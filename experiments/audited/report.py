"""The report of ``audited``: tables of what was measured, Markdown and CSV."""

import pandas as pd

from skfairbargain.compare import summarize

from ..files import write_csv
from ..reports import write_text
from ..summaries import crosswise, markdown
from .biases import KINDS
from .methods import AUDITED, BIASED
from .pooled import CONDITION, POOLED, damage_repaired, gains_over
from .runs import ALL, IMPUTATION
from .scoring import SCORES
from .tables import SOURCES

AUDIT_NAMES = {
    "balanced": "equally many audited rows of every cell",
    "sample": "audited rows a plain random sample",
}
TELLS = (
    "Gain: what a method has more than balanced boosting on recorded labels. Damage "
    "repaired: of the distance between balanced boosting on recorded labels and on "
    "true ones, the part that a method covers; 0 repairs nothing, 1 all. Means over data "
    "sets, and 95 % intervals over data sets and seeds. `runs`: pairs of data set and seed."
)


def report_audited(table, failures, imputed, results):
    """Write all tables.

    Parameters
    ----------
    table : DataFrame
        One row a run; see `damage_repaired`.
    failures : list of str
    imputed : DataFrame
        Of the runs of `IMPUTATION`: the problem, and ``group_auc``.
    results : Path

    Returns
    -------
    repaired : DataFrame
        As of `damage_repaired`.
    """
    repaired, gains = damage_repaired(table), gains_over(table, BIASED)
    leads = gains_over(table, AUDITED)
    summary = summarize(table, [*CONDITION, "name", "method"], [*SCORES, "seconds"])
    for rows, name in (
        (repaired, "repaired"),
        (gains, "gains"),
        (leads, "behind"),
        (summary, "means"),
    ):
        write_csv(rows, results / f"audited_{name}.csv")
    blocks = [TELLS]
    for condition, rows in summary.groupby(CONDITION, sort=False):
        told = dict(zip(CONDITION, condition, strict=True))
        blocks += [f"## {heading(told)}", told_of(told)]
        blocks += _pooled_blocks(*(_of(each, told) for each in (gains, repaired, leads)))
        for metric in POOLED:
            shown = crosswise(_titled(rows), ["method"], "name", metric)
            blocks += [f"### {SCORES[metric][0].upper()}{SCORES[metric][1:]}"]
            blocks += [markdown(shown)]
        blocks += [_imputation(_of(imputed, told))]
    blocks += ["## What blind tables lack", _removed(summary["name"].unique())]
    if failures:
        blocks += ["## Left out", "\n".join(f"- {each}" for each in failures)]
    write_text("\n\n".join(blocks), results / "audited.md")
    return repaired


def heading(told):
    """One line that names a condition."""
    layout = "blind" if told["layout"] == "blind" else "the group in X (paper's layout)"
    apart = ", rows for choices" if told["apart"] else ""
    return (
        f"{layout[0].upper()}{layout[1:]}, {told['kind']}, share {told['share']:g}, "
        f"{told['per_cell']} rows a cell, {told['audit']} audit{apart}"
    )


def told_of(told):
    """What a condition means, in a sentence."""
    kind = KINDS[told["kind"]] if told["share"] else "nothing is unjust"
    return f"{kind[0].upper()}{kind[1:]}; {AUDIT_NAMES[told['audit']]}."


def interval(row, signed=False):
    """A value with its interval, for people; bold where that excludes 0, if signed."""
    text = "{value:+.3f} [{low:+.3f}, {high:+.3f}]" if signed else (
        "{value:.2f} [{low:.2f}, {high:.2f}]"
    )  # fmt: skip
    text = text.format(**row)
    outside = signed and (row["low"] > 0 or row["high"] < 0)
    return f"**{text}**" if outside else text


def _pooled_blocks(gains, repaired, behind):
    """Gains and damage repaired, and how far each method is behind ours."""
    if gains.empty:
        return []
    shown = {}
    for told, rows, signed in (
        ("gain", gains, True),
        ("repaired", repaired, False),
        (f"beside {ALL[AUDITED].title}", behind, True),
    ):
        for row in rows.to_dict("records"):
            line = shown.setdefault(row["method"], {"method": ALL[row["method"]].title})
            line["told besides X and y"] = ALL[row["method"]].told
            line[f"{told}, {SCORES[row['measure']]}"] = interval(row, signed)
            line["data sets"], line["runs"] = row["data_sets"], row["runs"]
    lines = pd.DataFrame(list(shown.values())).astype(object)
    last = ["data sets", "runs"]
    lines = lines[[name for name in lines if name not in last] + last]
    return ["### Pooled over data sets", markdown(lines.where(lines.notna(), "–"))]


def _imputation(imputed):
    means = imputed.groupby("name", sort=False)["group_auc"].mean()
    told = ", ".join(f"{name} {mean:.2f}" for name, mean in means.items())
    return f"Group of test rows imputed from the audited ones, AUC: {told}."


def _removed(names):
    rows = [
        {
            "data set": name,
            "removed because they state the group": ", ".join(SOURCES[name].stating),
            "removed in both layouts": ", ".join(SOURCES[name].unusable) or "–",
        }
        for name in names
    ]
    return markdown(pd.DataFrame(rows))


def _titled(rows):
    return rows.assign(method=[ALL[method].title for method in rows["method"]])


def _of(rows, told):
    """The rows of a condition."""
    if rows.empty:
        return rows
    return rows[(rows[CONDITION] == pd.Series(told)[CONDITION]).all(axis=1)]


def tables_of(specs, results):
    """Runs as tables, and what could not be trained.

    Parameters
    ----------
    specs, results : list of dict
        As of `runs.audited_specs` and `runs.run_problem`.

    Returns
    -------
    table, imputed : DataFrame
        As `report_audited` takes them.
    failures : list of str

    Raises
    ------
    ValueError
        If no method could be trained anywhere.
    """
    rows, imputed, failures = [], [], {}
    for spec, result in zip(specs, results, strict=True):
        if "failure" in result:
            place = f"{ALL[spec['method']].title} on {spec['name']}: {result['failure']}"
            failures[place] = failures.get(place, 0) + 1
        elif spec["method"] == IMPUTATION:
            imputed.append({**spec, **result})
        else:
            rows.append({**spec, **result})
    told = [f"{place} (runs: {n})" for place, n in failures.items()]
    if not rows:
        raise ValueError(f"No method could be trained in any of these runs. {told[0]}")
    return pd.DataFrame(rows), pd.DataFrame(imputed), told
