"""Weights of candidates, by what the groups of the audited rows lose."""

import numpy as np
from scipy.optimize import minimize
from scipy.special import log_softmax, softmax

# How sharply "minimax" looks at the worst group: a smooth maximum of the losses, in 1/nats.
SHARPNESS = 20.0


def mix_weights(logits, y, groups, weight, *, combine, disagreement, entropy, least_gain):
    """Weights on the simplex for a mixture of logits.

    Parameters
    ----------
    logits : ndarray of shape (n_val, n_candidates, n_classes)
        Of each candidate, from fits that left the row out.
    y : ndarray of shape (n_val,), int
    groups : ndarray of shape (n_val,), int
        Positions of the groups.
    weight : ndarray of shape (n_val,)
        Weights of the rows within their groups.
    combine : {"nash", "minimax", "mean", "select"}
    disagreement : ndarray of shape (n_groups,)
        Loss of each group without an agreement; read by "nash".
    entropy : float
        How strongly the weights are drawn to equal ones, in nats of group loss.
    least_gain : float
        Where a group gains less than this, in nats, "nash" goes on with the tangent of the
        logarithm: gains within the noise count in proportion, and a group that loses moves
        the weights towards those by which it gains.

    Returns
    -------
    weights : ndarray of shape (n_candidates,)

    Notes
    -----
    With L_g(w) the mean log loss of group g by the mixture, d its loss without an
    agreement and H the entropy of w:

    - "nash" maximizes Σ_g log(d_g − L_g(w)), here divided by the number of groups and
      multiplied by the mean of d so that it is in nats of loss,
    - "minimax" lowers max_g L_g(w), smoothed,
    - "mean" lowers the mean of L_g(w), and
    - "select" takes the one candidate with the lowest mean.

    All but the last add `entropy` · H, and are concave.
    """
    losses = _GroupLosses(logits, y, groups, weight)
    n_candidates = logits.shape[1]
    if combine == "select":
        alone = [losses(np.eye(n_candidates)[k])[0].mean() for k in range(n_candidates)]
        return np.eye(n_candidates)[int(np.argmin(alone))]
    objective = {"nash": _nash, "minimax": _minimax, "mean": _mean}[combine]

    def negative(free):
        weights = softmax(free)
        values, slopes = losses(weights)
        value, by_group = objective(values, disagreement, least_gain)
        logs = np.log(np.maximum(weights * n_candidates, 1e-300))
        value += entropy * weights @ logs
        slope = by_group @ slopes + entropy * (logs + 1)
        return value, weights * (slope - weights @ slope)

    found = minimize(negative, np.zeros(n_candidates), jac=True, method="L-BFGS-B")
    return softmax(found.x)


class _GroupLosses:
    """Log loss of each group by a mixture, and its slope in the weights."""

    def __init__(self, logits, y, groups, weight):
        self.logits = logits
        self.y = y
        shares = np.zeros((groups.max() + 1, len(y)))  # of groups that have rows here
        shares[groups, np.arange(len(y))] = weight
        self.shares = shares / shares.sum(axis=1, keepdims=True)

    def __call__(self, weights):
        log_p = log_softmax(np.tensordot(self.logits, weights, axes=(1, 0)), axis=1)
        rows = np.arange(len(self.y))
        excess = np.exp(log_p)
        excess[rows, self.y] -= 1
        slopes = np.einsum("nkc,nc->nk", self.logits, excess)
        return -self.shares @ log_p[rows, self.y], self.shares @ slopes


def _mean(values, disagreement, least_gain):
    return values.mean(), np.full(len(values), 1 / len(values))


def _minimax(values, disagreement, least_gain):
    shares = softmax(SHARPNESS * values)
    above = values.max()
    smooth = above + np.log(np.mean(np.exp(SHARPNESS * (values - above)))) / SHARPNESS
    return smooth, shares


def _nash(values, disagreement, least_gain):
    gains = disagreement - values
    counted = np.maximum(gains, least_gain)
    scale = disagreement.mean() / len(values)
    logs = np.log(counted) + (gains - counted) / counted
    return -scale * logs.sum(), scale / counted
