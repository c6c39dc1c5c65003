"""Recorded rows of which some labels are unjust, and audited ones."""

from typing import NamedTuple

import numpy as np
import pandas as pd
import pytest

from skfairbargain.datasets import make_biased_classification


class Problem(NamedTuple):
    X: pd.DataFrame
    y: np.ndarray
    audited: dict
    X_test: pd.DataFrame
    y_test: np.ndarray
    groups_test: np.ndarray


@pytest.fixture(scope="session")
def problem():
    recorded = make_biased_classification(1500, label_bias=0.8, random_state=0)
    audit = make_biased_classification(160, random_state=1)
    test = make_biased_classification(3000, random_state=2)
    return Problem(
        recorded.data,
        recorded.target,
        {
            "X_val": audit.data,
            "y_val": audit.target,
            "groups_val": np.asarray(audit.sensitive["group"]),
        },
        test.data,
        test.target,
        np.asarray(test.sensitive["group"]),
    )
