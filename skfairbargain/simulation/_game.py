"""The objectives, the methods' paths through the plane, and how they end."""

from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy.optimize import minimize
from sklearn.base import clone

from ..bargaining import conflicts_of_step
from ..protocols import MetaStep, Protocol, get_protocol
from ._figures import LIMITS, draw_game, draw_landscape

# No loss is lower: of c₁ and c₂ one is 0 and the other below 1, and g is −20 or more.
LOWEST = -20.0
EPSILON = np.finfo(np.float64).eps

# The text names none. Five are those of Navon et al. (2022); (−9, 3) is ours: it starts as
# far out as they do, on the side of the plateau that has only one of them.
STARTS = ((-8.5, 7.5), (0.0, 0.0), (9.0, 9.0), (-7.5, -0.5), (9.0, -1.0), (-9.0, 3.0))


class Method(NamedTuple):
    """A way to play: its name for people, stage 2's protocol and stage 1's."""

    title: str
    goal: str | Protocol | None
    bargaining: str | Protocol | None


METHODS = {
    "ltr": Method("LtR", "ltr", None),
    "forml": Method("FORML", "forml", None),
    "meta_gdro": Method("Meta-gDRO", "meta_gdro", None),
    "bargaining": Method("continuous bargaining", None, "nash"),
    "two_stage_ltr": Method("two-stage, LtR", "ltr", "nash"),
    "two_stage_forml": Method("two-stage, FORML", "forml", "nash"),
    "two_stage_meta_gdro": Method("two-stage, Meta-gDRO", "meta_gdro", "nash"),
    "generalized_mean": Method("generalized mean (GM)", "generalized_mean", None),
    "pcgrad": Method("PCGrad", "pcgrad", None),
    "cagrad": Method("CAGrad", "cagrad", None),
    "mgda": Method("MGDA", "mgda", None),
}


def objectives(theta):
    """Losses of both players, and their gradients.

    Parameters
    ----------
    theta : array-like of shape (..., 2)
        Points of the plane.

    Returns
    -------
    losses : ndarray of shape (..., 2)
    gradients : ndarray of shape (..., 2, 2)
        ``gradients[..., i, k]`` is the derivative of loss k by coordinate i. At θ₂ = 0,
        where the two regimes meet, it is the mean of both sides'.

    Notes
    -----
    Loss k is c₁f_k + c₂g_k with c₁ = max(tanh(θ₂/2), 0), c₂ = max(−tanh(θ₂/2), 0)::

        f₁ = log(max(|½(−θ₁ − 7) − tanh(−θ₂)|, 5·10⁻⁶)) + 6
        f₂ = log(max(|½(−θ₁ + 3) + tanh(−θ₂) + 2|, 5·10⁻⁶)) + 6
        g₁ = ((−θ₁ + 7)² + 0.1(−θ₂ − 8)²)/10 − 20
        g₂ = ((−θ₁ − 7)² + 0.1(−θ₂ − 8)²)/10 − 20

    For θ₂ > 0, a plateau with a narrow ravine for each player, in opposite places; below,
    two bowls whose bottoms, near θ₁ = ±7, are the ends of the Pareto front.

    References
    ----------
    Zeng et al. (NeurIPS 2024), appendix A.6, after Navon et al., "Multi-Task Learning as a
    Bargaining Game", ICML 2022.

    Examples
    --------
    >>> from skfairbargain.simulation import objectives
    >>> losses, gradients = objectives([0.0, -8.0])
    >>> losses.round(2)
    array([-15.09, -15.09])
    >>> gradients.round(2)
    array([[-1.4 ,  1.4 ],
           [ 0.01,  0.01]])
    """
    theta = np.asarray(theta, dtype=np.float64)
    first, second = theta[..., :1], theta[..., 1:]
    side = np.array([1.0, -1.0])  # of player 1 and of player 2
    bend = np.tanh(second)
    inside = -0.5 * first - side * (3.5 - bend)
    depth = np.maximum(np.abs(inside), 5e-6)
    steepness = np.where(np.abs(inside) > 5e-6, np.sign(inside) / depth, 0.0)
    plateau = np.log(depth) + 6
    by_first_f, by_second_f = -0.5 * steepness, side * (1 - bend**2) * steepness
    away = first - 7 * side
    bowl = (away**2 + 0.1 * (second + 8) ** 2) / 10 - 20
    by_first_g, by_second_g = away / 5, 0.02 * (second + 8) + 0 * away
    half = np.tanh(0.5 * second)
    above, below = np.maximum(half, 0), np.maximum(-half, 0)
    slope = 0.5 * (1 - half**2)
    is_above = np.heaviside(second, 0.5)
    by_first = above * by_first_f + below * by_first_g
    by_second = above * by_second_f + below * by_second_g
    by_second += slope * (is_above * plateau - (1 - is_above) * bowl)
    return above * plateau + below * bowl, np.stack([by_first, by_second], axis=-2)


