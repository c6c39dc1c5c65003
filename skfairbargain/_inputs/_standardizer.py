"""Standardize features by the mean and deviation of the training rows, chunk by chunk."""

from functools import cached_property

import numpy as np
from scipy.sparse import issparse
from sklearn.preprocessing import StandardScaler

from ._dtypes import computing_dtype
from ._images import LARGEST_BYTE, are_bytes, bytes_scaled
from ._relative_weights import relative

# Values that are read at a time, about 8 MB; and rows of a sparse matrix.
CHUNK_VALUES, CHUNK_ROWS = 2**20, 2**14
# A column is constant if it deviates by no more than this many units of rounding.
ROUNDING_UNITS = 2
# Features go no farther from the mean than this many times √n deviations. Of n rows, none
# is farther than √n deviations from their mean, so only other rows are stopped there.
FARTHEST = 10


class Standardizer:
    """Running mean and deviation of columns, and features in units of them.

    The statistics are those of scikit-learn's ``StandardScaler``. Beside it, numbers near
    the ends of float64 do not overflow, memory-mapped rows are not copied as a whole, and a
    column that is constant, up to rounding, becomes 0 whatever its later values are: a
    network cannot have learned what they mean.

    Parameters
    ----------
    centered : bool, default=True
        Whether the mean is subtracted. Not for sparse rows, as in ``StandardScaler``.

    Attributes
    ----------
    mean_ : ndarray of shape (n_columns,)
        Mean of every column; of images and the like, of every channel.
    scale_ : ndarray of shape (n_columns,)
        Standard deviations; infinite where a column is constant.
    n_rows_ : float
        Number of rows seen. With weights, the effective number: (Σ w)² / Σ w² in a call.
    """

    # What a stored model has to hold. Mean, deviation and rounding are in units of
    # 2 ** exponent, in which no value is above 1 and no square over- or underflows.
    STATE = ("exponent", "mean", "deviation", "rounding", "n_rows", "centered")

    def __init__(self, centered=True):
        self.centered = np.array(centered)
        self.n_rows = np.array(0.0)
        self.exponent = self.mean = self.deviation = self.rounding = None

    @property
    def mean_(self):
        return np.ldexp(self.mean, self.exponent)

    @property
    def scale_(self):
        scale = np.ldexp(self.deviation, self.exponent)
        return np.where(self.constant_, np.inf, scale)

    @property
    def n_rows_(self):
        return float(self.n_rows)

    @property
    def constant_(self):
        """Which columns are constant, up to rounding."""
        smallest = np.ldexp(np.finfo(np.float64).tiny, -self.exponent)
        return self.deviation <= np.maximum(ROUNDING_UNITS * self.rounding, smallest)

    def partial_fit(self, X, rows, sample_weight=None):
        """Add rows to the statistics.

        Parameters
        ----------
        X : ndarray, memmap or CSR matrix of shape (n_samples, n_columns, ...)
        rows : ndarray of shape (n_rows,), int
            Which rows of X count.
        sample_weight : ndarray of shape (n_rows,), default=None
            Their positive weights.

        Returns
        -------
        self : Standardizer
        """
        vars(self).pop("columns", None)
        if self.mean is None:
            zeros = np.zeros(X.shape[1])
            self.mean, self.deviation, self.rounding = zeros, zeros, zeros
            self.exponent = np.full(X.shape[1], -LARGEST_EXPONENT)
        weight = np.ones(len(rows))
        if sample_weight is not None:
            weight = relative(sample_weight)
            # As many rows as are as informative: where the statistics rest on one row, the
            # others may lie any number of deviations away, and are stopped at few.
            weight *= weight.sum() / (weight @ weight)
        size = CHUNK_ROWS if issparse(X) else _chunk_size(X)
        for start in range(0, len(rows), size):
            chunk = slice(start, start + size)
            with np.errstate(under="ignore"):
                self._add(X[rows[chunk]], weight[chunk])
        return self

    def _add(self, values, weight):
        """Merge the statistics of a chunk into those of the rows before it."""
        values = bytes_scaled(values)
        share_of_rounding = np.finfo(np.float64).eps
        computed_in = computing_dtype(values.dtype)
        if computed_in.kind == "f":
            share_of_rounding = np.finfo(computed_in).eps
        total = weight.sum()
        values, weight = _by_column(values, weight)
        if issparse(values):
            largest = abs(values).max(axis=0).toarray().ravel()
        else:
            largest = np.maximum(values.max(axis=0), -values.min(axis=0))
        self._rescale(largest)
        factor = np.ldexp(1.0, -self.exponent)
        rounding = share_of_rounding * largest * factor
        self.rounding = np.maximum(self.rounding, rounding)
        moments = _sparse_moments if issparse(values) else _dense_moments
        mean, of_chunk = moments(values, factor, weight)
        share = total / (self.n_rows + total)
        step = mean - self.mean
        # The rounding of a chunk's variance may leave it below 0.
        variance = (1 - share) * self.deviation**2 + share * of_chunk.clip(min=0)
        self.deviation = np.sqrt(variance + share * (1 - share) * step**2)
        self.mean = self.mean + share * step
        self.n_rows = self.n_rows + total

    def _rescale(self, largest):
        """Raise the exponents so that no value in units of them is above 1."""
        needed = np.frexp(largest)[1].clip(-LARGEST_EXPONENT, LARGEST_EXPONENT)
        needed[largest == 0] = -LARGEST_EXPONENT
        exponent = np.maximum(self.exponent, needed)
        by = self.exponent - exponent
        self.mean = np.ldexp(self.mean, by)
        self.deviation = np.ldexp(self.deviation, by)
        self.rounding = np.ldexp(self.rounding, by)
        self.exponent = exponent

    def transform(self, X):
        """Return rows in units of the deviations.

        Parameters
        ----------
        X : ndarray or CSR matrix of shape (n, n_columns, ...)

        Returns
        -------
        features : ndarray of shape (n, n_columns, ...), float64
        """
        X = X.toarray() if issparse(X) else bytes_scaled(np.asarray(X))
        shape = (-1, *[1] * (X.ndim - 2))
        constant, *columns = self.columns
        factor, offset, inverse, low, high = (column.reshape(shape) for column in columns)
        # What overflows here is stopped at the limit; constant columns are set below.
        with np.errstate(over="ignore", under="ignore", invalid="ignore"):
            features = X * factor
            features -= offset
            features *= inverse
        np.clip(features, low, high, out=features)
        if constant.any():
            features[:, constant] = 0
        return features

    @cached_property
    def columns(self):
        """What `transform` needs of every column, until rows are added."""
        constant = self.constant_
        inverse = np.divide(1, self.deviation, where=~constant, out=np.zeros(len(constant)))
        offset = self.mean if self.centered else np.zeros(len(constant))
        limit = FARTHEST * np.sqrt(max(self.n_rows_, 1))
        middle = (self.mean - offset) * inverse
        factor = np.ldexp(1.0, -self.exponent)
        return constant, factor, offset, inverse, middle - limit, middle + limit

    def get_state(self):
        """Return the arrays that `STATE` names, for `from_state`."""
        return {name: np.asarray(getattr(self, name)) for name in self.STATE}

    @classmethod
    def from_state(cls, state):
        """Return the standardizer that had the arrays of `get_state`."""
        standardizer = cls()
        vars(standardizer).update({name: state[name] for name in cls.STATE})
        return standardizer


