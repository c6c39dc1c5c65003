"""What the comparison of bargains and goals came to: tables and a figure."""

import pandas as pd

from skfairbargain.compare import summarize

from .agreement import PAIRS, TITLES, largest_losses
from .panels import colors_of, finish, make_panels
from .reports import MANY_SPLITS, conditions
from .summaries import lead_with_ci, markdown, spread

SHOWN = {
    "conflict": "steps with a conflict",
    "agreement": "steps that can serve all",
    "score_auc": "score AUC",
    "worst_group_balanced_accuracy": "balanced accuracy, worst group",
    "balanced_accuracy_gap": "balanced accuracy, gap",
    "largest_loss": "largest loss of a group",
}
# Who bargained in how many steps differs between forms, so agreement is not compared.
COMPARED = {name: title for name, title in SHOWN.items() if name != "agreement"}
PLACE = ["n_groups", "per_cell", "goal"]
BY = ["setting", *PLACE, "form"]
# The forms whose conflict is drawn, and the pairs whose differences are.
DRAWN_FORMS = ("one_stage", "one_stage_harmless", "two_stage", "two_stage_harmless")
DRAWN_PAIRS = ("harmless goal, one-stage", "harmless goal, two-stage", "bargaining first")


def table_of_runs(specs, runs):
    """One row for each run, with what is `SHOWN`."""
    table = pd.DataFrame(specs)
    for name in SHOWN:
        if name != "largest_loss":
            table[name] = pd.Series([run[name] for run in runs], dtype=float)
    table["largest_loss"] = pd.Series(largest_losses(specs, runs), dtype=float)
    return table


def differences(table):
    """What each form of `PAIRS` has more than the other, on the same rows and seed.

    Parameters
    ----------
    table : DataFrame
        As of `table_of_runs`.

    Returns
    -------
    pairs : DataFrame
        One row for each such pair of runs: ``comparison``, what tells the rows apart, and
        the differences in what is `COMPARED`.
    """
    key = ["setting", *PLACE, "seed"]
    of_form = {form: rows.set_index(key) for form, rows in table.groupby("form")}
    found = []
    for name, (form, other) in PAIRS.items():
        if form in of_form and other in of_form:
            # Plain training has one goal, and is compared with that one.
            less = of_form[form][list(COMPARED)] - of_form[other][list(COMPARED)]
            both = of_form[form].index.intersection(of_form[other].index)
            found.append(less.loc[both].reset_index().assign(comparison=name))
    columns = ["comparison", *key, *COMPARED]
    return pd.concat(found)[columns] if found else pd.DataFrame(columns=columns)


def agreement_markdown(table, pairs, *, n_seeds, epochs):
    """Write the report: means of each condition, and differences run by run."""
    blocks = [conditions(n_seeds, MANY_SPLITS, epochs)]
    summary = summarize(table, BY, list(SHOWN))
    for (setting, *place), rows in summary.groupby(BY[:-1], sort=False):
        titled = rows.assign(form=rows["form"].map(TITLES))
        blocks += [
            f"### {setting}, {_named(*place)}",
            markdown(spread(titled, ["form"], SHOWN)),
        ]
    if len(pairs):
        blocks += [
            "### Differences, run by run",
            "The first form less the second, on the same rows and seed, over all data "
            "sets. Bold where the interval excludes 0, which is not corrected for the "
            "number of comparisons.",
        ]
    pooled = summarize(pairs, ["comparison", *PLACE], list(COMPARED))
    for name, rows in pooled.groupby("comparison", sort=False):
        form, other = (TITLES[each] for each in PAIRS[name])
        named = [_named(*place) for place in rows[PLACE].to_numpy()]
        # Their number stands in a column of its own, and not in every cell.
        rows = rows.assign(rows=named, runs=rows["n_seeds"], n_seeds=1)
        counts = rows.groupby("rows", sort=False)["runs"].max()
        shown = spread(rows, ["rows"], COMPARED, cell=lead_with_ci)
        shown.insert(1, "runs", shown["rows"].map(counts))
        title = f"{name[0].upper()}{name[1:]}: *{form}* less *{other}*."
        blocks += [title, markdown(shown)]
    return "\n\n".join(blocks)


def agreement_figure(table, pairs, path):
    """Draw conflict, and what harmless goals and bargaining change, by condition."""
    places = list(table[PLACE].drop_duplicates().itertuples(index=False, name=None))
    figure, (conflict, *changes) = make_panels(3)
    colors = dict(zip((*DRAWN_FORMS, *DRAWN_PAIRS), colors_of(7), strict=True))
    drawn = {}
    for number, form in enumerate(DRAWN_FORMS):
        of_form = table[table["form"] == form]
        drawn |= _dots(conflict, of_form, "conflict", places, number, colors[form], form)
    conflict.set(xlim=(-0.02, 1.02))
    for axis, metric in zip(
        changes, ("score_auc", "worst_group_balanced_accuracy"), strict=True
    ):
        axis.axvline(0, color="0.6", linewidth=0.8)
        for number, name in enumerate(DRAWN_PAIRS):
            of_pair = pairs[pairs["comparison"] == name]
            drawn |= _dots(axis, of_pair, metric, places, number, colors[name], name)
        axis.set(xlabel=f"change in {SHOWN[metric]}", yticks=[])
        axis.locator_params(axis="x", nbins=4)
    conflict.set(xlabel=SHOWN["conflict"])
    conflict.set_yticks(range(len(places)), [_named(*place) for place in places])
    for axis in (conflict, *changes):
        axis.set_ylim(len(places) - 0.5, -0.5)
    figure.set_size_inches(12.6, 1.6 + 0.55 * len(places))
    finish(figure, [], 0, drawn, path)


def _dots(axis, rows, metric, places, number, color, name):
    """Means with intervals of one series, a place below the other; its legend entry."""
    summary = summarize(rows, PLACE, metric).set_index(PLACE)
    at = [place for place in places if place in summary.index]
    if not at:
        return {}
    handle = axis.errorbar(
        summary.loc[at, "mean"],
        [places.index(place) + 0.17 * (number - 1.5) for place in at],
        xerr=summary.loc[at, "ci95"].fillna(0),
        fmt="osD^"[number % 4],
        markersize=5,
        elinewidth=1,
        color=color,
    )
    return {TITLES.get(name, name): handle}


def _named(n_groups, per_cell, goal):
    return f"{n_groups} groups, {per_cell} rows a cell, {goal}"
