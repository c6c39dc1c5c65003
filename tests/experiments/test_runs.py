"""Runs are trained once, on one thread each, and kept as they finish."""

import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from contextlib import contextmanager

import numpy as np
import pytest
from threadpoolctl import threadpool_info, threadpool_limits

from experiments import store as store_module
from experiments.runs import run_all
from experiments.store import RunStore


def double(spec):
    return {"twice": 2 * spec["seed"]}


def test_what_is_finished_is_not_run_again(tmp_path, capsys):
    path = tmp_path / "runs.sqlite"
    specs = [{"seed": seed, "epochs": None} for seed in range(3)]
    run_all(double, specs[:2], RunStore(path), n_jobs=1)
    capsys.readouterr()
    results = run_all(double, specs, RunStore(path), n_jobs=1)
    assert [result["twice"] for result in results] == [0, 2, 4]
    first, second = capsys.readouterr().err.splitlines()
    assert first == f"3 runs, 2 of them finished before, in {path}"
    assert re.fullmatch(r"2: \d\.\d s of one core", second)


def test_runs_of_other_versions_are_told(tmp_path, monkeypatch, capsys):
    path = tmp_path / "runs.sqlite"
    with monkeypatch.context() as patch:
        patch.setattr(store_module, "VERSIONS", '{"torch": "9"}')
        RunStore(path).add({"seed": 0}, {"twice": 7})
    (result,) = run_all(double, [{"seed": 0}], RunStore(path), n_jobs=1)
    assert result["twice"] == 0
    assert capsys.readouterr().err.splitlines()[1] == (
        "1 runs there were made with other versions of skfairbargain, fairlearn, "
        "scikit-learn or torch. They are not used."
    )


def test_what_another_command_finishes_in_the_meantime_is_not_run_again(tmp_path):
    path = tmp_path / "runs.sqlite"

    def run_the_next_elsewhere(spec):
        RunStore(path).add({"seed": spec["seed"] + 1}, {"twice": "elsewhere"})
        return double(spec)

    specs = [{"seed": 0}, {"seed": 1}, {"seed": 2}]
    results = run_all(run_the_next_elsewhere, specs, RunStore(path), n_jobs=1)
    assert [result["twice"] for result in results] == [0, "elsewhere", 4]


def test_what_could_not_be_trained_is_tried_again(tmp_path):
    specs = [{"seed": 0}, {"seed": 1}]
    first, second = run_all(fail_once, specs, RunStore(tmp_path / "runs"), n_jobs=1)
    assert (first["failure"], second["twice"]) == ("too few rows", 2)
    again = RunStore(tmp_path / "runs")
    assert [spec in again for spec in specs] == [False, True]


def fail_once(spec):
    return double(spec) if spec["seed"] else {"failure": "too few rows"}


def test_two_processes_find_what_one_finds(tmp_path):
    specs = [{"seed": seed} for seed in range(4)]
    one = run_all(double, specs, RunStore(tmp_path / "one"), n_jobs=1)
    two = run_all(double, specs, RunStore(tmp_path / "two"), n_jobs=2)
    assert [r["twice"] for r in one] == [r["twice"] for r in two] == [0, 2, 4, 6]


def test_a_run_has_one_thread(tmp_path):
    with threadpool_limits(2):
        before = count_threads({})["threads"]
        run = run_all(count_threads, [{"seed": 0}], RunStore(tmp_path / "runs"), n_jobs=1)
        after = count_threads({})["threads"]
    assert (before, run[0]["threads"], after) == (2, 1, 2)


def count_threads(spec):
    np.ones((50, 50)) @ np.ones((50, 50))  # a library counts once it is loaded
    return {"threads": max(pool["num_threads"] for pool in threadpool_info())}


def test_a_run_that_fails_keeps_those_before_it(tmp_path):
    store = RunStore(tmp_path / "runs")
    specs = [{"seed": 0}, {"seed": None}]
    with pytest.raises(TypeError):
        run_all(double, specs, store, n_jobs=1)
    assert {"seed": 0} in RunStore(tmp_path / "runs")


@pytest.fixture
def arguments(splits_dir, quick):
    """Of a command of nine short runs."""
    methods = ["--method", "dro", "--method", "ltr", "--method", "nash_forml"]
    return ["table1", *splits_dir, *quick, *methods, "--seeds", "3", "--results"]


