"""Networks to compare: plain, group DRO with training groups, and ours; see `rivals`."""

import warnings
from functools import partial

import torch

from skfairbargain import (
    NashMetaClassifier,
    NoAgreementWarning,
    ReweightedClassifier,
    SkippedStepWarning,
)
from skfairbargain.exceptions import ConstantPredictionWarning, UnusedGoalWarning
from skfairbargain.losses import cross_entropy

from .plain_losses import balanced_loss, group_dro_loss, mean_loss
from .plain_training import predict_logits, train_plainly
from .rivals import boosting, predictor_of

# Enough for a class-balanced network by Adam on tens of thousands of rows …
PLAIN_NETWORK = {
    "lr": 1e-3,
    "dropout": 0.2,
    "weight_decay": 5e-4,
    "hidden_layer_sizes": (128, 64),
}
N_EPOCHS = 12
# The rows are standardized before they are split, as for all methods.
AS_THEY_ARE = {"standardize": False}
# … and on a few hundred rows more epochs, for this many steps.
MIN_STEPS = 1000


def fit_network(train, val, seed, *, balanced=False):
    """The paper's network, trained by Adam on the (class-balanced) mean loss."""
    loss = balanced_loss(train) if balanced else mean_loss
    return _train_network(train, loss, seed)


def fit_fine_tuned(train, val, seed):
    """The network of `fit_network`, trained further on the validation set."""
    module = _network(train, mean_loss, seed)
    optimizer = torch.optim.Adam(module.parameters(), lr=PLAIN_NETWORK["lr"] / 10)
    X, y = torch.from_numpy(val.X), torch.from_numpy(val.y)
    module.eval()  # no dropout: there are only a few rows
    for _ in range(100):
        optimizer.zero_grad()
        cross_entropy(module(X), y).mean().backward()
        optimizer.step()
    return _of_network(module)


def fit_group_dro(train, val, seed, *, step=0.01):
    """Group DRO with the groups of the training data (Sagawa et al., 2020).

    Parameters
    ----------
    step : float, default=0.01
        How fast the weight of a group follows its loss.
    """
    return _train_network(train, group_dro_loss(train, step), seed)


def fit_ours(train, val, seed, *, parameters):
    """``NashMetaClassifier``; of the groups it sees those of the validation set alone."""
    clf = NashMetaClassifier(**{**AS_THEY_ARE, **parameters}, random_state=seed)
    fit_quietly(clf, train, val)
    return lambda X, groups: (clf.decision_function(X), clf.predict(X))


def fit_reweighted(train, val, seed, *, parameters, weigher_share):
    """``ReweightedClassifier``: boosting on our weights, and the network's share."""
    network = NashMetaClassifier(**{**AS_THEY_ARE, **parameters}, random_state=seed)
    model = boosting().set_params(random_state=seed)
    clf = ReweightedClassifier(model, network, weigher_share=weigher_share)
    return predictor_of(fit_quietly(clf, train, val))


def fit_quietly(clf, train, val):
    """Fit one of our estimators, without its warnings about a single run.

    Raises
    ------
    KeyboardInterrupt
        If the training was interrupted; skorch catches that and stops early.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", NoAgreementWarning)
        for kind in (SkippedStepWarning, ConstantPredictionWarning, UnusedGoalWarning):
            warnings.simplefilter("ignore", kind)
        clf.fit(train.X, train.y, X_val=val.X, y_val=val.y, groups_val=val.groups)
    network = getattr(clf, "weigher_", clf)
    if network.n_iter_ < network.max_epochs:
        raise KeyboardInterrupt
    return clf


def shortened(parameters, epochs):
    """The same parameters for another number of epochs, with as large a share to bargain.

    Parameters
    ----------
    parameters : dict
        Of ``NashMetaClassifier``.
    epochs : int or None
        None leaves them as they are.
    """
    if epochs is None:
        return parameters
    usual = NashMetaClassifier(**parameters)
    share = usual.bargain_epochs
    if not isinstance(share, float):
        share /= usual.max_epochs
    bargaining = round(epochs * share)
    return {**parameters, "max_epochs": epochs, "bargain_epochs": bargaining}


def _network(train, loss, seed):
    n_samples = len(train.y)
    batch_size = min(256, max(32, n_samples // 20))
    n_epochs = max(N_EPOCHS, MIN_STEPS // (n_samples // batch_size))
    return train_plainly(
        train.X,
        train.y,
        loss,
        parameters={**PLAIN_NETWORK, "batch_size": batch_size, "max_epochs": n_epochs},
        seed=seed,
        optimizer=partial(
            torch.optim.Adam,
            lr=PLAIN_NETWORK["lr"],
            weight_decay=PLAIN_NETWORK["weight_decay"],
        ),
    )


def _train_network(train, loss, seed):
    return _of_network(_network(train, loss, seed))


def _of_network(module):
    def predict(X, groups):
        logits = predict_logits(module, X)
        return logits[:, 1] - logits[:, 0], logits.argmax(axis=1)

    return predict
