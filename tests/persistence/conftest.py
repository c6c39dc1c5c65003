"""Data, and a fitted model, for the tests of storing."""

import numpy as np
import pytest
from sklearn.preprocessing import StandardScaler

from skfairbargain import FORML, Nash
from skfairbargain.datasets import load_diabetes_progression
from skfairbargain.model_selection import balanced_validation_split
from tests.persistence._shared import quick


@pytest.fixture(scope="module")
def diabetes():
    """Scaled training rows with names, and a validation set with two sensitive columns."""
    data = load_diabetes_progression()
    sensitive = data.sensitive.assign(old=data.data["age"] > 50)
    X, X_val, y, y_val, _, sensitive_val = balanced_validation_split(
        data.data, data.target, sensitive, per_cell=5, random_state=0
    )
    scaler = StandardScaler().set_output(transform="pandas").fit(X)
    validation = {"y_val": y_val.to_numpy(), "groups_val": sensitive_val}
    return (
        scaler.transform(X),
        y.to_numpy(),
        {
            "X_val": scaler.transform(X_val),
            **validation,
        },
    )


@pytest.fixture(scope="module")
def fitted(diabetes):
    X, y, validation = diabetes
    goal, nash = FORML(), Nash(feasible="ball", min_stake=np.float64(1e-5))
    return quick(goal=goal, bargaining=nash).fit(X, y, **validation)
