"""Files are written atomically; links and pipes are written to and not replaced."""

import errno
import os
import re
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pandas as pd
import pytest

from skfairbargain._utils._files import write_at_once, write_csv

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


# Writes a file again and again, or begins to and waits, and tells when it does.
WRITER = """
import sys, time
from skfairbargain._utils._files import whole_file, write_at_once
path, waits = sys.argv[1:]
if waits:
    with whole_file(path) as part:
        part.write_bytes(b"half")
        print("begun", flush=True)
        time.sleep(60)
print("begun", flush=True)
while True:
    write_at_once(path, bytes(2**20))
"""


def writer(path, waits=""):
    command = [sys.executable, "-c", WRITER, path, waits]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout.readline() == "begun\n"
    return process


def kill(process, seconds=0.0):
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGKILL)
        process.wait(30)
    process.stdout.close()


def parts_in(folder):
    return [name for name in os.listdir(folder) if name.startswith(".part-")]


def test_what_killed_writers_leave_is_removed_by_the_next(tmp_path):
    path = tmp_path / "model"
    (tmp_path / ".part-00000000.other").touch()
    n_left = 0
    for number in range(2):
        kill(writer(path, waits="yes"))
        n_left = max(n_left, len(parts_in(tmp_path)))
        kill(writer(path), seconds=0.02 * number)
        # Whole, or not there yet, wherever the kill came.
        assert not path.exists() or path.read_bytes() == bytes(2**20)
    assert n_left == 2  # the other file's, and the latest of this one
    write_at_once(path, b"new")
    # What belongs to another file is left to the next write of that.
    assert sorted(os.listdir(tmp_path)) == [".part-00000000.other", "model"]
    assert path.read_bytes() == b"new"


def test_what_a_living_writer_holds_stays(tmp_path):
    path = tmp_path / "model"
    process = writer(path, waits="yes")
    try:
        [part] = parts_in(tmp_path)
        write_at_once(path, b"new")
        assert parts_in(tmp_path) == [part]
        assert path.read_bytes() == b"new"
    finally:
        kill(process)
    write_at_once(path, b"newer")
    assert os.listdir(tmp_path) == ["model"]


def test_many_writers_at_once(tmp_path):
    path, failures = tmp_path / "model", []

    def write(number):
        try:
            for _ in range(40):
                write_at_once(path, bytes([number]) * 5000)
        except OSError as error:
            failures.append(error)

    threads = [threading.Thread(target=write, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert failures == []
    assert path.read_bytes() in [bytes([number]) * 5000 for number in range(4)]
    assert os.listdir(tmp_path) == ["model"]


def test_a_full_disk_leaves_the_earlier_file_alone(small_disk):
    path = small_disk / "model"
    write_at_once(path, b"before")
    message = f"{path} was not written: No space left on device."
    with pytest.raises(OSError, match=f"^{re.escape(message)}$") as caught:
        write_at_once(path, bytes(2**20))
    assert caught.value.errno == errno.ENOSPC
    assert path.read_bytes() == b"before"
    assert os.listdir(small_disk) == ["model"]


def test_a_disk_that_cannot_be_written_to(small_disk):
    path = small_disk / "model"
    write_at_once(path, b"before")
    subprocess.run(["mount", "-o", "remount,ro", small_disk], timeout=60, check=True)
    message = f"{path} was not written: it is read-only."
    with pytest.raises(PermissionError, match=f"^{re.escape(message)}$"):
        write_at_once(path, b"after")
    other = small_disk / "other"
    message = f"{other} was not written: Read-only file system."
    with pytest.raises(OSError, match=f"^{re.escape(message)}$"):
        write_at_once(other, b"after")
    assert path.read_bytes() == b"before"


def test_a_read_only_file_and_a_read_only_folder(as_nobody):
    with open("model", "wb") as file:
        file.write(b"before")
    os.chmod("model", 0o444)
    message = "model was not written: it is read-only."
    with pytest.raises(PermissionError, match=f"^{re.escape(message)}$"):
        write_at_once("model", b"after")
    os.mkdir("folder", mode=0o555)
    message = "folder/model was not written: Permission denied."
    with pytest.raises(PermissionError, match=f"^{re.escape(message)}$") as caught:
        write_at_once("folder/model", b"after")
    assert caught.value.errno == errno.EACCES
    assert Path("model").read_bytes() == b"before"
