"""The paper's main table: seven settings, eight methods, five seeds, two reporting rules."""

import numpy as np
import pandas as pd
from scipy.stats import t as student_t

from .._paper_settings import PAPER_SETTINGS
from .methods import METHODS

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
assert set(SETTING_ORDER) == set(PAPER_SETTINGS)
PAPER_METRICS = ("overall_auc", "max_group_auc_disparity", "worst_group_auc")


def table1_specs(settings, methods, *, n_seeds, epochs, splits):
    """One spec a run.

    Parameters
    ----------
    settings, methods : sequence of str
    n_seeds : int
    epochs : int or None
        None is the paper's number.
    splits : {"paper", "own"}
        Whose row numbers; part of the spec, so that results of either are kept apart.
    """
    return [
        {
            "setting": setting,
            "method": method,
            "seed": seed,
            "epochs": epochs,
            "splits": splits,
        }
        for setting in settings
        for seed in range(n_seeds)
        for method in methods
    ]
