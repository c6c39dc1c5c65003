"""The validation report counts cells, compares with chance, and says what to do."""

import re
import warnings

import numpy as np
import pandas as pd
import pytest
from scipy.sparse import csr_matrix
from sklearn.datasets import fetch_openml, load_digits
from sklearn.metrics import normalized_mutual_info_score
from sklearn.preprocessing import StandardScaler

from skfairbargain import NashMetaClassifier
from skfairbargain.exceptions import UndefinedGroupError
from skfairbargain.inspection import _near_duplicates, detectable_gap, validation_report
from tests.small_model import raises

SINGLE = (
    "Every cell has a single row. Training will overfit to these rows: add rows, or keep "
    "`anchor` at 0.5 or more."
)
CHANCE = (
    "The features of these rows are related to their labels no more than by chance (p > "
    "0.05). Have the labels audited, or add rows; until then keep `anchor` at 0.5 or more."
)


def rows(per_cell, *, n_groups=2, signal=3.0, n_features=6, seed=0):
    """Balanced validation rows whose first feature follows the label, if at all."""
    rng = np.random.default_rng(seed)
    y = np.tile([0, 1], per_cell * n_groups)
    group = np.repeat([f"g{i}" for i in range(n_groups)], 2 * per_cell)
    X = rng.normal(size=(len(y), n_features))
    X += signal * (2 * y[:, None] - 1)
    return X, y, group


def test_a_good_set_has_no_cautions():
    X, y, group = rows(6)
    report = validation_report(X, y, group, random_state=0)
    assert report.verdict == "This set is good enough to train with."
    assert (report.obstacles, report.cautions) == ([], [])
    assert report.cells.to_dict() == {0: {"g0": 6, "g1": 6}, 1: {"g0": 6, "g1": 6}}
    assert report.mutual_information > 3 * report.chance_information
    assert str(report).startswith(
        "24 validation rows, 2 groups, 2 labels. This set is good enough to train with."
        "\n\n"
        "      0  1\n  g0  6  6\n  g1  6  6\n\n"
        "Normalised mutual information of features and labels: 0."
    )


def test_information_of_categories_is_scikit_learns():
    rng = np.random.default_rng(0)
    X = rng.integers(3, size=(40, 5)).astype(float)
    y = (X[:, 0] + rng.integers(2, size=40) > 1).astype(int)
    X = np.c_[X, np.ones(40)]  # a constant feature has no information and is left out
    report = validation_report(X, y, np.tile(["F", "M"], 20), random_state=0)
    expected = np.mean([normalized_mutual_info_score(y, X[:, j]) for j in range(5)])
    assert report.mutual_information == pytest.approx(expected)


def test_information_of_numbers_is_that_of_their_quantiles():
    X, y, group = rows(8, signal=0.3)
    report = validation_report(X, y, group, random_state=0)
    # 32 rows: five bins.
    binned = [pd.qcut(column, 5, labels=False) for column in X.T]
    expected = np.mean([normalized_mutual_info_score(y, bins) for bins in binned])
    assert report.mutual_information == pytest.approx(expected)


def test_p_values_are_uniform_if_features_and_labels_are_independent():
    p_values = []
    for seed in range(100):
        X, y, group = rows(5, signal=0.0, seed=seed)
        report = validation_report(X, y, group, n_shuffles=99, random_state=seed)
        p_values.append(report.p_value)
    assert 0.4 < np.mean(p_values) < 0.6
    assert np.mean(np.array(p_values) <= 0.2) == pytest.approx(0.2, abs=0.1)


def test_labels_that_follow_the_group_alone_are_not_information():
    rng = np.random.default_rng(0)
    group = np.repeat(["F", "M"], 20)
    y = np.r_[np.repeat([0, 1], [15, 5]), np.repeat([0, 1], [5, 15])]
    X = np.c_[group == "F", rng.normal(size=(40, 2))].astype(float)
    report = validation_report(X, y, group, random_state=0)
    assert report.p_value > 0.2
    assert report.cautions == [CHANCE]


def test_seed_repeats_the_shuffles():
    X, y, group = rows(5, signal=0.2)
    one, same, other = (
        validation_report(X, y, group, random_state=seed) for seed in (0, 0, 1)
    )
    assert one.chance_information == same.chance_information
    assert one.chance_information != other.chance_information


