"""The default network in NumPy: it predicts, and does nothing else."""

import numpy as np
from scipy.special import softmax
from sklearn.base import BaseEstimator, ClassifierMixin

from .._inputs import as_features, checked_rows
from .._utils import LogitsMixin

# Rows per forward pass.
ROWS = 16_384


class PredictionNetwork(LogitsMixin, ClassifierMixin, BaseEstimator):
    """A trained default network that predicts with NumPy alone.

    What `load_for_prediction` puts in the place of a `NashMetaClassifier`. It has the
    methods and attributes that predictions need, and cannot be trained.

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
        Class labels.
    n_features_in_ : int
        Number of features.
    feature_names_in_ : ndarray of shape (n_features,)
        Names of the features, where the model was trained on named ones.
    layers_ : list of tuple of ndarray
        Weights of shape (n_out, n_in) and biases of shape (n_out,), from input to logits.
    scaler_ : object or None
        What standardizes the features.
    """

    @classmethod
    def of(cls, *, classes, feature_names, layers, scaler):
        """Return a network with these parts, which were checked."""
        network = cls()
        network.classes_, network.layers_, network.scaler_ = classes, layers, scaler
        network.n_features_in_ = layers[0][0].shape[1]
        if feature_names is not None:
            network.feature_names_in_ = feature_names
        return network

    def fit(self, X, y):
        """Refuse to train: scikit-learn's pipelines ask for the method.

        Raises
        ------
        TypeError
            Always.
        """
        raise TypeError(
            "This network was loaded for prediction and cannot be trained. Use "
            "skfairbargain.persistence.load to train on."
        )

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        return tags

    def __sklearn_is_fitted__(self):
        return hasattr(self, "layers_")

    def predict_proba(self, X):
        """Probabilities of the classes.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)

        Returns
        -------
        probabilities : ndarray of shape (n_samples, n_classes)
            In the order of `classes_`.
        """
        return softmax(self._logits(X), axis=1)

    def _logits(self, X):
        dtype = self.layers_[0][0].dtype
        X = checked_rows(self, X, dtype=dtype, reset=False, accept_sparse="csr")
        starts = range(0, X.shape[0], ROWS)
        return np.concatenate([self._logits_of(X[s : s + ROWS]) for s in starts])

    def _logits_of(self, rows):
        values = as_features(rows, self.layers_[0][0].dtype, self.scaler_)
        with np.errstate(over="ignore", invalid="ignore"):
            for place, (weight, bias) in enumerate(self.layers_):
                values = (np.maximum(values, 0) if place else values) @ weight.T + bias
        return _bounded(values)


def _bounded(logits):
    """Logits within half of the range of their dtype: their differences are finite."""
    undefined = np.isnan(logits).any(axis=1) | ((logits == np.inf).sum(axis=1) > 1)
    undefined |= (logits == -np.inf).all(axis=1)
    if undefined.any():
        raise ValueError(
            "The network's logits should be finite. Got infinite or NaN ones for "
            f"{int(undefined.sum())} of {len(logits)} rows: values of `X` are too large to "
            f"compute with in {logits.dtype}."
        )
    limit = np.finfo(logits.dtype).max / 2
    return logits.clip(-limit, limit)
