"""The report on recorded and audited labels: counts, intervals, sentences."""

import re

import numpy as np
import pandas as pd
import pytest
from scipy.stats import beta

from skfairbargain.datasets import make_biased_classification
from skfairbargain.inspection import label_bias_report
from skfairbargain.metrics import group_metrics

# Group, audited label, recorded label, rows.
BY_HAND = [
    ("F", 1, 1, 14),
    ("F", 1, 0, 6),
    ("F", 0, 0, 20),
    ("M", 1, 1, 30),
    ("M", 0, 0, 28),
    ("M", 0, 1, 2),
]


def columns(counts):
    """Recorded labels, audited labels and groups."""
    rows = [(g, a, r) for g, a, r, n in counts for _ in range(n)]
    group, audited, recorded = (list(each) for each in zip(*rows, strict=True))
    return recorded, audited, group


def flip(report, group, audited, recorded):
    flips = report.flips.set_index(["group", "audited", "recorded"])
    return flips.loc[(group, audited, recorded)]


def test_flips_and_base_rates_are_counted():
    report = label_bias_report(*columns(BY_HAND))
    assert (report.n_rows, report.n_different) == (100, 8)
    assert report.flips[["group", "audited", "recorded", "n", "n_flipped"]].to_numpy(
        ).tolist() == [
        ["overall", 0, 1, 50, 2],
        ["overall", 1, 0, 50, 6],
        ["F", 0, 1, 20, 0],
        ["F", 1, 0, 20, 6],
        ["M", 0, 1, 30, 2],
        ["M", 1, 0, 30, 0],
    ]  # fmt: skip
    rates = report.base_rates.set_index("group")
    assert rates["label"].tolist() == [1, 1, 1]
    assert rates["n"].to_dict() == {"overall": 100, "F": 40, "M": 60}
    # 14 and 20 of 40; 32 and 30 of 60.
    assert rates["recorded"].to_dict() == pytest.approx(
        {"overall": 0.46, "F": 0.35, "M": 32 / 60}
    )
    assert rates["audited"].to_dict() == {"overall": 0.5, "F": 0.5, "M": 0.5}
    assert rates["difference"].to_dict() == pytest.approx(
        {"overall": -0.04, "F": -0.15, "M": 2 / 60}
    )


def test_intervals_by_hand():
    report = label_bias_report(*columns(BY_HAND))
    # Jeffreys: quantiles of Beta(6.5, 14.5).
    row = flip(report, "F", 1, 0)
    assert (row["low"], row["high"]) == pytest.approx(beta.interval(0.95, 6.5, 14.5))
    assert (row["low"], row["high"]) == pytest.approx((0.1361, 0.5172), abs=1e-4)
    assert flip(report, "F", 0, 1)["low"] == 0
    # Bonett and Price of F: shares 7 / 42 lost and 1 / 42 gained, so -0.142857; variance
    # (8 / 42 - 0.142857²) / 42 = 0.0040493, margin 1.959964 × 0.0636343 = 0.124721.
    low, high = report.base_rates.set_index("group").loc["F", ["low", "high"]]
    assert (low, high) == pytest.approx((-0.26758, -0.01814), abs=1e-5)


def test_rates_have_the_intervals_of_group_metrics():
    recorded, audited, group = map(np.array, columns(BY_HAND))
    report = label_bias_report(recorded, audited, group)
    positive = audited == 1
    table = group_metrics(
        recorded[positive],
        1.0 - recorded[positive],
        sensitive_features=group[positive],
        metrics=["selection_rate"],
        labels=[0, 1],
        n_resamples=20_000,
        random_state=0,
    ).set_index("group")
    for name in ("overall", "F", "M"):
        row = flip(report, name, 1, 0)
        expected = table.loc[name, ["value", "low", "high"]].to_list()
        assert row[["rate", "low", "high"]].to_list() == pytest.approx(expected, abs=0.01)


