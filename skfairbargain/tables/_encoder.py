"""A transformer from a table of any columns to numbers."""

import warnings
from numbers import Integral

import numpy as np
import pandas as pd
from sklearn import config_context
from sklearn.base import BaseEstimator, TransformerMixin, _fit_context
from sklearn.impute import SimpleImputer
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MaxAbsScaler, OneHotEncoder, StandardScaler
from sklearn.utils._param_validation import StrOptions
from sklearn.utils.validation import check_is_fitted

from .._inputs import checked_table
from .._utils import NumberRange, scratch_copy, set_fitted
from ._kinds import CATEGORY, DATE, NUMBER, check_kind, kind_of
from ._numbers import DATE_PARTS, as_date_parts, as_floats, as_text

__all__ = ["TableEncoder"]


class TableEncoder(TransformerMixin, BaseEstimator):
    """Numbers of a table as people have it.

    Numbers and dates are standardized, other columns one-hot encoded. Missing values are
    filled, and a column of its own says where. Nothing in the output is missing.

    Parameters
    ----------
    max_categories : int, default=50
        Most categories of a column that are kept apart; the rarest of more share one.
    dtype : {"float32", "float64"}, default="float32"
        Of the numbers.

    Attributes
    ----------
    kinds_ : list of str
        What each column holds: ``"number"`` (booleans and durations are numbers, durations
        in days), ``"date"`` or ``"category"``.
    numbers_ : Pipeline
        What fills and standardizes numbers and parts of dates. Absent where there are none.
    categories_ : OneHotEncoder
        What encodes the other columns. Absent where there are none.
    n_features_in_ : int
        Number of columns.
    feature_names_in_ : ndarray of shape (n_features,)
        Their names, where X has them.

    Notes
    -----
    A date becomes days since 1970, month, weekday and hour, in UTC. Text is a date where
    every value begins as ISO 8601 writes one (``2024-05-17``). Values of new rows are cut
    off at 10 √n deviations from the mean of the n rows that were fitted. A category that
    was not seen, or one of the rare, counts as rare where there are such, and else as none.
    What new rows hold in a column that had no value counts as missing.

    Examples
    --------
    >>> import pandas as pd
    >>> from skfairbargain.tables import TableEncoder
    >>> table = pd.DataFrame({"age": [30, 40, None], "city": ["Ulm", "Bonn", "Ulm"]})
    >>> encoder = TableEncoder().fit(table)
    >>> encoder.get_feature_names_out().tolist()
    ['age', 'age_missing', 'city_Bonn', 'city_Ulm']
    >>> encoder.transform(table).shape
    (3, 4)
    """

    _parameter_constraints = {
        "max_categories": [NumberRange(Integral, 2, None, closed="left")],
        "dtype": [StrOptions({"float32", "float64"})],
    }

    # Positions of the columns that had no value. Files of the first builds have none.
    _empty = ()

    def __init__(self, *, max_categories=50, dtype="float32"):
        self.max_categories = max_categories
        self.dtype = dtype

    @_fit_context(prefer_skip_nested_validation=True)
    def fit(self, X, y=None, sample_weight=None):
        """Learn what the columns hold, and their means, deviations and categories.

        Parameters
        ----------
        X : DataFrame (pandas or polars) or array-like of shape (n_samples, n_features)
        y : default=None
            Ignored.
        sample_weight : array-like of shape (n_samples,), default=None
            Weights of the rows in means and deviations.

        Returns
        -------
        self : TableEncoder

        Raises
        ------
        ValueError, TypeError
            If X is no table, or holds infinite or complex numbers, or values that are
            neither numbers, text, booleans nor dates.
        """
        scratch = scratch_copy(self)
        table = checked_table(scratch, X, reset=True)
        kinds = [
            kind_of(column, f"X[{name!r}]")
            for name, (_, column) in zip(table.columns, table.items(), strict=True)
        ]
        floats, texts = _split(table, kinds, [])
        numbers = categories = None
        if floats.shape[1]:
            numbers = _standardizing(floats, sample_weight)
        if texts.shape[1]:
            categories = OneHotEncoder(
                handle_unknown="infrequent_if_exist",
                max_categories=self.max_categories,
                sparse_output=False,
                dtype=np.float32,
            ).fit(texts)
        set_fitted(
            self,
            scratch,
            kinds_=kinds,
            numbers_=numbers,
            categories_=categories,
            _cut_off=10 * np.sqrt(len(table)),
            _empty=_empty_columns(table),
        )
        return self

    def transform(self, X):
        """Return the numbers of a table with the columns of the fitted one.

        Parameters
        ----------
        X : DataFrame (pandas or polars) or array-like of shape (n_samples, n_features)

        Returns
        -------
        numbers : ndarray of shape (n_samples, n_features_out)

        Raises
        ------
        ValueError, TypeError
            If X has other columns, or one that held numbers or dates holds something else.
        """
        check_is_fitted(self)
        table = checked_table(self, X, reset=False)
        floats, texts = _split(table, self.kinds_, self._empty)
        parts = []
        if hasattr(self, "numbers_"):
            with np.errstate(over="ignore"):  # cut off below
                values = self.numbers_.transform(floats)
            parts.append(np.clip(values, -self._cut_off, self._cut_off))
        if hasattr(self, "categories_"):
            parts.append(self.categories_.transform(texts))
        return np.hstack([part.astype(self.dtype, copy=False) for part in parts])

    def get_feature_names_out(self, input_features=None):
        """Names of the numbers: of the column, and what is said of it.

        Parameters
        ----------
        input_features : default=None
            Ignored.

        Returns
        -------
        names : ndarray of shape (n_features_out,)
        """
        check_is_fitted(self)
        default = [f"x{i}" for i in range(self.n_features_in_)]
        columns = list(getattr(self, "feature_names_in_", default))
        names, of_kind = [], {NUMBER: [], DATE: [], CATEGORY: []}
        for column, kind in zip(columns, self.kinds_, strict=True):
            of_kind[kind].append(column)
        if hasattr(self, "numbers_"):
            names += of_kind[NUMBER]
            names += [f"{date}_{part}" for date in of_kind[DATE] for part in DATE_PARTS]
            indicator = self.numbers_[1].indicator_
            names += [f"{names[i]}_missing" for i in indicator.features_]
        if hasattr(self, "categories_"):
            names += list(self.categories_.get_feature_names_out(of_kind[CATEGORY]))
        return np.array(names, dtype=object)

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.transformer_tags.preserves_dtype = []
        tags.input_tags.allow_nan = True
        tags.input_tags.string = True
        tags.input_tags.categorical = True
        return tags


