"""Train by several methods over several seeds, and measure each on unseen rows."""

from numbers import Integral

import numpy as np
import pandas as pd
from sklearn.metrics import balanced_accuracy_score
from sklearn.utils import _safe_indexing
from sklearn.utils._param_validation import Interval, StrOptions, validate_params
from skorch.callbacks import Callback

from .._utils import check_same_length
from ..classifier import NashMetaClassifier
from ..metrics import max_group_auc_disparity, overall_auc, worst_group_auc
from ._audited import choose_groups, split
from ._methods import METHODS
from ._preprocessor import make_preprocessor


@validate_params(
    {
        "X": "no_validation",
        "y": "no_validation",
        "groups": "no_validation",
        "methods": [list, tuple],
        "goal": "no_validation",
        "n_seeds": [Interval(Integral, 1, None, closed="left")],
        "epochs": [Interval(Integral, 1, None, closed="left")],
        "per_cell": [StrOptions({"auto"}), Interval(Integral, 1, None, closed="left")],
        "small_groups": [StrOptions({"leave_out", "keep"})],
        "on_epoch": [callable, None],
        "on_result": [callable, None],
    },
    prefer_skip_nested_validation=True,
)
def compare_methods(
    X,
    y,
    groups,
    *,
    methods=tuple(METHODS),
    goal="ltr",
    n_seeds=5,
    epochs=50,
    per_cell="auto",
    small_groups="leave_out",
    on_epoch=None,
    on_result=None,
):
    """Train by several methods over several seeds, and measure each on unseen rows.

    A seed draws the test rows (30 % of every group × label cell), the validation rows, and
    the initial weights; all methods see the same ones. Nothing is chosen by the test rows.

    Parameters
    ----------
    X : DataFrame or array-like of shape (n_samples, n_columns)
        Features, numeric or not, missing values allowed.
    y : array-like of shape (n_samples,)
        Class labels.
    groups : array-like or DataFrame of shape (n_samples,) or (n_samples, n_columns)
        Sensitive attributes, which only the validation and the test set see.
    methods : sequence of str, default=("erm", "one-stage", "two-stage")
        Plain training runs through the same steps with uniform weights, so that its
        conflicts are counted as well; its seconds include that.
    goal : str or Protocol, default="ltr"
        The fairness goal.
    n_seeds : int, default=5
        Seeds 0 to n_seeds − 1.
    epochs : int, default=50
        Epochs of each training; the first 30 % of the two-stage method bargain.
    per_cell : int or "auto", default="auto"
        Validation rows of every cell; "auto" is 5, and less where fewer than two groups
        have 20 rows of every class.
    small_groups : {"leave_out", "keep"}, default="leave_out"
        What happens to a group with fewer rows of a class than four times `per_cell` if
        that is "auto", and twice `per_cell` otherwise, or than 6. "leave_out" takes it out
        of the validation set and of the metrics by group; its rows are trained on, and
        count in the overall metrics. "keep" compares it as well; with "auto" it gives
        fewer validation rows than the others, a quarter of its smallest cell. Either way
        a warning names the groups.
    on_epoch : callable, default=None
        Called with the method's name and the seed after every epoch.
    on_result : callable, default=None
        Called with every row of the results, a dict, as soon as it is there.

    Returns
    -------
    results : DataFrame
        One row per method and seed, and one column for each of `METRICS`. Conflict rate is
        the share of training steps whose weights worked against some validation cell.

    Raises
    ------
    UndefinedGroupError
        If fewer than two groups are large enough, or one is not that should be kept.
    ValueError
        If there is one class or one group only, a label or a group is missing, the lengths
        differ, or a method is unknown.

    See Also
    --------
    summarize : Means and confidence intervals of the results.

    Warns
    -----
    SmallGroupWarning
        If a group was left out, or is compared with fewer than 20 rows of a class.

    Examples
    --------
    >>> from skfairbargain.compare import compare_methods
    >>> from skfairbargain.datasets import make_biased_classification
    >>> made = make_biased_classification(400, random_state=0)
    >>> results = compare_methods(
    ...     made.data, made.target, made.sensitive["group"], n_seeds=2, epochs=2
    ... )
    >>> results[["method", "seed"]].to_numpy().tolist()[:3]
    [['erm', 0], ['one-stage', 0], ['two-stage', 0]]
    """
    for method in methods:
        if method not in METHODS:
            raise ValueError(f"`methods` should be among {list(METHODS)}. Got {method!r}.")
    check_same_length(X=X, y=y, groups=groups)
    missing = int(np.sum(pd.isna(y)))
    if missing:
        raise ValueError(
            f"`y` should have a label for every row. Got missing values in {missing} of "
            f"{len(y)} rows. Leave these rows out."
        )
    X, y = X if isinstance(X, pd.DataFrame) else pd.DataFrame(X), np.asarray(y)
    audited = choose_groups(y, groups, per_cell, small_groups)
    rows = []
    for seed in range(n_seeds):
        train, val, test = split(audited, y, seed)
        X_train, X_val, X_test = (_safe_indexing(X, part) for part in (train, val, test))
        prepare = make_preprocessor().fit(X_train)
        X_train, X_val, X_test = map(prepare.transform, (X_train, X_val, X_test))
        for method in methods:
            callbacks = [] if on_epoch is None else [_AfterEpoch(on_epoch, method, seed)]
            clf = NashMetaClassifier(
                goal=goal,
                max_epochs=epochs,
                standardize=False,  # which the preprocessor does
                callbacks=callbacks,
                random_state=seed,
                **METHODS[method].parameters,
            )
            clf.fit(
                X_train,
                y[train],
                X_val=X_val,
                y_val=y[val],
                groups_val=_safe_indexing(groups, val),
            )
            if clf.n_iter_ < epochs:
                raise KeyboardInterrupt
            measured = _measure(clf, X_test, y[test], audited.codes[test])
            rows.append({"method": method, "seed": seed, **measured})
            if on_result is not None:
                on_result(rows[-1])
    return pd.DataFrame(rows)


def _measure(clf, X_test, y_test, groups_test):
    scores = clf.predict_proba(X_test)
    if scores.shape[1] == 2:
        scores = scores[:, 1]
    compared = groups_test >= 0
    by_group = (y_test[compared], scores[compared])
    groups = {"sensitive_features": groups_test[compared]}
    return {
        "overall_auc": overall_auc(y_test, scores),
        "balanced_accuracy": balanced_accuracy_score(y_test, clf.predict(X_test)),
        "max_group_auc_disparity": max_group_auc_disparity(*by_group, **groups),
        "worst_group_auc": worst_group_auc(*by_group, **groups),
        "conflict_rate": np.mean([row["conflict_rate"] for row in clf.history_]),
        "seconds": sum(row["seconds"] for row in clf.history_),
    }


class _AfterEpoch(Callback):
    """Call a function after each epoch."""

    def __init__(self, tell, method, seed):
        self.tell = tell
        self.method = method
        self.seed = seed

    def on_epoch_end(self, net, **kwargs):
        self.tell(self.method, self.seed)
