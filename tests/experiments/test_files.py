"""A file is there whole or not at all."""

import os

import pandas as pd
import pytest

from experiments.files import whole_file, write_csv


def write_half(path):
    with whole_file(path) as part:
        part.write_text("a\n2")
        raise KeyboardInterrupt


def test_what_fails_leaves_the_file_that_was_there(tmp_path):
    path = tmp_path / "table.csv"
    write_csv(pd.DataFrame({"a": [1]}), path)
    with pytest.raises(KeyboardInterrupt):
        write_half(path)
    assert path.read_text() == "a\n1\n"
    assert os.listdir(tmp_path) == ["table.csv"]
    write_csv(pd.DataFrame({"a": [3]}), path)
    assert path.read_text() == "a\n3\n"


def test_a_link_is_written_through(tmp_path):
    table, link = tmp_path / "table.csv", tmp_path / "link.csv"
    link.symlink_to(table)
    write_csv(pd.DataFrame({"a": [1]}), link)
    assert link.is_symlink()
    assert table.read_text() == "a\n1\n"
