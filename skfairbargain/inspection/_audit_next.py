"""Which training rows to have checked next."""

from numbers import Integral

import numpy as np
import pandas as pd
from sklearn.utils._param_validation import Interval, validate_params

from .._utils import check_same_length, fitted_attribute, group_names


@validate_params(
    {
        "estimator": "no_validation",
        "y": ["array-like"],
        "budget": [Interval(Integral, 1, None, closed="left")],
        "label": "no_validation",
    },
    prefer_skip_nested_validation=True,
)
def audit_next(estimator, y, *, budget=100, label=None):
    r"""List the training rows to check next, by the harm that they do to the groups.

    Labels cost money, and most recorded ones are right. A row that raises the loss of the
    audited rows of some group, all through the training, has a label or features that
    contradict what is known of that group: check such rows first.

    Parameters
    ----------
    estimator : NashMetaClassifier, or a pipeline, search or ReweightedClassifier with one
        A trained one, whose `cell_influence_` has a row for each training row.
    y : array-like of shape (n_samples,)
        The recorded labels that it was trained on, in the same order.
    budget : int, default=100
        How many rows can be checked.
    label : label, default=None
        Check rows recorded with this label alone, as where it is known in which direction
        decisions were biased. None: all rows.

    Returns
    -------
    rows : DataFrame
        The rows to check, the most harmful first; fewer than `budget` where fewer do harm.
        Columns: row (position in the training rows), label (recorded), group (whose cell
        the row harms most), audited_label (the label of that cell), harm, share (of the
        harm that all training rows do to that cell) and rank (1 is the first).

    Raises
    ------
    ValueError
        If `y` does not have a label for each training row, or no row has `label`.
    NotFittedError
        If there is no trained network in `estimator`.

    See Also
    --------
    label_bias_report : What the checks found, by group.
    audit_size : How many rows it takes to see a gap.

    Notes
    -----
    With :math:`I_{ik}` the `cell_influence_` of row i on cell k = (group, label), the harm
    of row i is

    .. math:: h_i = \max_{k \,:\, \text{label}(k) \neq y_i} -I_{ik}

    by how much, to first order, the row raised the cell's loss in the training, had its
    weight been 1 in every step. Cells of the row's own label are left out: every row helps
    them, right or wrong. How much better a model becomes by checking depends on how many
    labels are wrong, which only checking tells.

    To find wrong labels, ranking by the training loss is as good, and simpler; the harm
    also says which group a row concerns. The user guide has measurements of both. Influence
    is clearest in plain training (``anchor=1.0, bargaining=None``).

    Examples
    --------
    >>> from skfairbargain import NashMetaClassifier
    >>> from skfairbargain.datasets import make_biased_classification
    >>> from skfairbargain.inspection import audit_next
    >>> train = make_biased_classification(1000, label_bias=0.6, random_state=0)
    >>> audit = make_biased_classification(200, random_state=1)
    >>> clf = NashMetaClassifier(
    ...     bargaining=None, anchor=1.0, max_epochs=10, random_state=0
    ... ).fit(
    ...     train.data,
    ...     train.target,
    ...     X_val=audit.data,
    ...     y_val=audit.target,
    ...     groups_val=audit.sensitive["group"],
    ... )
    >>> rows = audit_next(clf, train.target, budget=50, label=0)
    >>> rows["group"].value_counts().index[0]
    'g1'
    >>> wrong = train.target != train.clean_target
    >>> bool(wrong[rows["row"]].mean() > 2 * wrong.mean())
    True
    """
    influence = fitted_attribute(estimator, "cell_influence_")
    cells = fitted_attribute(estimator, "cells_")
    y = np.asarray(y)
    check_same_length(**{"cell_influence_": influence, "y": y})
    of_label = np.ones(len(y), bool) if label is None else y == label
    if not of_label.any():
        raise ValueError(
            f"`label` should be one of the labels {np.unique(y).tolist()}. Got {label!r}."
        )
    groups, labels = zip(*cells, strict=True)
    distinct = list(dict.fromkeys(groups))
    names = dict(zip(distinct, group_names(distinct), strict=True))
    harm = np.maximum(-influence, 0)
    harm[y[:, None] == np.array(labels, dtype=y.dtype)[None, :]] = 0
    total = harm.sum(axis=0)
    cell = harm.argmax(axis=1)
    largest = np.where(of_label, harm.max(axis=1), 0)
    order = np.argsort(-largest, kind="stable")[:budget]
    order = order[largest[order] > 0]
    return pd.DataFrame(
        {
            "row": order,
            "label": y[order],
            "group": [names[groups[k]] for k in cell[order]],
            "audited_label": [labels[k] for k in cell[order]],
            "harm": largest[order],
            "share": largest[order] / total[cell[order]],
            "rank": np.arange(1, len(order) + 1),
        }
    )