def test_cells_of_one_row_are_named():
    X, y, group = rows(1)
    report = validation_report(X, y, group, random_state=0)
    assert report.verdict == "Train with this set only with care."
    assert report.cautions == [
        SINGLE,
        "There are too few rows to test whether the features are related to the labels: "
        "even a perfect relation could be chance.",
    ]
    X, y, group = rows(6)
    report = validation_report(X[5:], y[5:], group[5:], random_state=0)
    assert report.cells.loc["g0"].tolist() == [3, 4]
    assert report.cautions == [
        "Cells 'g0, 0' and 'g0, 1' have fewer than 5 rows. With more rows, the result "
        "depends less on which rows were drawn."
    ]
    report = validation_report(X[9:], y[9:], group[9:], random_state=0)
    assert report.cautions == [
        "Cell 'g0, 0' has a single row. Training will overfit to that row: add rows, or "
        "keep `anchor` at 0.5 or more.",
        "Cell 'g0, 1' has fewer than 5 rows. With more rows, the result depends less on "
        "which rows were drawn.",
    ]
    keep = np.r_[0, 1, 12:24]
    report = validation_report(X[keep], y[keep], group[keep], random_state=0)
    assert report.cautions == [
        "Cells 'g0, 0' and 'g0, 1' have a single row each. Training will overfit to these "
        "rows: add rows, or keep `anchor` at 0.5 or more."
    ]


def test_many_groups_have_few_rows():
    X, y, group = rows(2, n_groups=6)
    report = validation_report(X, y, group, random_state=0)
    assert report.cautions == [
        "Every cell has fewer than 5 rows. With more rows, the result depends less on "
        "which rows were drawn.",
        "The 6 groups have 24 rows, 2.0 per cell. Merge groups that face the same harm, or "
        "add rows.",
    ]
    keep = (group < "g4") | (y == 0) | (np.arange(24) % 4 == 1)
    report = validation_report(X[keep], y[keep], group[keep], random_state=0)
    assert "'g0, 0', 'g0, 1', 'g1, 0', 'g1, 1', 'g2, 0' and 5 more" in report.cautions[1]


def test_a_group_of_one_label_is_an_obstacle_and_fit_refuses_it():
    X, y, group = rows(6)
    keep = (group == "g0") | (y == 0)
    X, y, group = X[keep], y[keep], group[keep]
    report = validation_report(X, y, group, random_state=0)
    assert report.verdict == "Training with this set is not possible."
    assert report.obstacles == [
        "Group 'g1' has only rows of label 0, so training would learn to predict this "
        "label for the whole group; `fit` refuses the set. Add rows of another label, or "
        "merge the group with another."
    ]
    assert report.cells.loc["g1"].tolist() == [6, 0]
    with pytest.raises(UndefinedGroupError):
        NashMetaClassifier().fit(X, y, X_val=X, y_val=y, groups_val=group)


def test_a_group_may_lack_one_of_three_labels_with_a_caution():
    X, y, group = rows(6)
    y = np.where((group == "g0") & (np.arange(24) % 4 == 0), 2, y)
    report = validation_report(X, y, group, random_state=0)
    assert report.obstacles == []
    assert report.cautions[0] == (
        "Group 'g1' has no row of label 2, so training cannot see its errors on that label."
    )


def test_one_group_has_nothing_to_bargain_about():
    X, y, _ = rows(6)
    report = validation_report(X, y, ["all"] * 24, random_state=0)
    assert report.cautions == [
        "There is only one group, 'all', so the groups have nothing to bargain about. Add "
        "rows of other groups."
    ]


def test_without_groups_the_classes_are_the_groups():
    X, y, _ = rows(6)
    report = validation_report(X, y, random_state=0)
    assert report.verdict == "This set is good enough to train with."
    assert report.cells.to_numpy().tolist() == [[12, 0], [0, 12]]
    assert report.p_value <= 0.01


def test_contradictory_rows_are_found():
    X, y, group = rows(6)
    X[1] = X[0]
    report = validation_report(X, y, group, random_state=0)
    assert report.cautions == [
        "1 combination of feature values occurs with different labels. No model can "
        "predict all of them: have these labels audited."
    ]
    X[3] = X[2]
    report = validation_report(X, y, group, random_state=0)
    assert report.cautions == [
        "2 combinations of feature values occur with different labels. No model can "
        "predict all of them: have these labels audited."
    ]


