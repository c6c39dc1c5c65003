"""The experiments write their files as the package does."""

import os

import pandas as pd
import pytest
from matplotlib.figure import Figure

from experiments.files import write_csv, write_figure
from experiments.reports import write_text


def test_what_fails_leaves_the_file_that_was_there(tmp_path):
    path = tmp_path / "table.csv"
    write_csv(pd.DataFrame({"a": [1]}), path)

    class Interrupted(pd.DataFrame):
        def to_csv(self, part, index):
            part.write_text("a\n2")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_csv(Interrupted({"a": [2]}), path)
    assert path.read_text() == "a\n1\n"
    assert os.listdir(tmp_path) == ["table.csv"]


def test_what_a_killed_command_left_is_removed(tmp_path, capsys):
    for name in ("table.csv", "table.md", "table.png"):
        (tmp_path / f".part-01234567.{name}").write_text("a\n2")
    write_csv(pd.DataFrame({"a": [3]}), tmp_path / "table.csv")
    write_text("A table.", tmp_path / "table.md")
    write_figure(Figure(), tmp_path / "table.png")
    assert sorted(os.listdir(tmp_path)) == ["table.csv", "table.md", "table.png"]
    assert (tmp_path / "table.csv").read_text() == "a\n3\n"
    assert (tmp_path / "table.md").read_text() == "A table.\n"
    assert capsys.readouterr().out == "A table.\n"


@pytest.mark.parametrize(
    ("name", "first"), [("a.PDF", b"%PDF"), ("a.png", b"\x89PNG"), ("a", b"\x89PNG")]
)
def test_a_figure_is_in_the_format_of_its_name(name, first, tmp_path):
    write_figure(Figure(), tmp_path / name)
    assert (tmp_path / name).read_bytes().startswith(first)
    assert os.listdir(tmp_path) == [name]
