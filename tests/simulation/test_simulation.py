"""The synthetic game: its gradients, its front, and who gets there."""

import re

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
import typer
from typer.testing import CliRunner

from experiments.commands.simulation import simulation
from skfairbargain.protocols import CAGrad, Nash
from skfairbargain.simulation import (
    METHODS,
    STARTS,
    Method,
    objectives,
    pareto_front,
    plot_game,
    plot_landscape,
    run_game,
    summarize_game,
)

TWO_STAGE = ["two_stage_ltr", "two_stage_forml", "two_stage_meta_gdro"]


@pytest.fixture(scope="module")
def front():
    return pareto_front()


@pytest.fixture(scope="module")
def trajectories():
    return run_game(["ltr", "meta_gdro", "bargaining", *TWO_STAGE])


def test_losses_by_hand():
    # θ = (3, −8): h = tanh(−4), so c₁ = 0 and c₂ = tanh 4; g₁ = (16 + 0)/10 − 20 = −18.4,
    # g₂ = 100/10 − 20 = −10.
    losses, _ = objectives([3.0, -8.0])
    np.testing.assert_allclose(losses, np.tanh(4) * np.array([-18.4, -10.0]), rtol=1e-12)
    # θ = (1, 2): c₁ = tanh 1, c₂ = 0; ½(−8) + tanh 2 and ½·2 − tanh 2 + 2.
    losses, _ = objectives([1.0, 2.0])
    inside = np.array([4 - np.tanh(2), 3 - np.tanh(2)])
    np.testing.assert_allclose(losses, np.tanh(1) * (np.log(inside) + 6), rtol=1e-12)
    # In player 1's ravine the logarithm ends at 5e-6: θ₂ = 2, ½θ₁ = tanh 2 − 3.5.
    losses, gradients = objectives([2 * np.tanh(2) - 7, 2.0])
    assert losses[0] == pytest.approx(np.tanh(1) * (np.log(5e-6) + 6))
    assert np.isfinite(gradients).all()


def test_gradients_are_those_of_finite_differences():
    rng = np.random.default_rng(0)
    theta = rng.uniform(-10, 10, (500, 2))
    _, gradients = objectives(theta)
    steps = 1e-5 * np.eye(2)
    numeric = [(objectives(theta + h)[0] - objectives(theta - h)[0]) / 2e-5 for h in steps]
    scale = np.abs(gradients).max(axis=(1, 2), keepdims=True)
    assert (np.abs(gradients - np.stack(numeric, axis=1)) / scale).max() < 1e-5
    # On the border of the regimes: the mean of both sides'.
    border, near = np.array([[2.0, 0.0]]), np.array([[2.0, 1e-9], [2.0, -1e-9]])
    np.testing.assert_allclose(
        objectives(border)[1][0], objectives(near)[1].mean(axis=0), atol=1e-6
    )


def test_no_point_of_the_plane_is_better_for_both_than_a_point_of_the_front(front):
    axis = np.linspace(-15, 15, 601)
    losses = objectives(np.stack(np.meshgrid(axis, axis), axis=-1))[0].reshape(-1, 2)
    corners = front[["loss_1", "loss_2"]].to_numpy()
    for loss_1, loss_2 in corners:
        assert not ((losses[:, 0] < loss_1) & (losses[:, 1] < loss_2)).any()
    # It is convex, so minimising weighted sums has found it all.
    slopes = np.diff(corners[:, 1]) / np.diff(corners[:, 0])
    assert (np.diff(slopes[2:-2]) > 0).all()
    assert losses.min() > -20


def test_two_stages_take_every_start_to_the_front_and_nearest_to_equal_losses(trajectories):
    summary = summarize_game(trajectories, tolerance=0.1)
    assert summary.index.tolist() == list(dict.fromkeys(trajectories["method"]))
    assert (summary["n_starts"] == 6).all()
    assert (summary.loc[[*TWO_STAGE, "bargaining"], "on_front"] == 6).all()
    assert (summary.loc[["ltr", "meta_gdro"], "on_front"] < 6).all()
    # Bargaining alone ends wherever it met the front, several units from the line.
    assert summary.loc[TWO_STAGE, "line_distance"].max() < 0.5
    assert summary.loc["bargaining", "line_distance"] > 2
    assert summary.loc["bargaining", "conflict_rate"] == 0


def test_a_bargain_that_is_agreed_lowers_both_losses_to_first_order(trajectories):
    bargained = trajectories[trajectories["agreed"].fillna(False)]
    assert len(bargained) > 1000
    assert not bargained["conflict"].any()


