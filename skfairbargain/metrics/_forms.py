"""What the public group metrics share: inputs, forms, and the words for parameters."""

import inspect
from typing import NamedTuple

from ._base import BASE_METRICS, group_values
from ._inputs import read_labels, read_scores

PARAMETERS = {
    "y_true": """\
y_true : array-like of shape (n_samples,)
    True labels.""",
    "y_pred": """\
y_pred : array-like of shape (n_samples,)
    Predicted labels, as ``predict`` gives them.""",
    "y_score": """\
y_score : array-like of shape (n_samples,), (n_samples, 2) or (n_samples, n_classes)
    What ranks the rows: ``predict_proba`` or ``decision_function``. One score for each
    row speaks for the larger of two labels. Three classes or more have a column each and
    the result is the average over the classes of each against the rest.""",
    "y_proba": """\
y_proba : array-like of shape (n_samples,), (n_samples, 2) or (n_samples, n_classes)
    Probabilities, as ``predict_proba`` gives them. One column speaks for the larger of
    two labels.""",
    "sensitive_features": """\
sensitive_features : array-like of shape (n_samples,) or (n_samples, n_columns)
    The group of each row. Several columns are compared as their intersections.""",
    "sample_weight": """\
sample_weight : array-like of shape (n_samples,)
    Weight of each row. A row of weight zero counts as absent.""",
    "undefined": """\
undefined : {"raise", "warn"}
    What to do with a group in which the quantity is undefined: an error, or leave the
    group out with a warning.""",
    "pos_label": """\
pos_label : label
    The label that counts as positive. None: the larger of the two.""",
    "labels": """\
labels : array-like of shape (n_classes,)
    The classes in the order of the columns, as a model's ``classes_``. None: the sorted
    labels of `y_true`. Needed where some class is absent from `y_true`.""",
    "agg": """\
agg : {"worst_case", "mean"}
    How the true-positive and the false-positive side become one number.""",
}

RAISES = """\
Raises
------
UndefinedGroupError
    If the quantity is undefined in some group and `undefined` is "raise", or if it is
    defined in none.
ValueError
    If the inputs differ in length, have missing values, or are of the wrong kind."""


class GroupMetric(NamedTuple):
    """A public metric, and what a scorer needs to know of it."""

    function: object
    reads: str  # "labels", "scores" or "probabilities"
    greater_is_better: bool


GROUP_METRICS = {}


def group_metric(*, reads, greater_is_better):
    """Enter a public function in the table, and write out the parameters that all share.

    The line ``<parameters>`` of its docstring becomes the sections Parameters, Returns
    and Raises, after its signature.
    """

    def enter(function):
        GROUP_METRICS[function.__name__] = GroupMetric(function, reads, greater_is_better)
        if function.__doc__ is not None:  # python -OO
            parameters = "\n".join(
                _described(parameter)
                for parameter in inspect.signature(function).parameters.values()
            )
            sections = (
                f"Parameters\n----------\n{parameters}\n\n"
                "Returns\n-------\nvalue : float\n    The quantity defined above.\n\n"
                f"{RAISES}"
            )
            text = inspect.cleandoc(function.__doc__)
            function.__doc__ = text.replace("<parameters>", sections)
        return function

    return enter


def by_label(
    name, y_true, y_pred, sensitive_features, sample_weight, undefined, pos_label=None
):
    """Value in each group of a metric that reads predicted labels."""
    metric = BASE_METRICS[name]
    rows = read_labels(metric, y_true, y_pred, sample_weight, pos_label)
    return group_values(metric, rows, sensitive_features, undefined)


def by_score(name, y_true, y_score, sensitive_features, sample_weight, undefined, labels):
    """Value in each group of a metric that reads scores or probabilities."""
    metric = BASE_METRICS[name]
    rows = read_scores(metric, y_true, y_score, sample_weight, labels)
    return group_values(metric, rows, sensitive_features, undefined)


def disparity(values):
    """Largest value less the smallest."""
    return max(values.values()) - min(values.values())


def ratio(values):
    """Smallest value over the largest; 1 where all are zero, for they are equal."""
    largest = max(values.values())
    return min(values.values()) / largest if largest else 1.0


def _described(parameter):
    """Words for a parameter, with its default from the signature."""
    kind, _, text = PARAMETERS[parameter.name].partition("\n")
    if parameter.default is not parameter.empty:
        default = parameter.default
        kind += ", default=" + (
            f'"{default}"' if isinstance(default, str) else str(default)
        )
    return f"{kind}\n{text}"
