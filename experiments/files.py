"""Tables, figures and texts that are under their name whole, or not at all."""

# The only private names that the experiments import: two ways to write a file whole would
# differ one day.
from skfairbargain import _utils
from skfairbargain._utils import write_at_once, write_csv

__all__ = ["write_at_once", "write_csv", "write_figure"]


def write_figure(figure, path):
    """Write a matplotlib Figure, as PNG where the name has no ending."""
    _utils.write_figure(figure, path, dpi=120)
