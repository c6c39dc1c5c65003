"""Warn of a trained network that predicts the same for every row, or no better."""

import math

import numpy as np
import torch
from torch.nn.functional import cross_entropy

from .._utils import warn_user
from ..exceptions import ConstantPredictionWarning
from ._mlp import predict_logits

# Training rows that are looked at, and how far apart "the same" probabilities may be.
PROBE_ROWS, SAME = 256, 1e-3
# Nine tenths of the rows, so that a few outliers do not hide that the others are alike.
MIDDLE = (5, 95)
# A loss of no less than this share of ln(n_classes) is that of guessing. It says something
# after this many epochs only: the first ones begin there.
GUESSING, ENOUGH_EPOCHS = 0.999, 10
FLAT_X = (
    "All columns of `X` are constant among the rows trained on, so the predictions are the "
    "same for all rows. Pass columns that vary."
)


def warn_of_constant_predictions(net, data, epochs, n_classes):
    """Warn if predictions are the same for all rows, or have the loss of guessing.

    Parameters
    ----------
    net : MetaNet
    data : TrainingData
        What it was trained on.
    epochs : list of dict
        The epochs of this run, of `history_`.
    n_classes : int
    """
    few = np.linspace(0, len(data) - 1, min(len(data), PROBE_ROWS)).astype(int)
    features = data.gather(few)
    logits = predict_logits(net.module_, data.X_val)
    if _spread(logits) < SAME and _spread(predict_logits(net.module_, features)) < SAME:
        if _is_flat(data.scaler, features):
            warn_user(FLAT_X, ConstantPredictionWarning)
            return
        warn_user(
            "The predictions are the same for all rows: their probabilities differ by less "
            f"than {SAME}. {_advice(data.scaler)}",
            ConstantPredictionWarning,
        )
        return
    if len(epochs) < ENOUGH_EPOCHS:
        return
    guessing = math.log(n_classes)
    loss = epochs[-1]["train_loss"]
    val_loss = cross_entropy(torch.from_numpy(logits), torch.from_numpy(data.y_val)).item()
    if loss is not None and min(loss, val_loss) >= GUESSING * guessing:
        warn_user(
            "Training ended where guessing is: the losses of the training and validation "
            f"rows are {loss:.3f} and {val_loss:.3f}, and that of equal probabilities is "
            f"{guessing:.3f}. {_advice(data.scaler)}",
            ConstantPredictionWarning,
        )


def _spread(logits):
    """Largest distance of a class's probabilities, between most of the rows."""
    probabilities = torch.softmax(torch.from_numpy(logits).double(), dim=1).numpy()
    low, high = np.percentile(probabilities, MIDDLE, axis=0)
    return (high - low).max()


def _is_flat(scaler, features):
    return bool(np.all(scaler.constant_) if scaler else np.ptp(features, axis=0).max() == 0)


def _advice(scaler):
    if scaler is None:
        return "Set standardize=True, or scale the features; or change `lr`."
    return "Change `lr`, or train for more epochs; or the features say nothing of `y`."