@pytest.mark.parametrize("n", [20, 100])
def test_intervals_contain_the_truth_as_often_as_they_say(n):
    rng = np.random.default_rng(0)
    n_samples = 600
    audited = rng.random(n_samples * n) < 0.5
    recorded = np.where(rng.random(len(audited)) < 0.2, False, audited)
    recorded |= rng.random(len(audited)) < 0.05
    report = label_bias_report(recorded, audited, np.repeat(np.arange(n_samples), n))
    # Of the positives 0.2 · 0.95 are lost; of the negatives 0.05 are gained.
    lost = report.flips[report.flips["audited"] & (report.flips["group"] != "overall")]
    assert coverage(lost, 0.19) == pytest.approx(0.95, abs=0.03)
    difference = report.base_rates[report.base_rates["group"] != "overall"]
    truth = 0.5 * 0.05 - 0.5 * 0.19
    # Of few rows, the paired interval is longer than need be.
    assert 0.94 < coverage(difference, truth) < (1 if n == 20 else 0.98)


def coverage(table, truth):
    assert len(table) == 600
    return ((table["low"] <= truth) & (truth <= table["high"])).mean()


def test_weights_of_whole_numbers_repeat_rows_in_rates():
    counts = [(*row[:3], 1) for row in BY_HAND]
    weights = [row[3] for row in BY_HAND]
    weighted = label_bias_report(*columns(counts), sample_weight=weights)
    repeated = label_bias_report(*columns(BY_HAND))
    for table, names in (("flips", ["rate"]), ("base_rates", ["recorded", "difference"])):
        for name in names:
            one, other = getattr(weighted, table)[name], getattr(repeated, table)[name]
            assert one.tolist() == pytest.approx(other.tolist())
    # Kish: (14 + 6)² / (14² + 6²) = 1.724 rows, so the interval is wide.
    row = flip(weighted, "F", 1, 0)
    n = 400 / 232
    expected = beta.interval(0.95, 0.3 * n + 0.5, 0.7 * n + 0.5)
    assert (row["low"], row["high"]) == pytest.approx(expected)


@pytest.mark.parametrize("size", [1e-300, 1e-3, 1e308])
def test_only_ratios_of_weights_count_and_rows_of_weight_zero_are_absent(size):
    recorded, audited, group = columns(BY_HAND)
    plain = label_bias_report(recorded, audited, group)
    scaled = label_bias_report(
        [*recorded, 2], [*audited, 3], [*group, "X"], sample_weight=[size] * 100 + [0]
    )
    pd.testing.assert_frame_equal(plain.flips, scaled.flips)
    pd.testing.assert_frame_equal(plain.base_rates, scaled.base_rates)
    assert scaled.n_rows == 100


def test_three_labels_are_confused_in_six_directions():
    audited = ["a"] * 10 + ["b"] * 10 + ["c"] * 5
    recorded = ["a"] * 7 + ["b"] * 2 + ["c"] + ["b"] * 10 + ["a"] * 5
    report = label_bias_report(recorded, audited, ["g"] * 25)
    of_group = report.flips[report.flips["group"] == "g"]
    assert of_group[["audited", "recorded", "n_flipped"]].to_numpy().tolist() == [
        ["a", "b", 2],
        ["a", "c", 1],
        ["b", "a", 0],
        ["b", "c", 0],
        ["c", "a", 5],
        ["c", "b", 0],
    ]
    assert report.base_rates["label"].tolist() == ["a", "b", "c"] * 2
    assert report.base_rates["difference"].tolist()[:3] == pytest.approx(
        [2 / 25, 2 / 25, -4 / 25]
    )
    one = label_bias_report(recorded, audited, ["g"] * 25, pos_label="c")
    assert one.base_rates["label"].tolist() == ["c", "c"]


def test_several_columns_are_intersections():
    recorded, audited, group = columns(BY_HAND)
    frame = pd.DataFrame({"sex": group, "old": np.arange(100) % 2 == 0})
    report = label_bias_report(recorded, audited, frame)
    assert report.base_rates["group"].tolist() == [
        "overall", "F & False", "F & True", "M & False", "M & True"
    ]  # fmt: skip
    named = label_bias_report([0, 1], [1, 1], ["overall", "M"])
    assert named.base_rates["group"].tolist() == ["overall", "'M'", "'overall'"]


