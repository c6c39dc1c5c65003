"""Data for the tests of ReweightedClassifier."""

import pytest

from skfairbargain.datasets import make_biased_classification
from tests.reweighting._shared import audited


@pytest.fixture(scope="module")
def made():
    train = make_biased_classification(400, label_bias=0.6, random_state=0)
    audit = make_biased_classification(100, random_state=1)
    return train.data, train.target, audited(audit)
