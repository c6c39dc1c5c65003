"""The skorch net: one step by hand, what an epoch records, and an orderly end."""

import copy

import numpy as np
import pytest
import torch
from skorch.callbacks import Callback, LRScheduler
from torch import nn

from skfairbargain._training._history import EPOCH_KEYS, Names
from skfairbargain._training._history_warnings import (
    warn_of_missing_agreement,
    warn_of_skipped_steps,
)
from skfairbargain._training._minibatches import TrainingData
from skfairbargain._training._net import MetaNet
from skfairbargain._training._weighting import Weighting
from skfairbargain.exceptions import NoAgreementWarning, SkippedStepWarning
from skfairbargain.protocols import MetaGDRO, Nash, Protocol


def zero_linear(n_features=1):
    module = nn.Linear(n_features, 2).double()
    nn.init.zeros_(module.weight)
    nn.init.zeros_(module.bias)
    return module


def make_net(data, module, *, goal=None, bargaining=None, anchor=0.0, **options):
    n_cells = data.cells.max() + 1
    cell_groups = np.arange(n_cells) // 2
    settings = {
        "max_epochs": 1,
        "batch_size": len(data),
        "lr": 0.5,
        "optimizer": torch.optim.SGD,
    }
    net = MetaNet(
        module,
        weighting=Weighting(
            goal or MetaGDRO(), bargaining, cell_groups, "cells", 1.0, anchor, "l2"
        ),
        names=Names(
            groups=[f"group {g}" for g in np.unique(cell_groups)],
            players=[f"cell {k}" for k in range(n_cells)],
            bargainers=[f"cell {k}" for k in range(n_cells)],
        ),
        row_shape=data.X_val.shape[1:],
        train_split=None,
        verbose=0,
        **{**settings, **options},
    )
    return net.initialize()


def tiny_data():
    """Three samples to train on and one group of two cells, one row each."""
    X, y = np.array([[1.0], [-2.0], [0.0]]), np.array([1, 1, 0])
    X_val, y_val = np.array([[2.0], [-1.0]]), np.array([1, 0])
    return TrainingData(X, y, X_val, y_val, np.array([1, 0]), np.float64)


def data_of(n=64, seed=0, n_groups=2, per_cell=2):
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, 3))
    y = (X[:, 0] + 0.3 * rng.normal(size=n) > 0).astype(np.int64)
    cells = np.arange(2 * n_groups).repeat(per_cell)
    y_val = cells % 2
    X_val = (
        rng.normal(size=(len(cells), 3)) + np.array([2.0, 0, 0]) * (2 * y_val - 1)[:, None]
    )
    return TrainingData(X, y, X_val, y_val, cells, np.float64)


def mlp(seed=0):
    torch.manual_seed(seed)
    return nn.Sequential(nn.Linear(3, 5), nn.Tanh(), nn.Linear(5, 2)).double()


def test_one_step_by_hand():
    # All logits 0: δ = (½, −½) for class 1, (−½, ½) for class 0, so for a training sample a
    # and a validation sample v, ⟨∇ℓ, ∇L⟩ = ±½ (av + 1), + for equal classes.
    #               v=2, class 1       v=−1, class 0      group: mean of the two
    #  a= 1, cl. 1   ½(2 + 1) = 1.5    −½(−1 + 1) = 0     0.75
    #  a=−2, cl. 1   ½(−4 + 1) = −1.5  −½(2 + 1) = −1.5   −1.5
    #  a= 0, cl. 0   −½(0 + 1) = −0.5   ½(0 + 1) = 0.5    0
    # Clipped and of length 1, the weights are (1, 0, 0). The gradient is that of sample 0:
    # δ a = (½, −½) for the weights, (½, −½) for the biases; times −lr = −½.
    net = make_net(tiny_data(), zero_linear())
    net.partial_fit(tiny_data())
    assert net.module_.weight.flatten().tolist() == [-0.25, 0.25]
    assert net.module_.bias.tolist() == [-0.25, 0.25]
    # Influence is lr times the columns of the cells; the group's is their mean.
    np.testing.assert_allclose(net.records_.cell_influence.mean(axis=1), [0.375, -0.75, 0])
    row = net.epochs()[-1]
    assert row["train_loss"] == pytest.approx(np.log(2))
    # Afterwards the margins are 0.5 v + 0.5 = 1.5 for v = 2, and 0 for v = −1.
    expected = (np.log1p(np.exp(-1.5)) + np.log(2)) / 2
    assert row["group_losses"] == {"group 0": pytest.approx(expected)}
    assert row["worst_group_loss"] == pytest.approx(expected)
    # Weights (1, 0, 0) give the cells 1.5 and 0: nobody loses.
    assert row["conflict_rate"] == 0


