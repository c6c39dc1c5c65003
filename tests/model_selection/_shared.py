"""Training rows without groups, stacked with audited rows, and what to train on them."""

from typing import NamedTuple

import numpy as np
import pandas as pd
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler

from skfairbargain import NashMetaClassifier
from skfairbargain.datasets import make_biased_classification


class PartlyAudited(NamedTuple):
    """Rows 0 to 299 are to train on and have no group; rows 300 to 399 are audited."""

    X: pd.DataFrame
    y: pd.Series
    groups: pd.Series

    @property
    def train(self):
        return np.arange(300)


def partly_audited():
    train = make_biased_classification(300, label_bias=0.6, random_state=0)
    audit = make_biased_classification(100, random_state=1)
    return PartlyAudited(
        pd.concat([train.data, audit.data], ignore_index=True),
        pd.concat([train.target, audit.target], ignore_index=True),
        pd.Series([None] * 300 + audit.sensitive["group"].tolist(), dtype=object),
    )


def network(**options):
    options = {"max_epochs": 2, "bargain_epochs": 1, "hidden_layer_sizes": (8,), **options}
    return NashMetaClassifier(**{"random_state": 0, **options})


def pipeline(**options):
    steps = [("scale", StandardScaler()), ("clf", network(**options))]
    return Pipeline(steps, transform_input=["X_val"])
