"""Synthetic tabular data of known bias."""

from numbers import Integral, Real

import numpy as np
import pandas as pd
from sklearn.utils import Bunch, check_random_state
from sklearn.utils._param_validation import Interval, validate_params


@validate_params(
    {
        "n_samples": [Interval(Integral, 4, None, closed="left")],
        "n_features": [Interval(Integral, 2, None, closed="left")],
        "n_groups": [Interval(Integral, 1, None, closed="left")],
        "group_shares": ["array-like", None],
        "label_bias": [Interval(Real, 0, 1, closed="both")],
        "shift": [Interval(Real, None, None, closed="neither")],
        "noise": [Interval(Real, 0, None, closed="left")],
        "random_state": ["random_state"],
    },
    prefer_skip_nested_validation=True,
)
def make_biased_classification(
    n_samples=1000,
    *,
    n_features=10,
    n_groups=2,
    group_shares=None,
    label_bias=0.0,
    shift=1.0,
    noise=0.5,
    random_state=None,
):
    """Make binary data in which groups need different rules and some labels are wrong.

    The direction in the features that predicts the label differs from group to group, so a
    model fitted to the majority ranks the other groups worse. Group "g0" is the advantaged
    one: a share of the positives of every other group is recorded as negative.

    Parameters
    ----------
    n_samples : int, default=1000
        Number of rows, at least 4 times `n_groups`, so that every group × label cell has
        2 rows or more.
    n_features : int, default=10
        Number of standard normal features. Only the first two predict the label.
    n_groups : int, default=2
        Number of groups, named "g0", "g1" and so on.
    group_shares : array-like of shape (n_groups,), default=None
        Share of each group, positive. The shares are divided by their sum. None: each
        group is half the size of the one before, as far as `n_samples` allows; if there
        are more than four groups, all have the same size.
    label_bias : float, default=0.0
        Share of the positives that is recorded as negative in every group except "g0".
        Each group keeps at least one positive.
    shift : float, default=1.0
        Angle in radians between the directions that predict the label in the first and in
        the last group. The directions of the other groups are spaced evenly between.
    noise : float, default=0.5
        Standard deviation of the noise that is added to the score before it is made a
        label.
    random_state : int, RandomState or None, default=None
        Source of the random numbers. The same int gives the same data.

    Returns
    -------
    data : Bunch
        - ``data``: DataFrame of shape (n_samples, n_features), columns "x0", "x1", ….
        - ``target``: Series of int, the recorded labels.
        - ``clean_target``: Series of int, the labels before `label_bias`; half of each
          group's rows, rounded, are 1.
        - ``sensitive``: DataFrame with the column "group".
        - ``feature_names``, ``favorable_label`` (1) and ``DESCR``.

    Raises
    ------
    ValueError
        If there are too few samples for the groups, or the shares are not `n_groups`
        positive numbers.

    Examples
    --------
    >>> from skfairbargain.datasets import make_biased_classification
    >>> made = make_biased_classification(300, label_bias=0.2, random_state=0)
    >>> made.data.shape
    (300, 10)
    >>> made.target.groupby(made.sensitive["group"]).sum().to_dict()
    {'g0': 100, 'g1': 40}
    """
    if n_samples < 4 * n_groups:
        raise ValueError(
            f"`n_samples` should be 4 or more per group. Got {n_samples} for {n_groups} "
            "groups."
        )
    rng = check_random_state(random_state)
    sizes = _sizes(n_samples, n_groups, group_shares)
    group = rng.permutation(np.repeat(np.arange(n_groups), sizes))
    X = rng.normal(size=(n_samples, n_features))
    angle = shift * group / max(n_groups - 1, 1)
    score = np.cos(angle) * X[:, 0] + np.sin(angle) * X[:, 1]
    score += noise * rng.normal(size=n_samples)
    clean = np.zeros(n_samples, dtype=np.int64)
    recorded = clean.copy()
    for code in range(n_groups):
        members = np.flatnonzero(group == code)
        # Half of every group is positive, so that every group has both labels.
        best = members[np.argsort(score[members])[len(members) // 2 :]]
        clean[best] = recorded[best] = 1
        if code > 0:
            n_flipped = min(round(label_bias * len(best)), len(best) - 1)
            recorded[rng.choice(best, n_flipped, replace=False)] = 0
    names = [f"x{i}" for i in range(n_features)]
    return Bunch(
        data=pd.DataFrame(X, columns=names),
        target=pd.Series(recorded, name="label"),
        clean_target=pd.Series(clean, name="clean_label"),
        sensitive=pd.DataFrame({"group": [f"g{code}" for code in group]}),
        feature_names=names,
        favorable_label=1,
        DESCR=(
            f"Synthetic: {n_samples} samples in {n_groups} groups, whose rules differ by "
            f"up to {shift} radians. {label_bias:.0%} of the positives outside 'g0' are "
            "recorded as negative."
        ),
    )


def _sizes(n_samples, n_groups, shares):
    """Compute the number of rows of each group: by its share, and at least four."""
    if shares is None:
        shares = 0.5 ** np.arange(n_groups) if n_groups <= 4 else np.ones(n_groups)
    shares = np.asarray(shares, dtype=np.float64)
    if shares.shape != (n_groups,) or not (np.isfinite(shares) & (shares > 0)).all():
        raise ValueError(
            f"`group_shares` should be {n_groups} positive numbers, one per group. Got "
            f"{shares.tolist()}."
        )
    wanted = shares / shares.sum() * n_samples
    sizes = np.maximum(np.floor(wanted), 4).astype(np.int64)
    # Rounding and the minimum change the sum; the group farthest from its share corrects
    # it, one row at a time.
    while sizes.sum() != n_samples:
        off = np.sign(n_samples - sizes.sum())
        movable = np.where((sizes > 4) | (off > 0), (wanted - sizes) * off, -np.inf)
        sizes[movable.argmax()] += off
    return sizes
