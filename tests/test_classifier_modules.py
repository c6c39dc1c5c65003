"""Networks, losses, optimizers and devices of the user's."""

import pickle

import numpy as np
import pytest
import torch
from torch import nn

from tests.small_model import Normalised, X, Y, fit, logistic, raises

# Modules and losses of the user's


@pytest.mark.parametrize(
    "module",
    [Normalised, Normalised(5, 2), logistic, lambda n_classes: nn.LazyLinear(n_classes)],
    ids=["class", "instance", "function", "lambda"],
)
def test_modules_of_the_users(module):
    clf = fit(module=module, max_epochs=15, lr=0.1)
    assert clf.score(X, Y) > 0.8
    if isinstance(module, nn.Module):
        assert clf.module_ is not module
        assert module[1].num_batches_tracked == 0


def test_auto_says_which_engine_it_took(capsys):
    fit(module=Normalised, verbose=1)
    printed = capsys.readouterr().out
    reason = (
        "Took engine='autograd': BatchNorm1d mixes the samples of a batch. Forward mode is "
        "no faster.\n"
    )
    assert printed.startswith(reason)
    fit(verbose=1)
    printed = capsys.readouterr().out
    reason = "Took engine='kernel': its hypergradients are exact for this module.\n"
    assert printed.startswith(reason)
    assert printed == reason
    fit(verbose=0)
    assert capsys.readouterr() == ("", "")


def test_a_line_an_epoch_is_printed_if_one_asks_for_more(capsys):
    fit(verbose=2)
    captured = capsys.readouterr()
    assert "worst_group_loss" in captured.out
    assert captured.err.endswith(": 100 %\n")


def test_ghost_is_refused_where_it_would_be_wrong():
    message = (
        "engine='ghost' cannot serve this module: BatchNorm1d mixes the samples of a "
        "batch. Use engine='auto'."
    )
    with raises(message):
        fit(module=Normalised, engine="ghost")


def focal(logits, target):
    losses = nn.functional.cross_entropy(logits, target, reduction="none")
    return losses * (1 - torch.exp(-losses)) ** 2


def relative(logits, target):
    losses = nn.functional.cross_entropy(logits, target, reduction="none")
    return losses / losses.mean()


@pytest.mark.parametrize(
    ("loss", "engine"),
    [
        (focal, "ghost"),
        (nn.CrossEntropyLoss(reduction="none"), "ghost"),
        (relative, "autograd"),
    ],
)
def test_meta_losses_of_the_users(loss, engine):
    clf = fit(meta_loss=loss, max_epochs=10, bargaining=None)
    assert clf.net_.engine_ == engine
    pickle.loads(pickle.dumps(clf)).predict(X)


def test_a_meta_loss_has_one_value_per_sample():
    message = (
        "`meta_loss` should return one loss per sample, of shape (2,) for 2 samples. Got "
        "shape (). A loss of torch's does with reduction='none'."
    )
    with raises(message):
        fit(meta_loss=nn.CrossEntropyLoss())


@pytest.mark.parametrize("optimizer", ["sgd", "adam", "adamw", torch.optim.Adagrad])
def test_optimizers(optimizer):
    assert fit(optimizer=optimizer, max_epochs=20, lr=0.05).score(X, Y) > 0.8


def test_an_optimizer_that_asks_for_the_loss_again_is_refused():
    with pytest.raises(ValueError, match="one step for each gradient"):
        fit(optimizer=torch.optim.LBFGS)


@pytest.mark.parametrize("device", ["cpu", torch.device("cpu")])
def test_devices(device):
    clf = fit(device=device)
    assert next(clf.module_.parameters()).device.type == "cpu"
    np.testing.assert_array_equal(clf.predict_proba(X), fit().predict_proba(X))
