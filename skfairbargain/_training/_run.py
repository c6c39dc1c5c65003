"""Train a net on checked rows: anew, from an earlier net's weights, or where it was."""

import copy

import torch

from .._inputs import as_features, computing_dtype
from .._networks import (
    available_device,
    module_dtype,
    new_scaler,
    predict_logits,
    warn_of_constant_predictions,
    warn_of_divergence,
)
from .._utils import seeded_globals
from ._epoch_tasks import told
from ._history_warnings import warn_of_missing_agreement, warn_of_skipped_steps
from ._make_net import make_net, run_settings
from ._minibatches import TrainingData
from ._stages import warn_of_unused_goal

# Seeds of the runs' generators lie below, so that torch's own draws other numbers.
OWN_SEEDS = 2**31


def train(
    estimator, rows, validation, *, epochs, seed, earlier=None, restart=True, tasks=None
):
    """Return a trained net; the estimator and an earlier net are left as they are.

    Parameters
    ----------
    estimator : NashMetaClassifier
        Its parameters are read.
    rows : TrainingRows
    validation : ValidationSet
    epochs : int
    seed : int
        Seeds the run's own generator. What a module, a callback or a protocol draws from
        torch's own comes from another seed; its global state is restored after.
    earlier : MetaNet, default=None
        A trained net to start from.
    restart : bool, default=True
        Whether an earlier net is given a fresh optimizer and begins with stage 1. If not,
        it goes on where it was.
    tasks : EpochTasks, default=None
        What listens to this run alone.

    Returns
    -------
    net : MetaNet

    Raises
    ------
    ValueError
        If the trained network has parameters or logits that are not finite.

    Warns
    -----
    DivergenceWarning
        If training diverged. Then there is no other warning.
    SkippedStepWarning
        If steps were skipped.
    NoAgreementWarning
        If the players never agreed.
    ConstantPredictionWarning
        If `restart`, and the network predicts the same for all rows, or no better than
        guessing.
    UnusedGoalWarning
        If `restart`, and no epoch that counts is of stage 2.
    """
    dtype = computing_dtype(rows.X.dtype)
    if earlier is not None:
        dtype = module_dtype(earlier.module_)
    generator = torch.Generator().manual_seed(seed)
    settings = run_settings(estimator, validation.players, len(rows.y), epochs)
    module, earlier_epochs = estimator.module, ()
    if earlier is not None:
        module, earlier_epochs = earlier.module_, earlier.history
    with seeded_globals(seed + OWN_SEEDS, available_device(estimator.device)):
        if earlier is not None and not restart:
            net = earlier.continued(**settings)
            scaler = net.scaler_
        else:
            net = make_net(
                estimator,
                as_features(validation.X[:2], dtype),
                len(rows.classes),
                module=module,
                generator=generator,
                earlier_epochs=earlier_epochs,
                schedule_start=len(earlier_epochs),
                **settings,
            )
            scaler = new_scaler(estimator.standardize, net.module_, rows.X)
        if scaler is not None:
            # On a copy, because the earlier net keeps its statistics.
            scaler = copy.copy(scaler)
            scaler.partial_fit(rows.X, rows.rows, rows.sample_weight)
        net.scaler_ = scaler
        data = TrainingData(
            rows.X,
            rows.y,
            validation.X,
            validation.y,
            validation.cells,
            dtype,
            rows.sample_weight,
            rows.rows,
            generator,
            scaler,
            estimator.validation_rows_per_step,
        )
        with told(net, tasks):
            net.partial_fit(data)
    new_epochs = net.epochs()[len(earlier_epochs) :]
    check_trained(estimator, net, data, new_epochs, len(rows.classes), restart)
    return net


def check_trained(estimator, net, data, new_epochs, n_classes, restart=True):
    """Raise an error or warn of what a training came to, as `train` does.

    Parameters
    ----------
    estimator : NashMetaClassifier
    net : MetaNet
    data : TrainingData
    new_epochs : list of dict
        The epochs of the training, of `history_`.
    n_classes : int
    restart : bool, default=True
        As of `train`.
    """
    predict_logits(net.module_, data.X_val)  # raises where training left no finite model
    restored = bool(estimator.early_stopping)
    if not warn_of_divergence(new_epochs, n_classes, restored):
        warn_of_skipped_steps(new_epochs)
        if estimator.anchor < 1:  # else there is nothing to agree on
            warn_of_missing_agreement(new_epochs)
        if restart:
            warn_of_constant_predictions(net, data, new_epochs, n_classes)
            warn_of_unused_goal(estimator, new_epochs)
