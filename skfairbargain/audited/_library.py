"""Which candidates there are, and how free their mix, by what the audited rows carry."""

import numpy as np

from ._candidates import Boosting, FeatureRegression, ScoreStack, TetheredStack

# Models of all features need as many rows in every cell.
FEWEST_FOR_FEATURES = 5
# So many base models, from the first, that corrections are tethered to.
TETHERED = (2, 3)
# How strongly the mix is drawn to equal weights, in nats, with so many rows in every cell.
ENTROPY, ENTROPY_ROWS = 0.3, 50


def candidate_library(models, others, fewest):
    """Make the candidates, not fitted.

    The library, its penalties and `ENTROPY` were chosen on rows that no table of the
    evidence tests on (``python -m experiments audited --apart``).

    Parameters
    ----------
    models : list of BaseModel
    others : list of str
        Scores beside theirs.
    fewest : int
        Rows of the smallest cell of the audited rows.

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

    candidates = {
        "stack": ScoreStack(best, groups=groups),
        "boosting_on_stack": Boosting(stack()),
    }
    # The first of the default base models are the best alone.
    for count in sorted({min(n, len(best)) for n in TETHERED}):
        name = f"tethered_{count}"
        candidates[name] = TetheredStack(best[:count], groups=groups)
    if fewest >= FEWEST_FOR_FEATURES:
        candidates |= {
            "features_and_stack": FeatureRegression(stack()),
            "audited_boosting": Boosting(),
        }
    return candidates


def entropy_factor(fewest):
    """How strongly the mix is drawn to equal weights, in nats.

    As the noise of a mean of losses: with the inverse square root of the number of rows.

    Parameters
    ----------
    fewest : int
        Rows of the smallest cell of the audited rows.
    """
    return ENTROPY * np.sqrt(ENTROPY_ROWS / fewest)
