"""What a command writes at the end: Markdown, CSV files, and how they came about."""

import typer

from .._files import write_at_once
from .._optional import import_optional
from .baselines import ALL_RIVALS
from .measures import MEASURES
from .summaries import crosswise, lead_with_ci, leads, markdown, summarize

# What is compared with each other method, run by run, and in which measures.
LEADERS = ("ours", "ours_boosting", "ours_vote")
COMPARED = ("score_auc", "worst_group_balanced_accuracy")


def check_extras(methods=()):
    """Find out before the training, which may take hours, that a package is missing."""
    import_optional("matplotlib.pyplot", extra="experiments")
    if any(name.startswith(("threshold_", "exponentiated_")) for name in methods):
        import_optional("fairlearn", extra="experiments")


def conditions(n_seeds, epochs, drawn):
    """The line that says how a table came about.

    Parameters
    ----------
    n_seeds : int
    epochs : int or None
        None is the usual number.
    drawn : str
        How rows were drawn, and what the intervals tell.
    """
    seeds = "1 seed" if n_seeds == 1 else f"{n_seeds} seeds"
    return f"{seeds}; {epochs or 'the usual number of'} epochs; {drawn}"


def on_one_split(splits_dir):
    """How rows were drawn where the seeds share a split; for `conditions`."""
    whose = f"the row numbers in {splits_dir}" if splits_dir else "rows drawn by its rule"
    return (
        f"the paper's split sizes, {whose}. All seeds share the split: intervals (95 %) "
        "tell how much initial weights and minibatches matter, not how the result would "
        "move with other people."
    )


ON_MANY_SPLITS = (
    "a split for each seed. The splits overlap, so as a statement about other people the "
    "intervals (95 %) are too narrow."
)


def report_comparison(table, failures, by, results, name, *, how):
    """Write means, intervals, leads and failures of a comparison, and print them.

    Parameters
    ----------
    table, failures :
        As of `table_of`.
    by : list of str
        Columns that tell rows of the summary apart.
    results : Path
        Folder to write into.
    name : str
        Of the files.
    how : str
        As of `conditions`.

    Returns
    -------
    summary : DataFrame
        As of `summarize`.
    """
    summary = summarize(table, by, list(MEASURES))
    write_csv(summary, results / f"{name}.csv")
    blocks = [how]
    for metric, title in MEASURES.items():
        blocks += [f"### {title[0].upper()}{title[1:]}", _by_setting(summary, by, metric)]
    compared = table["method"].unique() if "method" in by else []
    for method in LEADERS:
        if method in compared and len(compared) > 1:
            lead = leads(table, by, list(COMPARED), method)
            write_csv(lead, results / f"{name}_lead_{method}.csv")
            blocks += [
                f"### Lead of {ALL_RIVALS[method].title}",
                "Its value less the method's, seed by seed. Bold where the interval "
                "excludes 0, which is not corrected for the number of comparisons.",
            ]
            for metric in COMPARED:
                shown = _by_setting(lead, by, metric, cell=lead_with_ci)
                blocks += [f"In {MEASURES[metric]}:", shown]
    if failures:
        blocks += ["### Could not be trained", "\n".join(f"- {each}" for each in failures)]
    write_text("\n\n".join(blocks), results / f"{name}.md")
    return summary


def write_text(text, path):
    """Write Markdown to a file, and print it."""
    write_at_once(path, f"{text}\n".encode())
    typer.echo(text)


def write_csv(table, path):
    """Write a data frame to a file, its index left out."""
    write_at_once(path, table.to_csv(index=False).encode())


def _by_setting(summary, by, metric, **options):
    """One metric as Markdown, settings side by side; see `crosswise`."""
    index = [column for column in by if column != "setting"]
    table = crosswise(summary, index, "setting", metric, **options)
    if "method" in table:
        rivals = [ALL_RIVALS[name] for name in table["method"]]
        table["method"] = [rival.title for rival in rivals]
        told = [rival.told for rival in rivals]
        table.insert(len(index), "told besides X and y", told)
    return markdown(table)
