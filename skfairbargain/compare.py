"""Plain training, the one-stage and the two-stage method, side by side on one data set."""

from numbers import Integral
from typing import NamedTuple

import numpy as np
import pandas as pd
from sklearn.compose import ColumnTransformer, make_column_selector
from sklearn.impute import SimpleImputer
from sklearn.metrics import balanced_accuracy_score
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, OneHotEncoder, StandardScaler
from sklearn.utils._param_validation import Interval, StrOptions, validate_params
from skorch.callbacks import Callback

from ._utils import encode_cells, group_name, mean_and_margin
from .classifier import NashMetaClassifier
from .exceptions import UndefinedGroupError
from .metrics import max_group_auc_disparity, overall_auc, worst_group_auc
from .model_selection import balanced_validation_split

__all__ = ["METHODS", "METRICS", "compare_methods", "make_preprocessor", "summarize"]

TEST_SHARE = 0.3
# A cell gives a third to the test set and leaves rows for validation and training.
SMALLEST_CELL = 6


class Method(NamedTuple):
    """A way to train: its name for people, and the estimator's parameters."""

    title: str
    parameters: dict


class Metric(NamedTuple):
    """A column of the results: its name for people, and which way is better."""

    title: str
    greater_is_better: bool | None


METHODS = {
    "erm": Method("plain (ERM)", {"bargaining": None, "anchor": 1.0}),
    "one-stage": Method("one-stage", {"bargaining": None}),
    "two-stage": Method("two-stage", {"bargaining": "nash"}),
}

