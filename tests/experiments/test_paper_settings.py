"""How the paper trained."""

import re

import pytest

from experiments.paper_settings import paper_settings
from skfairbargain import NashMetaClassifier


@pytest.mark.parametrize(
    ("setting", "lr", "dropout", "batch_size", "max_epochs", "bargain_epochs"),
    [
        ("adult_sex", 1e-3, 0.2, 512, 50, 15),
        ("adult_race", 5e-4, 0.4, 512, 50, 15),
        ("bank_age", 1e-3, 0.3, 512, 50, 15),
        ("default_credit_sex", 1e-3, 0.5, 512, 100, 100),
        ("us_crime_blackgt6pct", 1e-4, 0.2, 32, 50, 15),
        ("titanic_sex", 1e-3, 0.4, 128, 50, 50),
        ("student_por_sex", 1e-3, 0.05, 32, 50, 10),
    ],
)
def test_the_papers_parameters_are_those_of_its_table_3(
    setting, lr, dropout, batch_size, max_epochs, bargain_epochs
):
    settings = paper_settings(setting)
    clf = NashMetaClassifier(**settings)
    assert (clf.lr, clf.dropout, clf.batch_size) == (lr, dropout, batch_size)
    assert (clf.max_epochs, clf.bargain_epochs) == (max_epochs, bargain_epochs)
    assert (clf.momentum, clf.weight_decay) == (0.9, 5e-4)
    assert (clf.meta_lr, clf.anchor, clf.weight_norm) == (1.0, 0.0, "l2")
    assert clf.bargaining.feasible == "ball"
    assert clf.meta_loss == "cross_entropy+f1"


def test_a_setting_that_the_paper_lacks_is_refused():
    message = (
        "`setting` should be one of 'adult_sex', 'adult_race', 'bank_age', "
        "'default_credit_sex', 'us_crime_blackgt6pct', 'titanic_sex', 'student_por_sex'. "
        "Got 'mars'."
    )
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        paper_settings("mars")