def test_stages_and_steps_are_told(trajectories):
    two = trajectories[trajectories["method"] == "two_stage_ltr"]
    assert two.groupby("start")["step"].agg(list).tolist() == [list(range(1001))] * 6
    told = two["agreed"].notna()
    assert (told == two["step"].between(1, 300)).all()
    one = trajectories[trajectories["method"] == "ltr"]
    assert one["agreed"].isna().all()
    begin = two.loc[two["step"] == 0, ["theta_1", "theta_2"]]
    np.testing.assert_array_equal(begin, STARTS)


def test_the_game_repeats_itself():
    first, second = (run_game(["pcgrad"], n_steps=30) for _ in range(2))
    pd.testing.assert_frame_equal(first, second)


def test_own_methods_and_starts():
    own = {"careful": Method("CAGrad, c = 0.9", CAGrad(c=0.9), None)}
    played = run_game(own, [(1.0, -6.0)], lr=0.05, n_steps=400)
    summary = summarize_game(played)
    assert summary.index.tolist() == ["careful"]
    assert summary["on_front"].tolist() == [1]


def test_a_bargain_of_ones_own_is_left_as_it_is():
    bargaining = Nash()
    run_game({"mine": Method("mine", None, bargaining)}, [(0.0, 1.0)], n_steps=1)
    assert bargaining == Nash(feasible="weights")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"methods": ["sgd"]},
         f"`methods` should be among {list(METHODS)}, or a mapping from names to Method. "
         "Got 'sgd'."),
        ({"starts": [1.0, 2.0]}, "`starts` should have shape (n_starts, 2). Got (2,)."),
    ],
)  # fmt: skip
def test_bad_arguments_are_explained(arguments, message):
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        run_game(**arguments)


def test_the_figures_hold_every_path_front_and_end(trajectories, front):
    mpl.use("agg")
    figure = plot_game(trajectories)
    shown = [ax for ax in figure.axes if ax.axison]
    assert [ax.get_title() for ax in shown] == [
        METHODS[name].title for name in ["ltr", "meta_gdro", "bargaining", *TWO_STAGE]
    ]
    for ax, name in zip(shown, trajectories["method"].unique(), strict=True):
        stars = [line.get_xydata()[0] for line in ax.lines if line.get_label() == "end"]
        last = trajectories[
            (trajectories["method"] == name) & (trajectories["step"] == 1000)
        ]
        np.testing.assert_array_equal(stars, last[["loss_1", "loss_2"]])
        (drawn,) = [line for line in ax.lines if line.get_label() == "Pareto front"]
        np.testing.assert_array_equal(drawn.get_xydata(), front[["loss_1", "loss_2"]])
    plane = plot_landscape(trajectories.query("method == 'bargaining'"))
    assert [ax.get_title() for ax in plane.axes[:3]] == [
        "loss of player 1",
        "loss of player 2",
        "their mean",
    ]
    mpl.pyplot.close("all")


@pytest.mark.parametrize(
    "names",
    [["two_stage_ltr"], ["bargaining", "two_stage_ltr"], ["ltr", "mgda", "two_stage_ltr"]],
)
def test_the_legend_lies_within_the_figure_and_covers_nothing(names):
    mpl.use("agg")
    figure = plot_game(run_game(names, n_steps=20, bargain_steps=10))
    figure.canvas.draw()
    (legend,) = figure.legends
    box = legend.get_window_extent()
    assert figure.bbox.x0 <= box.x0 < box.x1 <= figure.bbox.x1
    assert len(legend.get_texts()) == 6
    for ax in figure.axes:
        assert ax.xaxis.label.get_window_extent().y0 > box.y1
        assert ax.title.get_window_extent().y1 < figure.bbox.y1
    mpl.pyplot.close("all")


def test_the_command_prints_writes_and_draws(tmp_path):
    app = typer.Typer()
    app.command()(simulation)
    options = {"--output": tmp_path / "paths.csv", "--plot": tmp_path / "game.png"}
    words = [str(word) for pair in options.items() for word in pair]
    result = CliRunner().invoke(app, ["--steps", "5", "--bargain-steps", "2", *words])
    assert result.exit_code == 0, result.output
    assert "two-stage, Meta-gDRO" in result.output
    assert len(pd.read_csv(tmp_path / "paths.csv")) == len(METHODS) * len(STARTS) * 6
    assert (tmp_path / "game.png").read_bytes()[:4] == b"\x89PNG"
