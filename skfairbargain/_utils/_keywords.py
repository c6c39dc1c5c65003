"""Say which keyword is meant, where `fit` is given one of another library."""

import functools
import inspect

AUDITED = (
    "Groups and labels of audited rows are `groups_val`, `y_val` and `X_val`; the training "
    "rows need no groups."
)
HELD_OUT = "Validation rows are `X_val`, `y_val` and `groups_val`."
# Where they are known: fairlearn, AIF360, scikit-learn, XGBoost, LightGBM, Keras.
MEANT = {
    **dict.fromkeys(
        ("sensitive_features", "sensitive_attributes", "groups", "protected_attributes",
         "group", "sex", "race", "A", "s"), AUDITED
    ),
    **dict.fromkeys(
        ("eval_set", "validation_data", "validation_split", "X_valid", "y_valid",
         "X_validation", "y_validation", "groups_valid", "sensitive_features_val"), HELD_OUT
    ),
    **dict.fromkeys(
        ("epochs", "batch_size", "callbacks", "verbose", "class_weight", "early_stopping"),
        "Settings are parameters of the constructor.",
    ),
    **dict.fromkeys(("weights", "weight"), "Weights of the rows are `sample_weight`."),
}  # fmt: skip


def explains_keywords(method):
    """Decorate a method so that it names the arguments it takes, where one is unknown.

    Parameters
    ----------
    method : callable

    Returns
    -------
    method : callable
        With the same signature.
    """
    known = list(inspect.signature(method).parameters)[1:]

    @functools.wraps(method)
    def explaining(self, *args, **kwargs):
        unknown = sorted(kwargs.keys() - set(known))
        if unknown:
            hint = MEANT.get(unknown[0], "")
            raise TypeError(
                f"{_name(self)}.{method.__name__} takes no `{unknown[0]}`. Its "
                f"arguments are {', '.join(known)}. {hint}".rstrip()
            )
        return method(self, *args, **kwargs)

    return explaining


def _name(estimator):
    """The class's name; an operator of lale is named without the parts of its own."""
    return type(estimator).__name__.removeprefix("_").removesuffix("Impl")
