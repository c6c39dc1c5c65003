"""The methods of the paper's table, and one run of one of them."""

from typing import NamedTuple

from skfairbargain import Nash, NashMetaClassifier

from .epoch_watch import EpochWatch
from .measures import hard_auc, honest_measures
from .networks import fit_quietly, shortened
from .paper_settings import paper_settings
from .plain_training import largest_losses, predict_logits, train_plainly
from .preparation import prepare
from .rivals import Rows


class Method(NamedTuple):
    """A column of the table.

    Parameters
    ----------
    title : str
    goal : str or None
        None where no validation set is used.
    feasible : {"ball", "weights"} or None
        What stage 1 bargains over; None is one-stage.
    """

    title: str
    goal: str | None = None
    feasible: str | None = None


# The paper's eight, under the names of its published numbers.
PAPER_METHODS = {
    "baseline": Method("Baseline"),
    "dro": Method("DRO"),
    "ltr": Method("LtR", "ltr"),
    "nash_ltr": Method("LtR, two-stage", "ltr", "ball"),
    "forml": Method("FORML", "forml"),
    "nash_forml": Method("FORML, two-stage", "forml", "ball"),
    "meta_gdro": Method("Meta-gDRO", "meta_gdro"),
    "nash_meta_gdro": Method("Meta-gDRO, two-stage", "meta_gdro", "ball"),
}

# Bargaining over weights that can be applied, instead of clipping them afterwards.
WEIGHTS_METHODS = {
    f"nash_{goal}_weights": Method(f"{title}, two-stage, over weights", goal, "weights")
    for goal, title in (("ltr", "LtR"), ("forml", "FORML"), ("meta_gdro", "Meta-gDRO"))
}

TABLE1_METHODS = {**PAPER_METHODS, **WEIGHTS_METHODS}


def run_method(spec, *, splits_dir=None, data_home=None):
    """Train once, and measure on the test set.

    Parameters
    ----------
    spec : dict
        ``setting``, ``method``, ``seed``, and ``epochs``: None for the paper's number.
    splits_dir, data_home : str or None
        As in `paper_split`.

    Returns
    -------
    result : dict
        ``hard_auc``: of every epoch, the AUC of hard labels as of `hard_auc`;
        ``last``: the honest measures at the last epoch; ``history``: of every epoch the
        stage, the conflict rate, the bargaining success rate and the skipped steps (empty
        for DRO).
    """
    data = prepare(spec["setting"], splits_dir, data_home)
    train, val, test = (Rows(*data.part(part)) for part in ("train", "val", "test"))
    parameters = shortened(paper_settings(spec["setting"]), spec["epochs"])
    watch = EpochWatch(test.X, lambda labels: hard_auc(test.y, labels, test.groups))
    if spec["method"] == "dro":
        module, history = _train_dro(train, parameters, spec["seed"], watch), []
    else:
        clf = _ours(TABLE1_METHODS[spec["method"]], parameters, spec["seed"], watch)
        # The steps of which it would warn are counted in what is returned.
        fit_quietly(clf, train, val)
        module, history = clf.module_, clf.history_
    logits = predict_logits(module, test.X)
    kept = ("stage", "conflict_rate", "bargaining_success_rate", "skipped_steps")
    return {
        "hard_auc": watch.seen,
        "last": honest_measures(
            test.y, logits[:, 1] - logits[:, 0], logits.argmax(axis=1), test.groups
        ),
        "history": [{key: row[key] for key in kept} for row in history],
    }


def _train_dro(train, parameters, seed, watch):
    options = {"parameters": parameters, "seed": seed, "on_epoch": watch.look}
    return train_plainly(train.X, train.y, largest_losses, **options)


def _ours(method, parameters, seed, watch):
    return NashMetaClassifier(
        **parameters
        | {
            "goal": method.goal or "ltr",
            # Baseline: uniform weights through the same steps, so that its conflicts count.
            "anchor": 0.0 if method.goal else 1.0,
            "bargaining": Nash(feasible=method.feasible) if method.feasible else None,
        },
        callbacks=[watch],
        random_state=seed,
    )