def as_features(rows, dtype, scaler=None):
    """Return rows as a module sees them: a C-contiguous copy, of bytes their 255ths.

    Parameters
    ----------
    rows : ndarray or CSR matrix of shape (n, ...)
    dtype : numpy dtype
        What the module computes in.
    scaler : Standardizer, default=None

    Returns
    -------
    features : ndarray of shape (n, ...)
    """
    if scaler is not None:
        features = np.empty(rows.shape, dtype)
        size = _chunk_size(rows)
        for start in range(0, rows.shape[0], size):
            chunk = slice(start, start + size)
            features[chunk] = scaler.transform(rows[chunk])
        return features
    if issparse(rows):
        rows = rows.toarray()
    # In one order, so that the rounding does not depend on how X lies in memory, and a
    # copy, because torch complains of arrays that it may not write to.
    features = np.array(rows, dtype=dtype, order="C")
    if are_bytes(rows):
        features /= LARGEST_BYTE
    return features


def _sparse_moments(values, factor, weight):
    """Weighted mean and variance of the columns of a CSR matrix times their factors."""
    chunk = StandardScaler(with_mean=False)
    with np.errstate(invalid="ignore"):
        chunk.fit(values.multiply(factor).tocsr(), sample_weight=weight)
    return chunk.mean_, chunk.var_


def _dense_moments(values, factor, weight):
    """The same of an array, which is overwritten, in a quarter of scikit-learn's time."""
    total = weight.sum()
    values *= factor
    mean = weight @ values / total
    values -= mean
    left = weight @ values / total  # of rounding
    values *= values
    return mean, weight @ values / total - left**2


# Of the factors; 2 ** -1000 and 2 ** 1000 are ordinary numbers.
LARGEST_EXPONENT = 1000


def _chunk_size(X):
    return max(1, CHUNK_VALUES // np.prod(X.shape[1:], dtype=int))


def _by_column(values, weight):
    """A copy of rows in two dimensions, in float64; those of images are their pixels."""
    if issparse(values):
        return values.astype(np.float64), weight
    # In one order, so that the rounding does not depend on how X lies in memory.
    pixels = np.moveaxis(values, 1, -1).astype(np.float64, order="C")
    pixels = pixels.reshape(-1, values.shape[1])
    return pixels, np.repeat(weight, len(pixels) // len(values))
