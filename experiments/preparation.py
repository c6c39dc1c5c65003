"""The seven settings, prepared exactly as the paper prepared them."""

import hashlib
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
from sklearn.preprocessing import StandardScaler

from .paper_split import FETCHERS, SPLIT_RULES, check_split, paper_split, read_paper_split

SETTINGS = {f"{name}_{sensitive}": (name, sensitive) for name, sensitive in SPLIT_RULES}
# Quick settings first, so that a first look does not take an hour.
SETTING_ORDER = (
    "student_por_sex",
    "titanic_sex",
    "us_crime_blackgt6pct",
    "default_credit_sex",
    "bank_age",
    "adult_sex",
    "adult_race",
)


def paper_specs(settings, methods, *, n_seeds, epochs, splits_dir=None):
    """Specs of the runs on the paper's splits.

    Parameters
    ----------
    settings, methods : sequence of str
    n_seeds : int
    epochs : int or None
        None is the usual number.
    splits_dir : path-like or None
        As in `paper_split`. The spec tells one folder's row numbers from another's, so
        that results of either are kept apart.
    """
    splits = {
        setting: "own" if splits_dir is None else _digest(splits_dir, setting)
        for setting in settings
    }
    return [
        {
            "setting": setting,
            "method": method,
            "seed": seed,
            "epochs": epochs,
            "splits": splits[setting],
        }
        for setting in settings
        for seed in range(n_seeds)
        for method in methods
    ]


def _digest(folder, setting):
    path = Path(folder) / f"{setting}.npz"
    read_paper_split(path)  # another file is refused before anything is trained
    return hashlib.sha256(path.read_bytes()).hexdigest()[:12]


class Prepared(NamedTuple):
    """A setting, ready to train on.

    Parameters
    ----------
    X : ndarray of shape (n_samples, n_features), float32
    y : ndarray of shape (n_samples,), int64
        1 is the favorable label.
    groups : ndarray of shape (n_samples,)
    split : PaperSplit
        Row numbers.
    """

    X: np.ndarray
    y: np.ndarray
    groups: np.ndarray
    split: tuple

    def part(self, name):
        """X, y and groups of "train", "val" or "test"."""
        rows = getattr(self.split, name)
        return self.X[rows], self.y[rows], self.groups[rows]


@lru_cache(maxsize=1)
def prepare(setting, splits_dir=None, data_home=None):
    """Fetch, encode and split a setting.

    Features are one-hot encoded, their columns sorted by name, and scaled **on all rows**,
    test rows included, because the paper's were.

    Parameters
    ----------
    setting : str
        A key of `SETTINGS`.
    splits_dir, data_home : str or None
        As in `paper_split`.

    Returns
    -------
    prepared : Prepared
        Kept until another setting is asked for.
    """
    name, sensitive = SETTINGS[setting]
    source = FETCHERS[name](data_home=data_home)
    features = encode(name, source.data)
    split = paper_split(name, sensitive, splits_dir=splits_dir, data_home=data_home)
    check_split(split, len(features), setting)
    X = StandardScaler().fit_transform(features.to_numpy(dtype=np.float64))
    return Prepared(
        X.astype(np.float32),
        (source.target == source.favorable_label).to_numpy().astype(np.int64),
        source.sensitive[sensitive].to_numpy(),
        split,
    )


def encode(name, data):
    """One-hot encode the columns of a data set, sorted by name."""
    if name == "us_crime":
        above = (data["racepctblack"] > 0.06).rename("blackgt6pct")
        data = data.dropna(axis=1).drop(columns="racepctblack")
        data = pd.concat([data, above], axis=1)
    if name == "titanic":
        data = data.drop(columns="name")
        # What is missing becomes a level of its own, or the number 0.
        filled = {
            column: data[column].fillna(0 if is_number else "0")
            for column, is_number in data.dtypes.map(pd.api.types.is_numeric_dtype).items()
        }
        data = data.assign(**filled)
    return pd.get_dummies(data).sort_index(axis=1)
