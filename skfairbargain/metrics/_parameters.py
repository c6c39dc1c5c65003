"""What all public metrics say of their parameters, written once."""

import inspect

PARAMETERS = {
    "y_true": """\
y_true : array-like of shape (n_samples,)
    True labels.""",
    "y_pred": """\
y_pred : array-like of shape (n_samples,)
    Predicted labels, as ``predict`` gives them.""",
    "y_score": """\
y_score : array-like of shape (n_samples,), (n_samples, 2) or (n_samples, n_classes)
    What ranks the rows: ``predict_proba`` or ``decision_function``. A 1-D score is that
    of the larger of two labels. Three classes or more have a column each and the result
    is the average over the classes of each against the rest.""",
    "y_proba": """\
y_proba : array-like of shape (n_samples,), (n_samples, 2) or (n_samples, n_classes)
    Probabilities, as ``predict_proba`` gives them. A single column is that of the larger
    of two labels.""",
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


def with_sections(function):
    """Docstring of a metric whose line ``<parameters>`` is written out.

    It becomes the sections Parameters, Returns and Raises, after the signature. None
    without a docstring, as under ``python -OO``.
    """
    if function.__doc__ is None:
        return None
    parameters = "\n".join(
        _described(parameter)
        for parameter in inspect.signature(function).parameters.values()
    )
    sections = (
        f"Parameters\n----------\n{parameters}\n\n"
        "Returns\n-------\nvalue : float\n    The quantity defined above.\n\n"
        f"{RAISES}"
    )
    return inspect.cleandoc(function.__doc__).replace("<parameters>", sections)


def _described(parameter):
    """Words for a parameter, with its default from the signature."""
    kind, _, text = PARAMETERS[parameter.name].partition("\n")
    if parameter.default is not parameter.empty:
        default = parameter.default
        kind += ", default=" + (
            f'"{default}"' if isinstance(default, str) else str(default)
        )
    return f"{kind}\n{text}"
