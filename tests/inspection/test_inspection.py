"""Displays hold the right numbers and draw them; the conflict report says what happened."""

import re
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
from matplotlib import pyplot
from scipy import stats
from sklearn.datasets import load_breast_cancer, load_wine
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import LinearSVC

from skfairbargain import NashMetaClassifier, inspection
from skfairbargain.datasets import make_biased_classification
from skfairbargain.inspection import (
    BargainingHistoryDisplay,
    FairnessFrontierDisplay,
    GroupLossDisplay,
    GroupMetricsDisplay,
    SampleWeightDisplay,
    conflict_report,
)
from skfairbargain.metrics import (
    demographic_parity_difference,
    group_metrics,
    max_group_auc_disparity,
    overall_auc,
)
from skfairbargain.model_selection import balanced_validation_split

pyplot.switch_backend("Agg")

HISTORY = [
    {
        "epoch": 1,
        "stage": 1,
        "train_loss": 0.9,
        "group_losses": {"F": 0.8, "M": 0.6},
        "bargaining_success_rate": 1.0,
        "conflict_rate": 0.0,
        "player_conflict_rates": {"F": 0.0, "M": 0.0},
        "opposed_rates": {"F": {"M": 0.8}},
        "opposed_agreed_rates": {"F": {"M": 0.8}},
        "alpha": {"F": 1.0, "M": 3.0},
    },
    {
        "epoch": 2,
        "stage": 1,
        "train_loss": 0.7,
        "group_losses": {"F": 0.7, "M": 0.5},
        "bargaining_success_rate": 0.5,
        "conflict_rate": 0.25,
        "player_conflict_rates": {"F": 0.25, "M": 0.004},
        "opposed_rates": {"F": {"M": 0.8}},
        "opposed_agreed_rates": {"F": {"M": 0.4}},
        "alpha": {"F": 2.0, "M": 2.0},
    },
    {
        "epoch": 3,
        "stage": 2,
        "train_loss": 0.6,
        "group_losses": {"F": 0.4, "M": 0.5},
        "bargaining_success_rate": None,
        "conflict_rate": 1.0,
        "player_conflict_rates": {"F": 0.0, "M": 1.0},
        "opposed_rates": {"F": {"M": 1.0}},
        "opposed_agreed_rates": {"F": {"M": 0.0}},
        "alpha": None,
    },
]


@pytest.fixture(autouse=True)
def _close_figures():
    yield
    pyplot.close("all")


@pytest.fixture(scope="module")
def fitted():
    """A fitted estimator, the labels and groups of its rows, and its validation set."""
    made = make_biased_classification(400, random_state=0)
    X, X_val, y, y_val, group, group_val = balanced_validation_split(
        made.data.to_numpy(), made.target, made.sensitive["group"], random_state=0
    )
    clf = NashMetaClassifier(bargain_epochs=2, max_epochs=4, anchor=0.0, random_state=0)
    clf.fit(X, y, X_val=X_val, y_val=y_val, groups_val=group_val)
    return clf, X, y, group


@pytest.fixture(scope="module")
def cancer():
    """Labels, probabilities of two models, and two made-up clinics."""
    X, y = load_breast_cancer(return_X_y=True)
    X = StandardScaler().fit_transform(X)
    clinic = np.where(X[:, 9] > 0, "north", "south")
    models = {
        "two": LogisticRegression().fit(X[:, :2], y).predict_proba(X[:, :2]),
        "one": LogisticRegression().fit(X[:, 1:2], y).predict_proba(X[:, 1:2]),
    }
    return y, models, clinic


def drawn_lines(ax):
    """What each labelled line of an Axes shows."""
    return {
        line.get_label(): line.get_ydata()
        for line in ax.lines
        if not line.get_label().startswith("_")
    }


def texts(ax):
    return [text.get_text() for text in ax.texts]


def test_bargaining_history_holds_and_draws_the_rates():
    display = BargainingHistoryDisplay.from_history(HISTORY)
    assert display.success_rate.tolist() == pytest.approx([1, 0.5, np.nan], nan_ok=True)
    assert display.conflict_rate.tolist() == [0, 0.25, 1]
    assert display.alpha["M"].tolist() == pytest.approx([3, 2, np.nan], nan_ok=True)
    rates, shares = display.axes_
    assert display.ax_ is rates
    assert display.figure_ is rates.figure
    lines = drawn_lines(rates)
    assert list(lines) == ["players agreed", "weights worked\nagainst a player"]
    np.testing.assert_array_equal(lines["players agreed"], display.success_rate)
    np.testing.assert_allclose(drawn_lines(shares)["F"], [0.25, 0.5, np.nan])
    assert rates.get_ylabel() == "share of steps"
    assert shares.get_xlabel() == "epoch"
    assert texts(rates) == ["stage 1: bargain", "stage 2: goal"]
    boundary = [line for line in rates.lines if line.get_linestyle() == "--"]
    assert [line.get_xdata()[0] for line in boundary] == [2.5]


