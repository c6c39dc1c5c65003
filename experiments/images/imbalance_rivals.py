"""What a user would do instead where a class is hardly there."""

from functools import partial

import numpy as np
import torch

from skfairbargain.losses import cross_entropy

from ..plain_training import train_plainly
from .adapted import (
    FINE_TUNING_STEPS,
    labels_of,
    last_layer_retrained,
    trained_further,
)

RIVALS = {
    "baseline": "baseline",
    "balanced": "classes balanced",
    "fine_tuned": "baseline, fine-tuned on the audited images",
    "dfr": "baseline, last layer retrained (DFR)",
}


def rival_curve(method, train, audited, measure, *, training, seed, module):
    """Train without hypergradients, and measure after every epoch.

    All weights of a minibatch have the l2 norm that learned weights have, 1. What is done
    with the audited images begins with the baseline of that epoch.

    Parameters
    ----------
    method : str
        A key of `RIVALS`.
    train, audited : Rows
    measure : callable
        ``(predict) -> result``, where ``predict(X)`` are labels.
    training : dict
        Parameters of `train_plainly`.
    seed : int
    module : callable
        Makes the network.

    Returns
    -------
    curve : list
        What `measure` returned, by epoch.
    """
    curve = []
    weights = np.ones(len(train.y), np.float32)
    if method == "balanced":
        weights /= np.bincount(train.y)[train.y]
    train_plainly(
        train.X,
        train.y,
        partial(_of_norm_1, torch.from_numpy(weights)),
        parameters=training,
        seed=seed,
        module=module,
        on_epoch=lambda net: curve.append(
            measure(_prediction(method, net, audited, training))
        ),
    )
    return curve


def _prediction(method, module, audited, training):
    if method == "dfr":
        return last_layer_retrained(module, audited)
    if method == "fine_tuned":
        options = {name: training[name] for name in ("lr", "momentum", "weight_decay")}
        optimizer = partial(torch.optim.SGD, **options)
        module = trained_further(module, audited, optimizer, FINE_TUNING_STEPS)
    return labels_of(module)


def _of_norm_1(weights, logits, target, rows):
    weights = weights[rows]
    return (cross_entropy(logits, target) * weights).sum() / weights.norm()