def test_one_bargained_step_by_hand():
    # Over weights ≥ 0: the columns (1.5, −1.5, −0.5) and (0, −1.5, 0.5). Sample 1 hurts
    # both and gets nothing. For weights (p, q) of samples 0 and 2 the gains are
    # 1.5p − 0.5q and 0.5q; with p = √2 cos t, q = √2 sin t their product is proportional to
    # 3 sin t cos t − sin² t = ½ (3 sin 2t + cos 2t − 1), largest at tan 2t = 3.
    t = np.arctan(3) / 2
    data = tiny_data()
    net = make_net(data, zero_linear(), bargaining=Nash(), bargain_epochs=1)
    net.partial_fit(data)
    # The gradient of sample 0 at weight cos t, of sample 2 (a = 0, class 0) at sin t.
    step = 0.25 * np.array([np.cos(t), np.cos(t) - np.sin(t)])
    assert net.module_.weight[1].item() == pytest.approx(step[0])
    assert net.module_.bias[1].item() == pytest.approx(step[1])
    row = net.epochs()[0]
    assert row["stage"] == 1
    assert row["bargaining_success_rate"] == 1
    # α = 1/gain, at length √2 and for the hypergradients times lr; cell 0 is v = −1.
    p, q = np.sqrt(2) * np.array([np.cos(t), np.sin(t)])
    gains = 0.5 * np.array([0.5 * q, 1.5 * p - 0.5 * q])
    assert list(row["alpha"]) == ["cell 0", "cell 1"]
    assert list(row["alpha"].values()) == pytest.approx(1 / gains)


@pytest.mark.parametrize("engine", ["ghost", "autograd"])
@pytest.mark.parametrize("optimizer", [torch.optim.SGD, torch.optim.AdamW])
def test_anchor_1_is_plain_training_on_uniform_weights(engine, optimizer):
    data, plain = data_of(), mlp()
    options = {"optimizer": optimizer, "lr": 0.05, "batch_size": 16, "engine": engine}
    net = make_net(data, copy.deepcopy(plain), anchor=1.0, max_epochs=5, **options)
    torch.manual_seed(0)
    net.partial_fit(data)
    # The same minibatches, 1/√16 on every sample's cross-entropy.
    stepper = optimizer(plain.parameters(), lr=0.05)
    torch.manual_seed(0)
    for _ in range(5):
        order = torch.randperm(64).numpy()
        for index in order.reshape(4, 16):
            stepper.zero_grad()
            logits = plain(torch.from_numpy(data.X[index]))
            target = torch.from_numpy(data.y[index])
            (nn.functional.cross_entropy(logits, target, reduction="sum") / 4).backward()
            stepper.step()
    for ours, theirs in zip(net.module_.parameters(), plain.parameters(), strict=True):
        torch.testing.assert_close(ours, theirs, rtol=1e-6, atol=1e-9)


def test_engines_agree_on_a_whole_fit():
    data, weights = data_of(), []
    for engine in ("ghost", "autograd"):
        net = make_net(data, mlp(), engine=engine, bargaining=Nash(), bargain_epochs=3,
                       max_epochs=6, batch_size=16, lr=0.2)  # fmt: skip
        torch.manual_seed(0)
        net.partial_fit(data)
        assert net.engine_ == engine
        weights.append(
            [*net.module_.parameters(), torch.from_numpy(net.records_.cell_influence)]
        )
    for ghost, autograd in zip(*weights, strict=True):
        torch.testing.assert_close(ghost, autograd, rtol=1e-7, atol=1e-9)