def test_without_bargaining_there_is_no_agreement_to_draw():
    display = BargainingHistoryDisplay.from_history(HISTORY[2:])
    assert display.alpha == {}
    assert len(display.axes_) == 1
    assert list(drawn_lines(display.ax_)) == ["weights worked\nagainst a player"]


def test_stages_that_come_back_are_all_marked():
    again = [{**row, "epoch": epoch} for epoch, row in enumerate(HISTORY * 2, start=1)]
    display = GroupLossDisplay.from_history(again)
    assert texts(display.ax_) == ["stage 1: bargain", "stage 2: goal"] * 2


def test_group_losses_are_held_and_drawn():
    display = GroupLossDisplay.from_history(HISTORY)
    assert display.group_losses["F"].tolist() == [0.8, 0.7, 0.4]
    lines = drawn_lines(display.ax_)
    assert list(lines) == ["F", "M", "training rows"]
    assert lines["training rows"].tolist() == [0.9, 0.7, 0.6]
    assert (display.ax_.get_xlabel(), display.ax_.get_ylabel()) == ("epoch", "loss")


@pytest.mark.parametrize("display_class", [BargainingHistoryDisplay, GroupLossDisplay])
def test_history_is_found_in_pipelines_and_searches(fitted, display_class):
    clf, X, y, _ = fitted
    plain = display_class.from_estimator(clf)
    assert plain.epoch.tolist() == [1, 2, 3, 4]
    assert plain.stage.tolist() == [1, 1, 2, 2]
    small = NashMetaClassifier(max_epochs=1, hidden_layer_sizes=(4,), random_state=0)
    search = GridSearchCV(make_pipeline(StandardScaler(), small), {}, cv=2)
    assert display_class.from_estimator(search.fit(X, y)).epoch.tolist() == [1]


def test_given_axes_are_drawn_on():
    figure, axes = pyplot.subplots(2)
    display = BargainingHistoryDisplay.from_history(HISTORY, ax=axes)
    assert display.axes_ == list(axes)
    assert display.figure_ is figure
    _, ax = pyplot.subplots()
    again = display.plot(ax)
    assert again is display
    assert display.axes_ == [ax]
    assert next(iter(drawn_lines(ax))) == "players agreed"


def test_group_metrics_are_those_of_the_table(cancer):
    y, models, clinic = cancer
    options = {"sensitive_features": clinic, "n_resamples": 50, "random_state": 0}
    display = GroupMetricsDisplay.from_predictions(
        y, models["two"], metrics=["auc", "accuracy"], **options
    )
    table = group_metrics(y, models["two"], metrics=["auc", "accuracy"], **options)
    pd.testing.assert_frame_equal(display.table, table)
    assert [ax.get_xlabel() for ax in display.axes_] == ["AUC", "accuracy"]
    labels = [label.get_text() for label in display.ax_.get_yticklabels()]
    assert labels[0] == "all rows\n569 rows, 357 positive"
    assert [label.partition("\n")[0] for label in labels] == ["all rows", "north", "south"]
    points = [line for line in display.ax_.lines if line.get_marker() == "o"]
    drawn = [line.get_xdata()[0] for line in points]
    assert drawn == table["value"][:3].tolist()
    ends = [path.vertices[:, 0] for c in display.ax_.collections for path in c.get_paths()]
    np.testing.assert_allclose(ends, table[["low", "high"]][:3])


def test_group_metrics_of_an_estimator_take_its_own_threshold(cancer):
    y, _, clinic = cancer
    X = StandardScaler().fit_transform(load_breast_cancer().data[:, :3])
    machine = LinearSVC(random_state=0).fit(X, y)
    display = GroupMetricsDisplay.from_estimator(
        machine, X, y, sensitive_features=clinic, metrics=["accuracy"], n_resamples=10
    )
    assert display.table["value"][0] == pytest.approx(machine.score(X, y))
    model = LogisticRegression().fit(X, y)
    display = GroupMetricsDisplay.from_estimator(
        model, X, y, sensitive_features=clinic, metrics=["accuracy"], n_resamples=10
    )
    assert display.table["value"][0] == pytest.approx(model.score(X, y))


