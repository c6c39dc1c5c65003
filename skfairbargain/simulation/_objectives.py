"""The two objectives of the game, and their Pareto front."""

import numpy as np
import pandas as pd
from scipy.optimize import minimize

# No loss is lower: of c₁ and c₂ one is 0 and the other below 1, and g is −20 or more.
LOWEST = -20.0


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

    For θ₂ > 0 there is a plateau with a narrow ravine for each player, in opposite places;
    for θ₂ < 0, two bowls whose minima, near θ₁ = ±7, are the ends of the Pareto front.

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


def pareto_front(n_points=201):
    """Trade-offs that cannot be improved for one player except at the other's expense.

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