def without_time(runs):
    """Results by spec, the seconds left out, which no seed repeats."""
    return {
        json.dumps(spec, sort_keys=True): {**result, "cpu_seconds": None}
        for spec, result in runs
    }


def test_a_folder_may_be_called_as_markup_is(tmp_path, capsys):
    path = tmp_path / "[red] :car:"
    run_all(double, [{"seed": 0, "what": "[/red]"}], RunStore(path / "runs"), n_jobs=1)
    first, second = capsys.readouterr().err.splitlines()
    assert first == f"1 runs, 0 of them finished before, in {path / 'runs'}"
    assert second.startswith("0 [/red]: ")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_workers_end_with_the_command(tmp_path, number):
    lines = [
        "import sys, time",
        "from experiments.runs import run_all",
        "from experiments.store import RunStore",
        "def stay(spec):",
        "    for _ in range(3000):",
        "        with open(spec['beats'], 'a') as file: file.write('.')",
        "        time.sleep(0.1)",
        "specs = [{'beats': path} for path in sys.argv[2:]]",
        "run_all(stay, specs, RunStore(sys.argv[1]), n_jobs=2)",
    ]
    beats = [tmp_path / "one", tmp_path / "two"]
    command = [sys.executable, "-c", "\n".join(lines), tmp_path / "runs", *beats]
    with running(command, stderr=subprocess.DEVNULL) as process:
        wait_until(lambda: all(path.exists() for path in beats))
        process.send_signal(number)
        process.wait(60)
    wait_until(lambda: not beat_for_a_second(beats))


def wait_until(condition):
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.1)


def beat_for_a_second(beats):
    before = [path.stat().st_size for path in beats]
    time.sleep(1)
    return before != [path.stat().st_size for path in beats]


@contextmanager
def running(command, **options):
    """A process that is killed at the end, or after five minutes, silent or not."""
    with subprocess.Popen(command, **options) as process:
        watch = threading.Timer(300, process.kill)
        watch.start()
        try:
            yield process
        finally:
            watch.cancel()
            process.kill()


def test_a_killed_command_goes_on_and_loses_nothing(arguments, tmp_path, invoke, runs_in):
    killed, whole = tmp_path / "killed", tmp_path / "whole"
    command = [sys.executable, "-m", "experiments", *arguments, killed]
    n_told = 0
    with running(command, stderr=subprocess.PIPE, text=True) as process:
        for line in process.stderr:
            n_told += "s of one core" in line
            if n_told == 3:
                break
        assert n_told == 3
    before = runs_in(killed / "table1.sqlite")
    assert 3 <= len(before) < 9
    # Two at once go on where it stopped, into the same tables.
    quietly = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    with running(command, **quietly) as one, running(command, **quietly) as two:
        assert one.wait(300) == two.wait(300) == 0
    after = runs_in(killed / "table1.sqlite")
    assert after[: len(before)] == before
    assert len(after) == 9  # 3 methods × 3 seeds, each of them once
    invoke(*arguments, whole)
    assert without_time(after) == without_time(runs_in(whole / "table1.sqlite"))
    for name in ("table1.csv", "table1_honest.csv", "table1_conflicts.csv"):
        assert (whole / name).read_text() == (killed / name).read_text()
    assert sorted(os.listdir(whole)) == sorted(os.listdir(killed))


def test_runs_that_share_work_are_one_call(tmp_path):
    calls = []

    def run_together(specs):
        calls.append([spec["method"] for spec in specs])
        for spec in specs:
            yield {"was": spec["method"]}

    path = tmp_path / "runs.sqlite"
    specs = [{"seed": seed, "method": method} for method in "abc" for seed in (0, 1)]
    run_all(double, [{"seed": 7, "method": "b"}], RunStore(path), n_jobs=1)
    RunStore(path).add({"seed": 1, "method": "b"}, {"was": "there"})
    results = run_all(
        run_together,
        specs,
        RunStore(path),
        n_jobs=1,
        shared=lambda spec: spec["seed"],
    )
    assert calls == [["a", "b", "c"], ["a", "c"]]
    assert [result["was"] for result in results] == ["a", "a", "b", "there", "c", "c"]
