"""The paper's imbalanced images (A.7.3): two classes, of which one is hardly there.

The text has 5,000 training images of CIFAR-10 at 99 : 1 and 500 of CIFAR-100 at 95 : 5, and
does not say how that lies over the classes. 4,950 + 50 and 475 + 25 images of two classes
fit these numbers and the 5,000 and 500 images that a class has, and are taken here.
"""

from functools import lru_cache, partial
from typing import NamedTuple

import numpy as np
from sklearn.utils import check_random_state

from skfairbargain import Nash, NashMetaClassifier
from skfairbargain.datasets import fetch_cifar10, fetch_cifar100

from ..epoch_watch import EpochWatch
from ..networks import fit_quietly
from ..rivals import Rows
from .imbalance_rivals import RIVALS, rival_curve
from .networks import resnet18

N_EPOCHS = 100
BARGAIN_SHARE = 0.3
PER_CLASS = 5  # audited
TRAINING = {
    "lr": 5e-4,
    "momentum": 0.9,
    "weight_decay": 5e-4,
    "batch_size": 128,
}


class Pair(NamedTuple):
    """Two classes of a data set, the frequent one first.

    Parameters
    ----------
    title : str
    fetch : callable
    classes : tuple of str
    n_train : tuple of int
        Training images of each.
    """

    title: str
    fetch: object
    classes: tuple
    n_train: tuple


PAIRS = {
    "cifar10": Pair("CIFAR-10", fetch_cifar10, ("airplane", "automobile"), (4_950, 50)),
    "cifar100": Pair("CIFAR-100", fetch_cifar100, ("bear", "cattle"), (475, 25)),
}
GOALS = {"ltr": "LtR", "forml": "FORML", "meta_gdro": "Meta-gDRO"}
STAGES = {"one": "one-stage", "two": "two-stage"}
METHODS = RIVALS | {
    f"{goal}_{stage}": f"{GOALS[goal]}, {STAGES[stage]}"
    for goal in GOALS
    for stage in STAGES
}
NORMS = ("batch", "group")


def pair_rows(data, *, seed, source=None):
    """Draw the training images of a pair, five audited ones of each class, and all to test.

    Parameters
    ----------
    data : {"cifar10", "cifar100"}
    seed : int
        Of the draw.
    source : path-like or None
        As `data_home` of the fetcher.

    Returns
    -------
    train, audited, test : Rows
        X is standardized by the mean and deviation of each channel in training; y is 1 for
        the rare class. Groups are None: the classes are the groups.
    """
    rng = check_random_state(seed)
    parts = [[], [], []]
    for label, (training, testing) in enumerate(_images(data, source)):
        n_train = PAIRS[data].n_train[label]
        order = rng.permutation(len(training))
        drawn = (
            training[order[:n_train]],
            training[order[n_train : n_train + PER_CLASS]],
            testing,
        )
        for part, images in zip(parts, drawn, strict=True):
            part.append((images, np.full(len(images), label)))
    parts = [[np.concatenate(each) for each in zip(*part, strict=True)] for part in parts]
    pixels = parts[0][0].astype(np.float32)
    mean, scale = (
        measure(axis=(0, 2, 3), keepdims=True) for measure in (pixels.mean, pixels.std)
    )
    return [Rows((X.astype(np.float32) - mean) / scale, y, None) for X, y in parts]


@lru_cache(maxsize=2)
def _images(data, source):
    """Training and test images of each of the two classes."""
    images = PAIRS[data].fetch(data_home=source)
    labels = [images.target_names.index(name) for name in PAIRS[data].classes]
    return [
        [
            images.data[rows[images.target[rows] == label]]
            for rows in (images.train, images.test)
        ]
        for label in labels
    ]


def imbalance_specs(data, methods, *, norm, width, seeds, epochs):
    """One spec a run, seed by seed."""
    return [
        {
            "data": name,
            "norm": norm,
            "width": width,
            "method": method,
            "seed": seed,
            "epochs": epochs or N_EPOCHS,
        }
        for seed in range(seeds)
        for name in data
        for method in methods
    ]


def run_imbalance(spec, *, sources):
    """Train once, and measure after every epoch.

    Parameters
    ----------
    spec : dict
        As of `imbalance_specs`.
    sources : dict
        What the fetcher of each data set takes as `data_home`.

    Returns
    -------
    result : dict
        ``curve``: of every epoch the test accuracy of each class; ``history``: of every
        epoch stage, conflict rate and bargaining success rate; ``engine``: how the
        hypergradients were computed. What is trained without them has neither of the last
        two.
    """
    train, audited, test = pair_rows(
        spec["data"], seed=spec["seed"], source=sources[spec["data"]]
    )
    module = partial(resnet18, 2, spec["width"], spec["norm"])
    if spec["method"] in RIVALS:
        curve = rival_curve(
            spec["method"],
            train,
            audited,
            lambda predict: _accuracies(test.y, predict(test.X)),
            training={**TRAINING, "max_epochs": spec["epochs"]},
            seed=spec["seed"],
            module=module,
        )
        return {"curve": curve, "history": [], "engine": None}
    watch = EpochWatch(test.X, partial(_accuracies, test.y))
    goal, _, stage = spec["method"].rpartition("_")
    clf = NashMetaClassifier(
        goal,
        Nash(feasible="ball") if stage == "two" else None,
        bargain_epochs=BARGAIN_SHARE,
        max_epochs=spec["epochs"],
        anchor=0.0,
        meta_loss="cross_entropy+f1",
        module=lambda n_classes: module(),
        standardize=False,
        measure_every=None,
        callbacks=[watch],
        random_state=spec["seed"],
        **TRAINING,
    )
    fit_quietly(clf, train, audited)
    kept = ("stage", "conflict_rate", "bargaining_success_rate")
    return {
        "curve": watch.seen,
        "history": [{key: row[key] for key in kept} for row in clf.history_],
        "engine": clf.net_.engine_,
    }


def _accuracies(y, predicted):
    """Of either class."""
    return [float((predicted == y)[y == label].mean()) for label in (0, 1)]
