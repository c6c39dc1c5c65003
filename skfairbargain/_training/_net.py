"""The skorch net that trains by Algorithm 1: data, callbacks, history and copies."""

import contextlib
import copy
import inspect

import numpy as np
import torch
from skorch import NeuralNetClassifier
from skorch.callbacks import PrintLog
from skorch.dataset import Dataset
from skorch.history import History
from torch import nn

from .._networks import dropout_draws_from
from ..losses import cross_entropy
from ._branch_points import run_state
from ._callbacks import lacking_history_named, listens
from ._denormals import denormals_flushed
from ._group_losses import finite_losses
from ._history_columns import ROW, columns, finished_epochs
from ._meta_steps import MetaSteps
from ._minibatches import Minibatches
from ._net_copies import copies, twin
from ._progress import TrainingProgress
from ._records import Records

# What a net has while it trains, and no stored net needs.
RUN = ("_steps", "_dataset_valid", "_progress")


class MetaNet(NeuralNetClassifier):
    """A skorch net that learns its samples' weights from a validation set.

    It trains on a `TrainingData`, which holds the validation rows. Devices, callbacks,
    checkpoints and the history are skorch's; the steps are those of `MetaSteps`.

    Parameters
    ----------
    module : torch.nn.Module or class
    weighting : Weighting
        Decides the weights of each step.
    names : Names
        Names of groups and players, for the history.
    row_shape : tuple of int
        Shape of a row of X, which a stored model has to know.
    earlier_epochs : History, default=()
        Epochs that were trained before, by a net whose history this one continues.
    schedule_start : int, default=0
        Epochs done before stage 1 begins.
    meta_loss : callable, default=cross_entropy
        ``(logits, target) -> losses`` of the validation samples.
    engine : {"auto", "kernel", "ghost", "forward", "autograd", "loop"}, default="auto"
    bargain_epochs : int, default=15
        Number of epochs of stage 1.
    measure_every : int or None, default=1
        As in ``NashMetaClassifier``.
    **kwargs
        Parameters of `skorch.NeuralNetClassifier`.

    Attributes
    ----------
    engine_ : str
        Name of the engine that was used last.
    scaler_ : Standardizer or None
        What the features are standardized by; set before the training, and None where the
        module gets them as they are.
    records_ : Records
        Influence and applied weight of each training row in the latest `partial_fit`.
    """

    def __init__(
        self,
        module,
        *args,
        weighting,
        names,
        row_shape,
        earlier_epochs=(),
        schedule_start=0,
        criterion=nn.CrossEntropyLoss,
        meta_loss=cross_entropy,
        engine="auto",
        bargain_epochs=15,
        measure_every=1,
        **kwargs,
    ):
        super().__init__(module, *args, criterion=criterion, **kwargs)
        self.weighting = weighting
        self.names = names
        self.row_shape = row_shape
        self.earlier_epochs = earlier_epochs
        self.schedule_start = schedule_start
        self.meta_loss = meta_loss
        self.engine = engine
        self.bargain_epochs = bargain_epochs
        self.measure_every = measure_every

    def continued(self, **settings):
        """Return a net that goes on where this one is, and leaves this one as it is.

        It trains copies of module and optimizer. The callbacks are the same objects.

        Parameters
        ----------
        **settings : dict
            Parameters of the constructor that shall be others.

        Returns
        -------
        net : MetaNet
        """
        module, optimizer = copies(self.module_, self.optimizer_)
        net = object.__new__(type(self))
        # Not by the constructor and `initialize`, which would start the callbacks afresh.
        vars(net).update(
            vars(self),
            module=module,
            module_=module,
            optimizer_=optimizer,
            history_=History(self.history_),
            **settings,
        )
        return net

    def branch(self, without):
        """Return a net that can go on from the end of this epoch, while this one trains.

        Parameters
        ----------
        without : Callback
            Not to be called by that net.

        Returns
        -------
        net : MetaNet
        state : RunState
            For its `go_on`.
        """
        steps = self._steps
        steps.engine.__exit__(None, None, None)  # its hooks are no part of the network
        try:
            net = self.continued(
                callbacks_=[
                    (name, twin(callback))
                    for name, callback in self.callbacks_
                    if callback is not without
                ],
                weighting=copy.deepcopy(self.weighting),
                records_=copy.deepcopy(self.records_),
            )
        finally:
            steps.engine.__enter__()
        for name in RUN:
            vars(net).pop(name, None)
        return net, run_state(self, steps.data, steps.n_steps, steps.engine.excluded)

    def go_on(self, data, state, epochs):
        """Train for more epochs of the run that this net is a `branch` of.

        Parameters
        ----------
        data : TrainingData
            What the run trained on.
        state : RunState
        epochs : int
        """
        # Which stops a training, as in skorch's partial_fit.
        with contextlib.suppress(KeyboardInterrupt):
            self.fit_loop(data, epochs=epochs, state=state)
        self.notify("on_train_end", X=data, y=None)

    @property
    def _default_callbacks(self):
        callbacks = []
        if self.verbose > 1:
            groups = [f"loss_{name}" for name in self.names.groups]
            ignored = [ROW, "safe_meta_lr", *groups]
            callbacks.append(("print_log", PrintLog(keys_ignored=ignored)))
        return callbacks

    def initialize_history(self):
        """Begin with the earlier epochs."""
        self.history_ = History(self.earlier_epochs)
        return self

    def notify(self, method_name, **kwargs):
        """Call the callbacks; of the audited rows those that ask which rows they get."""
        with lacking_history_named(self):
            if kwargs.get("training", True):
                super().notify(method_name, **kwargs)
                return
            for _, callback in self.callbacks_:
                method = getattr(callback, method_name)
                # Others would take them for rows that are trained on.
                if "training" in inspect.signature(method).parameters:
                    method(self, **kwargs)

    def run_single_epoch(self, iterator, training, prefix, step_fn, **fit_params):
        """As skorch's; without the calls before and after a batch if nobody listens."""
        if not training or self.somebody_listens("on_batch_begin", "on_batch_end"):
            super().run_single_epoch(iterator, training, prefix, step_fn, **fit_params)
            return
        batches = self.history[-1]["batches"]
        for batch in iterator:
            # Before the step, so that its row is there, as it is for those who listen.
            batches.append({})
            loss = step_fn(batch, **fit_params)["loss"].item()
            batches[-1].update(
                {f"{prefix}_loss": loss, f"{prefix}_batch_size": len(batch.X)}
            )
        self.history.record(f"{prefix}_batch_count", len(iterator))

    def somebody_listens(self, *events):
        """Whether a callback does anything at one of these events."""
        return any(listens(each, event) for _, each in self.callbacks_ for event in events)

    def check_data(self, X, y):
        """Nothing: the estimator has checked what `TrainingData` holds."""

    def get_split_datasets(self, X, y=None, **fit_params):
        """The training rows, and the audited rows as what skorch calls validation data."""
        return X, self._dataset_valid

    def get_iterator(self, dataset, training=False):
        """Minibatches for training, all validation rows at once, or skorch's loader."""
        if training:
            return Minibatches(dataset, self.batch_size, self.device)
        if dataset is vars(self).get("_dataset_valid"):
            return [self._steps.data.validation_rows(self.device)]
        return super().get_iterator(dataset, training)

    def fit_loop(self, X, y=None, epochs=None, state=None, **fit_params):
        """Train for some epochs, hooks on the layers and denormal numbers flushed."""
        dropout = None if state is None else state.dropout
        if state is None:
            # First, so that a run that is interrupted from here on has its own records.
            self.records_ = Records(len(X), len(self.weighting.to_groups))
        try:
            with dropout_draws_from(X.generator, self.module_, self.device, dropout):
                self._dataset_valid = Dataset(X.X_val, X.y_val)
                self._steps = MetaSteps(self, X, state)
                self.engine_ = self._steps.engine.name
                n_steps = len(X) // min(self.batch_size, len(X))
                n_epochs = self.max_epochs if epochs is None else epochs
                self._progress = TrainingProgress(n_epochs, n_steps, self.verbose)
                with self._steps.engine, denormals_flushed(), self._progress:
                    return super().fit_loop(X, y, epochs=epochs, **fit_params)
        finally:
            self.records_.add_up()
            if "_steps" in vars(self):
                self.engine_ = self._steps.engine.name
            if len(self.history) and "seconds" not in self.history[-1]:
                self.history.pop()  # an epoch that was interrupted
            for name in RUN:
                vars(self).pop(name, None)

    def on_epoch_begin(self, net, dataset_train=None, dataset_valid=None, **kwargs):
        """Start counting."""
        super().on_epoch_begin(net, dataset_train, dataset_valid, **kwargs)
        self._steps.begin_epoch(len(self.history) - self.schedule_start)

    def train_step(self, batch, **fit_params):
        """One step: hypergradients, weights by protocol, weighted gradient, update."""
        self._progress.step()
        if not self.module_.training:
            self._set_training(True)
        return self._steps.take(batch)

    def validation_step(self, batch, **fit_params):
        """The losses of the audited rows, by which the epoch is judged."""
        X, y = batch
        self._set_training(False)
        if self._steps.ranks is not None:
            self._steps.ranks.share_buffers(self.module_)
        with torch.no_grad():
            logits = self.module_(X)
            losses = self.meta_loss(logits, y)
        self._steps.val_losses = finite_losses(losses)
        return {"loss": losses.mean(), "y_pred": logits}

    def on_epoch_end(self, net, dataset_train=None, dataset_valid=None, **kwargs):
        """Record what the epoch did, before the callbacks look at it."""
        self.records_.add_up()
        row = {"epoch": self.history[-1, "epoch"], **self._steps.row()}
        valid_loss = row["valid_loss"]
        earlier = self.history[self.schedule_start : -1]
        best = all(valid_loss < each.get("valid_loss", np.inf) for each in earlier)
        for key, value in {**columns(row), "valid_loss_best": best}.items():
            self.history.record(key, value)
        self._progress.end_epoch(row["worst_group_loss"])
        super().on_epoch_end(net, dataset_train, dataset_valid, **kwargs)

    def epochs(self):
        """Return the finished epochs, a plain dict each."""
        return finished_epochs(self.history)