@pytest.mark.parametrize(
    ("wrapped", "train_wrapped"),
    [
        (np.asarray, np.asarray),
        (csr_matrix, csr_matrix),
        (np.asarray, csr_matrix),
        (csr_matrix, np.asarray),
    ],
)
def test_training_rows_that_are_validation_rows_are_found(wrapped, train_wrapped):
    X, y, group = rows(6)
    X_train = np.random.default_rng(1).normal(size=(300, 6))
    X_train[7] = X[3]
    X_train[:, 5] = 0.1 + 0.2  # differs from 0.3 by rounding only
    X[:, 5] = 0.3
    report = validation_report(wrapped(X), y, group, train_wrapped(X_train), random_state=0)
    (found,) = report.near_duplicates.to_dict("records")
    assert (found["val_row"], found["train_row"]) == (3, 7)
    assert found["distance"] < 1e-6
    assert report.cautions == [
        "One validation row is nearly equal to a training row. If both are the same "
        "person or image, leave the training row out: it would get a high weight only "
        "because it is in the validation set as well."
    ]
    # A hundredth of a standard deviation off is near, a tenth is not.
    X_train[7, 0] += 0.005 * X_train[:, 0].std()
    X_train[8] = X[4]
    X_train[9] = X[5] + 0.1
    report = validation_report(wrapped(X), y, group, train_wrapped(X_train), random_state=0)
    assert report.near_duplicates[["val_row", "train_row"]].to_numpy().tolist() == [
        [3, 7],
        [4, 8],
    ]
    assert report.cautions == [
        "2 validation rows are nearly equal to training rows. If both are the same person "
        "or image, leave the training row out: it would get a high weight only because it "
        "is in the validation set as well."
    ]


@pytest.mark.parametrize("in_bytes", [True, False])
def test_images_that_are_in_the_training_set_are_found(in_bytes, tmp_path, monkeypatch):
    """Of a file, in chunks of three; one of them is in bytes, or both."""
    monkeypatch.setattr(_near_duplicates, "CHUNK_VALUES", 200)
    digits = load_digits()
    images = (digits.images[:, None] * 15).astype(np.uint8)
    train = np.lib.format.open_memmap(
        tmp_path / "train.npy", "w+", np.uint8, (300, 1, 8, 8)
    )
    train[:] = images[:300]
    X, y = images[297:317], digits.target[297:317] % 2
    X = X if in_bytes else (X / 255).astype(np.float32)
    report = validation_report(X, y, y, X_train=train, n_shuffles=9, random_state=0)
    pairs = report.near_duplicates[["val_row", "train_row"]].to_numpy().tolist()
    assert pairs == [[0, 297], [1, 298], [2, 299]]
    with raises(
        "`X_train` should have rows of shape (1, 8, 8) as `X_val` has. Got rows of shape "
        "(8, 8). Prepare both alike."
    ):
        validation_report(X, y, y, X_train=train[:, 0], random_state=0)


@pytest.mark.parametrize("change", ["sum", "offset", "tiny"])
def test_what_differs_by_rounding_neither_makes_nor_hides_pairs(change):
    """Shares of float32 and their sum, columns far from 0, and one that hardly varies."""
    rng = np.random.default_rng(0)
    X_train, X = rng.normal(size=(300, 5)), rng.normal(size=(20, 5))
    X[:3] = X_train[297:] + 1e-4

    def changed(X):
        if change == "offset":
            return X + 1e6
        if change == "tiny":
            return np.c_[X, 1 + 1e-9 * X[:, 0]]
        shares = np.exp(X)
        shares = (shares / shares.sum(axis=1, keepdims=True)).astype(np.float32)
        return np.c_[shares, shares.sum(axis=1)]

    y = np.arange(20) % 2
    report = validation_report(changed(X), y, None, changed(X_train), n_shuffles=3)
    pairs = report.near_duplicates[["val_row", "train_row"]].to_numpy().tolist()
    assert pairs == [[0, 297], [1, 298], [2, 299]]


def test_training_rows_of_a_file_of_any_numbers_are_read_as_they_are(tmp_path):
    X, y, group = rows(6)
    kinds = np.float16, np.int64, np.bool_
    for kind in kinds:
        train = np.lib.format.open_memmap(
            tmp_path / f"{kind.__name__}.npy", "w+", kind, (50, 6)
        )
        train[:] = np.random.default_rng(1).normal(size=(50, 6)) * 9
        X[2] = train[7]
        report = validation_report(X, y, group, train, n_shuffles=3, random_state=0)
        assert [2, 7] in report.near_duplicates[["val_row", "train_row"]].values.tolist()


