"""Data sets: counts published by their sources, and the bias of the synthetic data."""

import gzip
import re
import shutil
import subprocess
import sys
import urllib.request

import numpy as np
import pandas as pd
import pytest
from sklearn.datasets import load_diabetes

from skfairbargain import datasets
from skfairbargain.datasets import (
    fetch_adult,
    fetch_student_performance,
    fetch_us_crime,
    load_diabetes_progression,
    make_biased_classification,
)

# Groups × labels as the paper's Table 2 and the data's own publications count them.
CELLS = {
    "adult": {
        "Female": {"<=50K": 14423, ">50K": 1769},
        "Male": {"<=50K": 22732, ">50K": 9918},
    },
    "bank_marketing": {
        "25 or younger": {"no": 1016, "yes": 320},
        "over 25": {"no": 38906, "yes": 4969},
    },
    "credit_default": {"female": {0: 14349, 1: 3763}, "male": {0: 9015, 1: 2873}},
    "us_crime": {False: {0: 7, 1: 1017}, True: {0: 115, 1: 855}},
    "titanic": {"female": {0: 127, 1: 339}, "male": {0: 682, 1: 161}},
    "student_performance": {"F": {0: 50, 1: 333}, "M": {0: 50, 1: 216}},
}
N_COLUMNS = {
    "adult": 14,
    "bank_marketing": 16,
    "credit_default": 24,
    "us_crime": 127,
    "titanic": 13,
    "student_performance": 32,
}

LONG_NAMES = {
    "bank": "bank_marketing",
    "default_credit": "credit_default",
    "student_por": "student_performance",
}


@pytest.fixture
def no_network():
    """Send every download to a port that refuses connections."""
    nowhere = urllib.request.ProxyHandler({"https": "http://127.0.0.1:9"})
    urllib.request.install_opener(urllib.request.build_opener(nowhere))
    yield
    urllib.request.install_opener(None)


def fetch(name, data_home):
    return getattr(datasets, f"fetch_{name}")(data_home=data_home)


@pytest.mark.parametrize("name", CELLS)
def test_fetched_data_have_the_cells_of_the_source(name, data_home):
    fetched = fetch(name, data_home)
    n_rows = sum(sum(row.values()) for row in CELLS[name].values())
    assert fetched.data.shape == (n_rows, N_COLUMNS[name])
    assert fetched.data.columns.tolist() == fetched.feature_names
    groups = fetched.sensitive.iloc[:, 0]
    assert pd.crosstab(groups, fetched.target).to_dict("index") == CELLS[name]
    assert fetched.favorable_label in fetched.target.unique()
    assert fetched.target.name not in fetched.data
    assert not fetched.sensitive.isna().any(axis=None)
    for heading in ("Source", "Licence", "Known problems", "How it has been misused"):
        assert f"\n{heading}\n" in fetched.DESCR


def test_values_are_clean_and_named(data_home):
    titanic = fetch("titanic", data_home).data
    assert titanic["ticket"][0] == "24160"
    assert titanic["boat"][0] == "2"
    assert titanic["boat"].isna().sum() == 823
    bank = fetch("bank_marketing", data_home).data
    assert bank.loc[0, ["age", "job", "balance", "poutcome"]].tolist() == [
        *[58, "management", 2143, "unknown"]
    ]
    crime = fetch_us_crime(data_home=data_home)
    expected = (crime.data["racepctblack"] > 0.06).tolist()
    assert crime.sensitive["blackgt6pct"].tolist() == expected


def test_the_second_sensitive_column_of_adult_is_race(data_home):
    assert fetch_adult(data_home=data_home).sensitive["race"].value_counts().to_dict() == {
        "White": 41762,
        "Black": 4685,
        "Asian-Pac-Islander": 1519,
        "Amer-Indian-Eskimo": 470,
        "Other": 406,
    }


@pytest.mark.usefixtures("no_network")
def test_without_cache_and_network_the_error_says_what_to_do(tmp_path):
    message = (
        f"Data set 42351 of OpenML is not in the cache {tmp_path}, or is damaged there, "
        "and could not be downloaded: <urlopen error [Errno 111] Connection refused>. "
        "Connect to https://openml.org and try again, or pass as `data_home` a folder into "
        "which scikit-learn downloaded it on another machine."
    )
    with pytest.raises(OSError, match=f"^{re.escape(message)}$"):
        fetch_student_performance(data_home=tmp_path)


def cut_short(content):
    return content[:2000]


def without_last_row(content):
    return gzip.compress(gzip.decompress(content).rstrip().rpartition(b"\n")[0])


@pytest.mark.usefixtures("no_network")
@pytest.mark.parametrize("damage", [cut_short, without_last_row])
def test_a_damaged_cache_is_the_same_clear_error(damage, data_home, tmp_path):
    cache = shutil.copytree(data_home, tmp_path / "cache")
    (file,) = cache.rglob("UCI-student-performance-por.arff.gz")
    file.write_bytes(damage(file.read_bytes()))
    message = f"Data set 42351 of OpenML is not in the cache {cache}, or is damaged there, "
    with pytest.raises(OSError, match=f"^{re.escape(message)}"):
        fetch_student_performance(data_home=cache)


def test_data_need_no_torch():
    code = "import sys, skfairbargain.datasets; assert 'torch' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


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


def test_shift_changes_the_rule_of_the_last_group():
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
def test_invalid_parameters_are_refused(options, message):
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        make_biased_classification(**options)


@pytest.mark.parametrize(
    ("options", "sizes"),
    [
        ({"n_samples": 150, "n_groups": 4}, [80, 40, 20, 10]),
        ({"n_samples": 150, "n_groups": 5}, [30, 30, 30, 30, 30]),
        ({"n_samples": 40, "n_groups": 3, "group_shares": [100, 1, 1]}, [32, 4, 4]),
        ({"n_samples": 8, "n_groups": 2, "group_shares": [1, 100]}, [4, 4]),
    ],
)
def test_groups_have_their_shares_and_four_rows_at_least(options, sizes):
    made = make_biased_classification(**options, random_state=0)
    assert made.sensitive["group"].value_counts(sort=False).sort_index().tolist() == sizes
