"""Consoles that print names as they are, and progress on standard error."""

from contextlib import contextmanager

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
)


def plain_console(**settings):
    """A console that prints names of files and columns as they are, [brackets] included."""
    return Console(markup=False, emoji=False, highlight=False, **settings)


@contextmanager
def progress():
    """A bar on standard error, so that standard output is the result alone.

    Without a terminal, a line before each training.

    Yields
    ------
    tell : callable
        To call with a title and the number of steps before each step.
    """
    console = plain_console(stderr=True)
    if not console.is_terminal:
        yield _Lines(console)
        return
    columns = (
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.description}", markup=False),
    )
    with Progress(*columns, console=console) as bar:
        task = bar.add_task("", total=None)
        done = -1

        def tell(title, total):
            nonlocal done
            done += 1
            bar.update(task, completed=done, total=total, description=title)

        yield tell
        bar.update(task, completed=bar.tasks[0].total, description="done")


class _Lines:
    def __init__(self, console):
        self.console, self.done = console, 0

    def __call__(self, title, total):
        self.done += 1
        self.console.print(f"{self.done}/{total} {title}", soft_wrap=True)