def test_history_tells_the_stages_apart():
    data = data_of()
    net = make_net(data, mlp(), bargaining=Nash(), bargain_epochs=2, max_epochs=3)
    rows = net.partial_fit(data).epochs()
    assert [tuple(row) for row in rows] == [EPOCH_KEYS] * 3
    assert [row["epoch"] for row in rows] == [1, 2, 3]
    assert [row["stage"] for row in rows] == [1, 1, 2]
    assert [row["bargaining_success_rate"] for row in rows][-1] is None
    assert rows[-1]["alpha"] is None
    assert all(row["seconds"] > 0 for row in rows)
    for row in rows:
        assert row["worst_group_loss"] == max(row["group_losses"].values())


@pytest.mark.parametrize("start", [False, True])
def test_denormal_numbers_are_flushed_while_training_and_only_then(start):
    flushed = []

    class Look(Callback):
        def on_batch_begin(self, net, **kwargs):
            flushed.append((torch.tensor(2e-38) / 4).item() == 0)

    try:
        torch.set_flush_denormal(start)
        make_net(data_of(), mlp(), callbacks=[Look()]).partial_fit(data_of())
        assert flushed == [True]
        assert ((torch.tensor(2e-38) / 4).item() == 0) == start
    finally:
        torch.set_flush_denormal(False)


class Interrupt(Callback):
    """Ctrl-C at a chosen moment of the third epoch."""

    def __init__(self, moment):
        self.moment = moment

    def on_epoch_begin(self, net, **kwargs):
        self.epoch = len(net.history)
        self.maybe("epoch begins")

    def on_batch_end(self, net, **kwargs):
        self.maybe("after a batch")

    def on_grad_computed(self, net, named_parameters, **kwargs):
        self.maybe("before the update")

    def on_epoch_end(self, net, **kwargs):
        self.maybe("epoch ends")

    def maybe(self, moment):
        if moment == self.moment and self.epoch == 3:
            raise KeyboardInterrupt


@pytest.mark.parametrize(
    ("moment", "done", "rows_more"),
    [
        ("epoch begins", 2, 0),
        ("after a batch", 2, 16),
        ("before the update", 2, 16),
        ("epoch ends", 3, 64),
    ],
)
def test_an_interrupted_run_keeps_the_epochs_that_it_finished(moment, done, rows_more):
    data = data_of()
    net = make_net(data, mlp(), max_epochs=9, batch_size=16, callbacks=[Interrupt(moment)])
    torch.manual_seed(0)
    net.partial_fit(data)
    assert [row["epoch"] for row in net.epochs()] == list(range(1, done + 1))
    assert all(not layer._forward_hooks for layer in net.module_.modules())
    # What the unfinished epoch's steps did stays in the weights, so in the influence, too.
    finished = make_net(data, mlp(), max_epochs=2, batch_size=16)
    torch.manual_seed(0)
    finished.partial_fit(data)
    more = (net.records_.cell_influence != finished.records_.cell_influence).any(axis=1)
    assert more.sum() == rows_more
    net.partial_fit(data, epochs=1)
    assert net.epochs()[-1]["epoch"] == len(net.epochs())


def test_an_error_in_a_callback_leaves_no_hooks_and_no_half_epoch():
    class Fail(Callback):
        def on_batch_end(self, net, **kwargs):
            raise RuntimeError("the callback's")

    net = make_net(data_of(), mlp(), callbacks=[Fail()])
    with pytest.raises(RuntimeError, match=r"^the callback's$"):
        net.partial_fit(data_of())
    assert net.epochs() == []
    assert all(not layer._forward_hooks for layer in net.module_.modules())


class Nobody(Protocol):
    def weights(self, step):
        return None


def test_skipped_steps_leave_the_weights_alone_and_are_counted():
    data = data_of()
    net = make_net(data, mlp(), goal=Nobody(), batch_size=16, max_epochs=2)
    net.partial_fit(data)
    for parameter, before in zip(net.module_.parameters(), mlp().parameters(), strict=True):
        assert torch.equal(parameter, before)
    rows = net.epochs()
    assert [row["skipped_steps"] for row in rows] == [4, 4]
    assert [row["conflict_rate"] for row in rows] == [0, 0]
    message = (
        "^8 steps were skipped, because every training weight was zero or a loss was not "
        "finite. Scale the features, lower `lr`, or set `anchor` above 0.$"
    )
    with pytest.warns(SkippedStepWarning, match=message):
        warn_of_skipped_steps(rows)


