"""The file of runs against real kills, two writers, damage and a full disk."""

import os
import re
import signal
import sqlite3
import subprocess
import sys
import threading
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from experiments import store as store_module
from experiments.run_file import insert, opened, repair
from experiments.store import RunStore

# Adds runs with the seeds from … to …, and tells of each once it is kept.
WRITER = """
import sys
from experiments.store import RunStore
path, first, last = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
store = RunStore(path)
for seed in range(first, last):
    store.add({"seed": seed}, {"values": [seed] * 500})
    print(seed, flush=True)
"""


def result_of(seed):
    return {"values": [seed] * 500}


@contextmanager
def writer(path, first, last):
    command = [sys.executable, "-c", WRITER, path, str(first), str(last)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        watch = threading.Timer(60, process.kill)
        watch.start()
        try:
            yield process
        finally:
            watch.cancel()
            process.kill()


def test_a_killed_process_loses_nothing_that_it_reported(tmp_path):
    path, reported = tmp_path / "runs.sqlite", []
    for n_wanted in (1, 9):
        first = len(reported)
        with writer(path, first, 10**6) as process:
            for line in process.stdout:
                reported.append(int(line))
                if len(reported) == first + n_wanted:
                    process.send_signal(signal.SIGKILL)
        assert process.returncode == -signal.SIGKILL
        store = RunStore(path)
        assert all(store.get({"seed": seed}) == result_of(seed) for seed in reported)
        # One more may have been kept, and not yet reported.
        assert {"seed": len(reported) + 1} not in store


def test_two_processes_write_at_once(tmp_path, runs_in):
    path = tmp_path / "runs.sqlite"
    with writer(path, 0, 24) as one, writer(path, 12, 36) as two:
        assert one.wait(60) == two.wait(60) == 0
    runs = runs_in(path)
    # Each spec once, those that both had included.
    assert sorted(spec["seed"] for spec, _ in runs) == list(range(36))
    assert all(result == result_of(spec["seed"]) for spec, result in runs)


def test_a_store_sees_what_another_adds(tmp_path):
    path = tmp_path / "runs.sqlite"
    one, two = RunStore(path), RunStore(path)
    one.add({"seed": 0}, {"auc": 0.5})
    assert {"seed": 0} not in two
    two.refresh()
    assert two.get({"seed": 0}) == {"auc": 0.5}


def overwrite_the_middle(content):
    middle = len(content) // 2
    return content[:middle] + b"\xff\x00damage" * 600 + content[middle + 4800 :]


def change_one_digit(content):
    before = b"[31, 31, 31,"
    assert content.count(before) == 1
    return content.replace(before, b"[31, 37, 31,")


def make_one_byte_no_text(content):
    return content.replace(b"[31, 31, 31,", b"[31, \xff1, 31,")


def cut_the_end(content):
    return content[: len(content) * 2 // 3]


@pytest.mark.parametrize(
    ("damage", "fewest"),
    [
        (overwrite_the_middle, 34),
        (change_one_digit, 39),
        (make_one_byte_no_text, 39),
        (cut_the_end, 20),
    ],
)
def test_the_readable_runs_of_a_damaged_file_are_kept(damage, fewest, tmp_path, capsys):
    path, seeds = tmp_path / "runs.sqlite", range(40)
    store = RunStore(path)
    for seed in seeds:
        store.add({"seed": seed}, result_of(seed))
    damaged = damage(path.read_bytes())
    path.write_bytes(damaged)
    repaired = RunStore(path)
    kept = [seed for seed in seeds if {"seed": seed} in repaired]
    assert fewest <= len(kept) < 40
    assert all(repaired.get({"seed": seed}) == result_of(seed) for seed in kept)
    assert (tmp_path / "runs.sqlite.damaged-1").read_bytes() == damaged
    sentence = (
        f"{path} was damaged: {len(kept)} of its runs could be read and are kept. The "
        "damaged file is now runs.sqlite.damaged-1.\n"
    )
    assert capsys.readouterr().err == sentence
    # From then on it is a file like any other.
    for seed in set(seeds) - set(kept):
        repaired.add({"seed": seed}, result_of(seed))
    again = RunStore(path)
    assert all(again.get({"seed": seed}) == result_of(seed) for seed in seeds)
    assert capsys.readouterr().err == ""
    again = overwrite_the_middle(path.read_bytes())
    path.write_bytes(again)
    RunStore(path)
    assert (tmp_path / "runs.sqlite.damaged-1").read_bytes() == damaged
    assert (tmp_path / "runs.sqlite.damaged-2").read_bytes() == again


def test_all_but_one_of_many_small_runs_are_kept(tmp_path):
    path = tmp_path / "runs.sqlite"
    store = RunStore(path)
    for seed in range(300):
        store.add({"seed": seed}, {})
    content = path.read_bytes()
    before = b'{"seed": 31}'
    assert before in content
    path.write_bytes(content.replace(before, b'{"seed": 3x}'))
    repaired = RunStore(path)
    kept = [seed for seed in range(300) if {"seed": seed} in repaired]
    assert kept == [seed for seed in range(300) if seed != 31]


def test_the_first_result_of_a_run_stays(tmp_path):
    path, spec = tmp_path / "runs.sqlite", {"seed": 0}
    one, two = RunStore(path), RunStore(path)
    one.add(spec, {"auc": 0.5})
    two.add(spec, {"auc": 0.9})
    assert RunStore(path).get(spec) == {"auc": 0.5}


# Opens a file of runs where no file can grow beyond 16 KB.
LIMITED = """
import resource, sys
from experiments.store import RunStore
resource.setrlimit(resource.RLIMIT_FSIZE, (2**14, 2**14))
try:
    RunStore(sys.argv[1])
except OSError as error:
    print(error)
"""


def test_a_repair_that_fails_leaves_the_damaged_file_where_it_was(tmp_path):
    path, seeds = tmp_path / "runs.sqlite", range(40)
    store = RunStore(path)
    for seed in seeds:
        store.add({"seed": seed}, result_of(seed))
    damaged = overwrite_the_middle(path.read_bytes())
    path.write_bytes(damaged)
    command = [sys.executable, "-c", LIMITED, path]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout == f"{path} was not written: File too large.\n"
    assert os.listdir(tmp_path) == ["runs.sqlite"]
    assert path.read_bytes() == damaged
    repaired = RunStore(path)
    assert sum({"seed": seed} in repaired for seed in seeds) >= 34


def test_the_file_that_a_link_leads_to_is_repaired(tmp_path):
    (tmp_path / "disk").mkdir()
    path, link = tmp_path / "disk/runs.sqlite", tmp_path / "runs.sqlite"
    for seed in range(9):
        RunStore(path).add({"seed": seed}, result_of(seed))
    damaged = overwrite_the_middle(path.read_bytes())
    path.write_bytes(damaged)
    link.symlink_to(path)
    RunStore(link).add({"seed": 9}, result_of(9))
    assert link.is_symlink()
    assert RunStore(path).get({"seed": 9}) == result_of(9)
    assert (tmp_path / "disk/runs.sqlite.damaged-1").read_bytes() == damaged


def other_database(path):
    with closing(sqlite3.connect(path)) as db:
        db.execute("CREATE TABLE customers (name)")
        db.execute("INSERT INTO customers VALUES ('Ann')")
        db.commit()


def damaged_other_database(path):
    other_database(path)
    path.write_bytes(path.read_bytes()[:6000])


def runs_without_a_header(path):
    RunStore(path).add({"seed": 0}, {})
    path.write_bytes(b"damage" * 20 + path.read_bytes()[120:])


@pytest.mark.parametrize("make", [
    lambda path: path.write_text("name,age\nAnn,40\n"),
    lambda path: path.write_bytes(b"\x89PNG" + bytes(9000)),
    other_database,
    damaged_other_database,
    runs_without_a_header,
])  # fmt: skip
def test_a_file_of_something_else_is_refused_and_left_alone(make, tmp_path):
    path = tmp_path / "runs.sqlite"
    make(path)
    os.utime(path, (1, 1))
    content = path.read_bytes()
    message = (
        f"{path} should be a file of runs, which this command makes. Got a file of "
        "something else, which is left as it is. Move it, or give another folder."
    )
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        RunStore(path)
    assert path.read_bytes() == content
    assert path.stat().st_mtime == 1
    assert os.listdir(tmp_path) == ["runs.sqlite"]


def test_a_command_at_work_on_a_file_that_was_renamed_reports_nothing(tmp_path):
    path = tmp_path / "runs.sqlite"
    RunStore(path).add({"seed": 0}, result_of(0))
    file = path.stat()
    with opened(path) as at_work:
        at_work.execute("SELECT count(*) FROM runs").fetchone()
        # A second command that found the damage as well leaves the new file alone.
        for _ in range(2):
            with opened(path) as db:
                repair(db, path, file)
        with pytest.raises(sqlite3.OperationalError, match="attempt to write a readonly"):
            insert(at_work, ("versions", "spec", "result"))
    assert sorted(os.listdir(tmp_path)) == ["runs.sqlite", "runs.sqlite.damaged-1"]
    assert RunStore(path).get({"seed": 0}) == result_of(0)


def test_runs_of_other_versions_live_side_by_side(tmp_path, monkeypatch, capsys):
    path, spec = tmp_path / "runs.sqlite", {"seed": 0}
    RunStore(path).add(spec, {"auc": 0.5})
    with monkeypatch.context() as patch:
        patch.setattr(store_module, "VERSIONS", '{"torch": "9"}')
        other = RunStore(path)
        assert spec not in other
        assert other.n_other_versions == 1
        other.add(spec, {"auc": 0.9})
        assert RunStore(path).get(spec) == {"auc": 0.9}
    store = RunStore(path)
    assert store.get(spec) == {"auc": 0.5}
    assert store.n_other_versions == 1
    assert capsys.readouterr().err == ""


def test_a_failed_run_is_tried_again_by_the_next_command(tmp_path):
    store = RunStore(tmp_path / "runs.sqlite")
    store.add({"seed": 0}, {"failure": "too few rows"})
    assert store.get({"seed": 0}) == {"failure": "too few rows"}
    assert {"seed": 0} not in RunStore(tmp_path / "runs.sqlite")


def fill(store, first, reported, refused):
    for seed in range(first, first + 1000):
        refused.append(seed)
        store.add({"seed": seed}, result_of(seed))
        reported.append(refused.pop())


def test_a_full_disk_loses_no_run_and_merges_none(small_disk):
    path, reported, refused = small_disk / "runs.sqlite", [], []
    message = f"{path} cannot be read or written: database or disk is full."
    # The second is a command that is started again on the full disk.
    for first in (0, 1000):
        store = RunStore(path)
        with pytest.raises(OSError, match=f"^{re.escape(message)}$"):
            fill(store, first, reported, refused)
        assert {"seed": refused[-1]} not in store
    assert len(reported) > 10
    assert len(refused) == 2
    subprocess.run(["mount", "-o", "remount,size=1m", small_disk], timeout=60, check=True)
    store = RunStore(path)
    assert all(store.get({"seed": seed}) == result_of(seed) for seed in reported)
    assert not any({"seed": seed} in store for seed in refused)
    store.add({"seed": refused[0]}, result_of(refused[0]))
    assert {"seed": refused[0]} in RunStore(path)


def test_a_result_that_could_not_be_written_is_not_there(tmp_path):
    store = RunStore(tmp_path / "runs.sqlite")
    with closing(sqlite3.connect(store.path)) as db:
        db.execute("DROP TABLE runs")
    message = f"{store.path} cannot be read or written: no such table: runs."
    with pytest.raises(OSError, match=f"^{re.escape(message)}$"):
        store.add({"seed": 0}, {"auc": 0.9})
    assert {"seed": 0} not in store


def test_places_that_cannot_be_written_to(as_nobody):
    os.mkdir("folder", mode=0o555)
    message = "{} cannot be read or written: {}."
    for path, reason in [
        ("folder/runs.sqlite", "Permission denied"),
        ("folder/deep/runs.sqlite", "Permission denied"),
        ("file/runs.sqlite", "file is no folder"),
    ]:
        Path("file").touch()
        with pytest.raises(OSError, match=f"^{re.escape(message.format(path, reason))}$"):
            RunStore(path)
    RunStore("runs.sqlite").add({"seed": 0}, {"auc": 0.9})
    os.chmod("runs.sqlite", 0o444)
    # What is finished can be read; a further run cannot be kept.
    store = RunStore("runs.sqlite")
    assert store.get({"seed": 0}) == {"auc": 0.9}
    reason = "attempt to write a readonly database"
    with pytest.raises(
        OSError, match=f"^{re.escape(message.format('runs.sqlite', reason))}$"
    ):
        store.add({"seed": 1}, {"auc": 0.9})


def test_a_file_of_an_earlier_release_is_left_alone(tmp_path):
    earlier = tmp_path / "runs.jsonl"
    earlier.write_text('{"spec": {"seed": 0}, "result": {"auc": 0.9}}\n')
    store = RunStore(tmp_path / "runs.sqlite")
    assert {"seed": 0} not in store
    assert earlier.read_text().startswith('{"spec"')


def test_a_file_that_cannot_be_opened_is_named(tmp_path):
    path = tmp_path / "runs.sqlite"
    path.mkdir()
    message = f"{path} cannot be read or written: Is a directory."
    with pytest.raises(OSError, match=f"^{re.escape(message)}$"):
        RunStore(path)
    assert os.listdir(path) == []
