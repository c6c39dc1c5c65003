"""The bargaining history has the right numbers and draws them."""

import numpy as np
import pytest
from matplotlib import pyplot
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skfairbargain import NashMetaClassifier
from skfairbargain.inspection import (
    BargainingHistoryDisplay,
    GroupLossDisplay,
)
from tests.inspection._shared import HISTORY, drawn_lines, texts


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
    # Equal shares are those of all players, named or not.
    (equal,) = (
        each
        for each in display.axes_[1].lines
        if each.get_linestyle() == ":" and len(each.get_xdata()) == 2
    )
    assert equal.get_ydata() == [1 / 20, 1 / 20]


def test_a_stage_is_named_above_its_middle():
    display = BargainingHistoryDisplay.from_history(HISTORY)
    places = [text.get_position()[0] for text in display.ax_.texts]
    assert places == [1.5, 3]  # of the epochs 1 and 2, and of epoch 3
    assert display.ax_.get_xlim() == (0.5, 3.5)


@pytest.mark.parametrize(("n_epochs", "marker"), [(1, "o"), (10, "o"), (11, "None")])
def test_few_epochs_are_drawn_as_points(n_epochs, marker):
    history = [{**HISTORY[0], "epoch": epoch + 1} for epoch in range(n_epochs)]
    display = BargainingHistoryDisplay.from_history(history)
    assert {line.get_marker() for line in display.ax_.lines} == {marker}


@pytest.mark.parametrize(("largest", "scale"), [(29.0, "linear"), (31.0, "log")])
def test_shares_far_apart_are_on_a_logarithmic_scale(largest, scale):
    history = [{**HISTORY[0], "alpha": {"F": 1.0, "M": largest}}]
    shares = BargainingHistoryDisplay.from_history(history).axes_[1]
    assert shares.get_yscale() == scale
    assert ("log scale" in shares.get_ylabel()) == (scale == "log")


def test_the_upper_panel_shows_what_is_applied_where_that_is_known():
    history = [{**row, "agreement_rate": 0.75 - 0.25 * i} for i, row in enumerate(HISTORY)]
    display = BargainingHistoryDisplay.from_history(history)
    shown = drawn_lines(display.ax_)
    assert shown["all players could gain\nby what is applied"].tolist() == [0.75, 0.5, 0.25]
    assert "players agreed" not in shown
    (area,) = display.ax_.collections
    assert area.get_datalim(display.ax_.transData).y1 == 1.0
