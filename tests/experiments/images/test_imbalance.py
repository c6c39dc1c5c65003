"""Figure 7: the pair of classes, a run, its curves, and the command."""

import numpy as np
import pandas as pd
import pytest

from experiments.images.imbalance import (
    METHODS,
    PAIRS,
    imbalance_specs,
    pair_rows,
    run_imbalance,
)
from experiments.images.imbalance_rivals import RIVALS
from experiments.images.trajectories import (
    by_goal,
    curves_of,
    gains_of_two_stages,
    of_runs,
)


@pytest.fixture(scope="module")
def cifar100(image_file):
    return image_file(["cattle", "bear"], n_train=480)


def spec_of(method, **changes):
    (spec,) = imbalance_specs(
        ["cifar100"], [method], norm="group", width=2, seeds=1, epochs=2
    )
    return {**spec, **changes}


def test_the_pairs_are_as_large_as_the_paper_says():
    assert sum(PAIRS["cifar10"].n_train) == 5000
    assert PAIRS["cifar10"].n_train[0] == 0.99 * 5000
    assert sum(PAIRS["cifar100"].n_train) == 500
    assert PAIRS["cifar100"].n_train[0] == 0.95 * 500


def test_rows_are_drawn_once_and_standardized_by_the_training_images(cifar100):
    train, audited, test = pair_rows("cifar100", seed=0, source=cifar100)
    assert np.bincount(train.y).tolist() == [475, 25]
    assert np.bincount(audited.y).tolist() == [5, 5]
    assert np.bincount(test.y).tolist() == [4, 4]
    np.testing.assert_allclose(train.X.mean(axis=(0, 2, 3)), 0, atol=1e-4)
    np.testing.assert_allclose(train.X.std(axis=(0, 2, 3)), 1, atol=1e-4)
    # The rare class is cattle, the file's class 0, which its first pixel tells.
    first = train.X[:, 0, 0, 0]
    assert len(set(first[train.y == 1])) == len(set(first[train.y == 0])) == 1
    assert first[train.y == 1][0] < first[train.y == 0][0]
    seen = {row.tobytes() for row in train.X}
    assert len(seen) == 500
    assert not seen & {row.tobytes() for row in audited.X}


def test_another_seed_draws_other_images(cifar100):
    one, other = (pair_rows("cifar100", seed=seed, source=cifar100) for seed in (0, 1))
    assert not np.array_equal(one[1].X, other[1].X)


@pytest.mark.parametrize("method", [*RIVALS, "meta_gdro_two"])
def test_a_run_measures_every_epoch_and_repeats(method, cifar100):
    spec = spec_of(method)
    once, again = (run_imbalance(spec, sources={"cifar100": cifar100}) for _ in range(2))
    assert once == again
    assert len(once["curve"]) == 2
    assert all(0 <= each <= 1 for classes in once["curve"] for each in classes)
    # Three tenths of two epochs are one.
    stages = [] if method in RIVALS else [1, 2]
    assert [row["stage"] for row in once["history"]] == stages


def test_one_stage_methods_pursue_their_goal_from_the_start(cifar100):
    result = run_imbalance(spec_of("forml_one", epochs=1), sources={"cifar100": cifar100})
    assert [row["stage"] for row in result["history"]] == [2]
    goals = {method.rpartition("_")[0] for method in set(METHODS) - set(RIVALS)}
    assert goals == {"ltr", "forml", "meta_gdro"}


def test_batch_normalization_is_trained_too(cifar100):
    result = run_imbalance(
        spec_of("ltr_two", norm="batch", epochs=1), sources={"cifar100": cifar100}
    )
    assert len(result["curve"]) == 1


def test_curves_their_panels_and_their_summary():
    specs = [spec_of("baseline"), spec_of("ltr_one"), spec_of("forml_two")]
    curves = [[[1.0, 0.0], [0.5, 0.75]], [[0.5, 0.5], [1.0, 0.5]], [[0.0, 1.0]] * 2]
    table = curves_of(specs, [{"curve": curve} for curve in curves])
    assert table["accuracy"].tolist() == [0.5, 0.625, 0.5, 0.75, 0.5, 0.5]
    assert table["worst_class"].tolist() == [0.0, 0.5, 0.5, 0.5, 0.0, 0.0]
    panels = by_goal(table)
    methods = {
        setting: sorted(set(rows["method"])) for setting, rows in panels.groupby("setting")
    }
    assert methods == {
        "CIFAR-100, group norm.: LtR": ["baseline", "one"],
        "CIFAR-100, group norm.: FORML": ["baseline", "two"],
    }
    alone = by_goal(table[table["method"] == "baseline"])
    assert set(alone["setting"]) == {"CIFAR-100, group norm."}
    runs = of_runs(table).set_index("method")
    assert runs.loc["baseline", "accuracy"] == 0.625
    assert runs.loc["baseline", "movement"] == 0.125
    assert runs.loc["ltr_one", "worst_class_late"] == 0.5


def test_two_stages_are_compared_with_one_of_the_same_goal_and_seed():
    specs = [
        spec_of(method, seed=seed)
        for seed in (0, 1)
        for method in ("ltr_one", "ltr_two", "forml_one")
    ]
    last = [[0.5, 0.5], [1.0, 0.5], [0.0, 0.0], [0.25, 0.25], [1.0, 0.0], [0.0, 0.0]]
    table = curves_of(specs, [{"curve": [[0.0, 0.0], each]} for each in last])
    gains = gains_of_two_stages(of_runs(table)).set_index(["goal", "metric"])["mean"]
    # 0.75 − 0.5 and 0.5 − 0.25 in accuracy, 0.5 − 0.5 and 0 − 0.25 in the worst class.
    assert gains["LtR", "accuracy"] == 0.25
    assert gains["LtR", "worst_class"] == -0.125
    assert set(gains.index.get_level_values("goal")) == {"LtR"}


def test_the_command_writes_its_tables_and_its_figure(invoke, cifar100, tmp_path):
    options = [
        *["--results", tmp_path, "--cifar100", cifar100, "--data", "cifar100"],
        *["--width", 2, "--seeds", 1, "--epochs", 1, "--norm", "group"],
        *["--method", "baseline", "--method", "ltr_one"],
    ]
    shown = invoke("images", *options)
    assert shown.startswith(
        "One seed; a split of its own for each seed; number of epochs: 1."
    )
    assert "### CIFAR-100, group normalization, width 2" in shown
    table = pd.read_csv(tmp_path / "images.csv")
    assert table["method"].tolist() == ["baseline", "ltr_one"]
    assert (tmp_path / "images.png").read_bytes().startswith(b"\x89PNG")
    # The runs are kept: nothing is trained again.
    assert invoke("images", *options) == shown
