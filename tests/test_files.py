"""Files are there whole or not at all, and what is no file is left in its place."""

import os
import threading

import pandas as pd
import pytest
from matplotlib.figure import Figure

from skfairbargain._files import write_at_once, write_csv, write_figure


def test_what_fails_leaves_the_file_and_its_folder_as_they_were(tmp_path, monkeypatch):
    path = tmp_path / "kept.csv"
    path.write_text("before")

    def full(descriptor):
        raise OSError("No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left on device"):
        write_at_once(path, b"after")
    assert path.read_text() == "before"
    assert os.listdir(tmp_path) == ["kept.csv"]


def test_a_link_stays_one(tmp_path):
    (tmp_path / "link.csv").symlink_to(tmp_path / "file.csv")
    for text in ("new", "again"):
        write_at_once(tmp_path / "link.csv", text.encode())
        assert (tmp_path / "link.csv").is_symlink()
        assert (tmp_path / "file.csv").read_text() == text
    assert sorted(os.listdir(tmp_path)) == ["file.csv", "link.csv"]


def test_a_pipe_is_written_to_and_stays_one(tmp_path):
    path = tmp_path / "pipe"
    os.mkfifo(path)
    read = []
    reader = threading.Thread(target=lambda: read.append(path.read_bytes()), daemon=True)
    reader.start()
    write_csv(pd.DataFrame({"auc": [0.5]}), path)
    reader.join(timeout=30)
    assert read == [b"auc\n0.5\n"]
    assert path.is_fifo()


@pytest.mark.parametrize(
    ("name", "first"), [("a.PDF", b"%PDF"), ("a.png", b"\x89PNG"), ("a", b"\x89PNG")]
)
def test_a_figure_is_in_the_format_of_its_name(name, first, tmp_path):
    write_figure(Figure(), tmp_path / name, dpi=50)
    assert (tmp_path / name).read_bytes().startswith(first)
