"""How the methods of the comparison are trained."""

import pytest

from experiments.registry import training_of


@pytest.mark.parametrize(
    ("method", "setting", "bargain_epochs"),
    [
        # Of the usual 50 or 100 epochs the paper bargains in 15, 10, 100 and 50.
        ("ours_paper", "adult_sex", 6),
        ("ours_paper", "student_por_sex", 4),
        ("ours_paper", "default_credit_sex", 20),
        ("ours_paper", "titanic_sex", 20),
        ("ours", "titanic_sex", 6),
    ],
)
def test_fewer_epochs_leave_the_share_that_bargains(method, setting, bargain_epochs):
    spec = {"method": method, "setting": setting, "epochs": 20}
    parameters = training_of(spec).keywords["parameters"]
    assert parameters["max_epochs"] == 20
    assert parameters["bargain_epochs"] == bargain_epochs
