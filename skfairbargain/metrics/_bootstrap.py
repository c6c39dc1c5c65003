"""The Bayesian bootstrap: every row gets a random weight anew in each resample.

With exponential weights, the share of a bin of rows follows the posterior given their
counts, whatever the quantity conditions on: labels are as random as they are in the sample
for a selection rate, and cancel out of a true-positive rate. No resample lacks a row, so
that a quantity is defined in all of them or in none.
"""

from collections import defaultdict
from numbers import Integral

import numpy as np
from scipy.sparse import csr_array
from sklearn.utils import check_random_state

from ._quantity import exponents

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


def resampled_values(rng, quantities, rows, n_resamples):
    """Values of quantities in resamples of the same rows.

    Parameters
    ----------
    rng : numpy Generator
    quantities : dict of str to Quantity
        Those that are defined for these rows.
    rows : dict of str to Rows
        The rows with each kind of output, by what a quantity reads; of positive weight.
    n_resamples : int

    Returns
    -------
    values : dict of str to ndarray of shape (n_resamples,)
    """
    weight = next(iter(rows.values())).weight
    parts = {name: q.bins(rows[q.reads]) for name, q in quantities.items()}
    completed = {name: [completing(rng, p, weight) for p in parts[name]] for name in parts}
    values = {name: np.empty(n_resamples) for name in quantities}
    for names in _sharing(parts):
        draw, n_draws = _drawing(rng, parts[names[0]], weight)
        step = max(1, CHUNK // n_draws)
        for start in range(0, n_resamples, step):
            some = slice(start, min(start + step, n_resamples))
            sums = draw(some.stop - start)
            for name in names:
                of_parts = [
                    quantities[name].formula(complete(of_part), part.context)
                    for complete, of_part, part in zip(
                        completed[name], sums, parts[name], strict=True
                    )
                ]
                values[name][some] = np.mean(of_parts, axis=0)
    for name, quantity in quantities.items():
        if quantity.widen is not None:
            values[name] = quantity.widen(values[name], rows[quantity.reads], rng)
    return values


def _sharing(parts):
    """Names of the quantities whose bins have the same rows: one draw serves them all."""
    names = defaultdict(list)
    for name, of_quantity in parts.items():
        names[*((part.n_bins, part.codes.tobytes()) for part in of_quantity)].append(name)
    return names.values()


def _drawing(rng, parts, weight):
    """Function from a number of resamples to the sums in the bins of each part.

    And how many numbers it draws for a resample. Sums are in units of the bins' scale.
    """
    n_rows = len(weight)
    scaled = [np.ldexp(weight, -of_bins(part, weight)[part.codes]) for part in parts]

    def draw_bins(n):  # a sum of exponential variables follows a known law
        return [rng.standard_gamma(counts, size=(n, len(counts))) * of_bin]

    def draw_rows(n):
        drawn = rng.standard_exponential((n, n_rows))
        return [drawn @ of_rows for of_rows in matrices]

    if len(parts) == 1:
        (part,), (of_row,) = parts, scaled
        of_bin = np.zeros(part.n_bins)
        of_bin[part.codes] = of_row
        if (of_bin[part.codes] == of_row).all():  # a bin's rows weigh the same
            counts = np.bincount(part.codes, minlength=part.n_bins)
            return draw_bins, part.n_bins
    matrices = [
        csr_array((of_row, (np.arange(n_rows), part.codes)), shape=(n_rows, part.n_bins))
        for part, of_row in zip(parts, scaled, strict=True)
    ]
    return draw_rows, n_rows


def of_bins(part, weight):
    """Exponent of two of the largest weight in each bin: the scale of what is drawn."""
    return exponents(part.codes, part.n_bins, weight)


def completing(rng, part, weight):
    """Function that gives drawn sums the scale of their sets, and adds pseudo-rows.

    A pseudo-row weighs as much as a typical row of its set: Σw²/Σw, which is the share of a
    row in the set if all weights were equal and as noisy.
    """
    # An empty bin has no weight to go by.
    change = np.minimum(of_bins(part, weight) - part.exponents(weight), 0)
    scale = np.ldexp(1.0, change)
    scaled = part.scaled(weight)
    of_row = part.sets[part.codes]
    n_sets = part.sets.max() + 1
    total = np.bincount(of_row, scaled, n_sets)
    squares = np.bincount(of_row, scaled**2, n_sets)
    typical = np.divide(squares, total, out=np.ones(n_sets), where=total > 0)
    places = np.flatnonzero(part.pseudo)

    def complete(sums):
        sums = sums * scale
        drawn = rng.standard_gamma(part.pseudo[places], size=(len(sums), len(places)))
        sums[:, places] += drawn * typical[part.sets[places]]
        return sums

    return complete