def test_group_metrics_of_three_classes_need_no_list_of_metrics():
    X, y = load_wine(return_X_y=True)
    model = LogisticRegression().fit(X[:, [3, 4]], y)
    display = GroupMetricsDisplay.from_estimator(
        model, X[:, [3, 4]], y, sensitive_features=X[:, 1] > 1.8, n_resamples=10
    )
    titles = [panel.get_xlabel() for panel in display.axes_]
    assert titles == ["AUC", "accuracy"]
    accuracy = display.table.query("metric == 'accuracy' and group == 'overall'")["value"]
    assert accuracy.item() == model.score(X[:, [3, 4]], y)


def test_an_undefined_metric_is_written_as_such():
    with pytest.warns(UserWarning, match="Group 'M' has no"):
        display = GroupMetricsDisplay.from_predictions(
            [0, 1, 0, 1, 1, 1],
            [0.2, 0.7, 0.3, 0.9, 0.8, 0.6],
            sensitive_features=list("FFFFMM"),
            metrics=["auc"],
            undefined="warn",
            n_resamples=10,
        )
    assert texts(display.ax_) == ["undefined"]


def beats(a, b):
    return a[0] <= b[0] and a[1] >= b[1] and tuple(a) != tuple(b)


@pytest.mark.parametrize("seed", range(5))
def test_front_is_what_nobody_beats(seed):
    rng = np.random.default_rng(seed)
    table = pd.DataFrame(rng.integers(6, size=(8, 2)), columns=["fairness", "performance"])
    for axis in ("fairness", "performance"):
        table[f"{axis}_low"] = table[f"{axis}_high"] = np.nan
    display = FairnessFrontierDisplay(
        table, fairness="max_group_auc_disparity", performance="overall_auc"
    )
    points = table[["fairness", "performance"]].to_numpy()
    unbeaten = [i for i, b in enumerate(points) if not any(beats(a, b) for a in points)]
    assert sorted(display.front) == unbeaten
    along = points[display.front]
    assert (np.diff(along, axis=0) >= 0).all()


def test_frontier_measures_and_draws_every_model(cancer):
    y, models, clinic = cancer
    display = FairnessFrontierDisplay.from_predictions(
        y, models, sensitive_features=clinic, n_resamples=40, random_state=0
    )
    for name, proba in models.items():
        row = display.table.loc[name]
        groups = {"sensitive_features": clinic}
        assert row["fairness"] == max_group_auc_disparity(y, proba, **groups)
        assert row["performance"] == overall_auc(y, proba, **groups)
        assert row["performance_low"] < row["performance"] < row["performance_high"]
        # The normal approximation of a bootstrap is near to its percentiles.
        reference = group_metrics(
            y, proba, metrics=["auc"], n_resamples=2000, random_state=1, **groups
        )
        assert row["performance_low"] == pytest.approx(reference["low"][0], abs=0.01)
    legend = [text.get_text() for text in display.ax_.get_legend().get_texts()]
    assert {"two", "one"} <= set(legend)
    assert display.ax_.get_xlabel() == "max group AUC disparity  (lower is better)"
    assert display.ax_.get_ylabel() == "overall AUC  (higher is better)"


def test_frontier_of_decisions_reads_the_most_probable_class(cancer):
    y, models, clinic = cancer
    display = FairnessFrontierDisplay.from_predictions(
        y,
        {"columns": models["two"], "positive": models["two"][:, 1]},
        sensitive_features=clinic,
        fairness="demographic_parity_difference",
        n_resamples=0,
    )
    expected = demographic_parity_difference(
        y, models["two"].argmax(axis=1), sensitive_features=clinic
    )
    assert display.table["fairness"].tolist() == [expected, expected]
    assert display.table["fairness_low"].isna().all()


def test_frontier_of_estimators_is_that_of_their_predictions(cancer):
    y, models, clinic = cancer
    X = StandardScaler().fit_transform(load_breast_cancer().data)
    model = LogisticRegression().fit(X[:, :2], y)
    options = {"sensitive_features": clinic, "n_resamples": 5, "random_state": 0}
    one = FairnessFrontierDisplay.from_estimators({"two": model}, X[:, :2], y, **options)
    other = FairnessFrontierDisplay.from_predictions(y, {"two": models["two"]}, **options)
    pd.testing.assert_frame_equal(one.table, other.table)


