"""Warnings about the data, before anything is trained."""

import numpy as np
import pandas as pd
from pandas.api.types import is_datetime64_any_dtype, is_numeric_dtype
from sklearn.metrics import roc_auc_score

# A single column that ranks a label as well as this is probably made of it.
COPY_AUC = 0.95
# And one that tells a group apart as well as this can stand for it.
PROXY_AUC = 0.95
# Enough rows to see that.
MOST_ROWS = 20_000
MOST_TOLD = 5
BALANCED = (
    "Every group has about equally many audited rows of each label. Balanced accuracies, "
    "AUC and true-positive rates are not affected by that; selection rates and calibration "
    "measured on these rows are not those of all people."
)


def data_findings(X, y, X_val, y_val, groups_val, *, tested):
    """Say what about the data makes a result doubtful.

    Parameters
    ----------
    X, X_val : DataFrame
    y, y_val, groups_val : ndarray
    tested : bool
        Whether other rows measure.

    Returns
    -------
    findings : list of str
    """
    rows = np.arange(len(y))
    if len(rows) > MOST_ROWS:
        rows = np.random.default_rng(0).choice(rows, MOST_ROWS, replace=False)
    findings = []
    copies = columns_that_tell(X.iloc[rows], y[rows], COPY_AUC)
    if copies:
        findings.append(
            f"{_named(copies)} the label of the training rows almost perfectly. If such a "
            "column is known only after the decision, leave it out with --drop: the model "
            "would be of no use on new rows."
        )
    proxies = columns_that_tell(X_val, groups_val, PROXY_AUC)
    if proxies:
        findings.append(
            f"{_named(proxies)} the audited groups almost perfectly, so a model can use "
            f"{'it' if len(proxies) == 1 else 'them'} in place of the groups."
        )
    findings += _rows_in_training(X, X_val)
    return findings + _different_rates(y, y_val, groups_val, tested)


def _rows_in_training(X, X_val):
    """Say if most audited rows are training rows as well."""
    common = [name for name in X_val if name in X]
    keys, of_audited = _row_keys(X[common]), _row_keys(X_val[common])
    # Tables of a few categories have many equal rows of different people.
    if keys.duplicated().mean() > 0.5:
        return []
    n_known = int(of_audited.isin(keys).sum())
    if n_known < len(of_audited) / 2:
        return []
    return [
        f"{n_known:,} of {len(of_audited):,} audited rows are equal to training rows. If "
        "they are the same people, name their ids with --id: then they are left out of the "
        "training, which would otherwise have seen the rows that measure it."
    ]


def _row_keys(X):
    """A number for each row that is the same for rows of equal values."""
    alike = {
        name: column.astype(float) if is_numeric_dtype(column) else column.astype(str)
        for name, column in X.items()
    }
    return pd.util.hash_pandas_object(pd.DataFrame(alike), index=False)


def columns_that_tell(X, labels, least):
    """Columns that alone rank some label against the others, with their AUC.

    Returns
    -------
    found : list of (str, float)
        The best first.
    """
    found = []
    for name in X:
        score = max(
            (_auc(X[name], labels == label) for label in pd.unique(labels)), default=0.5
        )
        if score >= least:
            found.append((str(name), float(score)))
    return sorted(found, key=lambda pair: -pair[1])


def _auc(column, is_label):
    n_label = int(is_label.sum())
    if min(n_label, len(is_label) - n_label) < 2:
        return 0.5
    values = _as_numbers(column, is_label)
    score = roc_auc_score(is_label, values)
    return max(score, 1 - score)


def _as_numbers(column, is_label):
    if is_datetime64_any_dtype(column):
        column = column.rank()  # of any time, in any zone; the AUC reads the order alone
    if is_numeric_dtype(column):
        numbers = column.astype(float)
        return numbers.fillna(numbers.min() - 1 if numbers.notna().any() else 0)
    # The share of the label among the category's rows of the other half: a category of a
    # few rows tells nothing.
    texts = column.astype(object).where(column.notna(), "missing").astype(str).to_numpy()
    half = np.random.default_rng(0).permutation(len(texts)) % 2
    scores = np.full(len(texts), is_label.mean())
    for own in (0, 1):
        shares = pd.Series(is_label[half != own]).groupby(texts[half != own]).mean()
        known = pd.Series(texts[half == own]).map(shares).fillna(is_label.mean())
        scores[half == own] = known
    return scores


def _named(found):
    shown = [f"{name!r} (AUC {score:.2f})" for name, score in found[:MOST_TOLD]]
    more = len(found) - len(shown)
    text = ", ".join(shown) + (f" and {more} more" if more else "")
    return f"{text} tells" if len(found) == 1 else f"{text} each tell"


def _different_rates(y, y_val, groups_val, tested):
    """Say where the share of a label differs much between training and audited rows."""
    labels = np.unique(y)
    if len(labels) != 2:
        return []
    recorded, audited = np.mean(y == labels[1]), np.mean(y_val == labels[1])
    if abs(recorded - audited) < 0.1:
        return []
    counts = pd.crosstab(groups_val, y_val)
    if (counts.max(axis=1) <= 1.2 * counts.min(axis=1)).all():
        # An audit that was balanced on purpose, as trainings with one ask for.
        return [] if tested else [BALANCED]
    return [
        f"{recorded:.0%} of the training rows and {audited:.0%} of the audited rows are of "
        f"label {labels.tolist()[1]!r}. If the audited rows were not drawn by their label, "
        "the recorded labels may be biased; if they were, selection rates and calibration "
        "measured on them are not those of all people."
    ]
