"""Networks trained without hypergradients: the rivals that differ in their loss alone."""

from itertools import pairwise

import torch
from torch import nn

from skfairbargain.losses import cross_entropy

# DRO looks at this share of a minibatch.
DRO_SHARE = 0.4


def largest_losses(logits, target, rows):
    """Sum of the largest 40 % of a minibatch's losses: the paper's DRO baseline."""
    losses = cross_entropy(logits, target)
    return losses.topk(int(DRO_SHARE * len(losses))).values.sum()


def train_plainly(
    X, y, loss, *, parameters, seed, optimizer=None, on_epoch=None, module=None
):
    """Train a network, by default the paper's, by a loss of its own.

    Parameters
    ----------
    X : ndarray of shape (n_samples, n_features), float32
        Or of more dimensions, where `module` takes them.
    y : ndarray of shape (n_samples,), int64
        0 or 1.
    loss : callable
        ``(logits, target, rows) -> loss`` of one minibatch, a scalar; `rows` are its row
        numbers.
    parameters : dict
        ``lr``, ``dropout``, ``batch_size``, ``max_epochs``, ``momentum``,
        ``weight_decay`` and ``hidden_layer_sizes``, as in ``NashMetaClassifier``.
    seed : int
        Of initial weights, minibatches and dropout; torch's global generator is left as it
        was.
    optimizer : callable, default=None
        ``(parameters) -> optimizer``; None is SGD.
    on_epoch : callable, default=None
        Called with the module after each epoch.
    module : callable, default=None
        Makes the network, instead of ``dropout`` and ``hidden_layer_sizes``; or one that is
        trained on.

    Returns
    -------
    module : torch.nn.Module
    """
    n_samples = len(y)
    batch_size = min(parameters["batch_size"], n_samples)
    X, y = torch.from_numpy(X), torch.from_numpy(y)
    with torch.random.fork_rng([]):
        torch.manual_seed(seed)
        if module is None:
            sizes = (X.shape[1], *parameters["hidden_layer_sizes"])
            module = _network(sizes, parameters["dropout"])
        elif not isinstance(module, nn.Module):
            module = module()
        if optimizer is None:
            optimizer = torch.optim.SGD(
                module.parameters(),
                lr=parameters["lr"],
                momentum=parameters["momentum"],
                weight_decay=parameters["weight_decay"],
            )
        else:
            optimizer = optimizer(module.parameters())
        for _ in range(parameters["max_epochs"]):
            module.train()
            # A last, partial minibatch is dropped, as everywhere else.
            order = torch.randperm(n_samples)[: n_samples // batch_size * batch_size]
            for rows in order.split(batch_size):
                optimizer.zero_grad()
                loss(module(X[rows]), y[rows], rows).backward()
                optimizer.step()
            if on_epoch is not None:
                on_epoch(module)
    return module


def predict_logits(module, X):
    """Logits of the rows of an array, without dropout.

    Returns
    -------
    logits : ndarray of shape (n_samples, 2)
    """
    module.eval()
    with torch.no_grad():
        return module(torch.from_numpy(X)).numpy()


def _network(sizes, dropout):
    """The default network of ``NashMetaClassifier``, drawn in the same order."""
    layers = []
    for n_in, n_out in pairwise(sizes):
        layers += [nn.Linear(n_in, n_out), nn.ReLU(), nn.Dropout(dropout)]
    return nn.Sequential(*layers, nn.Linear(sizes[-1], 2))