METRICS = {
    "overall_auc": Metric("ROC AUC", True),
    "balanced_accuracy": Metric("balanced accuracy", True),
    "max_group_auc_disparity": Metric("largest group AUC gap", False),
    "worst_group_auc": Metric("worst group AUC", True),
    "conflict_rate": Metric("conflict rate", False),
    "seconds": Metric("seconds", None),
}


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
    on_epoch=None,
    on_result=None,
):
    """Train by several methods over several seeds, and measure each on unseen rows.

    A seed draws the test rows (30 % of every group × label cell), the validation rows, and
    the initial weights; all methods see the same ones. Nothing is chosen by the test rows.

    Parameters
    ----------
    X : DataFrame of shape (n_samples, n_columns)
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
        Validation rows of every cell; "auto" is 5, and less where a cell is small.
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
        If a cell has fewer than 6 rows, or fewer than `per_cell` after the test set.
    ValueError
        If there is one class or one group only, or a method is unknown.

    See Also
    --------
    summarize : Means and confidence intervals of the results.

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
    y = np.asarray(y)
    cells, smallest = _cells(y, groups)
    if per_cell == "auto":
        per_cell = max(1, min(5, smallest // 4))
    rows = []
    for seed in range(n_seeds):
        X_rest, X_test, y_rest, y_test, groups_rest, groups_test = train_test_split(
            X, y, groups, test_size=TEST_SHARE, stratify=cells, random_state=seed
        )
        X_train, X_val, y_train, y_val, _, groups_val = balanced_validation_split(
            X_rest, y_rest, groups_rest, per_cell=per_cell, random_state=seed
        )
        prepare = make_preprocessor().fit(X_train)
        X_train, X_val, X_test = map(prepare.transform, (X_train, X_val, X_test))
        for method in methods:
            callbacks = [] if on_epoch is None else [_AfterEpoch(on_epoch, method, seed)]
            clf = NashMetaClassifier(
                goal=goal,
                max_epochs=epochs,
                bargain_epochs=round(0.3 * epochs),
                callbacks=callbacks,
                random_state=seed,
                **METHODS[method].parameters,
            )
            clf.fit(X_train, y_train, X_val=X_val, y_val=y_val, groups_val=groups_val)
            if clf.n_iter_ < epochs:
                raise KeyboardInterrupt
            measured = _measure(clf, X_test, y_test, groups_test)
            rows.append({"method": method, "seed": seed, **measured})
            if on_result is not None:
                on_result(rows[-1])
    return pd.DataFrame(rows)


def summarize(results, by=("method",), metrics=METRICS):
    """Mean of every metric over the runs, and half the width of its confidence interval.

    Parameters
    ----------
    results : DataFrame
        One row for each run, as `compare_methods` returns it. A metric that was not
        measured in a run is NaN or None there.
    by : str or sequence of str, default=("method",)
        Column or columns; runs with equal values in them are summarized together.
    metrics : str or sequence of str, default=METRICS
        Column or columns to summarize.

    Returns
    -------
    summary : DataFrame
        One row for each combination of `by` and each metric measured there, in the order
        in which they first appear: the columns `by`, ``metric``, ``mean``, ``ci95``, and
        ``n_seeds``, the number of runs. ``ci95`` is half the width of the 95 % interval,
        and NaN where there is one run only.

    Notes
    -----
    Student's interval over seeds. Seeds redraw overlapping test sets from the same rows,
    so it tells how much a result moves with the draw, and not how it would move with other
    people.

    Examples
    --------
    >>> import pandas as pd
    >>> from skfairbargain.compare import summarize
    >>> results = pd.DataFrame({"method": "erm", "seconds": [1.0, 3.0]})
    >>> summarize(results, metrics=["seconds"]).round(2)
      method   metric  mean   ci95  n_seeds
    0    erm  seconds   2.0  12.71        2
    """
    by, metrics = ([x] if isinstance(x, str) else list(x) for x in (by, metrics))
    rows = []
    for key, runs in results.groupby(by, sort=False, dropna=False):
        for metric in metrics:
            values = runs[metric].dropna()
            if len(values):
                rows.append([*key, metric, *mean_and_margin(values), len(values)])
    return pd.DataFrame(rows, columns=[*by, "metric", "mean", "ci95", "n_seeds"])


def make_preprocessor():
    """Scaled numbers and one-hot categories, missing values filled; a dense array.

    Returns
    -------
    preprocessor : ColumnTransformer
        Not fitted. Numeric columns get their median where a value is missing, and a
        column that says so; other columns a category of its own. At most 50 categories of
        a column are kept apart.
    """
    numeric = make_pipeline(
        SimpleImputer(strategy="median", add_indicator=True, keep_empty_features=True),
        StandardScaler(),
    )
    categorical = make_pipeline(
        FunctionTransformer(_as_text, feature_names_out="one-to-one"),
        OneHotEncoder(
            handle_unknown="infrequent_if_exist", max_categories=50, sparse_output=False
        ),
    )
    is_number = make_column_selector(dtype_include="number")
    is_other = make_column_selector(dtype_exclude="number")
    return ColumnTransformer([("num", numeric, is_number), ("cat", categorical, is_other)])


def _as_text(frame):
    """Categories as strings, because a column that mixes kinds cannot be sorted."""
    return frame.astype(object).where(frame.notna(), "missing").astype(str)


def _cells(y, groups):
    """Number of each row's cell, and the rows of the smallest; check that they suffice."""
    cells = encode_cells(groups, y)
    labels = cells.labels.tolist()
    for kind, found in (("class", labels), ("group", cells.groups)):
        if len(found) < 2:
            raise ValueError(
                f"Comparing needs two {kind}es or more, but every row is of {kind} "
                f"{found[0]!r}.".replace("groupes", "groups")
            )
    counts = cells.counts
    if counts.min() < SMALLEST_CELL:
        group, label = divmod(counts.argmin(), len(labels))
        raise UndefinedGroupError(
            f"Every group should have {SMALLEST_CELL} rows or more of each class. Group "
            f"{group_name(cells.groups[group])!r} has {counts.min()} of class "
            f"{labels[label]!r}. Merge it with another group, or add rows."
        )
    return cells.codes, counts.min()


def _measure(clf, X_test, y_test, groups_test):
    scores = clf.predict_proba(X_test)
    if scores.shape[1] == 2:
        scores = scores[:, 1]
    groups = {"sensitive_features": groups_test}
    return {
        "overall_auc": overall_auc(y_test, scores, **groups),
        "balanced_accuracy": balanced_accuracy_score(y_test, clf.predict(X_test)),
        "max_group_auc_disparity": max_group_auc_disparity(y_test, scores, **groups),
        "worst_group_auc": worst_group_auc(y_test, scores, **groups),
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
