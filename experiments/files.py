"""Tables, figures and texts that are under their name whole, or not at all."""

import io
from pathlib import Path

# The only private names that the experiments import: two ways to write a file whole would
# differ one day.
from skfairbargain._utils import write_at_once, write_csv

__all__ = ["write_at_once", "write_csv", "write_figure"]


def write_figure(figure, path):
    """Write a matplotlib Figure, as PNG where the name has no ending."""
    file = io.BytesIO()
    figure.savefig(file, format=Path(path).suffix.removeprefix(".") or "png", dpi=120)
    write_at_once(path, file.getvalue())
