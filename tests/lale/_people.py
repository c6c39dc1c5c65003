"""Synthetic people, and an operator to fit on them."""

import numpy as np
import pandas as pd
import pytest
from sklearn.compose import make_column_transformer
from sklearn.preprocessing import OneHotEncoder, StandardScaler

pytest.importorskip("lale.lib.aif360", reason="needs the extra skfairbargain[lale]")


from skfairbargain.lale import NashMeta

INFO = {
    "favorable_labels": ["yes"],
    "protected_attributes": [
        {"feature": "sex", "reference_group": ["M"]},
        {"feature": "age", "reference_group": [[25, 64]]},
    ],
}
QUICK = {
    "max_epochs": 3,
    "bargain_epochs": 1,
    "hidden_layer_sizes": [8],
    "random_state": 0,
}


def people(n=400, seed=0):
    rng = np.random.default_rng(seed)
    X = pd.DataFrame(
        {
            "sex": rng.choice(["F", "M"], n),
            "age": rng.integers(18, 80, n),
            "income": rng.normal(40, 12, n),
            "region": rng.choice(["north", "south", "west"], n),
        },
        index=rng.permutation(n) + 1000,
    )
    logit = (X["income"] - 40) / 6 + 0.8 * (X["sex"] == "M") + rng.normal(0, 1, n)
    return X, pd.Series(np.where(logit > 0, "yes", "no"), X.index, name="granted")


def prepare():
    return make_column_transformer(
        (StandardScaler(), ["age", "income"]),
        (OneHotEncoder(sparse_output=False), ["sex", "region"]),
    )


def operator(**changed):
    return NashMeta(**INFO, **{"preparation": prepare(), **QUICK, **changed})


def message(error, function, *args, **kwargs):
    with pytest.raises(error) as caught:
        function(*args, **kwargs)
    return str(caught.value)
