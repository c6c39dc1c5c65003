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
# Numbers of training rows that are compared at a time, 64 MB.
CHUNK_VALUES = 2**23


def near_duplicates(X_val, X_train):
    """Find pairs of a validation row and a training row that are nearly equal.

    Parameters
    ----------
    X_val, X_train : ndarray, memmap or CSR matrix of shape (n, n_features) or (n, ...)
        Both of the same width. Training rows are read in chunks.

    Returns
    -------
    pairs : DataFrame
        With the columns val_row, train_row and distance, in this order of rows.
    """
    n_train = X_train.shape[0]
    scale = Standardizer().partial_fit(X_train, np.arange(n_train)).scale_
    scale[np.isinf(scale)] = 1
    width = int(np.prod(X_val.shape[1:]))
    neighbors = NearestNeighbors(radius=SAME_ROW * np.sqrt(width), algorithm="brute")
    neighbors.fit(_in_deviations(X_val, scale))
    found = []
    for chunk in gen_batches(n_train, max(1, CHUNK_VALUES // width)):
        rows = _in_deviations(X_train[chunk], scale)
        distances, val_rows = neighbors.radius_neighbors(rows)
        train_rows = np.arange(chunk.start, chunk.stop)
        pairs = {
            "val_row": np.concatenate(val_rows).astype(int),
            "train_row": np.repeat(train_rows, [len(each) for each in val_rows]),
            "distance": np.concatenate(distances) / np.sqrt(width),
        }
        found.append(pd.DataFrame(pairs))
    pairs = pd.concat(found, ignore_index=True)
    return pairs.sort_values(["val_row", "train_row"], ignore_index=True)


def _in_deviations(X, scale):
    """Rows in two dimensions, in units of the deviations of their columns or channels."""
    if issparse(X):
        return X.multiply(1 / scale).tocsr()
    X = bytes_scaled(np.asarray(X))
    scaled = X / scale.reshape(-1, *(1 for _ in X.shape[2:]))
    return scaled.reshape(len(X), -1)