def _standardizing(floats, sample_weight):
    """A fitted pipeline that fills and standardizes."""
    pipeline = make_pipeline(
        MaxAbsScaler(),  # first, so that no square overflows
        SimpleImputer(strategy="median", add_indicator=True, keep_empty_features=True),
        StandardScaler(),
    )
    # Weights go to the step that is named, whatever an outer pipeline routes.
    with config_context(enable_metadata_routing=False), warnings.catch_warnings():
        warnings.filterwarnings("ignore", "All-NaN slice", RuntimeWarning)
        return pipeline.fit(floats, standardscaler__sample_weight=sample_weight)


def _empty_columns(table):
    """Positions of the columns that have no value."""
    columns = enumerate(column for _, column in table.items())
    return [place for place, column in columns if column.isna().all()]


def _split(table, kinds, empty):
    """Numbers and parts of dates as floats, and the other columns as text."""
    of_kind = {NUMBER: [], DATE: [], CATEGORY: []}
    for place, (name, column) in enumerate(table.items()):
        kind = kinds[place]
        if place in empty:
            column = pd.Series(np.nan, index=column.index)
        check_kind(column, kind, f"X[{name!r}]")
        of_kind[kind].append(column)
    floats = [*map(as_floats, of_kind[NUMBER]), *map(as_date_parts, of_kind[DATE])]
    floats = np.column_stack([np.empty((len(table), 0)), *floats])
    if np.isinf(floats).any():
        raise ValueError(
            "`X` should hold finite numbers, or none where they are missing. Got infinity "
            "among them. Replace it by NaN or by a number."
        )
    texts = pd.DataFrame(dict(enumerate(map(as_text, of_kind[CATEGORY]))))
    return floats, texts.to_numpy(object)
