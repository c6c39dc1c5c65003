"""Every example of the gallery runs, draws a figure and leaves no file behind.

An example that hangs fails by the time limit in ``tests/conftest.py``.
"""

import runpy
from pathlib import Path

import pytest

import skfairbargain

FOLDER = Path(skfairbargain.__file__).parents[1] / "examples"
EXAMPLES = sorted(FOLDER.glob("plot_*.py"))


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_example_runs(path, tmp_path, monkeypatch):
    matplotlib = pytest.importorskip("matplotlib")
    matplotlib.use("Agg")
    from matplotlib import pyplot

    # An example that changes matplotlib's defaults must not change them for the others.
    with matplotlib.rc_context():
        monkeypatch.chdir(tmp_path)
        pyplot.close("all")
        runpy.run_path(str(path), run_name="__main__")
        figures = [pyplot.figure(number) for number in pyplot.get_fignums()]
        for figure in figures:
            figure.canvas.draw()
        pyplot.close("all")
    assert figures, "a gallery example shows a figure"
    assert list(tmp_path.iterdir()) == [], "an example leaves no file behind"
