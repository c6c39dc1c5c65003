"""The methods, and their paths through the plane."""

from typing import NamedTuple

import numpy as np
import pandas as pd
from sklearn.base import clone

from ..bargaining import conflicts_of_step
from ..protocols import MetaStep, Protocol, get_protocol
from ._objectives import LOWEST, objectives

EPSILON = np.finfo(np.float64).eps

# The paper names none. Five are those of Navon et al. (2022); (−9, 3) is ours: as far out
# as those, on the side of the plateau where there is only one of them.
STARTS = ((-8.5, 7.5), (0.0, 0.0), (9.0, 9.0), (-7.5, -0.5), (9.0, -1.0), (-9.0, 3.0))


class Method(NamedTuple):
    """A method of the game.

    Parameters
    ----------
    title : str
        Its name in figures and tables.
    goal : str, Protocol or None
        The protocol of stage 2, or of the whole game without `bargaining`.
    bargaining : str, Protocol or None
        The protocol of stage 1, or of the whole game without `goal`.

    Examples
    --------
    >>> from skfairbargain.protocols import CAGrad
    >>> from skfairbargain.simulation import Method, run_game
    >>> careful = {"careful": Method("CAGrad, c = 0.9", CAGrad(c=0.9), None)}
    >>> len(run_game(careful, [(1.0, -6.0)], n_steps=10))
    11
    """

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
        bargained) and ``conflict`` (whether that step raised a player's loss, to first
        order).

    Raises
    ------
    ValueError
        If a method is unknown or `starts` has another shape.

    See Also
    --------
    summarize_game : How many paths end on the front, and where.

    Notes
    -----
    Nash bargains over the ball here: θ may move either way, and there are no weights to
    clip. Where there is no agreement, the goal decides the step; a method without a goal
    stays where it is. Protocols are given losses minus their lower bound of −20, which
    matters to the generalized mean alone.

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
    return _table(path, agreed, conflict)


def _table(path, agreed, conflict):
    """Turn arrays of shape (n_steps + 1, n_starts, ...) into a table, start by start."""
    n_rows, n_starts = agreed.shape
    losses = objectives(path)[0]
    return pd.DataFrame(
        {
            "start": np.repeat(np.arange(n_starts), n_rows),
            "step": np.tile(np.arange(n_rows), n_starts),
            "theta_1": path[..., 0].T.ravel(),
            "theta_2": path[..., 1].T.ravel(),
            "loss_1": losses[..., 0].T.ravel(),
            "loss_2": losses[..., 1].T.ravel(),
            "agreed": pd.array(agreed.T.ravel(), dtype="boolean"),
            "conflict": conflict.T.ravel(),
        }
    )
