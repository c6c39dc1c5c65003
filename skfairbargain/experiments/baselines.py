"""What a user would pick instead, on the paper's splits and by the honest rule."""

from functools import partial
from typing import NamedTuple

import numpy as np
import pandas as pd

from .._paper_settings import paper_settings
from .measures import MEASURES, honest_measures
from .networks import (
    fit_fine_tuned,
    fit_group_dro,
    fit_network,
    fit_ours,
    fit_reweighted,
)
from .preparation import prepare
from .rivals import (
    Rows,
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
    groups : {"none", "validation", "training", "training, prediction"}
        Whose groups it is told.
    validation : bool
        Whether it sees the labels of the validation set.
    """

    title: str
    fit: object
    groups: str = "none"
    validation: bool = False


def _by_model(title, fit, **kwargs):
    """A method on top of logistic regression and of boosting."""
    return {
        name: Rival(f"{title}, {name}", partial(fit, model=model()), **kwargs)
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
        _by_model(
            "reweighing",
            partial(fit_classifier, sample_weight=reweighing),
            groups="training",
        ),
    ),
    **_prefixed(
        "threshold",
        _by_model(
            "ThresholdOptimizer", fit_threshold_optimizer, groups="training, prediction"
        ),
    ),
    **_prefixed(
        "exponentiated",
        _by_model("ExponentiatedGradient", fit_exponentiated_gradient, groups="training"),
    ),
    "group_dro": Rival("group DRO", fit_group_dro, groups="training"),
}

# These need parameters of the setting.
OURS = {
    "ours_paper": Rival("ours, paper's settings", fit_ours, "validation", True),
    "ours": Rival("ours, defaults", fit_ours, "validation", True),
    "ours_meta_gdro": Rival("ours, defaults, goal Meta-gDRO", fit_ours, "validation", True),
    "ours_boosting": Rival(
        "ours, boosting on the weights",
        partial(fit_reweighted, weigher_share=0.0),
        "validation",
        True,
    ),
    "ours_vote": Rival(
        "ours, network and boosting vote",
        partial(fit_reweighted, weigher_share=0.5),
        "validation",
        True,
    ),
}

# What else the validation set could be used for.
VALIDATION_RIVALS = {
    "val_only": Rival("validation set alone, logistic", fit_on_validation, validation=True),
    "val_added": Rival(
        "validation set added, boosting",
        partial(fit_with_validation, model=boosting()),
        validation=True,
    ),
    "val_threshold": Rival(
        "threshold on validation set, boosting",
        partial(fit_threshold_on_validation, model=boosting()),
        validation=True,
    ),
    "fine_tuned": Rival("network, fine-tuned", fit_fine_tuned, validation=True),
}

ALL_RIVALS = {**RIVALS, **VALIDATION_RIVALS, **OURS}


def run_baseline(spec, *, splits_dir=None, data_home=None):
    """Train one method of `RIVALS` or `OURS` on the paper's split, and measure it.

    Parameters
    ----------
    spec : dict
        ``setting``, ``method``, ``seed``, ``epochs`` (of ours; None for the usual number).
    splits_dir, data_home : str or None
        As in `paper_split`.

    Returns
    -------
    result : dict
        As of `measure`.
    """
    data = prepare(spec["setting"], splits_dir, data_home)
    train, val, test = (Rows(*data.part(part)) for part in ("train", "val", "test"))
    rival = ALL_RIVALS[spec["method"]]
    options = {}
    if spec["method"] in OURS:
        options["parameters"] = our_parameters(
            spec["method"], setting=spec["setting"], epochs=spec["epochs"]
        )
    return measure(partial(rival.fit, **options), train, val, test, spec["seed"])


def our_parameters(method, *, setting=None, epochs=None):
    """Parameters of ``NashMetaClassifier`` under one of the names of `OURS`."""
    if method == "ours_paper":
        parameters = paper_settings(setting)
    else:
        parameters = {"goal": "meta_gdro"} if method == "ours_meta_gdro" else {}
    if epochs is not None:
        parameters |= {"max_epochs": epochs, "bargain_epochs": round(0.3 * epochs)}
    return parameters


def measure(fit, train, val, test, seed):
    """Train, and measure on the test rows.

    Parameters
    ----------
    fit : callable
        As of `Rival`.
    train, val, test : Rows
    seed : int

    Returns
    -------
    result : dict
        As of `honest_measures`. Where a method cannot be trained on such data, ``failure``
        with the reason alone.
    """
    try:
        scores, labels = fit(train, val, seed)(test.X, test.groups)
    except ValueError as error:
        # fairlearn refuses groups that have one label only.
        return {"failure": str(error)}
    if scores is not None:
        scores = np.asarray(scores, np.float64)
    return honest_measures(test.y, scores, labels, test.groups)


def table_of(specs, results, by):
    """The runs that could be measured as a table, and those that could not.

    Parameters
    ----------
    specs, results : list of dict
        As of `run_all`.
    by : list of str
        Keys of the specs that tell rows of a summary apart.

    Returns
    -------
    table : DataFrame
        One row a run: what its spec says, and `MEASURES` as float64.
    failures : list of str
        Which methods could not be trained where, and why.

    Raises
    ------
    ValueError
        If none could be trained anywhere.
    """
    rows, failures = [], {}
    for spec, result in zip(specs, results, strict=True):
        if "failure" in result:
            places = failures.setdefault(result["failure"], {})
            places[" ".join(str(spec[key]) for key in by)] = None
        else:
            rows.append({**spec, **{name: result[name] for name in MEASURES}})
    if not rows:
        reasons = " ".join(failures)
        raise ValueError(f"No method could be trained in any of these runs: {reasons}")
    table = pd.DataFrame(rows).astype(dict.fromkeys(MEASURES, np.float64))
    return table, [f"{', '.join(places)}: {reason}" for reason, places in failures.items()]