def run_game(methods=METHODS, starts=STARTS, *, lr=0.1, n_steps=1000, bargain_steps=300):
    """Play the game by several methods from several starting points.

    Parameters
    ----------
    methods : sequence of str or mapping, default=METHODS
        Names among `METHODS`, or a mapping from names to `Method` with your own.
    starts : array-like of shape (n_starts, 2), default=STARTS
        Starting points.
    lr : float, default=0.1
        Step size of plain gradient descent along d = Hβ.
    n_steps : int, default=1000
        Steps from each start.
    bargain_steps : int, default=300
        Steps of stage 1 of the two-stage methods.

    Returns
    -------
    trajectories : DataFrame
        One row per method, start and step, 0 to `n_steps`: columns ``method``, ``start``
        (its index), ``step``, ``theta_1``, ``theta_2``, ``loss_1``, ``loss_2``, ``agreed``
        (whether there was an agreement on the step that led here; missing where nobody
        bargained) and ``conflict`` (whether that step went against a player, to first
        order).

    Raises
    ------
    ValueError
        If a method is unknown or `starts` has another shape.

    See Also
    --------
    summarize_game : Who got where.

    Notes
    -----
    Nash bargains over the ball here: θ may move either way, and there are no weights to
    clip. Where bargaining fails, the goal decides the step; the method without a goal stays
    where it is. Protocols see losses less their lower bound of −20, which matters to the
    generalized mean alone.

    Examples
    --------
    >>> from skfairbargain.simulation import run_game
    >>> trajectories = run_game(["two_stage_ltr"], [(9.0, -1.0)], n_steps=600)
    >>> trajectories[["theta_1", "theta_2"]].iloc[-1].round(1).tolist()
    [0.0, -8.4]
    """
    if not hasattr(methods, "items"):
        unknown = [name for name in methods if name not in METHODS]
        if unknown:
            raise ValueError(
                f"`methods` should be among {list(METHODS)}, or a mapping from names to "
                f"Method. Got {unknown[0]!r}."
            )
        methods = {name: METHODS[name] for name in methods}
    starts = np.asarray(starts, dtype=np.float64)
    if starts.ndim != 2 or starts.shape[1] != 2:
        raise ValueError(f"`starts` should have shape (n_starts, 2). Got {starts.shape}.")
    tables = []
    for name, method in methods.items():
        goal = None if method.goal is None else get_protocol(method.goal)
        bargaining = method.bargaining
        if bargaining is not None:
            bargaining = clone(get_protocol(bargaining))
            if "feasible" in bargaining.get_params():
                bargaining = bargaining.set_params(feasible="ball")
        stage_1 = 0 if bargaining is None else n_steps if goal is None else bargain_steps
        table = _play(goal, bargaining, starts, lr, n_steps, stage_1)
        table.insert(0, "method", name)
        tables.append(table)
    return pd.concat(tables, ignore_index=True)


def pareto_front(n_points=201):
    """Trade-offs that cannot be improved for one player but at the other's expense.

    Every point minimises (1 − λ)L₁ + λL₂ for a λ in [0, 1]; the front is convex, so this
    finds all of it.

    Parameters
    ----------
    n_points : int, default=201
        Number of values of λ, evenly spaced.

    Returns
    -------
    front : DataFrame of shape (n_points, 4)
        Columns ``theta_1``, ``theta_2``, ``loss_1``, ``loss_2``.

    Examples
    --------
    >>> from skfairbargain.simulation import pareto_front
    >>> pareto_front(3).round(2).to_numpy().tolist()
    [[7.0, -8.43, -19.99, -0.4], [0.0, -8.36, -15.09, -15.09], [-7.0, -8.43, -0.4, -19.99]]
    """
    rows = []
    for share in np.linspace(0, 1, n_points):
        weights = np.array([1 - share, share])

        def blend(theta, weights=weights):
            losses, gradients = objectives(theta)
            return losses @ weights, gradients @ weights

        found = minimize(blend, [7 - 14 * share, -8.0], jac=True, tol=1e-10).x
        rows.append([*found, *objectives(found)[0]])
    return pd.DataFrame(rows, columns=["theta_1", "theta_2", "loss_1", "loss_2"])