@pytest.mark.parametrize("estimators", [{}, ["a model"]])
def test_frontier_wants_names_for_its_models(estimators, cancer):
    message = (
        "`estimators` should be a dict from names to fitted classifiers, with one or more "
        f"of them. Got {estimators!r}."
    )
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        FairnessFrontierDisplay.from_estimators(estimators, [], [], sensitive_features=[])


def test_a_legend_names_the_players_with_the_largest_shares():
    # Player k has k + 1 of the weight, so the last eight of twenty are named.
    alpha = {f"p{k:02}": np.full(12, k + 1.0) for k in range(20)}
    epochs, rate = np.arange(1, 13), np.ones(12)
    display = BargainingHistoryDisplay(
        epoch=epochs, stage=rate, success_rate=rate, conflict_rate=rate, alpha=alpha
    ).plot()
    labels = [text.get_text() for text in display.axes_[1].get_legend().get_texts()]
    assert labels == [*(f"p{k}" for k in range(12, 20)), "12 smaller shares"]
    assert len(display.axes_[1].get_lines()) >= 20


def test_frontier_of_results_has_students_intervals():
    results = pd.DataFrame(
        {
            "method": ["a", "a", "a", "b"],
            "overall_auc": [0.7, 0.8, 0.9, 0.6],
            "max_group_auc_disparity": [0.1, 0.2, 0.1, 0.0],
        }
    )
    display = FairnessFrontierDisplay.from_results(results)
    low, high = stats.t.interval(0.95, 2, 0.8, stats.sem([0.7, 0.8, 0.9]))
    row = display.table.loc["a"]
    assert [row["performance_low"], row["performance_high"]] == pytest.approx([low, high])
    assert np.isnan(display.table.loc["b", "performance_low"])
    assert display.front == ["b", "a"]
    assert "front" in [t.get_text() for t in display.ax_.get_legend().get_texts()]


def test_sample_weights_are_those_of_the_fit(fitted):
    clf, _, y, group = fitted
    display = SampleWeightDisplay.from_estimator(clf, y, group)
    table = display.table.set_index("cell")
    assert list(table.index) == ["g0, 0", "g0, 1", "g1, 0", "g1, 1"]
    weight = clf.applied_weight_ / clf.applied_weight_.mean()
    rows = (group == "g1").to_numpy() & (y == 1).to_numpy()
    row = table.loc["g1, 1"]
    assert row["n"] == rows.sum()
    assert row["share_of_weight"] == pytest.approx(weight[rows].sum() / weight.sum())
    assert row["mean"] == pytest.approx(weight[rows].mean())
    assert row["q90"] == pytest.approx(np.quantile(weight[rows], 0.9))
    assert table["share_of_rows"].sum() == pytest.approx(1)
    assert table["share_of_weight"].sum() == pytest.approx(1)
    means = next(line for line in display.ax_.lines if line.get_marker() == "o")
    np.testing.assert_allclose(means.get_xdata(), table["mean"])
    assert len(texts(display.ax_)) == 4
    assert "average row" in drawn_lines(display.ax_)


def test_held_out_rows_are_left_out_of_the_weights():
    made = make_biased_classification(200, random_state=0)
    clf = NashMetaClassifier(max_epochs=2, batch_size=180, random_state=0)
    clf.fit(made.data.to_numpy(), made.target)
    display = SampleWeightDisplay.from_estimator(clf, made.target)
    assert display.table["n"].sum() == 180
    assert display.table["cell"].tolist() == ["0", "1"]


def test_report_shows_opposed_players_and_agreement():
    report = conflict_report(HISTORY)
    assert report.n_epochs == {1: 2, 2: 1}
    assert report.agreed == 0.75
    # 1.2 of 1.6 steps in which they were opposed ended in an agreement.
    (pair,) = report.opposed.to_dict("records")
    assert pair == pytest.approx(
        {"player": "F", "other": "M", "stage_1": 0.8, "stage_2": 1.0, "agreed": 0.75}
    )
    assert report.against["player"].tolist() == ["M", "F"]
    assert str(report).split("\n") == [
        "2 players; 2 epochs of bargaining (stage 1), 1 of the goal alone (stage 2).",
        "",
        "In stage 1 the players agreed in 75 % of the steps; in the other 25 % the goal "
        "decided.",
        "",
        "Opposed players (share of steps in which lowering one's loss raises the other's)",
        "  players  stage 1  stage 2  of these, agreed",
        "  F  |  M     80 %    100 %              75 %",
        "",
        "Players that the applied weights worked against (share of steps, to first order)",
        "  player  stage 1  stage 2",
        "  M         < 1 %    100 %",
        "  F          12 %      0 %",
    ]
    page = report._repr_html_()
    assert page.count("<table") == 2
    assert "75 %" in page


