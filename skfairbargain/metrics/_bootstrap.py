"""The Bayesian bootstrap: every row gets a random weight anew in each resample.

With exponential weights, the share of a bin of rows follows the posterior given their
counts, whatever the quantity conditions on: labels are as random as they are in the sample
for a selection rate, and cancel out of a true-positive rate. No resample lacks a row, so
that a quantity is defined in all of them or in none.
"""

from numbers import Integral

import numpy as np
from sklearn.utils import check_random_state

# Draws held in memory at a time: few enough to stay in the processor's cache.
CHUNK = 250_000


def generator(random_state):
    """NumPy's Generator from what scikit-learn calls a `random_state`."""
    if random_state is None or isinstance(random_state, np.random.Generator):
        return np.random.default_rng(random_state)
    if isinstance(random_state, Integral) and random_state >= 0:
        return np.random.default_rng(int(random_state))
    if isinstance(random_state, np.random.RandomState) or random_state is np.random:
        state = check_random_state(random_state)
        return np.random.default_rng(state.randint(2**31, size=4))
    raise ValueError(
        "`random_state` should be None, a whole number that is not negative, a RandomState "
        f"or a Generator. Got {random_state!r}."
    )


def percentile_interval(values, confidence_level, value):
    """Quantiles of resampled values that leave as much on either side.

    The value of the sample itself is always inside: where a rate is 0 or 1, so may be the
    true one, which no resample reaches.
    """
    tail = (1 - confidence_level) / 2
    low, high = np.quantile(values, [tail, 1 - tail])
    return min(low, value), max(high, value)


def resampled_values(rng, quantity, rows, n_resamples):
    """Values of a quantity in resamples of rows for which it is defined.

    Parameters
    ----------
    rng : numpy Generator
    quantity : Quantity
    rows : Rows
        Of positive weight.
    n_resamples : int

    Returns
    -------
    values : ndarray of shape (n_resamples,)
    """
    parts = quantity.bins(rows)
    draw, n_draws = _drawing(rng, parts, rows.weight)
    step = max(1, CHUNK // n_draws)
    values = np.empty(n_resamples)
    for start in range(0, n_resamples, step):
        some = slice(start, min(start + step, n_resamples))
        of_parts = [
            quantity.formula(sums, part.context)
            for sums, part in zip(draw(some.stop - some.start), parts, strict=True)
        ]
        values[some] = np.mean(of_parts, axis=0)
    return values if quantity.widen is None else quantity.widen(values, rows, rng)


def _drawing(rng, parts, weight):
    """Function from a number of resamples to the sums in the bins of each part.

    And how many numbers it draws for a resample.
    """
    weights = [part.scaled(weight) for part in parts]

    def draw_bins(n):  # a sum of exponential variables follows a known law
        (part,) = parts
        sums = rng.standard_gamma(counts, size=(n, part.n_bins)) * of_bin
        return [_with_pseudo_rows(rng, sums, part, weights[0])]

    def draw_rows(n):
        drawn = rng.standard_exponential((n, len(weight)))
        places = np.arange(n)[:, None]
        for part, scaled in zip(parts, weights, strict=True):
            bins = (part.codes + places * part.n_bins).ravel()
            sums = np.bincount(bins, (drawn * scaled).ravel(), n * part.n_bins)
            sums = sums.reshape(n, part.n_bins)
            yield _with_pseudo_rows(rng, sums, part, scaled)

    if len(parts) == 1:
        of_bin = np.zeros(parts[0].n_bins)
        of_bin[parts[0].codes] = weights[0]
        if (of_bin[parts[0].codes] == weights[0]).all():  # a bin's rows weigh the same
            counts = np.bincount(parts[0].codes, minlength=parts[0].n_bins)
            return draw_bins, parts[0].n_bins
    return draw_rows, len(weight)


def _with_pseudo_rows(rng, sums, part, weight):
    """Add the pseudo-rows, which weigh as much as a typical row of their set.

    That is Σw²/Σw, the share of a row in the set if all weights were equal and as noisy.
    """
    of_row = part.sets[part.codes]
    n_sets = part.sets.max() + 1
    total = np.bincount(of_row, weight, n_sets)
    squares = np.bincount(of_row, weight**2, n_sets)
    typical = np.divide(squares, total, out=np.ones(n_sets), where=total > 0)
    places = np.flatnonzero(part.pseudo)
    drawn = rng.standard_gamma(part.pseudo[places], size=(len(sums), len(places)))
    sums[:, places] += drawn * typical[part.sets[places]]
    return sums