def test_players_that_never_agree_are_reported_and_the_goal_decides():
    # Both cells hold the same row with different labels: they want the opposite.
    data = tiny_data()
    data.X_val[:] = 1.0
    net = make_net(data, zero_linear(), anchor=0.5, bargaining=Nash())
    net.partial_fit(data)
    (row,) = net.epochs()
    assert row["bargaining_success_rate"] == 0
    assert row["alpha"] is None
    message = (
        r"^The players agreed in no step of the 1 bargaining epochs, so the goal decided "
        r"every step. Set players='groups', or more validation samples per cell, or "
        r"bargaining=None.$"
    )
    with pytest.warns(NoAgreementWarning, match=message):
        warn_of_missing_agreement(net.epochs())


def test_a_run_that_diverges_reports_a_large_loss_and_no_nan():
    data, module = data_of(), mlp()
    nn.init.constant_(module[0].weight, float("nan"))
    net = make_net(data, module, batch_size=16)
    net.partial_fit(data)
    (row,) = net.epochs()
    assert row["worst_group_loss"] > 1e38
    assert np.isfinite(row["worst_group_loss"])
    assert row["skipped_steps"] == 4
    assert row["train_loss"] is None
    assert not net.records_.cell_influence.any()


@pytest.mark.parametrize("lr", [1e3, 1e30, 1e100, 1e200])
def test_no_nan_whatever_the_learning_rate(lr):
    data = data_of()
    net = make_net(data, mlp(), lr=lr, max_epochs=5, batch_size=16, bargaining=Nash())
    for row in net.partial_fit(data).epochs():
        assert np.isfinite([row["worst_group_loss"], row["train_loss"] or 0]).all()
    assert np.isfinite(net.records_.cell_influence).all()


def test_influence_counts_each_step_at_its_own_learning_rate():
    # Steps so short that the network stays as it is, and half as long in each epoch.
    data, options = data_of(), {"lr": 1e-12, "anchor": 1.0}
    one = make_net(data, mlp(), **options).partial_fit(data)
    halved = make_net(
        data,
        mlp(),
        max_epochs=3,
        callbacks=[LRScheduler("StepLR", step_size=1, gamma=0.5)],
        **options,
    ).partial_fit(data)
    np.testing.assert_allclose(
        halved.records_.cell_influence, 1.75 * one.records_.cell_influence, rtol=1e-6
    )


def test_the_bound_is_that_of_the_first_step_of_each_epoch():
    bounds = []

    class Look(Callback):
        def on_batch_end(self, net, **kwargs):
            bounds.append(net._steps.bound.value)

    data = data_of()
    net = make_net(data, mlp(), bargaining=Nash(), bargain_epochs=2, max_epochs=2,
                   batch_size=16, callbacks=[Look()])  # fmt: skip
    rows = net.partial_fit(data).epochs()
    assert bounds[:4] == [rows[0]["safe_meta_lr"]] * 4
    assert bounds[4:] == [rows[1]["safe_meta_lr"]] * 4
    assert None not in bounds
    assert rows[0]["safe_meta_lr"] != rows[1]["safe_meta_lr"]


def test_a_continued_net_leaves_the_earlier_one_as_it_is():
    data, seen = data_of(), []

    class Count(Callback):
        def initialize(self):
            seen.append("initialized")

        def on_epoch_end(self, net, **kwargs):
            seen.append(len(net.history))

    first = make_net(data, mlp(), callbacks=[Count()], batch_size=16).partial_fit(data)
    before = copy.deepcopy(first.module_.state_dict())
    second = first.continued(max_epochs=2)
    second.partial_fit(data)
    assert seen == ["initialized", 1, 2, 3]
    assert [row["epoch"] for row in first.epochs()] == [1]
    assert [row["epoch"] for row in second.epochs()] == [1, 2, 3]
    for name, value in first.module_.state_dict().items():
        assert torch.equal(value, before[name])
        assert not torch.equal(value, second.module_.state_dict()[name])
