"""Minibatches hold every row at most once an epoch, and the validation rows below."""

import numpy as np
import pytest
import torch
from scipy import sparse

from skfairbargain._training._minibatches import Minibatches, TrainingData


def training_data(n_samples=10, kind="dense", dtype=np.float32, tmp_path=None):
    X = np.arange(2.0 * n_samples, dtype=np.float32).reshape(n_samples, 2)
    X_val, cells = np.array([[-1, -2], [-3, -4], [-5, -6.0]]), np.array([0, 1, 0])
    if kind == "float64":
        X = X.astype(np.float64)
    elif kind == "sparse":
        X, X_val = sparse.csr_matrix(X), sparse.csr_matrix(X_val)
    elif kind == "memmap":
        np.save(tmp_path / "X.npy", X)
        X = np.load(tmp_path / "X.npy", mmap_mode="r")
    y = np.arange(n_samples) % 3
    return TrainingData(X, y, X_val, np.array([0, 1, 2]), cells, dtype)


@pytest.mark.parametrize("kind", ["dense", "float64", "sparse", "memmap"])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_rows_labels_and_validation_rows_belong_together(kind, dtype, tmp_path):
    data = training_data(kind=kind, dtype=dtype, tmp_path=tmp_path)
    torch.manual_seed(0)
    seen = []
    for batch in Minibatches(data, 3, "cpu"):
        seen.extend(batch.index)
        assert batch.X.dtype == torch.from_numpy(np.zeros(1, dtype)).dtype
        expected = np.stack([2 * batch.index, 2 * batch.index + 1], axis=1)
        np.testing.assert_array_equal(batch.X.numpy(), expected)
        np.testing.assert_array_equal(batch.y.numpy(), batch.index % 3)
        np.testing.assert_array_equal(batch.inputs[:3], batch.X)
        np.testing.assert_array_equal(batch.inputs[3:], [[-1, -2], [-3, -4], [-5, -6]])
        np.testing.assert_array_equal(batch.targets[:3], batch.y)
        np.testing.assert_array_equal(batch.targets[3:], [0, 1, 2])
    # Ten rows in threes: the last, partial minibatch is dropped, no row comes twice.
    assert len(seen) == len(set(seen)) == 9


def test_a_batch_larger_than_the_data_is_all_of_it():
    minibatches = Minibatches(training_data(), 512, "cpu")
    assert len(minibatches) == 1
    (batch,) = minibatches
    assert sorted(batch.index) == list(range(10))


def test_batches_of_one():
    batches = [batch.index.item() for batch in Minibatches(training_data(), 1, "cpu")]
    assert sorted(batches) == list(range(10))


def test_epochs_are_shuffled_by_torchs_seed():
    minibatches = Minibatches(training_data(100), 100, "cpu")

    def order(seed):
        torch.manual_seed(seed)
        (batch,) = minibatches
        return batch.index.tolist()

    assert order(0) == order(0)
    assert order(0) != order(1)
    assert order(0) != list(range(100))


def test_averages_are_means_over_the_rows_of_a_cell():
    np.testing.assert_array_equal(training_data().averages(), [[0.5, 0], [0, 1], [0.5, 0]])


@pytest.mark.parametrize("kind", ["dense", "sparse"])
def test_one_row_as_skorch_asks_for_it(kind):
    row, label = training_data(kind=kind)[4]
    assert row.reshape(-1).tolist() == [8, 9]
    assert label == 1


def test_engines_are_compared_on_eight_validation_rows():
    rows, labels = training_data().probe_rows("cpu")
    # Of three rows, some come again.
    assert rows[:, 0].tolist() == [-1, -3, -5, -1, -3, -5, -1, -3]
    assert labels.tolist() == [0, 1, 2, 0, 1, 2, 0, 1]


def test_validation_rows_are_a_copy():
    X_val = np.zeros((3, 2), dtype=np.float32)
    data = TrainingData(X_val, X_val, X_val, np.arange(3), np.arange(3), np.float32)
    X_val[:] = 1
    assert not data.X_val.any()
    assert data.X_val.flags.writeable
