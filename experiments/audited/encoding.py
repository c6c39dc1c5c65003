"""Tables as arrays of float32, for methods that need numbers."""

import numpy as np
from sklearn.compose import make_column_selector, make_column_transformer
from sklearn.impute import SimpleImputer
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, OneHotEncoder, StandardScaler

# Levels with fewer rows are one, so that a column of names does not become a thousand.
MIN_ROWS = 10


def encode_tables(train, *others):
    """One-hot codes and standardized numbers, learned from the training rows.

    Parameters
    ----------
    train, *others : DataFrame
        With the same columns.

    Returns
    -------
    arrays : list of ndarray, float32
        One for each table.
    """
    encoder = make_column_transformer(
        (
            make_pipeline(
                SimpleImputer(strategy="median", add_indicator=True), StandardScaler()
            ),
            make_column_selector(dtype_include="number"),
        ),
        (
            make_pipeline(
                FunctionTransformer(_as_text),
                OneHotEncoder(
                    min_frequency=MIN_ROWS,
                    handle_unknown="infrequent_if_exist",
                    sparse_output=False,
                ),
            ),
            make_column_selector(dtype_exclude="number"),
        ),
    ).fit(train)
    return [encoder.transform(table).astype(np.float32) for table in (train, *others)]


def _as_text(table):
    return table.astype(object).where(table.notna(), "missing").astype(str)
