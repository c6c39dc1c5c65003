"""Labels, probabilities and margins from the logits of a network."""

from functools import partial

import torch
from sklearn.utils.validation import check_is_fitted

from .._inputs import RowForm, checked_rows, readable_dtypes
from .._utils import LogitsMixin
from ._mlp import module_dtype, predict_logits


class LogitsClassifierMixin(LogitsMixin):
    """Predict by the logits of the trained `net_`, in the order of `classes_`."""

    @property
    def scaler_(self):
        return self.net_.scaler_

    @property
    def module_(self):
        return self.net_.module_

    @property
    def _row_form(self):
        in_bytes = getattr(self, "_in_bytes", False)
        return RowForm(tuple(self.net_.row_shape), in_bytes)

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
        return torch.softmax(torch.from_numpy(self._logits(X)), dim=1).numpy()

    def _logits(self, X):
        check_is_fitted(self, "module_")
        checks = {"accept_sparse": "csr", "allow_nd": self.module is not None}
        dtypes = partial(readable_dtypes, computed_in=module_dtype(self.module_))
        checks |= {"dtype": dtypes, "form": self._row_form}
        X = checked_rows(self, X, reset=False, **checks)
        return predict_logits(self.module_, X, self.scaler_)
