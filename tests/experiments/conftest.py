"""What the tests of the experiments share: data, and commands in this process."""

import json
import sqlite3
from contextlib import closing

import numpy as np
import pytest
from typer.testing import CliRunner

from experiments.commands import app
from experiments.rivals import Rows


@pytest.fixture
def some_rows():
    """Random rows of three groups."""

    def draw(n_samples=400, seed=0):
        rng = np.random.default_rng(seed)
        return Rows(
            rng.normal(size=(n_samples, 6)).astype(np.float32),
            rng.integers(2, size=n_samples),
            rng.choice(["a", "b", "c"], size=n_samples, p=[0.5, 0.3, 0.2]),
        )

    return draw


@pytest.fixture
def invoke():
    """Run a command that succeeds, and return what it printed."""

    def run(*arguments):
        result = CliRunner().invoke(app, list(map(str, arguments)), catch_exceptions=False)
        assert result.exit_code == 0, result.output
        return result.stdout

    return run


@pytest.fixture(scope="session")
def splits_dir(shared_dir):
    """Options that name the paper's own row numbers."""
    return ["--splits-dir", str(shared_dir / "paper/splits")]


@pytest.fixture
def quick(data_home):
    """Options of a command that takes seconds."""
    return [
        *["--data-home", str(data_home), "--setting", "student_por_sex"],
        *["--epochs", "2", "--jobs", "1"],
    ]


@pytest.fixture
def runs_in():
    """The specs and results in a file of runs, in the order in which they finished."""

    def read(path):
        with closing(sqlite3.connect(path, timeout=60)) as db:
            rows = db.execute("SELECT spec, result FROM runs ORDER BY rowid").fetchall()
        return [(json.loads(spec), json.loads(result)) for spec, result in rows]

    return read