@pytest.mark.parametrize(
    ("rows", "sentence"),
    [
        ([0], "In stage 1 the players agreed in every step."),
        ([2], "There was no bargaining: the goal decided every step."),
    ],
)
def test_report_of_one_stage(rows, sentence):
    report = conflict_report([HISTORY[row] for row in rows])
    assert str(report).split("\n\n")[1] == sentence


def test_report_of_a_bargain_that_always_failed():
    row = {**HISTORY[0], "bargaining_success_rate": 0.0}
    sentence = "In stage 1 the players never agreed: the goal decided every step."
    assert sentence in str(conflict_report([row]))


def test_report_of_many_players_names_the_most_opposed(fitted):
    names = [f"p{i}" for i in range(7)]
    rates = {
        a: {b: 0.0 if b == "p6" else 0.01 * (i + 1) for b in names[i + 1 :]}
        for i, a in enumerate(names[:-1])
    }
    row = {
        **HISTORY[0],
        "player_conflict_rates": dict.fromkeys(names, 0.0),
        "opposed_rates": rates,
        "opposed_agreed_rates": rates,
    }
    text = str(conflict_report([row]))
    assert "  Less often opposed: 3 pairs; see `opposed`." in text
    assert "  Never opposed: 6 pairs." in text
    assert text.count("|") == 12
    clf = fitted[0]
    assert len(conflict_report(clf).opposed) == 6


def test_report_of_one_player_has_no_pairs():
    row = {
        **HISTORY[0],
        "player_conflict_rates": {"F": 0.0},
        "opposed_rates": {},
        "opposed_agreed_rates": {},
    }
    report = conflict_report([row])
    assert len(report.opposed) == 0
    assert "Opposed players" not in str(report)


def test_misuse_is_explained():
    with pytest.raises(NotFittedError) as error:
        conflict_report(make_pipeline(StandardScaler(), LogisticRegression()))
    assert str(error.value) == (
        "`estimator` should be a fitted NashMetaClassifier, or a pipeline or search that "
        "ends in one. Got LogisticRegression without `history_`. Call fit first; "
        "a search needs refit=True."
    )
    _, axes = pyplot.subplots(3)
    message = "`ax` should be 1 Axes, one per panel, or None. Got 3."
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        GroupLossDisplay.from_history(HISTORY, ax=axes)
    message = (
        "`weight` should have no negative values and at least one above zero. Got weights "
        "from -1 to 1."
    )
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        SampleWeightDisplay.from_weights([-1, 1], [0, 1])
    with pytest.raises(ValueError, match=r"^A metric should be among \[.*\]. Got 'auc'\.$"):
        FairnessFrontierDisplay.from_predictions(
            [0, 1], {}, sensitive_features=[0, 1], fairness="auc"
        ).plot()


def run_python(code):
    return subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def test_inspection_needs_no_estimator_no_torch_and_no_matplotlib_to_import():
    code = (
        "import sys, skfairbargain.inspection\n"
        "unwanted = {'torch', 'skorch', 'matplotlib', 'skfairbargain.classifier'}\n"
        "print(sorted(unwanted & set(sys.modules)))"
    )
    assert run_python(code).stdout.strip() == "[]"


def test_a_missing_matplotlib_is_named_with_its_extra():
    code = (
        "import sys\n"
        "sys.modules['matplotlib'] = None\n"
        "from skfairbargain.inspection import SampleWeightDisplay\n"
        "SampleWeightDisplay.from_weights([1, 1], [0, 1])"
    )
    assert run_python(code).stderr.strip().split("\n")[-1] == (
        "ImportError: matplotlib is needed here and is not installed. "
        'Run: pip install "skfairbargain[plot]"'
    )


def test_every_public_name_is_there():
    assert sorted(inspection.__all__) == inspection.__all__
    assert all(hasattr(inspection, name) for name in inspection.__all__)
