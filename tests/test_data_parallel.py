"""Several processes that each have a part of the rows train one network."""

import os
import pickle
import re
import subprocess
import sys
import warnings
from pathlib import Path

import numpy as np
import pytest
import torch.distributed as dist
import torch.multiprocessing

import skfairbargain
from skfairbargain import NashMetaClassifier
from skfairbargain.distributed import DataParallel
from tests import ranks

ROOT = Path(skfairbargain.__file__).parents[1]
EXAMPLE = ROOT / "examples" / "data_parallel.py"


@pytest.fixture(scope="module")
def of_ranks(tmp_path_factory):
    """What the trainings of `tests.ranks` came to on each rank."""
    folder = tmp_path_factory.mktemp("ranks")
    torch.multiprocessing.spawn(ranks.run, args=(str(folder),), nprocs=ranks.N_RANKS)
    return [
        pickle.loads((folder / f"{rank}.pickle").read_bytes())
        for rank in range(ranks.N_RANKS)
    ]


@pytest.mark.parametrize("case", ranks.CASES)
def test_all_ranks_have_the_same_network_and_history(of_ranks, case):
    first, *others = [result[case] for result in of_ranks]
    assert len(first["history"]) > 1
    for other in others:
        assert other["history"] == first["history"]
        for name, values in first["state"].items():
            np.testing.assert_array_equal(other["state"][name], values)
        # Each has the records of its own rows.
        assert not np.array_equal(other["influence"], first["influence"])


@pytest.mark.parametrize("case", ["full batches", "weighted"])
def test_a_step_is_that_of_one_process_on_the_rows_of_all(of_ranks, case):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # whether random rows agree is beside the point
        alone = ranks.trained(case)
    results = [result[case] for result in of_ranks]
    for name, tensor in alone.module_.state_dict().items():
        np.testing.assert_allclose(
            results[0]["state"][name], tensor.numpy(), rtol=1e-9, atol=1e-12
        )
    rates = [row["bargaining_success_rate"] for row in alone.history_]
    assert rates == [row["bargaining_success_rate"] for row in results[0]["history"]]
    for rank, result in enumerate(results):
        own = slice(rank, None, ranks.N_RANKS)
        for record, values in (
            (result["influence"], alone.cell_influence_),
            (result["applied"], alone.applied_weight_),
        ):
            np.testing.assert_allclose(record, values[own], rtol=1e-8, atol=1e-12)


def test_early_stopping_ends_all_ranks_at_one_epoch(of_ranks):
    epochs = [len(result["early stopping"]["history"]) for result in of_ranks]
    assert epochs[0] == epochs[1] < 50


def test_ranks_that_differ_are_refused_on_all(of_ranks):
    expected = [
        ("number of minibatches in an epoch", "2, 4"),
        ("number of rows in a minibatch", "10, 20"),
        # 3 features, a hidden layer of 4 or 5, 2 classes: 16 + 10 and 20 + 12.
        ("number of trained parameters", "26, 32"),
        ("use of sample weights", "False, True"),
        ("number of epochs", "4, 5"),
        ("audited rows (here by digests)", None),
    ]
    for result in of_ranks:
        for message, (name, values) in zip(result["refusals"], expected, strict=True):
            got = r"(\w{12}), (?!\1)\w{12}" if values is None else re.escape(values)
            assert re.fullmatch(
                f"All ranks should have the same {re.escape(name)}. Got {got}, in the "
                "order of the ranks. Give each of them the same parameters and audited "
                "rows, and as many rows.",
                message,
            )


@pytest.fixture
def group_of_one(tmp_path):
    dist.init_process_group("gloo", init_method=f"file://{tmp_path}/one", rank=0,
                            world_size=1)  # fmt: skip
    yield
    dist.destroy_process_group()


def test_one_rank_alone_trains_as_without_the_callback(group_of_one):
    X, y, weights, audited = ranks.rows_of(60)
    settings = {**ranks.SETTINGS, "batch_size": 10, "random_state": 0}
    states = []
    for callbacks in (None, [DataParallel()]):
        clf = NashMetaClassifier(**settings, callbacks=callbacks)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # whether random rows agree
            clf.fit(X, y, sample_weight=weights, **audited)
        states.append(clf.module_.state_dict())
    for name, values in states[0].items():
        np.testing.assert_allclose(
            states[1][name].numpy(), values.numpy(), rtol=1e-9, atol=1e-12
        )
    assert {row["safe_meta_lr"] for row in clf.history_} == {None}


def test_features_have_to_be_scaled_alike_beforehand(group_of_one):
    X, y, _, audited = ranks.rows_of(40)
    clf = NashMetaClassifier(callbacks=[DataParallel()])
    with pytest.raises(ValueError, match=re.escape(
        "`standardize` should be False with DataParallel: each rank would scale by its own "
        "rows. Scale all rows alike beforehand. Got standardize='auto' or True."
    )):  # fmt: skip
        clf.fit(X, y, **audited)


def test_without_a_group_of_processes_the_next_move_is_said():
    X, y, _, audited = ranks.rows_of(40)
    clf = NashMetaClassifier(callbacks=[DataParallel()], standardize=False)
    with pytest.raises(ValueError, match=re.escape(
        "`callbacks` holds a DataParallel, which needs a group of processes. Call "
        "torch.distributed.init_process_group in each of them before `fit`. Got none."
    )):  # fmt: skip
        clf.fit(X, y, **audited)
    assert not hasattr(clf, "net_")


@pytest.mark.skipif(not EXAMPLE.exists(), reason="examples are not installed")
def test_the_example_trains_what_one_process_does():
    child = subprocess.run(
        [sys.executable, str(EXAMPLE)],
        env={
            **os.environ,
            "PYTHONPATH": f"{ROOT}{os.pathsep}{os.environ.get('PYTHONPATH', '')}",
        },
        capture_output=True,
        text=True,
        timeout=240,
    )
    assert child.returncode == 0, child.stderr
    lines = child.stdout.splitlines()
    assert lines[:3] == [
        "rank 0: 211 rows, first [0, 2, 4]",
        "rank 1: 211 rows, first [1, 3, 5]",
        "2 ranks, 9,666 weights, all equal to the bit",
    ]
    apart = [float(line.rpartition(": ")[2]) for line in lines[3:5]]
    assert max(apart) < 1e-10
    auc = {group: float(value) for group, value in re.findall(
        r"^ +auc +(\S+) +(\S+)", child.stdout, re.MULTILINE)}  # fmt: skip
    assert set(auc) == {"overall", "sex=1", "sex=2"}
    assert min(auc.values()) > 0.75
