"""The bootstrap: rows drawn with replacement within each stratum."""

import itertools

import numpy as np

# Draws held in memory at a time: few enough to stay in the processor's cache.
CHUNK = 250_000
# Draws of one resample. More than one in three is defined, whatever the rows, as long as
# `lacks` of the quantity says where it is undefined; without it, none might ever be.
MOST_DRAWS = 200


def members_of_strata(strata):
    """Numbers of the rows of each stratum, in ascending order, from the row's strata."""
    order = np.argsort(strata, kind="stable")
    edges = np.flatnonzero(np.diff(strata[order], prepend=-1, append=-1))
    return [order[a:b] for a, b in itertools.pairwise(edges)]


def percentile_interval(values, confidence_level):
    """Quantiles that leave as much on either side; NaN without a value.

    A value of NaN is a resample in which the quantity is undefined, and left out.
    """
    values = np.asarray(values, dtype=np.float64)
    values = values[~np.isnan(values)]
    if not len(values):
        return np.nan, np.nan
    low, high = np.quantile(
        values, [(1 - confidence_level) / 2, (1 + confidence_level) / 2]
    )
    return low, high


def resampled_values(rng, quantities, rows, strata, n_resamples):
    """Values of quantities in resamples; those that share bins share the draws.

    A resample in which a quantity is undefined is drawn again for it.

    Parameters
    ----------
    rng : numpy Generator
    quantities : dict of str to Quantity
        Those that are defined for these rows.
    rows : dict of str to Rows
        The same rows with each kind of output, by what a quantity reads.
    strata : ndarray of shape (n,)
    n_resamples : int

    Returns
    -------
    values : dict of str to ndarray of shape (n_resamples,)
    """
    values = {name: np.zeros(n_resamples) for name in quantities}
    for find_bins in dict.fromkeys(quantity.bins for quantity in quantities.values()):
        sharing = {n: q for n, q in quantities.items() if q.bins is find_bins}
        read = rows[next(iter(sharing.values())).reads]
        weight, parts = read.scaled_weight(), find_bins(read)
        for codes, n_bins, context in parts:
            draw = _drawing(rng, codes, n_bins, weight, strata)
            step = max(1, CHUNK // len(codes))
            for start in range(0, n_resamples, step):
                some = slice(start, min(start + step, n_resamples))
                sums = draw(some.stop - start)
                for name, quantity in sharing.items():
                    part = quantity.formula(sums, context)
                    for _ in range(MOST_DRAWS):
                        if not (again := np.isnan(part)).any():
                            break
                        part[again] = quantity.formula(draw(again.sum()), context)
                    values[name][some] += part / len(parts)
    return values


def _drawing(rng, codes, n_bins, weight, strata):
    """Function from a number of resamples to the sums of weights in the bins of each."""
    members = members_of_strata(strata)
    same_weight = weight.min() == weight.max()

    def draw_counts(n):  # few bins: how many rows fall into each follows a known law
        sums = np.zeros((n, n_bins))
        for rows in members:
            found, counts = np.unique(codes[rows], return_counts=True)
            sums[:, found] += rng.multinomial(len(rows), counts / len(rows), size=n)
        return sums * weight[0]

    def draw_rows(n):
        bins = np.empty((n, len(codes)), np.int64)
        weights = None if same_weight else np.empty((n, len(codes)))
        start = 0
        for rows in members:
            place = slice(start, start := start + len(rows))
            drawn = rng.integers(len(rows), size=(n, len(rows)))
            bins[:, place] = codes[rows][drawn]
            if weights is not None:
                weights[:, place] = weight[rows][drawn]
        bins += np.arange(n)[:, None] * n_bins
        sums = np.bincount(
            bins.ravel(), None if weights is None else weights.ravel(), n * n_bins
        ).reshape(n, n_bins)
        return sums * weight[0] if weights is None else sums

    return draw_counts if same_weight and n_bins < len(codes) / 50 else draw_rows
