"""The methods that are compared, by name, and how each is trained."""

from functools import partial
from typing import NamedTuple

from .networks import (
    fit_fine_tuned,
    fit_group_dro,
    fit_network,
    fit_ours,
    fit_reweighted,
    shortened,
)
from .paper_settings import paper_settings
from .rivals import (
    boosting,
    fit_classifier,
    fit_exponentiated_gradient,
    fit_on_validation,
    fit_threshold_on_validation,
    fit_threshold_optimizer,
    fit_with_validation,
    logistic,
    reweighing,
)


class Rival(NamedTuple):
    """A method of the comparison.

    Parameters
    ----------
    title : str
    fit : callable
        ``(train, val, seed) -> predict``; see `rivals`.
    told : str
        What it is told besides features and labels of the training rows.
    """

    title: str
    fit: object
    told: str = "nothing"


AUDITED, AUDITED_GROUPS = "audited rows", "audited rows, their groups"
GROUPS, ALL_GROUPS = "training groups", "training and test groups"


def _by_model(title, fit, told):
    """A method on top of logistic regression and of boosting."""
    return {
        name: Rival(f"{title}, {name}", partial(fit, model=model()), told)
        for name, model in (("logistic", logistic), ("boosting", boosting))
    }


def _prefixed(prefix, rivals):
    return {f"{prefix}_{name}": rival for name, rival in rivals.items()}


RIVALS = {
    "logistic": Rival("logistic regression", partial(fit_classifier, model=logistic())),
    "logistic_balanced": Rival(
        "logistic regression, balanced", partial(fit_classifier, model=logistic(True))
    ),
    "boosting": Rival("boosting", partial(fit_classifier, model=boosting())),
    "boosting_balanced": Rival(
        "boosting, balanced", partial(fit_classifier, model=boosting(True))
    ),
    "mlp": Rival("network", fit_network),
    "mlp_balanced": Rival("network, balanced", partial(fit_network, balanced=True)),
    **_prefixed(
        "reweighing",
        _by_model("reweighing", partial(fit_classifier, sample_weight=reweighing), GROUPS),
    ),
    **_prefixed(
        "threshold", _by_model("ThresholdOptimizer", fit_threshold_optimizer, ALL_GROUPS)
    ),
    **_prefixed(
        "exponentiated",
        _by_model("ExponentiatedGradient", fit_exponentiated_gradient, GROUPS),
    ),
    "group_dro": Rival("group DRO", fit_group_dro, GROUPS),
}

# Their `fit` takes the `parameters` of NashMetaClassifier as well.
OURS = {
    "ours_paper": Rival("ours, paper's settings", fit_ours, AUDITED_GROUPS),
    "ours": Rival("ours, defaults", fit_ours, AUDITED_GROUPS),
    "ours_meta_gdro": Rival("ours, defaults, goal Meta-gDRO", fit_ours, AUDITED_GROUPS),
    "ours_boosting": Rival(
        "ours, boosting on the weights",
        partial(fit_reweighted, weigher_share=0.0),
        AUDITED_GROUPS,
    ),
    "ours_vote": Rival(
        "ours, network and boosting vote",
        partial(fit_reweighted, weigher_share=0.5),
        AUDITED_GROUPS,
    ),
}

# What else the validation set could be used for.
VALIDATION_RIVALS = {
    "val_only": Rival("validation set alone, logistic", fit_on_validation, AUDITED),
    "val_added": Rival(
        "validation set added, boosting",
        partial(fit_with_validation, model=boosting()),
        AUDITED,
    ),
    "val_threshold": Rival(
        "threshold on validation set, boosting",
        partial(fit_threshold_on_validation, model=boosting()),
        AUDITED,
    ),
    "fine_tuned": Rival("network, fine-tuned", fit_fine_tuned, AUDITED),
}

ALL_RIVALS = {**RIVALS, **VALIDATION_RIVALS, **OURS}


def training_of(spec):
    """How the method of a spec is trained: ``(train, val, seed) -> predict``."""
    name = spec["method"]
    if name not in OURS:
        return ALL_RIVALS[name].fit
    if name == "ours_paper":
        parameters = paper_settings(spec["setting"])
    else:
        parameters = {"goal": "meta_gdro"} if name == "ours_meta_gdro" else {}
    return partial(OURS[name].fit, parameters=shortened(parameters, spec["epochs"]))


def epochs_of(method, epochs):
    """The epochs that a spec names: those of ours; other methods have a fixed number."""
    return epochs if method in OURS else None


def titles_of(methods):
    """Names of methods for people."""
    return {name: ALL_RIVALS[name].title for name in methods}
