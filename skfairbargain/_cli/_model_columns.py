"""The columns that a stored model takes, and what they hold."""

import pandas as pd
from sklearn.pipeline import Pipeline

from ..tables import TableEncoder

DTYPES = {"number": "float64", "date": "datetime64[ns]", "category": "object"}


def like_of_model(model):
    """A table with the model's columns, to read others like it.

    Parameters
    ----------
    model : fitted classifier
        With names of features: one that was trained on tables.

    Returns
    -------
    table : DataFrame
        A column of numbers, dates or categories for each; the known categories in it.

    Raises
    ------
    ValueError
        If the model was trained on columns without names.
    """
    names = getattr(model, "feature_names_in_", None)
    if names is None:
        raise ValueError(
            "The model was trained on columns without names, so which columns of a file "
            "they are is unclear. Load it in Python, by skfairbargain.persistence.load."
        )
    encoder = _encoder(model)
    if encoder is None:
        return pd.DataFrame({name: pd.Series(dtype="float64") for name in names})
    columns = {
        name: pd.Series(dtype=DTYPES[kind])
        for name, kind in zip(names, encoder.kinds_, strict=True)
    }
    texts = [name for name, kind in zip(names, encoder.kinds_, strict=True)
             if kind == "category"]  # fmt: skip
    for name, known in zip(texts, _categories(encoder), strict=True):
        columns[name] = pd.Series(known, dtype=object)
    return pd.DataFrame(columns)


def _encoder(model):
    """The encoder of tables in a pipeline, or within an estimator that takes them."""
    steps = [step for _, step in model.steps] if isinstance(model, Pipeline) else []
    inside = [*steps, *vars(model).values()]
    return next((one for one in inside if isinstance(one, TableEncoder)), None)


def _categories(encoder):
    encoding = getattr(encoder, "categories_", None)
    return [] if encoding is None else encoding.categories_
