"""Training data in memory, on disk or sparse, and minibatches as slices of one tensor."""

import numpy as np
import torch
from scipy.sparse import issparse
from torch.utils.data import Dataset

from .._inputs import are_bytes, as_features, relative
from ._rotating_rows import RotatingRows, averages

# Bytes of features that are made of all rows at once, where X is in memory already. It
# takes as long as making those of one epoch.
MOST_PREPARED = 2**30
# Rows of which features are made at a time.
CHUNK = 2**14


class TrainingData(Dataset):
    """Rows to train on, and the validation rows that go with every minibatch.

    Parameters
    ----------
    X : ndarray, memmap or CSR matrix of shape (n_samples, ...)
    y : ndarray of shape (n_rows,), int64
        Class indices.
    X_val : ndarray or CSR matrix of shape (n_val, ...)
    y_val : ndarray of shape (n_val,), int64
    cells : ndarray of shape (n_val,), int
        Cell of each validation row, 0 to n_cells − 1.
    dtype : numpy dtype
        What the module computes in.
    sample_weight : ndarray of shape (n_rows,), default=None
        Positive. Only their ratios count: what is kept is 1 on average.
    rows : ndarray of shape (n_rows,), int, default=None
        The rows of X to train on, in the order of `y`; None for all. X itself stays as it
        is: it may be larger than memory.
    generator : torch.Generator, default=None
        On the CPU; orders the minibatches. None takes torch's own.
    scaler : Standardizer, default=None
        What the module sees of training and validation rows; None for the rows themselves.
    validation_rows_per_step : int, default=None
        Validation rows of every cell that go with a minibatch; None for all.
    """

    def __init__(
        self,
        X,
        y,
        X_val,
        y_val,
        cells,
        dtype,
        sample_weight=None,
        rows=None,
        generator=None,
        scaler=None,
        validation_rows_per_step=None,
    ):
        self.X, self.y = X, y
        self.rows = np.arange(X.shape[0]) if rows is None else rows
        self.dtype = np.dtype(dtype)
        self.scaler = scaler
        self.X_val = as_features(X_val, self.dtype, scaler)
        self.y_val = y_val
        self.cells = cells
        self.generator = generator
        self.sample_weight = None if sample_weight is None else relative(sample_weight)
        self.rotation = None
        if validation_rows_per_step is not None:
            seed = torch.initial_seed() if generator is None else generator.initial_seed()
            self.rotation = RotatingRows(cells, validation_rows_per_step, seed)
        # Whether X is what the module sees, so that minibatches are gathered from it.
        self.prepared = self._is_prepared()
        if not self.prepared and self._can_be_prepared():
            self.X, self.rows, self.prepared = self._features(), np.arange(len(y)), True

    def __len__(self):
        return len(self.rows)

    def __getitem__(self, i):
        return self.gather([i])[0], self.y[i]

    def gather(self, index):
        """Return the features of some rows to train on, as the module sees them."""
        rows = self.X[self.rows[index]]
        return rows if self.prepared else as_features(rows, self.dtype, self.scaler)

    def _is_prepared(self):
        # np.take copies all of an array that is not C-contiguous, at every call.
        return (
            self.scaler is None
            and not issparse(self.X)
            and self.X.dtype == self.dtype
            and self.X.flags.c_contiguous
        )

    def _can_be_prepared(self):
        """Whether X is in memory, and all of its features take not much more of it.

        Those of images in bytes take four times as much, and no time beside a network.
        """
        if are_bytes(self.X):
            return False
        base = self.X
        while isinstance(base, np.ndarray) and not isinstance(base, np.memmap):
            base = base.base
        size = len(self.rows) * np.prod(self.X.shape[1:]) * self.dtype.itemsize
        return isinstance(self.X, np.ndarray) and base is None and size <= MOST_PREPARED

    def _features(self):
        """The features of all rows to train on, made chunk by chunk."""
        features = np.empty((len(self.rows), *self.X.shape[1:]), self.dtype)
        for start in range(0, len(features), CHUNK):
            rows = self.X[self.rows[start : start + CHUNK]]
            features[start : start + CHUNK] = as_features(rows, self.dtype, self.scaler)
        return features

    def averages(self):
        """Matrix of shape (n_val, n_cells) that averages the validation rows of a cell."""
        return averages(self.cells)

    def step_averages(self):
        """The same for the validation rows of one step."""
        return averages(self.cells if self.rotation is None else self.rotation.cells)

    def validation_rows(self, device):
        """All validation rows and their classes."""
        return (
            torch.as_tensor(self.X_val, device=device),
            torch.as_tensor(self.y_val, device=device),
        )

    def probe_rows(self, device):
        """A few validation rows and their classes, to compare engines on."""
        # Some of them twice if need be.
        index = np.arange(8) % len(self.y_val)
        return (
            torch.as_tensor(self.X_val[index], device=device),
            torch.as_tensor(self.y_val[index], device=device),
        )


