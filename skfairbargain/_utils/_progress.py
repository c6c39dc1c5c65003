"""Progress of a fit: one bar in a terminal, and a line now and then elsewhere."""

from time import monotonic

from rich.console import Console
from rich.markup import escape
from rich.progress import Progress

# Without a terminal there is a line at the first part and the last, and between them
# whenever another tenth is done or this many seconds have passed.
SECONDS = 10


class FitProgress:
    """A context that shows how many of the parts of a fit are done, on standard error.

    Parameters
    ----------
    name : str
        What is being fitted.
    total : int
        Number of parts.
    verbose : int or bool
        Nothing is shown if it is 0.

    Examples
    --------
    >>> with FitProgress("model", 2, verbose=0) as progress:
    ...     progress.advance("first part")
    ...     progress.advance("second part")
    """

    def __init__(self, name, total, verbose):
        self._name, self._total, self._done = name, total, 0
        self._verbose = bool(verbose)
        self._next_line = 0, 0.0

    def __enter__(self):
        if self._verbose:
            # A notebook is given lines: a live bar would need ipywidgets there.
            console = Console(stderr=True, force_jupyter=False)
            self._bar = Progress(console=console)
            self._task = self._bar.add_task(escape(self._name), total=self._total)
            if console.is_terminal:
                self._bar.start()
        return self

    def __exit__(self, *error):
        # Some versions of rich print an empty line for a bar that was never started.
        if self._verbose and self._bar.console.is_terminal:
            self._bar.stop()

    def advance(self, words):
        """Count one part more, and say in a few words what it was."""
        if not self._verbose:
            return
        self._done = min(self._done + 1, self._total)
        words = f"{self._name}, {words}"
        self._bar.update(self._task, completed=self._done, description=escape(words))
        console = self._bar.console
        if not console.is_terminal and self._line_is_due():
            share = f"{100 * self._done // self._total} %"
            console.print(
                f"{words}: {share}", markup=False, highlight=False, soft_wrap=True
            )

    def _line_is_due(self):
        tenth, time = self._next_line
        now = monotonic()
        if 10 * self._done < tenth * self._total and now < time:
            return False
        self._next_line = 10 * self._done // self._total + 1, now + SECONDS
        return True
