"""What becomes of the candidates: their mix, the reference, or the mean of base models."""

import numpy as np

from .._utils import group_names, warn_user
from ..exceptions import NoAgreementWarning
from ._agreement import group_means, row_losses, serves_every_group
from ._base_models import REFERENCE
from ._candidates import Score
from ._library import noise_factors
from ._mixture import mix
from ._report import candidate_table


def average(models):
    """Weigh base models alike: without audited rows there is nothing to weigh by.

    Parameters
    ----------
    models : list of BaseModel

    Returns
    -------
    learned : dict of str to object
        Fitted attributes.
    """
    names = [model.name for model in models]
    return {
        "weights_": dict.fromkeys(names, 1 / len(names)),
        "_candidates": {name: Score(name) for name in names},
        "agreed_": False,
        "groups_": [],
        "merged_groups_": [],
    }


def agree(combine, found, audit, folds, in_use):
    """Mix the candidates, or keep the reference.

    Parameters
    ----------
    combine : str
        As of `AuditedClassifier`.
    found : CrossFitted
    audit : Audit
    folds : ndarray of shape (n_val,), int
    in_use : ndarray of shape (n_val, n_classes), or None
        Logits of the reference.

    Returns
    -------
    learned : dict of str to object
        Fitted attributes.
    """
    apart = _without_agreement(in_use, audit)
    weights, mixed = mix(
        found.logits,
        audit,
        folds,
        combine=combine,
        disagreement=group_means(apart, audit.groups, audit.weight),
        **noise_factors(audit.fewest, over_reference=in_use is not None),
    )
    gains = apart - row_losses(mixed, audit.y)
    if in_use is None:
        agreed = bool((group_means(gains, audit.groups, audit.weight) > 0).all())
    else:
        agreed = serves_every_group(gains, audit.groups, audit.weight)
    if not agreed:
        _warn(gains, audit, in_use)
    mixture = {
        name: (weight, candidate)
        for name, candidate, weight in zip(
            found.names, found.candidates, weights.tolist(), strict=True
        )
        if weight > 0
    }
    if not agreed and in_use is not None:
        mixture = {REFERENCE: (1.0, Score(REFERENCE))}
    return {
        "weights_": {name: weight for name, (weight, _) in mixture.items()},
        "candidates_": candidate_table(found, weights, mixed, in_use, audit),
        "agreed_": agreed,
        "groups_": audit.names,
        "merged_groups_": audit.merged,
        "_candidates": {name: candidate for name, (_, candidate) in mixture.items()},
    }


def _without_agreement(in_use, audit):
    """Loss of each audited row by the reference, or by a constant guess."""
    if in_use is not None:
        return row_losses(in_use, audit.y)
    shares = np.bincount(audit.y, audit.weight) / audit.weight.sum()
    return -np.log(shares)[audit.y]


def _warn(gains, audit, in_use):
    gained = group_means(gains, audit.groups, audit.weight)
    worst = group_names(audit.names)[int(gained.argmin())]
    if in_use is not None:
        message = (
            "No mix of the candidates serves every group better than `reference` beyond "
            f"the noise of the audited rows: group {worst!r} gains {gained.min():.3f} "
            "nats. Predictions stay the reference's. More audited rows can tell more."
        )
    else:
        message = (
            "No mix of the candidates serves every group better than a constant guess: "
            f"group {worst!r} gains {gained.min():.3f} nats on rows that were left out. "
            "Check the labels, or audit more rows."
        )
    warn_user(message, NoAgreementWarning)