class Batch(tuple):
    """One minibatch: the pair (X, y) that skorch's callbacks take, and what a step needs.

    Parameters
    ----------
    inputs : Tensor of shape (n_batch + n_val, ...)
        The rows of the minibatch, then the validation rows.
    targets : LongTensor of shape (n_batch + n_val,)
    index : ndarray of shape (n_batch,), int
        Which training rows they are.
    """

    def __new__(cls, inputs, targets, index):
        # A copy of the labels, because callbacks collect them, and the next minibatch is
        # gathered into the same memory.
        return super().__new__(cls, (inputs[: len(index)], targets[: len(index)].clone()))

    def __init__(self, inputs, targets, index):
        self.X, self.y = self
        self.inputs, self.targets, self.index = inputs, targets, index


class Minibatches:
    """Shuffled minibatches of one size, each gathered into the same buffer.

    Half the time of a small step otherwise goes into a per-row loader. A last, partial
    minibatch is dropped, so every step has the same meaning; data of fewer rows than
    `batch_size` is one minibatch.

    Parameters
    ----------
    data : TrainingData
    batch_size : int
    device : torch.device or str
    """

    def __init__(self, data, batch_size, device):
        self.data = data
        self.device = torch.device(device)
        self.batch_size = min(batch_size, len(data))
        n_val = len(data.X_val if data.rotation is None else data.rotation.cells)
        shape = (self.batch_size + n_val, *data.X_val.shape[1:])
        self._inputs = torch.empty(
            shape, dtype=torch.from_numpy(np.empty(0, data.dtype)).dtype
        )
        self._targets = torch.empty(shape[0], dtype=torch.int64)
        if data.rotation is None:
            self._inputs[self.batch_size :] = torch.from_numpy(data.X_val)
            self._targets[self.batch_size :] = torch.from_numpy(data.y_val)

    def __len__(self):
        return len(self.data) // self.batch_size

    def __iter__(self):
        order = torch.randperm(len(self.data), generator=self.data.generator).numpy()
        rows, labels = self._inputs.numpy(), self._targets.numpy()
        X, n_batch = self.data.X, self.batch_size
        drawn = self.data.rotation and self.data.rotation.epoch()
        for start in range(0, len(self) * self.batch_size, self.batch_size):
            index = order[start : start + self.batch_size]
            if self.data.prepared:
                here = self.data.rows[index]
                np.take(X, here, axis=0, out=rows[:n_batch], mode="clip")
            else:
                rows[:n_batch] = self.data.gather(index)
            np.take(self.data.y, index, out=labels[:n_batch], mode="clip")
            if drawn is not None:
                chosen = next(drawn)
                np.take(self.data.X_val, chosen, 0, out=rows[n_batch:], mode="clip")
                np.take(self.data.y_val, chosen, out=labels[n_batch:], mode="clip")
            inputs, targets = self._inputs.to(self.device), self._targets.to(self.device)
            yield Batch(inputs, targets, index)
