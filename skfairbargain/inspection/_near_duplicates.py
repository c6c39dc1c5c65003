"""Find validation rows that are in the training set as well."""

import numpy as np
import pandas as pd
from scipy.sparse import issparse
from sklearn.neighbors import NearestNeighbors
from sklearn.utils import gen_batches

from .._inputs import Standardizer, bytes_scaled

# Two rows are nearly equal if the root mean square of their differences, in standard
# deviations of the training rows, is at most this.
SAME_ROW = 0.01
# A column that deviates by less than this share of its mean varies by rounding only.
ROUNDING = 1e-7
# Training rows that are compared at a time: numbers, 64 MB, and rows of a sparse matrix.
CHUNK_VALUES, CHUNK_ROWS = 2**23, 2**14


def near_duplicates(X_val, X_train):
    """Find pairs of a validation row and a training row that are nearly equal.

    Parameters
    ----------
    X_val, X_train : ndarray, memmap or CSR matrix of shape (n, n_features) or (n, ...)
        With rows of the same shape. Training rows are read in chunks.

    Returns
    -------
    pairs : DataFrame
        With the columns val_row, train_row and distance, in this order of rows.
    """
    n_train, width = X_train.shape[0], int(np.prod(X_val.shape[1:]))
    statistics = Standardizer().partial_fit(X_train, np.arange(n_train))
    mean, scale = statistics.mean_, statistics.scale_
    varies = np.isfinite(scale) & (scale > ROUNDING * np.abs(mean))
    scale = np.where(varies, scale, 1)
    if issparse(X_val) or issparse(X_train):
        mean = np.zeros_like(mean)  # subtracted from neither
    neighbors = NearestNeighbors(radius=SAME_ROW * np.sqrt(width), algorithm="brute")
    neighbors.fit(_in_deviations(X_val, mean, scale))
    size = CHUNK_ROWS if issparse(X_train) else max(1, CHUNK_VALUES // width)
    found = []
    for chunk in gen_batches(n_train, size):
        rows = _in_deviations(X_train[chunk], mean, scale)
        distances, val_rows = neighbors.radius_neighbors(rows)
        train_rows = np.repeat(
            np.arange(chunk.start, chunk.stop), [len(each) for each in val_rows]
        )
        found.append((*map(np.concatenate, (val_rows, distances)), train_rows))
    val_rows, distances, train_rows = (
        np.concatenate(each) for each in zip(*found, strict=True)
    )
    pairs = pd.DataFrame(
        {
            "val_row": val_rows.astype(int),
            "train_row": train_rows,
            "distance": distances / np.sqrt(width),
        }
    )
    return pairs.sort_values(["val_row", "train_row"], ignore_index=True)


def _in_deviations(X, mean, scale):
    """Rows in two dimensions, in units of the deviations of their columns or channels.

    Distances lose digits far from 0, so means are subtracted.
    """
    if issparse(X):
        return X.multiply(1 / scale).tocsr()
    X = bytes_scaled(np.asarray(X))
    mean, scale = (each.reshape(-1, *(1 for _ in X.shape[2:])) for each in (mean, scale))
    return ((X - mean) / scale).reshape(len(X), -1)
