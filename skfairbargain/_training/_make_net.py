"""From the estimator's parameters to an initialized net."""

import torch

from .._networks import available_device, build_module, check_fits_memory, checked_sizes
from ..protocols import get_protocol
from ._callbacks import checked_callbacks
from ._history import Names
from ._meta_loss import checked_meta_loss
from ._net import MetaNet
from ._optimizer import optimizer_settings
from ._stages import stage_1_epochs
from ._weighting import Weighting


def run_settings(estimator, players, n_rows, epochs):
    """Return the parameters of a net that may change from run to run.

    Parameters
    ----------
    estimator : NashMetaClassifier
    players : Players
    n_rows : int
        Number of rows to train on.
    epochs : int
        Number of epochs of the run.

    Returns
    -------
    settings : dict
        Parameters of `MetaNet`.

    Raises
    ------
    ValueError
        If there is no protocol of a name.
    """
    bargaining = estimator.bargaining
    bargaining = None if bargaining is None else _protocol(bargaining, "bargaining")
    acts_on_groups = bargaining is not None and bargaining.acts_on == "groups"
    goal = _protocol(estimator.goal, "goal")
    harmless = estimator.harmless_goal
    batch_size = estimator.batch_size
    return {
        "weighting": Weighting(
            goal,
            bargaining,
            players.cell_groups,
            estimator.players,
            estimator.meta_lr,
            estimator.anchor,
            estimator.weight_norm,
            goal.raises_losses if harmless == "auto" else harmless,
        ),
        "names": Names(
            groups=players.names("groups"),
            players=players.names(estimator.players),
            bargainers=players.names("groups" if acts_on_groups else estimator.players),
        ),
        "batch_size": auto_batch_size(n_rows) if batch_size == "auto" else batch_size,
        "bargain_epochs": stage_1_epochs(estimator.bargain_epochs, estimator.max_epochs),
        "max_epochs": epochs,
        "measure_every": estimator.measure_every,
    }


def _protocol(named, name):
    try:
        return get_protocol(named)
    except ValueError as error:
        known, got, what = str(error).rpartition(" Got ")
        raise ValueError(f"{known} `{name}` is none.{got}{what}") from error


def auto_batch_size(n_rows):
    """Return a twentieth of the rows, but at least 32 and at most 512."""
    return min(512, max(32, n_rows // 20))


def make_net(estimator, example, n_classes, *, module, generator=None, **settings):
    """Return a net with the estimator's parameters, ready to train.

    Parameters
    ----------
    estimator : NashMetaClassifier
    example : ndarray of shape (n, n_features, ...)
        A few rows, in the dtype to compute in.
    n_classes : int
    module : class, callable, torch.nn.Module or None
        As the parameter of the estimator.
    generator : torch.Generator, default=None
        Draws the initial weights of the default network. None takes torch's own.
    **settings : dict
        More parameters of `MetaNet`, among them the `run_settings`.

    Returns
    -------
    net : MetaNet

    Raises
    ------
    ValueError
        If the module or the loss does not return what it should, or the optimizer needs
        the loss more than once for a step.
    """
    sizes = checked_sizes(estimator.hidden_layer_sizes)
    if module is None:
        check_fits_memory(example.shape[1], sizes, n_classes, example.dtype)
    module = build_module(
        module,
        example.shape[1],
        n_classes,
        hidden_layer_sizes=sizes,
        dropout=estimator.dropout,
        example=example,
        generator=generator,
    )
    device = available_device(estimator.device)
    logits = torch.from_numpy(example[:0]).to(device)
    return MetaNet(
        module,
        engine=estimator.engine,
        meta_loss=checked_meta_loss(estimator.meta_loss, n_classes, logits),
        row_shape=example.shape[1:],
        lr=estimator.lr,
        train_split=None,
        classes=range(n_classes),
        use_caching=True,
        callbacks=checked_callbacks(estimator),
        device=device,
        verbose=int(estimator.verbose),
        **optimizer_settings(estimator, module),
        **settings,
    ).initialize()
