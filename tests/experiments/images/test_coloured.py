"""Images whose colour nearly tells the label: the rows, the methods, and the command."""

import numpy as np
import pandas as pd
import pytest

from experiments.images.coloured import coloured_rows
from experiments.images.coloured_methods import (
    METHODS,
    accuracies,
    coloured_specs,
    run_coloured,
    same_rows,
)
from experiments.rivals import Rows


@pytest.fixture(scope="module")
def cifar10(image_file):
    # The other class comes first, so that numbers and names of classes differ.
    return image_file(["truck", "horse", "automobile"], n_train=510, n_test=6)


def counts(rows):
    return pd.crosstab(rows.groups, rows.y).loc[["red", "green"]].to_numpy().tolist()


def test_tinted_photographs_keep_their_class_and_dim_the_other_channels(cifar10):
    train, audited, test = coloured_rows("cifar", 5, seed=0, cifar10=cifar10)
    assert counts(train) == [[475, 25], [25, 475]]
    assert counts(audited) == [[5, 5], [5, 5]]
    # Of 500 wanted test images of each class the file has six.
    assert counts(test) == [[3, 3], [3, 3]]
    for rows in (train, audited, test):
        assert rows.X.dtype == np.float32
        # Automobiles, class 2 of the file, are label 0, and horses, class 1, are label 1.
        marked = np.where(rows.groups == "red", 1, 0.5) * np.where(rows.y == 0, 2, 1)
        np.testing.assert_allclose(rows.X[:, 0, 0, 0], marked / 255, rtol=1e-6)
        brightness = rows.X.mean(axis=(0, 2, 3))
        assert brightness[2] < 0.27
    red = train.X[train.groups == "red"].mean(axis=(0, 2, 3))
    assert red[0] == pytest.approx(2 * red[1], rel=0.02)


def test_digits_are_those_of_the_package_between_zero_and_one():
    rows = coloured_rows("digits", 10, seed=0)
    assert [len(part.y) for part in rows] == [1039, 40, 718]
    assert all(part.X.min() == 0 and part.X.max() == 1 for part in rows)
    assert counts(rows[1]) == [[10, 10], [10, 10]]


def test_accuracy_is_of_each_colour_and_label():
    rows = Rows(
        np.array([0, 0, 1, 1, 1, 0]),
        np.array([0, 0, 1, 1, 0, 1]),
        np.array(["red", "red", "green", "red", "green", "green"]),
    )
    # Predicting X itself is wrong in the last two rows.
    assert accuracies(lambda X: X, rows) == {
        "green, 0": 0.0,
        "green, 1": 0.5,
        "red, 0": 1.0,
        "red, 1": 1.0,
    }


def test_runs_on_the_same_rows_are_one_call():
    specs = coloured_specs(
        ["digits"], ["erm", "dfr"], per_cell=[10, 50], seeds=2, epochs=None
    )
    assert len(specs) == 8
    assert [same_rows(spec) for spec in specs[:4]] == [
        *[("digits", 10, 0, None)] * 2,
        *[("digits", 50, 0, None)] * 2,
    ]


def test_every_method_runs_and_repeats():
    specs = coloured_specs(["digits"], list(METHODS), per_cell=[5], seeds=1, epochs=1)
    once = dict(zip(METHODS, run_coloured(specs), strict=True))
    for result in once.values():
        cells = list(result["cells"].values())
        assert len(cells) == 4
        assert result["worst_group_accuracy"] == min(cells)
        assert result["accuracy"] == pytest.approx(sum(cells) / 4)
    # A method gives the same alone as after others that share its plain network.
    alone = [spec for spec in specs if spec["method"] in ("fine_tuned", "dfr")]
    for spec, result in zip(alone, run_coloured(alone), strict=True):
        assert result == once[spec["method"]]


def test_the_command_writes_its_tables(invoke, tmp_path):
    options = [
        *["--results", tmp_path, "--seeds", 2, "--epochs", 1, "--per-cell", 5],
        *["--method", "erm", "--method", "nash_ltr"],
    ]
    shown = invoke("coloured", *options)
    assert "### Coloured digits, 5 audited of each colour and label" in shown
    table = pd.read_csv(tmp_path / "coloured.csv")
    assert table["method"].tolist() == ["erm"] * 2 + ["nash_ltr"] * 2
    erm = table.query("method == 'erm' and metric == 'worst_group_accuracy'").iloc[0]
    row = next(line for line in shown.splitlines() if line.startswith("| plain network"))
    assert f"| nothing | {erm['mean']:.3f} ± {erm['ci95']:.3f} |" in row
    assert (tmp_path / "coloured.md").read_text() == shown
    assert (tmp_path / "coloured.png").read_bytes().startswith(b"\x89PNG")
    # The runs are kept: nothing is trained again.
    assert invoke("coloured", *options) == shown
