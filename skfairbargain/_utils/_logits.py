"""Labels and margins from the logits of a classifier."""


class LogitsMixin:
    """Predict by what `_logits` returns, in the order of `classes_`."""

    def decision_function(self, X):
        """Logits; for two classes, that of the second minus that of the first.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)

        Returns
        -------
        scores : ndarray of shape (n_samples,) or (n_samples, n_classes)
        """
        logits = self._logits(X)
        return logits[:, 1] - logits[:, 0] if logits.shape[1] == 2 else logits

    def predict(self, X):
        """Most probable classes.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)

        Returns
        -------
        labels : ndarray of shape (n_samples,)
        """
        best = self._logits(X).argmax(axis=1)  # first: it tells whether this is fitted
        return self.classes_[best]
