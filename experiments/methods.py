"""The methods of the paper's table, and one run of one of them."""

from typing import NamedTuple

from skorch.callbacks import Callback

from skfairbargain._training import predict_logits
from skfairbargain.classifier import NashMetaClassifier
from skfairbargain.protocols import Nash

from .measures import hard_auc, honest_measures
from .networks import fit_quietly, shortened
from .paper_settings import paper_settings
from .plain_training import largest_losses, train_plainly
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

METHODS = {**PAPER_METHODS, **WEIGHTS_METHODS}


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
        ``hard_auc``: of every epoch, the overall AUC of hard labels and that of each group;
        ``last``: the honest measures at the last epoch; ``history``: of every epoch the
        stage, the conflict rate, the bargaining success rate and the skipped steps (empty
        for DRO).
    """
    data = prepare(spec["setting"], splits_dir, data_home)
    train, val, test = (Rows(*data.part(part)) for part in ("train", "val", "test"))
    method = METHODS[spec["method"]]
    parameters = shortened(paper_settings(spec["setting"]), spec["epochs"])
    watch = _Watch(test)
    if spec["method"] == "dro":
        module = train_plainly(
            train.X,
            train.y,
            largest_losses,
            parameters=parameters,
            seed=spec["seed"],
            on_epoch=watch.look,
        )
        history = []
    else:
        # Baseline: uniform weights through the same steps, so that its conflicts count.
        parameters["goal"] = method.goal or "ltr"
        parameters["anchor"] = 0.0 if method.goal else 1.0
        parameters["bargaining"] = (
            Nash(feasible=method.feasible) if method.feasible else None
        )
        clf = NashMetaClassifier(**parameters, callbacks=[watch], random_state=spec["seed"])
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


class _Watch(Callback):
    """Measure the AUC of hard labels on the test set after every epoch.

    For the paper's reporting rule alone, which picks an epoch by it.
    """

    def __init__(self, test):
        self.test = test
        self.seen = []

    def on_epoch_end(self, net, **kwargs):
        self.look(net.module_)

    def look(self, module):
        predicted = predict_logits(module, self.test.X).argmax(axis=1)
        overall, by_group = hard_auc(self.test.y, predicted, self.test.groups)
        self.seen.append([overall, *by_group])