def test_images_beside_others_than_those_trained_on_are_refused():
    images = np.arange(20 * 16).reshape(20, 1, 4, 4).astype(np.uint8)
    y = np.arange(20) % 2
    with raises(
        "`X_val` should hold uint8, as the rows trained on do, or floats from 0 to 1. Got "
        "float32 from 0 to 255. Of uint8 the network gets 255ths."
    ):
        validation_report(images.astype(np.float32), y, X_train=images)
    with raises(
        "`X_val` should hold the same numbers as the rows trained on. Got uint8, of which "
        "the network gets 255ths, and those were not uint8. Convert it as the rows trained "
        "on were, or train on uint8."
    ):
        validation_report(images, y, X_train=images.astype(np.float32))
    with raises("`X_val` should have rows that hold numbers. Got shape (20, 1, 0, 4)."):
        validation_report(images[:, :, :0], y)


def test_pixels_are_not_compared_with_labels():
    _, y, group = rows(6)
    noise = np.random.default_rng(0).random((24, 1, 3, 3))
    report = validation_report(noise, y, group, random_state=1)
    assert report.cautions == []
    assert np.isnan([report.mutual_information, report.p_value]).all()
    assert (
        "\n\nOf images no mutual information with the labels is computed: a pixel alone "
        "may tell nothing where the image does.\n\n"
    ) in str(report)
    flat = noise.reshape(24, -1)
    assert validation_report(flat, y, group, random_state=1).cautions == [CHANCE]


def test_features_that_never_vary_have_no_information():
    _, y, group = rows(6)
    report = validation_report(np.ones((24, 3)), y, group, random_state=0)
    assert np.isnan(report.mutual_information)
    assert "No feature varies, so the features cannot predict the labels." in str(report)


def test_the_report_says_which_gaps_between_groups_the_rows_could_show():
    X, y, group = rows(3)
    report = validation_report(X, y, group, random_state=0)
    assert report.detectable_gaps["gap"].isna().all()
    assert (
        "\n\nAs a test set: a gap between two groups of the same label is not seen (with "
        "80 % power), even if 80 % of the predictions for one group are right and none for "
        "the other.\n\n"
    ) in str(report)
    X, y, group = rows(50)
    report = validation_report(X, y, group, random_state=0)
    gaps = report.detectable_gaps
    assert gaps.drop(columns="gap").to_numpy().tolist() == [
        [0, "g1", "g0", 50, 50],
        [1, "g1", "g0", 50, 50],
    ]
    # Fisher's exact test; the normal approximation has 0.253.
    expected = detectable_gap(50, 0.8, method="exact")
    assert gaps["gap"].tolist() == [expected] * 2
    assert (
        "\n\nAs a test set: if 80 % of the predictions for the largest group are right, a "
        "gap to another group of the same label is seen (with 80 % power) from 28 "
        "percentage points on."
    ) in str(report)
    assert "from 28 percentage points on.</p>" in report._repr_html_()


def test_the_report_names_the_cells_of_the_smallest_and_the_largest_gap():
    X, y, group = rows(300, n_groups=3)
    place = np.tile(np.arange(600), 3)  # of a row in its group
    keep = (group != "g2") | (place < np.where(y == 1, 40, 6))
    X, y, group = X[keep], y[keep], group[keep]
    report = validation_report(X, y, group, n_shuffles=9, random_state=0)
    assert report.cells.to_numpy().tolist() == [[300, 300], [300, 300], [3, 20]]
    gaps = report.detectable_gaps.set_index(["label", "group"])["gap"]
    assert gaps[1, "g1"] == detectable_gap(300, 0.8)
    assert gaps[1, "g2"] == detectable_gap(300, 0.8, n_other=20, method="exact")
    # Of 3 rows, Fisher's test needs all predictions wrong: (1 - 0.072)³ = 0.8.
    assert "from 10 ('g1', 0) to 73 ('g2', 0) percentage points on." in str(report)


def test_only_groups_are_compared():
    X, y, group = rows(20)
    report = validation_report(X, y, random_state=0)
    assert report.detectable_gaps.empty
    assert "As a test set" not in str(report)
    lacks_a_label = np.where(group == "g0", 0, y)
    report = validation_report(X, lacks_a_label, group, random_state=0)
    assert "in 1 of 2 cells no gap is large enough." in str(report)


