"""Images whose colour nearly tells the label in training: digits, and two CIFAR classes."""

from functools import lru_cache

import numpy as np
from sklearn.utils import check_random_state

from skfairbargain.datasets import fetch_cifar10, make_coloured_digits

from ..rivals import Rows

TASKS = {"digits": "coloured digits", "cifar": "coloured automobiles and horses"}
AGREEMENT = 0.95
# CIFAR's classes 0 and 1 of the task, and how many images of each are used.
PAIR = ("automobile", "horse")
N_TRAIN_OF_EACH, N_TEST_OF_EACH = 500, 500
# What is left of the channels that are not the colour's.
DIMMED = 0.5


def coloured_rows(task, per_cell, *, seed, cifar10=None):
    """Draw training, audited and test images.

    Parameters
    ----------
    task : {"digits", "cifar"}
    per_cell : int
        Audited images of each colour and label.
    seed : int
        Of the draw and the colours.
    cifar10 : path-like or None
        As `data_home` of `fetch_cifar10`.

    Returns
    -------
    train, audited, test : Rows
        X is float32 of shape (n, 3, side, side), 0 to 1; groups are the colours.
    """
    if task == "digits":
        digits = make_coloured_digits(
            agreement=AGREEMENT, per_cell=per_cell, random_state=seed
        )
        X = digits.data.astype(np.float32) / 255
        parts = (digits.train, digits.audited, digits.test)
        return tuple(
            Rows(X[rows], digits.target[rows], digits.groups[rows]) for rows in parts
        )
    return _coloured_pair(per_cell, seed, cifar10)


def _coloured_pair(per_cell, seed, cifar10):
    rng = check_random_state(seed)
    parts = [[], [], []]
    for label, (training, testing) in enumerate(_pair(cifar10)):
        of_training = rng.permutation(len(training))[: N_TRAIN_OF_EACH + 2 * per_cell]
        of_test = rng.permutation(len(testing))[:N_TEST_OF_EACH]
        drawn = (
            training[of_training[:N_TRAIN_OF_EACH]],
            training[of_training[N_TRAIN_OF_EACH:]],
            testing[of_test],
        )
        for part, images in zip(parts, drawn, strict=True):
            colour = np.arange(len(images)) % 2
            if part is parts[0]:
                colour = np.full(len(images), 1 - label)
                colour[: round(AGREEMENT * len(images))] = label
            part.append((_tinted(images, colour), np.full(len(images), label), colour))
    return tuple(
        Rows(X, y, np.array(["red", "green"])[colour])
        for X, y, colour in (map(np.concatenate, zip(*part, strict=True)) for part in parts)
    )


@lru_cache(maxsize=1)
def _pair(cifar10):
    """Training and test images of the two classes."""
    images = fetch_cifar10(data_home=cifar10)
    labels = [images.target_names.index(name) for name in PAIR]
    return [
        tuple(
            images.data[rows[images.target[rows] == label]]
            for rows in (images.train, images.test)
        )
        for label in labels
    ]


def _tinted(images, colour):
    """Images as float32, 0 to 1, with the channels other than their colour's dimmed."""
    tint = np.full((2, 3, 1, 1), DIMMED, dtype=np.float32)
    tint[[0, 1], [0, 1]] = 1
    return images.astype(np.float32) / 255 * tint[colour]
