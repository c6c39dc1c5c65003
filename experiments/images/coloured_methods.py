"""Methods against a spurious correlation, and one run of them on the same images."""

from functools import partial
from typing import NamedTuple

import numpy as np
import torch

from skfairbargain import NashMetaClassifier
from skfairbargain.model_selection import encode_cells

from ..networks import fit_quietly
from ..plain_losses import balanced_loss, group_dro_loss, mean_loss, weighted_loss
from ..plain_training import predict_logits, train_plainly
from ..registry import AUDITED, AUDITED_GROUPS, GROUPS
from .adapted import (
    FINE_TUNING_STEPS,
    labels_of,
    last_layer_retrained,
    trained_further,
)
from .coloured import coloured_rows
from .networks import small_convnet

LR = 3e-3
TRAINING = {"batch_size": 64, "max_epochs": 20}
WIDTHS = {"digits": (16, 32), "cifar": (16, 32, 64)}
# Steps of full batches on the audited rows, where they are all that is trained on.
AUDITED_STEPS = 300
# JTT: epochs of the first network, a fifth of all as in its paper's settings, and weights
# of its errors, of which the audited rows choose.
JTT_EPOCHS, JTT_WEIGHTS = TRAINING["max_epochs"] // 5, (5, 20)


class ImageMethod(NamedTuple):
    """A method of the comparison.

    Parameters
    ----------
    title : str
    fit : callable
        ``(run) -> predict``, of a `_Run`; ``predict(X)`` are labels.
    told : str
        What it is told besides images and labels of the training rows.
    """

    title: str
    fit: object
    told: str = "nothing"


class _Run:
    """The rows of some runs, and the plain network that several methods begin with."""

    def __init__(self, task, per_cell, seed, epochs, cifar10):
        rows = coloured_rows(task, per_cell, seed=seed, cifar10=cifar10)
        self.train, self.audited, self.test = rows
        self.seed = seed
        self.options = TRAINING if epochs is None else {**TRAINING, "max_epochs": epochs}
        self.module = partial(small_convnet, 2, WIDTHS[task])
        self._plain = None

    def network(self, loss, **options):
        """A network trained on the training rows by a loss of its own."""
        return train_plainly(
            self.train.X,
            self.train.y,
            loss,
            parameters={**self.options, **options},
            seed=self.seed,
            optimizer=partial(torch.optim.Adam, lr=LR),
            module=self.module,
        )

    @property
    def plain(self):
        if self._plain is None:
            self._plain = self.network(mean_loss)
        return self._plain


def _fit_plain(run):
    return labels_of(run.plain)


def _fit_by(make_loss, run):
    return labels_of(run.network(make_loss(run.train)))


def _fit_jtt(run):
    """Just Train Twice (Liu et al., 2021): the errors of a first network weigh more."""
    epochs = min(JTT_EPOCHS, run.options["max_epochs"])
    first = run.network(mean_loss, max_epochs=epochs)
    wrong = predict_logits(first, run.train.X).argmax(axis=1) != run.train.y
    networks = [
        run.network(weighted_loss(np.where(wrong, weight, 1))) for weight in JTT_WEIGHTS
    ]
    worst = [min(accuracies(labels_of(each), run.audited).values()) for each in networks]
    return labels_of(networks[int(np.argmax(worst))])


def _fit_dfr(run):
    return last_layer_retrained(run.plain, run.audited)


def _fit_fine_tuned(run):
    return labels_of(_on_audited(run.plain, run, LR / 10, FINE_TUNING_STEPS))


def _fit_audited_alone(run):
    with torch.random.fork_rng([]):
        torch.manual_seed(run.seed)
        module = run.module()
    return labels_of(_on_audited(module, run, LR, AUDITED_STEPS))


def _on_audited(module, run, lr, n_steps):
    return trained_further(module, run.audited, partial(torch.optim.Adam, lr=lr), n_steps)