def test_the_html_page_shows_the_findings_and_escapes_group_names():
    X, y, group = rows(1)
    page = validation_report(X, y, np.char.add(group, "<b>"), random_state=0)._repr_html_()
    assert "<b>Train with this set only with care.</b>" in page
    assert "g0<b>" not in page
    assert "<li>Every cell has a single row." in page


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((np.ones((4, 2)), [0, 1, 0], list("FFMM")),
         "`X_val` and `y_val` should have the same number of rows. Got 4 and 3."),
        ((np.ones((4, 2)), [0, 1, 0, 1], ["F", None, "M", "M"]),
         "`groups_val` should have a group for every row. Got missing values in 1 of 4 "
         "rows. Give these rows a group of their own, such as 'unknown', or leave them "
         "out."),
        ((np.ones((4, 2)), [0, 1, 0, 1], list("FFMM"), np.ones((9, 3))),
         "`X_train` should have the 2 columns of `X_val`. Got 3. Prepare both alike."),
    ],
)  # fmt: skip
def test_bad_input_is_explained(arguments, message):
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        validation_report(*arguments)


def prepared(setting, home):
    """Features, favorable label and group of a data set, as the paper prepares them."""
    openml = {"adult_sex": 1590, "adult_race": 1590, "bank_age": 1461}
    openml |= {"default_credit_sex": 43435, "us_crime_blackgt6pct": 315}
    openml |= {"titanic_sex": 40945, "student_por_sex": 42351}
    frame = fetch_openml(
        data_id=openml[setting], data_home=home, parser="liac-arff", as_frame=True
    ).frame.copy()
    if setting.startswith("adult"):
        y = frame.pop("class") == ">50K"
        group = frame["sex" if setting == "adult_sex" else "race"]
    elif setting == "bank_age":
        y, group = frame.pop("Class") == "1", frame["V1"] > 25
    elif setting == "default_credit_sex":
        name = next(name for name in frame if "default" in name)
        y, group = frame.pop(name).astype(int) == 0, frame["SEX"]
    elif setting == "us_crime_blackgt6pct":
        y = frame.pop("ViolentCrimesPerPop") < 0.7
        group = (frame.pop("racepctblack") > 0.06).rename("blackgt6pct")
        frame = pd.concat([frame.dropna(axis=1), group], axis=1)
    elif setting == "titanic_sex":
        y, group = frame.pop("survived") == "1", frame["sex"]
        frame = frame.drop(columns="name").astype(object)
        frame = frame.where(frame.notna(), 0)
        numeric = ["pclass", "age", "sibsp", "parch", "fare", "body"]
        frame = frame.astype(dict.fromkeys(frame, str)).astype(
            dict.fromkeys(numeric, float)
        )
    else:
        y, group = frame.pop("G3").astype(int) >= 10, frame["sex"]
    X = pd.get_dummies(frame)
    X = StandardScaler().fit_transform(X[sorted(X)].astype(float))
    return X, y.to_numpy().astype(int), group.astype(str).to_numpy()


# The paper's validation sets: number of features, and whether the features are related to
# the labels. The paper calls the fourth and the fifth set noisy (Table 5: 26e-5 and 10e-5
# against 31e-5 to 680e-5 elsewhere). It does not say how it estimates these values, and no
# estimator that was tried gives them; two sets have too few rows for a test.
TABLE_5 = {
    "adult_sex": (105, "related"),
    "adult_race": (105, "related"),
    "bank_age": (51, "related"),
    "default_credit_sex": (24, "no more than by chance"),
    "us_crime_blackgt6pct": (1929, "too few rows"),
    "titanic_sex": (1526, "too few rows"),
    "student_por_sex": (58, "no more than by chance"),
}


# scikit-learn 1.7 sets a pandas option that pandas 3 has retired.
@pytest.mark.filterwarnings("ignore:.*no_silent_downcasting")
@pytest.mark.parametrize("setting", TABLE_5)
def test_the_papers_validation_sets(setting, shared_dir, data_home):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", pd.errors.PerformanceWarning)
        X, y, group = prepared(setting, data_home)
    split = np.load(shared_dir / "paper" / "splits" / f"{setting}.npz")
    val = split["val_idx"]
    report = validation_report(X[val], y[val], group[val], random_state=0)
    n_features, verdict = TABLE_5[setting]
    assert X.shape[1] == n_features
    counts = report.cells.to_numpy()
    assert (counts == counts[0, 0]).all()
    assert counts.sum() == len(val)
    words = " ".join(report.cautions)
    assert ("no more than by chance" in words) == (verdict == "no more than by chance")
    assert ("too few rows to test" in words) == (verdict == "too few rows")
    assert (report.p_value <= 0.05) == (verdict == "related")
