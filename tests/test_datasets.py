"""The data sets that come along: counts known from the source, bias known by making."""

import re

import numpy as np
import pandas as pd
import pytest
from sklearn.datasets import load_diabetes

from skfairbargain.datasets import load_diabetes_progression, make_biased_classification


def test_diabetes_has_the_patients_of_the_source():
    diabetes = load_diabetes_progression()
    source = load_diabetes(as_frame=True, scaled=False)
    assert diabetes.data.columns.tolist() == [
        *["age", "bmi", "bp", "s1", "s2", "s3", "s4", "s5", "s6"]
    ]
    pd.testing.assert_frame_equal(diabetes.data, source.data[diabetes.feature_names])
    assert diabetes.target.sum() == (source.target > 140.5).sum() == 221
    counts = pd.crosstab(diabetes.sensitive["sex"], diabetes.target)
    assert counts.to_numpy().tolist() == [[118, 117], [103, 104]]
    assert ((source.data["sex"] == 1) == (diabetes.sensitive["sex"] == "sex=1")).all()
    assert diabetes.favorable_label == 0


@pytest.mark.parametrize("n_groups", [1, 2, 3, 100])
def test_every_group_has_both_labels(n_groups):
    made = make_biased_classification(
        1000, n_groups=n_groups, label_bias=1.0, random_state=0
    )
    counts = pd.crosstab(made.sensitive["group"], made.target)
    assert counts.shape == (n_groups, 2)
    assert counts.to_numpy().min() >= 1


def test_label_bias_takes_positives_of_all_groups_but_the_first():
    made = make_biased_classification(
        3000, n_groups=3, label_bias=0.25, group_shares=[2, 1, 1], random_state=1
    )
    groups = made.sensitive["group"]
    assert groups.value_counts().to_dict() == {"g0": 1500, "g1": 750, "g2": 750}
    assert made.clean_target.groupby(groups).sum().to_dict() == {
        "g0": 750,
        "g1": 375,
        "g2": 375,
    }
    # A quarter of 375 is 93.75.
    assert made.target.groupby(groups).sum().to_dict() == {"g0": 750, "g1": 281, "g2": 281}
    assert (made.target <= made.clean_target).all()


def test_shift_turns_the_rule_of_the_last_group():
    made = make_biased_classification(
        4000, group_shares=[1, 1], shift=np.pi / 2, noise=0.0, random_state=0
    )
    last = made.sensitive["group"] == "g1"
    x0, x1 = made.data["x0"], made.data["x1"]
    assert x0[~last][made.clean_target == 1].min() > x0[~last][made.clean_target == 0].max()
    assert x1[last][made.clean_target == 1].min() > x1[last][made.clean_target == 0].max()


def test_a_seed_repeats_the_data():
    one, two, other = (make_biased_classification(random_state=s) for s in (0, 0, 1))
    pd.testing.assert_frame_equal(one.data, two.data)
    pd.testing.assert_series_equal(one.target, two.target)
    assert not one.data.equals(other.data)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            {"n_samples": 7},
            "`n_samples` should be 4 or more per group. Got 7 for 2 groups.",
        ),
        (
            {"group_shares": [1, 0]},
            "`group_shares` should be 2 positive numbers, one per group. Got [1.0, 0.0].",
        ),
        (
            {"label_bias": 1.5},
            "The 'label_bias' parameter of make_biased_classification must be a float in "
            "the range [0.0, 1.0]. Got 1.5 instead.",
        ),
    ],
)
def test_impossible_wishes_are_refused(options, message):
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        make_biased_classification(**options)