def test_the_report_says_what_the_tables_show():
    report = label_bias_report(*columns(BY_HAND))
    assert str(report).split("\n") == [
        "100 rows with both labels, 2 groups. The labels of 8 differ (8 %).",
        "",
        "Flipped labels (share of the rows of an audited label, with interval)",
        "  group    audited  recorded  rows  flipped                share",
        "  overall        0         1    50        2  4 % (< 1 % to 12 %)",
        "  overall        1         0    50        6   12 % (5 % to 23 %)",
        "  F              0         1    20        0    0 % (0 % to 12 %)",
        "  F              1         0    20        6  30 % (14 % to 52 %)",
        "  M              0         1    30        2    7 % (1 % to 20 %)",
        "  M              1         0    30        0     0 % (0 % to 8 %)",
        "",
        "Share of a label (of all rows of the group; difference with paired interval)",
        "  group    label  rows  recorded  audited       difference",
        "  overall      1   100      46 %     50 %   -4 (-10 to +2)",
        "  F            1    40      35 %     50 %  -15 (-27 to -2)",
        "  M            1    60      53 %     50 %    +3 (-3 to +9)",
        "",
        "- Rows audited as 1 are recorded as 0 most often in group 'F': 30 % (14 % to 52 "
        "%), and least often in group 'M': 0 % (0 % to 8 %). The intervals do not overlap.",
        "- Rows audited as 0 are recorded as 1 most often in group 'M': 7 % (1 % to 20 %), "
        "and least often in group 'F': 0 % (0 % to 12 %). The intervals overlap, so these "
        "rows do not show clearly that the groups differ.",
        "- The recorded labels lower the share of label 1 in group 'F' from 50 % to 35 %, "
        "by 15 (2 to 27) percentage points.",
        "- The groups' shares of label 1 lie up to 18 percentage points apart by the "
        "recorded labels, and up to 0 by the audited ones.",
    ]


def test_a_raised_base_rate_and_a_group_without_a_label():
    counts = [("F", 0, 1, 30), ("F", 0, 0, 30), ("F", 1, 0, 2), ("F", 1, 1, 20)]
    report = label_bias_report(*columns([*counts, ("M", 0, 0, 9)]))
    assert report.findings == [
        "Rows audited as 0 are recorded as 1 most often in group 'F': 50 % (38 % to 62 %), "
        "and least often in group 'M': 0 % (0 % to 24 %). The intervals do not overlap.",
        "Rows audited as 1 are recorded as 0 in group 'F': 9 % (2 % to 26 %). Without a "
        "row audited as 1: 'M'.",
        "The recorded labels raise the share of label 1 in group 'F' from 27 % to 61 %, by "
        "34 (22 to 45) percentage points.",
        "The groups' shares of label 1 lie up to 61 percentage points apart by the "
        "recorded labels, and up to 27 by the audited ones.",
    ]
    row = flip(report, "M", 1, 0)
    assert row["n"] == 0
    assert row[["rate", "low", "high"]].isna().all()


def test_equal_labels_and_a_single_label():
    report = label_bias_report(["no", "yes"], ["no", "yes"], ["g", "g"])
    assert report.findings == [
        "No label was flipped in these rows.",
        "In no group do these rows show that the recorded labels change a base rate.",
    ]
    report = label_bias_report(["yes"], ["yes"], ["g"])
    assert report.flips.empty
    assert str(report).startswith(
        "1 row with both labels, 1 group. The labels of 0 differ (0 %).\n\nShare of a label"
    )


def test_all_labels_wrong():
    report = label_bias_report([0] * 3, [1] * 3, ["g"] * 3)
    row = report.base_rates.iloc[1]
    assert (row["difference"], row["low"]) == (-1, -1)
    assert flip(report, "g", 1, 0)["high"] == 1


def test_long_tables_are_cut_in_print_only():
    group = [f"g{i:02}" for i in range(30)] * 2
    report = label_bias_report([0, 1] * 30, [1, 1] * 30, group)
    assert len(report.flips) == 62
    assert "\n  38 more rows: see `flips`." in str(report)
    assert "\n  7 more rows: see `base_rates`." in str(report)


def test_the_html_page_escapes_names():
    page = label_bias_report(["<b>", "y"], ["y", "y"], ["<i>", "<i>"])._repr_html_()
    assert page.count("<table") == 2
    assert "<b>" not in page
    assert "<i>" not in page
    assert "<li>Rows audited as &#x27;y&#x27;" in page


