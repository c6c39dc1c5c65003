"""Quantities of several models on the same rows, resampled together.

Two models that are measured on the same rows err on many of the same ones. Resampled
together, what they share cancels out of their difference, whose interval is then a good
deal narrower than those of the two values suggest.
"""

import numpy as np
from scipy.sparse import csr_array

from .._utils import group_names
from ._bootstrap import CHUNK, completing, generator, of_bins
from ._inputs import decided, read_scores
from ._quantities import QUANTITIES
from ._values import split

__all__ = ["Measured", "paired_measures"]

WORST = "worst group"


class Measured:
    """Values of several models on the same rows, and their common resamples.

    Attributes
    ----------
    models, metrics, scopes : list of str
        The scopes are "overall", the groups, and "worst group".
    n : dict of str to int
        Rows of each scope but "worst group".
    n_classes : int
    """

    def __init__(self, models, metrics, scopes, n, n_classes, values, draws):
        self.models, self.metrics, self.scopes = models, metrics, scopes
        self.n, self.n_classes = n, n_classes
        self._values, self._draws = values, draws

    def value(self, model, metric, scope, confidence_level=0.95):
        """Value and interval of a model; NaN where the quantity is undefined."""
        key = model, metric, scope
        return _interval(self._values[key], self._draws[key], confidence_level)

    def difference(self, model, reference, metric, scope, confidence_level=0.95):
        """Value of a model less that of another, and the interval of the difference."""
        one, other = (model, metric, scope), (reference, metric, scope)
        return _interval(
            self._values[one] - self._values[other],
            self._draws[one] - self._draws[other],
            confidence_level,
        )


def paired_measures(
    y_true,
    scores,
    *,
    sensitive_features,
    metrics,
    thresholds=None,
    labels=None,
    n_resamples=1000,
    random_state=None,
):
    """Measure several models on the same rows, overall, by group and in the worst group.

    Parameters
    ----------
    y_true : array-like of shape (n_samples,)
    scores : dict of str to array-like
        Scores of each model, as `group_metrics` takes them.
    sensitive_features : array-like of shape (n_samples,) or (n_samples, n_columns)
    metrics : sequence of str
        Quantities that read labels or scores.
    thresholds : dict of str to float, default=None
        For each model, the score above which a prediction is positive. None, or a model
        that is missing: 0.5.
    labels : array-like of shape (n_classes,), default=None
    n_resamples : int, default=1000
    random_state : int, RandomState, Generator or None, default=None

    Returns
    -------
    measured : Measured

    Notes
    -----
    A resample of the Bayesian bootstrap gives each row one weight for all models. The
    worst group of a model is that of its smallest value (largest, where less is better),
    chosen anew in each resample.
    """
    thresholds = thresholds or {}
    inputs, codes, groups = {}, None, None
    for model, of_model in scores.items():
        rows = read_scores("scores", y_true, of_model, None, labels)
        rows, codes, groups = split(rows, sensitive_features, "raise")
        inputs[model] = {
            "scores": rows,
            "labels": decided(rows, thresholds.get(model, 0.5)),
        }
    names = group_names(groups, taken=["overall", WORST])
    scopes = {"overall": np.ones(len(codes), bool)}
    scopes |= {name: codes == code for code, name in enumerate(names)}
    rng = generator(random_state)
    quantities = {name: QUANTITIES[name] for name in metrics}
    values, draws = {}, {}
    for scope, members in scopes.items():
        read = {
            (model, name): inputs[model][quantity.reads][members]
            for model in scores
            for name, quantity in quantities.items()
        }
        defined = {
            key: rows
            for key, rows in read.items()
            if quantities[key[1]].lacks(rows) is None
        }
        drawn = _resampled_together(rng, quantities, defined, n_resamples)
        for key in read:
            is_there = key in defined
            values[*key, scope] = quantities[key[1]](read[key]) if is_there else np.nan
            draws[*key, scope] = drawn[key] if is_there else np.full(n_resamples, np.nan)
    for model in scores:
        for name, quantity in quantities.items():
            extreme = np.nanmin if quantity.greater_is_better else np.nanmax
            known = [group for group in names if not np.isnan(values[model, name, group])]
            of_groups = [draws[model, name, group] for group in known]
            key = model, name, WORST
            values[key], draws[key] = np.nan, np.full(n_resamples, np.nan)
            if known:
                values[key] = extreme([values[model, name, group] for group in known])
                draws[key] = extreme(of_groups, axis=0)
    n = {scope: int(members.sum()) for scope, members in scopes.items()}
    n_classes = len(inputs[next(iter(inputs))]["scores"].classes)
    return Measured(
        list(scores), list(metrics), [*scopes, WORST], n, n_classes, values, draws
    )


def _resampled_together(rng, quantities, rows, n_resamples):
    """Values of each (model, quantity) in resamples with the same weights for all."""
    if not rows:
        return {}
    weight = next(iter(rows.values())).weight
    n_rows = len(weight)
    parts = []
    for key, of_key in rows.items():
        bins = quantities[key[1]].bins(of_key)
        for part in bins:
            of_row = np.ldexp(weight, -of_bins(part, weight)[part.codes])
            shape = n_rows, part.n_bins
            matrix = csr_array((of_row, (np.arange(n_rows), part.codes)), shape=shape)
            parts.append((key, part, matrix, completing(rng, part, weight), len(bins)))
    values = {key: np.zeros(n_resamples) for key in rows}
    step = max(1, CHUNK // n_rows)
    for start in range(0, n_resamples, step):
        some = slice(start, min(start + step, n_resamples))
        drawn = rng.standard_exponential((some.stop - start, n_rows))
        for key, part, matrix, complete, n_parts in parts:
            sums = complete(drawn @ matrix)
            values[key][some] += quantities[key[1]].formula(sums, part.context) / n_parts
    return values


def _interval(value, draws, confidence_level):
    if np.isnan(value):
        return np.nan, np.nan, np.nan
    tail = (1 - confidence_level) / 2
    low, high = np.quantile(draws, [tail, 1 - tail])
    return float(value), float(min(low, value)), float(max(high, value))
