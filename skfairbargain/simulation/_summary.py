"""Where the paths end."""

import numpy as np
import pandas as pd

from ._objectives import pareto_front


def summarize_game(trajectories, *, tolerance=0.1):
    """Count the paths that end on the Pareto front, and how far from equal losses they end.

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
        front (NaN if there are none); ``conflict_rate``, the share of steps that raised
        a player's loss, to first order.

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


def _distance_to_polyline(points, corners):
    """Distance of each point to the nearest point of the line through the corners."""
    begin, along = corners[:-1], np.diff(corners, axis=0)
    offset = points[:, None] - begin
    share = (offset * along).sum(axis=2) / np.maximum((along**2).sum(axis=1), 1e-300)
    nearest = begin + np.clip(share, 0, 1)[..., None] * along
    return np.linalg.norm(points[:, None] - nearest, axis=2).min(axis=1)
