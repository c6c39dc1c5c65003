"""Class shares that probabilities are for."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

AUDITS = ("balanced", "sample")


def read_prior(audit, classes):
    """Return the class shares that `audit` names, or None for "balanced" and "sample".

    Parameters
    ----------
    audit : str, dict, Series or array-like of shape (n_classes,)
    classes : ndarray of shape (n_classes,)

    Returns
    -------
    prior : ndarray of shape (n_classes,), or None

    Raises
    ------
    ValueError
        If it is neither of the two names nor positive shares of sum 1.
    """
    if isinstance(audit, str) and audit in AUDITS:
        return None
    shares = audit
    if isinstance(audit, pd.Series) and not isinstance(audit.index, pd.RangeIndex):
        shares = audit.to_dict()  # of value_counts(normalize=True), the largest first
    if isinstance(shares, Mapping) and set(shares) == set(classes.tolist()):
        shares = [shares[label] for label in classes.tolist()]
    try:
        prior = np.asarray(shares, dtype=np.float64)
    except (TypeError, ValueError):
        prior = np.empty(0)
    if prior.shape != classes.shape or not (prior > 0).all() or abs(prior.sum() - 1) > 1e-6:
        raise ValueError(
            "`audit` should be 'balanced', 'sample', or the share of each of the classes "
            f"{classes.tolist()} among the rows that will be predicted, positive and of "
            f"sum 1. Got {audit!r}."
        )
    return prior
