"""Reports of the commands: Markdown and CSV files, and how the runs were made."""

from typing import NamedTuple

import typer

from skfairbargain.compare import summarize

from .files import write_at_once, write_csv
from .measures import MEASURES
from .registry import ALL_RIVALS
from .summaries import crosswise, lead_with_ci, leads, markdown

# Methods that are compared with each other one, run by run, and in which measures.
LEADERS = ("ours", "ours_boosting", "ours_vote")
COMPARED = ("score_auc", "worst_group_balanced_accuracy")


class Drawn(NamedTuple):
    """How the rows of all runs were drawn.

    Parameters
    ----------
    rows : str
    caution : str
        What the intervals over the seeds do not tell.
    """

    rows: str
    caution: str


MANY_SPLITS = Drawn(
    "a split of its own for each seed",
    "The splits overlap, so as a statement about other people the intervals (95 %) are too "
    "narrow.",
)


def one_split(splits_dir):
    """The paper's split, by its own row numbers or by its rule; see `Drawn`."""
    whose = f"the row numbers in {splits_dir}" if splits_dir else "rows drawn by its rule"
    return Drawn(
        f"the paper's split sizes, {whose}",
        "All seeds share the split: intervals (95 %) tell how much initial weights and "
        "minibatches matter, not how the result would move with other people.",
    )


def conditions(n_seeds, drawn, epochs=None, whose=""):
    """The line that says how the runs of a table were made.

    Parameters
    ----------
    n_seeds : int
    drawn : Drawn
    epochs : int or None, default=None
        None is the usual number.
    whose : str, default=""
        Which methods have that number.
    """
    seeds = "One seed" if n_seeds == 1 else f"{n_seeds} seeds"
    epochs = "" if epochs is None else f"; number of epochs{whose}: {epochs}"
    caution = "" if n_seeds == 1 else f" {drawn.caution}"
    return f"{seeds}; {drawn.rows}{epochs}.{caution}"


def report_comparison(table, failures, by, results, name, *, n_seeds, how):
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
    n_seeds : int
        That every mean should be over.
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
        shown = _by_setting(summary, by, metric, n_seeds)
        blocks += [f"### {title[0].upper()}{title[1:]}", shown]
    for method in LEADERS if "method" in by else ():
        lead = leads(table, by, list(COMPARED), method)
        if lead.empty:
            continue
        write_csv(lead, results / f"{name}_lead_{method}.csv")
        blocks += [
            f"### Lead of {ALL_RIVALS[method].title}",
            "Its value less the method's, seed by seed. Bold where the interval excludes "
            "0, which is not corrected for the number of comparisons.",
        ]
        for metric in COMPARED:
            shown = _by_setting(lead, by, metric, n_seeds, cell=lead_with_ci)
            blocks += [f"In {MEASURES[metric]}:", shown]
    if failures:
        blocks += ["### Left out", "\n".join(f"- {each}" for each in failures)]
    write_text("\n\n".join(blocks), results / f"{name}.md")
    return summary


def write_text(text, path):
    """Write Markdown to a file, and print it."""
    write_at_once(path, f"{text}\n".encode())
    typer.echo(text)


def _by_setting(summary, by, metric, n_seeds, **options):
    """One metric as Markdown, settings side by side; see `crosswise`."""
    index = [column for column in by if column != "setting"]
    table = crosswise(summary, index, "setting", metric, n_seeds, **options)
    if "method" in table:
        rivals = [ALL_RIVALS[name] for name in table["method"]]
        table["method"] = [rival.title for rival in rivals]
        told = [rival.told for rival in rivals]
        table.insert(len(index), "told besides X and y", told)
    return markdown(table)
