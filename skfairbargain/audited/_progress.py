"""Progress over the parts of a fit."""

from rich.console import Console
from rich.progress import Progress


def progress(verbose, total):
    """A function to call after each of `total` parts, and to call with None at the end."""
    if not verbose:
        return lambda part: None
    bar = Progress(console=Console(stderr=True))
    task = bar.add_task("AuditedClassifier", total=total)
    bar.start()

    def advance(part):
        if part is None:
            bar.stop()
            return
        bar.update(task, advance=1, description=part)
        if not bar.console.is_terminal:
            done = int(bar.tasks[0].completed)
            bar.console.print(f"{done} of {total}: {part}")

    return advance