def test_dates_and_booleans_are_labels_too():
    days = pd.to_datetime(["2020-01-01", "2020-01-02", "2020-01-02"]).to_series()
    report = label_bias_report(days, days.iloc[[0, 0, 2]], ["g"] * 3)
    assert report.n_different == 1
    report = label_bias_report([True, False], pd.Series([True, True]), ["g"] * 2)
    assert report.base_rates["label"].tolist() == [True, True]


def test_inputs_are_not_changed():
    recorded, audited, group = map(np.array, columns(BY_HAND))
    before = recorded.copy(), audited.copy(), group.copy()
    weights = np.ones(100)
    label_bias_report(recorded, audited, group, sample_weight=weights)
    for one, other in zip((recorded, audited, group), before, strict=True):
        assert (one == other).all()
    assert (weights == 1).all()


def test_made_bias_is_found():
    made = make_biased_classification(3000, label_bias=0.3, random_state=0)
    report = label_bias_report(made.target, made.clean_target, made.sensitive)
    assert flip(report, "g1", 1, 0)["rate"] == pytest.approx(0.3, abs=0.001)
    assert flip(report, "g0", 1, 0)["n_flipped"] == 0


def test_bias_put_into_real_labels_is_found(shared_dir):
    frame = pd.read_csv(shared_dir / "data/more/dropout.csv.gz")
    audited = (frame["Target"] == "Graduate").to_numpy()
    woman = (frame["Gender"] == 0).to_numpy()
    rng = np.random.default_rng(0)
    recorded = audited & ~(woman & (rng.random(len(frame)) < 0.25))
    report = label_bias_report(recorded, audited, frame["Gender"])
    row = flip(report, "0", True, False)
    assert row["low"] < 0.25 < row["high"]
    assert flip(report, "1", True, False)["n_flipped"] == 0
    lowered = report.base_rates.set_index("group").loc["0"]
    expected = -0.25 * audited[woman].mean()
    assert lowered["low"] < expected < lowered["high"]
    assert report.findings[0].endswith("The intervals do not overlap.")


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"y_audited": [0, 1]},
         "`y_recorded` and `y_audited` should have the same number of rows. Got 3 and 2."),
        ({"groups": ["F", "M"]},
         "`y_recorded` and `groups` should have the same number of rows. Got 3 and 2."),
        ({"y_recorded": "approved"},
         "`y_recorded` should have one value for each row. Got 'approved'. Pass the values "
         "of the column, as in frame['approved']."),
        ({"y_audited": np.ma.masked_array([0, 1, 1], [0, 0, 1])},
         "`y_audited` should have no masked values. Got 1. Fill them, as with "
         "`y_audited.filled(...)`, or leave these rows out."),
        ({"y_audited": [0, None, 1]},
         "`y_audited` should have a label for every row. Got 1 missing."),
        ({"y_recorded": ["no", "yes", "no"]},
         "`y_recorded` and `y_audited` should hold labels of one kind. Got 'no' and 0. Map "
         "one to the other."),
        ({"groups": ["F", None, "M"]},
         "`groups` should have a group for every row. Got missing values in 1 of 3 rows. "
         "Give these rows a group of their own, such as 'unknown', or leave them out."),
        ({"pos_label": 2}, "`pos_label` should be one of the labels [0, 1]. Got 2."),
        ({"pos_label": np.nan},
         "`pos_label` should have a label for every row. Got 1 missing."),
        ({"sample_weight": [1, 1]},
         "`y_recorded` and `sample_weight` should have the same number of rows. Got 3 and "
         "2."),
        ({"sample_weight": [0, 0, 0]},
         "`sample_weight` should be zero or more, and not zero everywhere. Got weights "
         "from 0 to 0."),
        ({"confidence_level": 95},
         "`confidence_level` should lie between 0 and 1, as 0.95 does. Got 95."),
    ],
)  # fmt: skip
def test_bad_input_is_explained(changed, message):
    given = {"y_recorded": [0, 1, 1], "y_audited": [0, 1, 1], "groups": ["F", "M", "M"]}
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        label_bias_report(**{**given, **changed})