def _ours_fitted(goal, bargaining, anchor, run):
    clf = NashMetaClassifier(
        goal,
        bargaining,
        anchor=anchor,
        module=lambda n_classes: run.module(),
        optimizer="adam",
        lr=LR,
        weight_decay=0.0,
        standardize=False,
        measure_every=None,
        random_state=run.seed,
        **run.options,
    )
    return fit_quietly(clf, run.train, run.audited)


def _fit_ours(goal, bargaining, anchor, run):
    return _ours_fitted(goal, bargaining, anchor, run).predict


def _fit_ours_tuned(run):
    module = _ours_fitted("ltr", None, 0.0, run).module_
    return labels_of(_on_audited(module, run, LR / 10, FINE_TUNING_STEPS))


def _ours(title, goal, bargaining, anchor):
    fit = partial(_fit_ours, goal, bargaining, anchor)
    return ImageMethod(title, fit, AUDITED_GROUPS)


METHODS = {
    "erm": ImageMethod("plain network (ERM)", _fit_plain),
    "balanced": ImageMethod("classes balanced", partial(_fit_by, balanced_loss)),
    "group_dro": ImageMethod("group DRO", partial(_fit_by, group_dro_loss), GROUPS),
    "jtt": ImageMethod("JTT", _fit_jtt, "audited rows, their groups, to choose"),
    "dfr": ImageMethod("last layer retrained (DFR)", _fit_dfr, AUDITED),
    "fine_tuned": ImageMethod("fine-tuned", _fit_fine_tuned, AUDITED),
    "audited_alone": ImageMethod("audited rows alone", _fit_audited_alone, AUDITED),
    "ltr": _ours("LtR, one-stage", "ltr", None, 0.5),
    "nash_ltr": _ours("LtR, two-stage", "ltr", "nash", 0.5),
    "ltr_0": _ours("LtR, one-stage, anchor 0", "ltr", None, 0.0),
    "nash_ltr_0": _ours("LtR, two-stage, anchor 0", "ltr", "nash", 0.0),
    "ltr_0_tuned": ImageMethod(
        "LtR, one-stage, anchor 0, then fine-tuned", _fit_ours_tuned, AUDITED_GROUPS
    ),
    "meta_gdro_0": _ours("Meta-gDRO, one-stage, anchor 0", "meta_gdro", None, 0.0),
    "nash_meta_gdro_0": _ours("Meta-gDRO, two-stage, anchor 0", "meta_gdro", "nash", 0.0),
}


def accuracies(predict, rows):
    """Accuracy in each cell, by ``"colour, label"``."""
    right = predict(rows.X) == rows.y
    cells = encode_cells(rows.groups, rows.y)
    return {
        f"{group}, {label}": float(right[cells.codes == code].mean())
        for code, (group, label) in enumerate(
            (group, label) for group in cells.groups for label in cells.labels
        )
    }


def coloured_specs(tasks, methods, *, per_cell, seeds, epochs):
    """One spec a run, those that share rows together."""
    return [
        {"task": task, "per_cell": n, "seed": seed, "method": method, "epochs": epochs}
        for seed in range(seeds)
        for task in tasks
        for n in per_cell
        for method in methods
    ]


def same_rows(spec):
    """What specs have in common that are run by one call."""
    return spec["task"], spec["per_cell"], spec["seed"], spec["epochs"]


def run_coloured(specs, *, cifar10=None):
    """Train methods on the same rows, and measure them.

    Parameters
    ----------
    specs : list of dict
        That agree in `same_rows`.

    Yields
    ------
    result : dict
        ``worst_group_accuracy`` of the four cells of colour and label, their mean
        ``accuracy``, and the ``cells``.
    """
    run = _Run(*same_rows(specs[0]), cifar10)
    for spec in specs:
        cells = accuracies(METHODS[spec["method"]].fit(run), run.test)
        yield {
            "worst_group_accuracy": min(cells.values()),
            "accuracy": float(np.mean(list(cells.values()))),
            "cells": cells,
        }
