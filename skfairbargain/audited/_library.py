"""Which candidates there are, and how free their mix, by what the audited rows carry."""

import numpy as np

from ._candidates import Boosting, FeatureRegression, ScoreStack, TetheredStack

# Models of all features need as many rows in every cell.
FEWEST_FOR_FEATURES = 5
# So many base models, from the first, that corrections are tethered to; more of them where
# the smallest cell has few rows, because more models disagree less with each other.
TETHERED, TETHERED_BY_FEW, FEW = (2, 3), (3, 5), 20
# Inverse penalty of the correction that boosting starts from with fewer.
START_C = 0.03
# With so many rows in every cell, how strongly the mix is drawn to equal weights, and the
# gain of a group that is within the noise, both in nats.
NOISE_ROWS, ENTROPY, LEAST_GAIN = 50, 0.3, 0.07
# Over a model that is in use every gain counts, so the bargain has no such tolerance.
LEAST_GAIN_OVER_REFERENCE = 1e-4


def candidate_library(models, others, fewest, *, balanced):
    """Make the candidates, not fitted.

    The library, its penalties and these factors were chosen on rows that no table of the
    evidence tests on (``python -m experiments audited --apart``).

    Parameters
    ----------
    models : list of BaseModel
    others : list of str
        Scores beside theirs.
    fewest : int
        Rows of the smallest cell of the audited rows.
    balanced : bool
        Whether the audited rows count by cell, or are a plain sample.

    Returns
    -------
    candidates : dict of str to candidate
    """
    plain = [model.name for model in models if not model.by_group] + others
    by_group = [model.name for model in models if model.by_group] + others
    groups = len(by_group) > len(others)
    best = by_group if groups else plain

    def stack():
        return ScoreStack(plain, groups=groups)

    def tethered(names, **penalty):
        return TetheredStack(names, groups=groups, free_constant=not balanced, **penalty)

    for_features = fewest >= FEWEST_FOR_FEATURES
    # A dozen rows can turn a free stack round, and two candidates with it.
    start = stack() if for_features else tethered(plain, C=START_C)
    candidates = {
        "stack": ScoreStack(best, groups=groups),
        "boosting_on_stack": Boosting(start),
    }
    # The first of the default base models are the best alone.
    counts = TETHERED if fewest >= FEW else TETHERED_BY_FEW
    for count in sorted({min(n, len(best)) for n in counts}):
        name = f"tethered_{count}"
        candidates[name] = tethered(best[:count])
    if for_features:
        candidates |= {
            "features_and_stack": FeatureRegression(stack()),
            "audited_boosting": Boosting(),
        }
    return candidates


def noise_factors(fewest, *, over_reference):
    """What guards the mix against the noise of the groups' losses, in nats.

    They grow as the noise of a mean does, with the inverse square root of the rows.

    Parameters
    ----------
    fewest : int
        Rows of the smallest cell of the audited rows.
    over_reference : bool
        Whether gains are those over a model that is in use, or over a constant guess.

    Returns
    -------
    factors : dict of str to float
        Keywords of `mix_weights`.
    """
    noise = np.sqrt(NOISE_ROWS / fewest)
    least_gain = LEAST_GAIN_OVER_REFERENCE if over_reference else LEAST_GAIN * noise
    return {"entropy": ENTROPY * noise, "least_gain": least_gain}
