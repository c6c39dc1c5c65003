"""Files are written atomically; links and pipes are written to and not replaced."""

import os
import re
import subprocess
import sys
import threading

import pandas as pd
import pytest
from matplotlib.figure import Figure

from skfairbargain._utils._files import write_at_once, write_csv, write_figure

TABLE = pd.DataFrame({"auc": [0.5]})


def test_a_failed_write_leaves_the_file_and_its_folder_unchanged(tmp_path):
    path = tmp_path / "kept.csv"
    path.write_text("before")
    seen = []

    class Table:
        def to_csv(self, part, index):
            part.write_text("aft")
            seen.append(path.read_text())
            raise OSError("No space left on device")

    with pytest.raises(OSError, match="No space left on device"):
        write_csv(Table(), path)
    assert [*seen, path.read_text()] == ["before", "before"]
    assert os.listdir(tmp_path) == ["kept.csv"]


def test_a_file_keeps_its_permissions(tmp_path):
    path = tmp_path / "private.csv"
    path.touch(mode=0o600)
    write_csv(TABLE, path)
    assert path.read_text() == "auc\n0.5\n"
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_link_stays_a_link(tmp_path):
    (tmp_path / "link.csv").symlink_to(tmp_path / "file.csv")
    for text in ("new", "again"):
        write_at_once(tmp_path / "link.csv", text.encode())
        assert (tmp_path / "link.csv").is_symlink()
        assert (tmp_path / "file.csv").read_text() == text
    assert sorted(os.listdir(tmp_path)) == ["file.csv", "link.csv"]


def test_a_pipe_is_written_to_and_stays_a_pipe(tmp_path):
    path = tmp_path / "pipe"
    os.mkfifo(path)
    read = []
    reader = threading.Thread(target=lambda: read.append(path.read_bytes()), daemon=True)
    reader.start()
    # Opening a pipe to write waits for the reader, so it happens in a thread as well.
    writer = threading.Thread(target=write_csv, args=(TABLE, path), daemon=True)
    writer.start()
    for thread in (writer, reader):
        thread.join(timeout=30)
        assert not thread.is_alive()
    assert read == [b"auc\n0.5\n"]
    assert path.is_fifo()


def test_standard_output_redirected_to_a_file_is_not_replaced(tmp_path):
    code = (
        "from skfairbargain._utils._files import write_at_once as write\n"
        "write('/dev/stdout', b'first ' * 3)\n"
        "write('/dev/stdout', b'then')"
    )
    with open(tmp_path / "out.txt", "wb") as out:
        subprocess.run([sys.executable, "-c", code], stdout=out, check=True, timeout=60)
    assert (tmp_path / "out.txt").read_bytes() == b"then"
    assert os.listdir(tmp_path) == ["out.txt"]


def test_a_missing_folder_is_named(tmp_path):
    path = tmp_path / "none" / "a.csv"
    message = f"The folder {str(path.parent)!r} of 'a.csv' does not exist. Create it first."
    with pytest.raises(FileNotFoundError, match=f"^{re.escape(message)}$"):
        write_csv(TABLE, path)


def test_a_table_is_compressed_according_to_its_name(tmp_path):
    write_csv(TABLE, tmp_path / "a.csv.gz")
    assert (tmp_path / "a.csv.gz").read_bytes()[:2] == b"\x1f\x8b"
    pd.testing.assert_frame_equal(pd.read_csv(tmp_path / "a.csv.gz"), TABLE)


@pytest.mark.parametrize(
    ("name", "first"), [("a.PDF", b"%PDF"), ("a.png", b"\x89PNG"), ("a", b"\x89PNG")]
)
def test_a_figure_is_in_the_format_of_its_name(name, first, tmp_path):
    write_figure(Figure(), tmp_path / name, dpi=50)
    assert (tmp_path / name).read_bytes().startswith(first)
    assert os.listdir(tmp_path) == [name]