def summarize_game(trajectories, *, tolerance=0.1):
    """Count who ended on the Pareto front, and how far from equal losses.

    Parameters
    ----------
    trajectories : DataFrame
        From `run_game`.
    tolerance : float, default=0.1
        An end is on the front if its distance to it, in the plane of losses, is at most
        this; losses there range from −20 to 0.

    Returns
    -------
    summary : DataFrame
        One row per method, in their order: ``n_starts``; ``on_front``, the number of ends
        on the front; ``line_distance``, the mean distance of the ends to the line of equal
        losses, ``|L₁ − L₂|/√2``; ``line_distance_on_front``, the same over the ends on the
        front (NaN if there are none); ``conflict_rate``, the share of steps that went
        against a player.

    Examples
    --------
    >>> from skfairbargain.simulation import run_game, summarize_game
    >>> trajectories = run_game(["ltr"], [(0.0, 0.0), (9.0, 9.0)], n_steps=300)
    >>> summary = summarize_game(trajectories)
    >>> summary[["n_starts", "on_front"]].iloc[0].tolist()
    [2, 1]
    """
    front = pareto_front()[["loss_1", "loss_2"]].to_numpy()
    last = trajectories["step"] == trajectories["step"].max()
    ends = trajectories.loc[last, ["method", "start", "loss_1", "loss_2"]].copy()
    ends["on_front"] = (
        _distance_to_polyline(ends[["loss_1", "loss_2"]].to_numpy(), front) <= tolerance
    )
    ends["line_distance"] = (ends["loss_1"] - ends["loss_2"]).abs() / np.sqrt(2)
    by_method = ends.groupby("method", sort=False)
    steps = trajectories[trajectories["step"] > 0].groupby("method", sort=False)
    return pd.DataFrame(
        {
            "n_starts": by_method.size(),
            "on_front": by_method["on_front"].sum(),
            "line_distance": by_method["line_distance"].mean(),
            "line_distance_on_front": ends[ends["on_front"]]
            .groupby("method", sort=False)["line_distance"]
            .mean(),
            "conflict_rate": steps["conflict"].mean(),
        }
    ).loc[list(by_method.groups)]


def plot_game(trajectories, *, axes=None, limits=LIMITS):
    """Draw trajectories among the losses, one panel per method (Figures 2b, 3 and 5).

    Parameters
    ----------
    trajectories : DataFrame
        From `run_game`.
    axes : array of matplotlib Axes, default=None
        One for every method; None makes a figure.
    limits : tuple of (float, float), default=(-22, 11.5)
        Of both axes.

    Returns
    -------
    figure : matplotlib Figure

    Raises
    ------
    ImportError
        If matplotlib is not installed; it names the extra to install.
    """
    return draw_game(trajectories, pareto_front(), METHODS, axes=axes, limits=limits)


def plot_landscape(trajectories=None, *, axes=None):
    """Draw both losses and their mean over the plane, with the Pareto front.

    Parameters
    ----------
    trajectories : DataFrame, default=None
        From `run_game`, to be drawn on top.
    axes : sequence of 3 matplotlib Axes, default=None
        None makes a figure.

    Returns
    -------
    figure : matplotlib Figure

    Raises
    ------
    ImportError
        If matplotlib is not installed; it names the extra to install.
    """
    return draw_landscape(objectives, pareto_front(), trajectories, axes=axes)


def _play(goal, bargaining, starts, lr, n_steps, stage_1):
    """Trajectories of one method from all starts, as a table."""
    n_starts = len(starts)
    path = np.empty((n_steps + 1, n_starts, 2))
    path[0] = starts
    agreed = np.full((n_steps + 1, n_starts), None)
    conflict = np.zeros((n_steps + 1, n_starts), dtype=bool)
    for step in range(n_steps):
        losses, gradients = objectives(path[step])
        for i, hypergradients in enumerate(-gradients):
            players = MetaStep(losses[i] - LOWEST, hypergradients=hypergradients)
            beta = None
            if step < stage_1:
                beta = bargaining.weights(players)
                agreed[step + 1, i] = beta is not None
            if beta is None and goal is not None:
                beta = goal.weights(players)
            direction = np.zeros(2) if beta is None else hypergradients @ beta
            path[step + 1, i] = path[step, i] + lr * direction
            conflicts = conflicts_of_step(hypergradients, direction, EPSILON)
            conflict[step + 1, i] = conflicts.any()
    losses = objectives(path)[0]
    by_start = (1, 0)
    table = pd.DataFrame(
        {
            "start": np.repeat(np.arange(n_starts), n_steps + 1),
            "step": np.tile(np.arange(n_steps + 1), n_starts),
            "theta_1": path[..., 0].transpose(by_start).ravel(),
            "theta_2": path[..., 1].transpose(by_start).ravel(),
            "loss_1": losses[..., 0].transpose(by_start).ravel(),
            "loss_2": losses[..., 1].transpose(by_start).ravel(),
        }
    )
    return table.assign(
        agreed=pd.array(agreed.transpose(by_start).ravel(), dtype="boolean"),
        conflict=conflict.transpose(by_start).ravel(),
    )


def _distance_to_polyline(points, corners):
    """Distance of each point to the nearest point of the line through the corners."""
    begin, along = corners[:-1], np.diff(corners, axis=0)
    offset = points[:, None] - begin
    share = (offset * along).sum(axis=2) / np.maximum((along**2).sum(axis=1), 1e-300)
    nearest = begin + np.clip(share, 0, 1)[..., None] * along
    return np.linalg.norm(points[:, None] - nearest, axis=2).min(axis=1)
