"""The skorch net whose training step is Algorithm 1."""

import contextlib

import numpy as np
import torch
from skorch import NeuralNet
from skorch.callbacks import PrintLog, ProgressBar
from skorch.utils import TeeGenerator
from torch import nn

from .._utils import warn_user
from ..exceptions import NoAgreementWarning, SkippedStepWarning
from ..hypergradients import make_engine
from ..losses import cross_entropy
from ._history import EPOCH_KEYS, EpochTally
from ._minibatches import Minibatches
from ._step_bound import losses_along_step, step_bound

# Rows whose notes wait to be added up together, which is cheaper than step by step.
MOST_NOTED = 2**16
# Stands for a loss that is infinite or undefined; float32's largest number.
LARGEST_LOSS = float(np.finfo(np.float32).max)


class MetaNet(NeuralNet):
    """A skorch net that learns its samples' weights from a validation set.

    It trains on a `TrainingData`, which holds the validation rows. Devices, callbacks,
    checkpoints and the history are skorch's; `train_step` is the paper's step.

    Parameters
    ----------
    module : torch.nn.Module or class
    weighting : Weighting
        Decides the weights of each step.
    player_names, group_names : list of str
        Names of the bargainers and of the groups, for the history.
    seat_names : list of str
        Names of those whose conflicts are counted.
    schedule_start : int, default=0
        Epochs done before stage 1 begins.
    meta_loss : callable, default=cross_entropy
        ``(logits, target) -> losses`` of the validation samples.
    engine : {"auto", "ghost", "autograd"}, default="auto"
    bargain_epochs : int, default=15
        Number of epochs of stage 1.
    **kwargs
        Parameters of `skorch.NeuralNet`.

    Attributes
    ----------
    engine_ : str
        Name of the engine that was used.
    cell_influence_ : ndarray of shape (n_samples, n_cells)
        How much each training sample's gradient would have lowered each cell's loss,
        summed over the steps.
    applied_weight_ : ndarray of shape (n_samples,)
        What each training sample's loss was multiplied by, summed over the steps.
    """

    def __init__(
        self,
        module,
        *args,
        weighting,
        player_names=(),
        group_names=(),
        seat_names=(),
        schedule_start=0,
        criterion=nn.CrossEntropyLoss,
        meta_loss=cross_entropy,
        engine="auto",
        bargain_epochs=15,
        **kwargs,
    ):
        super().__init__(module, *args, criterion=criterion, **kwargs)
        self.weighting = weighting
        self.player_names = player_names
        self.group_names = group_names
        self.seat_names = seat_names
        self.schedule_start = schedule_start
        self.meta_loss = meta_loss
        self.engine = engine
        self.bargain_epochs = bargain_epochs

    @property
    def _default_callbacks(self):
        callbacks = []
        if self.verbose:
            ignored = [
                *("group_losses", "player_conflict_rates", "opposed_rates"),
                *("opposed_agreed_rates", "alpha", "safe_meta_lr", "train_batch_count"),
            ]
            callbacks.append(("print_log", PrintLog(keys_ignored=ignored)))
        if self.verbose > 1:
            callbacks.append(("progress_bar", ProgressBar()))
        return callbacks

    def get_iterator(self, dataset, training=False):
        """Minibatches with validation rows for training; skorch's loader otherwise."""
        if training:
            return Minibatches(dataset, self.batch_size, self.device)
        return super().get_iterator(dataset, training)

    def fit_loop(self, X, y=None, epochs=None, **fit_params):
        """Train for some epochs, hooks on the layers and denormal numbers flushed."""
        data = X
        module = self.module_
        self._averages = data.averages()
        self._averages_on_device = torch.as_tensor(
            self._averages, device=self.device, dtype=next(module.parameters()).dtype
        )
        self.cell_influence_ = np.zeros((len(data), self._averages.shape[1]))
        self.applied_weight_ = np.zeros(len(data))
        probe = self._probe_rows(data)
        self._engine, reason = make_engine(
            self.engine, module, cross_entropy, self.meta_loss, probe
        )
        self.engine_ = self._engine.name
        if self.verbose and reason:
            print(f"Took engine='{self.engine_}': {reason}")
        self._data, self._noted = data, []
        try:
            with self._engine, _denormals_flushed():
                return super().fit_loop(data, y, epochs=epochs, **fit_params)
        finally:
            self._settle_notes()
            if len(self.history) and "seconds" not in self.history[-1]:
                self.history.pop()  # an epoch that was interrupted
            del self._engine, self._data, self._noted
            del self._averages, self._averages_on_device

    def on_epoch_begin(self, net, dataset_train=None, dataset_valid=None, **kwargs):
        """Start counting."""
        super().on_epoch_begin(net, dataset_train, dataset_valid, **kwargs)
        in_stage_1 = len(self.history) - self.schedule_start <= self.bargain_epochs
        self._stage = 1 if in_stage_1 and self.weighting.bargaining is not None else 2
        self._tally, self._noted = EpochTally(), []
        self._safe_meta_lr, self._bound_is_due = None, self._stage == 1

    def train_step(self, batch, **fit_params):
        """One step: hypergradients, weights by protocol, weighted gradient, update."""
        if not self.module_.training:
            self._set_training(True)
        n_batch = len(batch.X)
        step = self._engine.hypergradients(
            batch.inputs, batch.targets, n_batch, self._averages_on_device
        )
        loss = step.losses.mean()
        sample_weight = self._data.sample_weight
        if sample_weight is not None:
            sample_weight = sample_weight[batch.index]
            shares = torch.from_numpy(sample_weight / sample_weight.sum())
            loss = step.losses @ shares.to(step.losses)
        lr = self.optimizer_.param_groups[0]["lr"]
        steps = step.hypergradients.cpu().numpy() * lr
        cell_losses = step.val_losses.double().cpu().numpy() @ self._averages
        train_loss = loss.item()
        # NaN compares false, and what lies beyond would overflow when it is squared.
        bounds = (steps.max(), -steps.min(), cell_losses.max(), train_loss)
        if not all(float(bound) < 1e150 for bound in bounds):
            self._tally.skipped += 1
            return {"loss": loss, "weights": None}
        influence = steps
        if sample_weight is not None:
            # Zero-weight rows were left out before; the influence is that of all copies.
            influence = steps * sample_weight[:, None]
        decision = self.weighting.decide(
            steps, cell_losses, bargain=self._stage == 1, sample_weight=sample_weight
        )
        self._noted.append((batch.index, influence, decision.weights))
        if len(self._noted) * n_batch > MOST_NOTED:
            self._settle_notes()
        self._tally.add(decision, train_loss)
        if self._bound_is_due and decision.alpha is not None:
            self._bound_is_due = False
            self._safe_meta_lr = self._bound_step(
                batch, steps, decision.alpha, sample_weight
            )
        if decision.weights.any():
            self._engine.backward(torch.from_numpy(decision.weights).to(step.losses))
            self.notify(
                "on_grad_computed",
                named_parameters=TeeGenerator(self.get_all_learnable_params()),
                batch=batch,
                training=True,
            )
            self.optimizer_.step()
        return {"loss": loss, "weights": decision.weights}

    def on_epoch_end(self, net, dataset_train=None, dataset_valid=None, **kwargs):
        """Record what the epoch did, before the callbacks look at it."""
        self._settle_notes()
        row = self._tally.summary(self.player_names, self.seat_names)
        losses = self._group_losses(self._data)
        row["stage"] = self._stage
        row["safe_meta_lr"] = self._safe_meta_lr
        row["group_losses"] = dict(zip(self.group_names, losses, strict=True))
        row["worst_group_loss"] = max(losses)
        for key in EPOCH_KEYS[1:]:
            self.history.record(key, row[key])
        super().on_epoch_end(net, dataset_train, dataset_valid, **kwargs)

    def _bound_step(self, batch, steps, alpha, sample_weight):
        """Theorem 3.6's bound on `meta_lr` for this step, without dropout and momentum."""
        averages, n_batch = self._averages, len(batch.X)
        if len(alpha) < averages.shape[1]:
            averages = averages @ self.weighting.to_groups
        # Nothing of this may change the run: no mode, no buffer, no random number.
        with torch.random.fork_rng([self.device] if "cuda" in str(self.device) else []):
            self._set_training(False)
            losses_at = losses_along_step(
                self.module_,
                (batch.X, batch.y),
                self.weighting.learned_weights(steps, alpha, sample_weight),
                (batch.inputs[n_batch:], batch.targets[n_batch:]),
                averages,
                self.optimizer_.param_groups[0]["lr"],
                self.meta_loss,
            )
            epsilon = np.finfo(steps.dtype).eps
            bound = step_bound(losses_at, self.weighting.meta_lr, epsilon)
            self._set_training(True)
        return bound

    def _settle_notes(self):
        """Add up what the steps noted; no sample is in two minibatches of an epoch."""
        if self._noted:
            index, influence, weights = map(np.concatenate, zip(*self._noted, strict=True))
            # np.take gathers rows several times as fast as an index in brackets.
            for total, noted in (
                (self.cell_influence_, influence),
                (self.applied_weight_, weights),
            ):
                total[index] = total.take(index, axis=0) + noted
        self._noted = []

    def epochs(self):
        """The finished epochs, a plain dict each."""
        return [{key: row[key] for key in EPOCH_KEYS} for row in self.history]

    def warn_about_trouble(self, rows):
        """Warn once of what went wrong in these epochs.

        Parameters
        ----------
        rows : list of dict
            Some of `epochs()`.
        """
        skipped = sum(row["skipped_steps"] for row in rows)
        if skipped:
            warn_user(
                f"{skipped} steps were skipped, because every training weight was zero or "
                "a loss was not finite. Scale the features, lower `lr`, or set `anchor` "
                "above 0.",
                SkippedStepWarning,
            )
        rates = [row["bargaining_success_rate"] for row in rows if row["stage"] == 1]
        if rates and not any(rates):
            warn_user(
                f"The players agreed in no step of the {len(rates)} bargaining epochs, so "
                "the goal decided every step. Set players='groups', or more validation "
                "samples per cell, or bargaining=None.",
                NoAgreementWarning,
            )

    def _group_losses(self, data):
        """Mean validation loss of each group's cells, without dropout."""
        self._set_training(False)
        with torch.no_grad():
            X_val = torch.as_tensor(data.X_val, device=self.device)
            y_val = torch.as_tensor(data.y_val, device=self.device)
            losses = self.meta_loss(self.module_(X_val), y_val).double().cpu().numpy()
        # Training that went astray must not pass for a loss of 0.
        losses = np.nan_to_num(losses, nan=LARGEST_LOSS, posinf=LARGEST_LOSS)
        return (losses @ self._averages @ self.weighting.to_groups).tolist()

    def _probe_rows(self, data):
        """A few validation rows, some of them twice if need be, to compare engines on."""
        index = np.arange(8) % len(data.y_val)
        return (
            torch.as_tensor(data.X_val[index], device=self.device),
            torch.as_tensor(data.y_val[index], device=self.device),
        )


@contextlib.contextmanager
def _denormals_flushed():
    """Treat numbers below 1e-38 as zero: late gradients reach 1e-40 and slow every step."""
    flushed_before = (torch.tensor(2e-38) / 4).item() == 0
    torch.set_flush_denormal(True)
    try:
        yield
    finally:
        torch.set_flush_denormal(flushed_before)
