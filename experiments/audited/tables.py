"""The data sets as tables, with the columns removed that state the group."""

from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd

from skfairbargain.datasets import (
    fetch_adult,
    fetch_bank_marketing,
    fetch_credit_default,
    fetch_student_performance,
    fetch_titanic,
)


class Source(NamedTuple):
    """Where a data set comes from, and what its features lack.

    Parameters
    ----------
    place : callable or str
        A fetcher of ``skfairbargain.datasets``, or the name of a CSV file of a folder that
        the user names.
    sensitive : tuple of str
        Attributes that make the groups.
    stating : tuple of str
        Columns that state the group, exactly or nearly: what the blind layout removes.
    outcome : tuple of (str, object)
        Of a CSV file: the column of the outcome, and its favorable value.
    unusable : tuple of str, default=()
        What both layouts remove: columns that number rows or tell the outcome.
    codes : tuple of str, default=()
        Columns whose numbers are names of categories.
    """

    place: object
    sensitive: tuple
    stating: tuple
    outcome: tuple = ()
    unusable: tuple = ()
    codes: tuple = ()


# Husband and wife state the sex; the country of birth states the race of many.
ADULT_SEX = ("sex", "relationship")
SOURCES = {
    "student_por_sex": Source(fetch_student_performance, ("sex",), ("sex",)),
    # Titles are part of the names; the boat and the number of the body tell who survived.
    "titanic_sex": Source(
        fetch_titanic,
        ("sex",),
        ("sex", "name"),
        unusable=("boat", "body", "ticket"),
    ),
    "default_credit_sex": Source(
        fetch_credit_default, ("sex",), ("SEX",), unusable=("ID",)
    ),
    "bank_age": Source(fetch_bank_marketing, ("age",), ("age",)),
    "adult_sex": Source(fetch_adult, ("sex",), ADULT_SEX),
    "adult_race": Source(fetch_adult, ("race",), ("race", "native-country")),
    "adult_sex_race": Source(
        fetch_adult, ("sex", "race"), (*ADULT_SEX, "race", "native-country")
    ),
    "dutch_sex": Source(
        "dutch",
        ("sex",),
        ("sex",),
        ("occupation", 1),
        codes=(
            "household_position",
            "household_size",
            "prev_residence_place",
            "citizenship",
            "country_birth",
            "economic_status",
            "cur_eco_activity",
            "marital_status",
        ),
    ),
    "oulad_gender": Source("oulad", ("gender",), ("gender",), ("final_result", "Pass")),
    "dropout_gender": Source(
        "dropout",
        ("Gender",),
        ("Gender",),
        ("Target", "Graduate"),
        codes=(
            "Marital status",
            "Application mode",
            "Course",
            "Nacionality",
            "Mother's qualification",
            "Father's qualification",
            "Mother's occupation",
            "Father's occupation",
        ),
    ),
    # The marital status says "female" or "male" of most.
    "german_sex": Source("german", ("sex",), ("sex", "marital-status"), ("class-label", 1)),
}
# The ten of the tables; adult_sex_race has four groups, and its rows are adult's.
DATA_SETS = tuple(name for name in SOURCES if name != "adult_sex_race")
FROM_A_FOLDER = tuple(name for name in SOURCES if isinstance(SOURCES[name].place, str))
LAYOUTS = ("blind", "paper")


class Table(NamedTuple):
    """A data set with true labels.

    Parameters
    ----------
    X : DataFrame
        As fetched, without the columns that its layout removes.
    y : ndarray of shape (n_samples,), int64
        1 is the favorable label.
    groups : ndarray of shape (n_samples,), object
        Names.
    worse_off : ndarray of str
        The half of the groups with the lowest shares of favorable labels.
    """

    X: pd.DataFrame
    y: np.ndarray
    groups: np.ndarray
    worse_off: np.ndarray


@lru_cache(maxsize=2)
def read_table(name, layout="blind", *, data_home=None, more=None):
    """Read a data set.

    Parameters
    ----------
    name : str
        A key of `SOURCES`.
    layout : {"blind", "paper"}, default="blind"
        "blind" removes the columns that state the group; "paper" leaves the group in X,
        as the paper's experiments do.
    data_home : path-like, default=None
        scikit-learn's cache folder.
    more : path-like, default=None
        Folder with the CSV files (``dutch.csv.gz`` and so on) of `FROM_A_FOLDER`.

    Returns
    -------
    table : Table
        Kept until two others were read.

    Raises
    ------
    ValueError
        If a data set of the folder is wanted and `more` is None.
    """
    source = SOURCES[name]
    if isinstance(source.place, str):
        data, favorable, sensitive = _from_folder(name, source, more)
    else:
        fetched = source.place(data_home=data_home)
        data, sensitive = fetched.data, fetched.sensitive[list(source.sensitive)]
        favorable = fetched.target == fetched.favorable_label
    removed = source.unusable + (source.stating if layout == "blind" else ())
    X = data.drop(columns=list(removed))
    X = X.astype({code: str for code in source.codes})
    y, groups = favorable.to_numpy().astype(np.int64), _groups(sensitive)
    names = np.unique(groups)
    rates = [y[groups == group].mean() for group in names]
    return Table(X, y, groups, names[np.argsort(rates)[: len(names) // 2]])


def _from_folder(name, source, more):
    if more is None:
        raise ValueError(
            f"The data set {name} is read from a folder. Got no folder. Name one that has "
            f"{source.place}.csv.gz by --more, or choose other data sets."
        )
    data = pd.read_csv(Path(more) / f"{source.place}.csv.gz")
    column, value = source.outcome
    data, outcome = data.drop(columns=column), data[column]
    return data, outcome == value, data[list(source.sensitive)]


def _groups(sensitive):
    """One name a row; races other than White are one group, as elsewhere."""
    if "race" in sensitive:
        white = sensitive["race"] == "White"
        race = sensitive["race"].astype(str).where(white, "other than White")
        sensitive = sensitive.assign(race=race)
    parts = [sensitive[column].astype(str) for column in sensitive]
    return parts[0].str.cat(parts[1:], sep=", ").to_numpy(dtype=object)
