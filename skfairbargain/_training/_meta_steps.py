"""The steps of a training: Algorithm 1, and the counts of an epoch."""

import numpy as np
import torch
from skorch.utils import TeeGenerator

from ..distributed import DataParallel
from ..hypergradients import AutoEngine
from ..losses import cross_entropy
from ._branch_points import restore_generators
from ._goal_column import GoalColumn
from ._group_losses import group_losses
from ._history import EpochTally
from ._optimizer import complete_momentum, take_step
from ._step_bound import EpochBound


class MetaSteps:
    """What a net needs from step to step while it trains, and the step itself.

    Parameters
    ----------
    net : MetaNet
        Its module and optimizer are trained, and its records added to.
    data : TrainingData
    state : RunState, default=None
        Where another run has come to, which this one goes on from.

    Attributes
    ----------
    engine : AutoEngine
    ranks : DataParallel or None
        Tells what other processes came to in the same step, where there are any.
    n_steps : int
        Steps taken.
    val_losses : ndarray of shape (n_val,)
        Losses of the validation rows at the end of the epoch, which the net sets.
    """

    def __init__(self, net, data, state=None):
        self.net, self.data, self.n_steps = net, data, 0
        callbacks = [callback for _, callback in net.callbacks_]
        self.ranks = next((c for c in callbacks if isinstance(c, DataParallel)), None)
        self._step_averages = data.step_averages()
        self._on_device = torch.as_tensor(
            self._step_averages,
            device=net.device,
            dtype=torch.from_numpy(data.X_val[:0]).dtype,
        )
        self._goal_column = GoalColumn(net.weighting, self._step_averages, self._on_device)
        n_batch = min(net.batch_size, len(data))
        self.engine = AutoEngine(
            net.engine,
            net.module_,
            cross_entropy,
            net.meta_loss,
            data.probe_rows(net.device),
            n_batch=min(4, n_batch),
            n_rows=n_batch + len(self._step_averages),
            tell=print if net.verbose else None,
            excluded=None if state is None else state.excluded,
        )
        complete_momentum(net.optimizer_)
        if state is not None:
            # Last, because comparing engines may draw random numbers.
            self.n_steps = state.n_steps
            restore_generators(state, net, data)

    def begin_epoch(self, epoch):
        """Start counting.

        Parameters
        ----------
        epoch : int
            Counted from 1, where the stages begin.
        """
        net = self.net
        in_stage_1 = epoch <= net.bargain_epochs
        bargains = in_stage_1 and net.weighting.bargaining is not None
        self._tally = EpochTally(1 if bargains else 2)
        self.bound = EpochBound(net.weighting, self._step_averages, net.meta_loss, epoch)
        self.bound.is_due &= self.ranks is None

    def take(self, batch):
        """Take a step on a minibatch: what skorch's ``train_step`` returns.

        Parameters
        ----------
        batch : Batch

        Returns
        -------
        step : dict
            ``loss``, ``y_pred`` and ``weights``, the last None where a loss or a gradient
            is not finite, and the step is skipped.
        """
        measured = self._is_measured()
        step = self.engine.hypergradients(
            batch.inputs,
            batch.targets,
            len(batch.X),
            self._on_device if measured else self._goal_column,
        ).on_cpu()
        sample_weight = self.data.sample_weight
        if sample_weight is not None:
            sample_weight = sample_weight[batch.index]
        loss = _mean_loss(step.losses, sample_weight)
        train_loss = loss.item()
        with np.errstate(over="ignore", invalid="ignore"):  # see below
            length = self.net.optimizer_.param_groups[0]["lr"]
            hypergradients = step.hypergradients.numpy() * length
            cell_losses = step.val_losses.double().numpy() @ self._step_averages
        influence = hypergradients if measured else None
        if self.ranks is not None:
            hypergradients, cell_losses, train_loss, sample_weight = self.ranks.of_all(
                hypergradients, cell_losses, train_loss, sample_weight, self.net.device
            )
        # NaN compares false, and what lies beyond would overflow when it is squared.
        largest = hypergradients.max(), -hypergradients.min(), cell_losses.max(), train_loss
        if not all(float(value) < 1e120 for value in largest):
            self._tally.add_undefined()
            return {"loss": loss, "y_pred": step.logits, "weights": None}
        if measured:
            decision = self.net.weighting.decide(
                hypergradients,
                cell_losses,
                bargain=self._tally.stage == 1,
                sample_weight=sample_weight,
            )
        else:
            decision = self.net.weighting.follow(hypergradients[:, 0], sample_weight)
        self._tally.add(decision, train_loss)
        weights = decision.weights
        if self.ranks is not None:
            weights = self.ranks.own(weights)
            sample_weight = None if sample_weight is None else self.ranks.own(sample_weight)
        self.net.records_.add(batch.index, influence, weights, sample_weight)
        if self.bound.is_due and decision.alpha is not None:
            epsilon = float(np.finfo(hypergradients.dtype).eps)
            self.bound.measure(self.net, batch, decision, epsilon)
        if decision.weights.any():
            self._update(batch, torch.from_numpy(weights).to(self._on_device))
        return {"loss": loss, "y_pred": step.logits, "weights": weights}

    def row(self):
        """Return the epoch's row of the history, except for its number."""
        net, losses = self.net, self.val_losses
        of_groups = group_losses(losses, self.data.averages(), net.weighting.to_groups)
        return self._tally.row(net.names, float(losses.mean()), of_groups, self.bound.value)

    def _is_measured(self):
        """Whether a step takes the hypergradients of all players, needed or wanted."""
        self.n_steps += 1
        needed = self._tally.stage == 1 or self.net.weighting.needs_gram
        if needed or self.ranks is not None:
            return True
        every = self.net.measure_every
        return every is not None and self.n_steps % every == 0

    def _update(self, batch, weights):
        """Take one step of the optimizer on the weighted sum of the losses."""
        net = self.net
        self.engine.backward(weights)
        if self.ranks is not None:
            self.ranks.add_gradients(net.module_)
        if net.somebody_listens("on_grad_computed"):
            net.notify(
                "on_grad_computed",
                named_parameters=TeeGenerator(net.get_all_learnable_params()),
                batch=batch,
                training=True,
            )
        take_step(net.optimizer_)


def _mean_loss(losses, sample_weight):
    """Mean loss of a minibatch, each row counted as often as its weight says."""
    if sample_weight is None:
        return losses.mean()
    shares = torch.from_numpy(sample_weight / sample_weight.sum())
    return losses @ shares.to(losses)
