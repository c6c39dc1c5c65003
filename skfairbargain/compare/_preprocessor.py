"""Columns of any kind as numbers, for data that nobody prepared."""

from sklearn.compose import ColumnTransformer, make_column_selector
from sklearn.impute import SimpleImputer
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, OneHotEncoder, StandardScaler


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
