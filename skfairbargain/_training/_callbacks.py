"""The skorch callbacks of a training, checked before skorch initializes them."""

from contextlib import contextmanager

from skorch.callbacks import Callback, EarlyStopping
from skorch.utils import noop


def checked_callbacks(estimator):
    """Return the estimator's callbacks, and the one that stops early if that is wanted.

    Parameters
    ----------
    estimator : NashMetaClassifier

    Returns
    -------
    callbacks : list of Callback or (str, Callback)
        Classes are instances, and None is left out.

    Raises
    ------
    ValueError
        If one is no callback of skorch's, or two have the same name.
    """
    callbacks = [_checked(each) for each in estimator.callbacks or [] if each is not None]
    if estimator.early_stopping:
        callbacks.append(("early_stopping", _early_stopping(estimator)))
    names = [each[0] for each in callbacks if isinstance(each, tuple)]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ValueError(
            f"`callbacks` should have names that differ. Got {twice[0]!r} twice."
        )
    return callbacks


def listens(callback, event):
    """Whether a callback does anything at an event, such as "on_batch_end".

    Parameters
    ----------
    callback : Callback
    event : str

    Returns
    -------
    listens : bool
    """
    own = getattr(type(callback), event, None)
    return event in vars(callback) or own is not getattr(Callback, event)


@contextmanager
def lacking_history_named(net):
    """Say what the history has where a callback reads something else in it.

    Raises
    ------
    ValueError
        In place of the KeyError of skorch's history.
    """
    try:
        yield
    except KeyError as error:
        what = str(error.args[0]) if error.args else ""
        if not what.endswith("was not found in history."):
            raise
        has = ", ".join(repr(key) for key in net.history[-1] if key != "batches")
        raise ValueError(
            f"`callbacks` should read what the history has. {what} Its last row has {has}. "
            "An EpochScoring before this callback adds a score."
        ) from error


def _checked(given):
    pair = isinstance(given, tuple) and len(given) == 2 and isinstance(given[0], str)
    callback = given[1] if pair else given
    if isinstance(callback, type) and issubclass(callback, Callback):
        try:
            callback = callback()
        except TypeError as error:
            raise ValueError(
                "`callbacks` should hold instances of skorch callbacks. Got the class "
                f"{callback.__name__}, which needs arguments: {error}."
            ) from error
    if not isinstance(callback, Callback) and not (pair and callback is None):
        raise ValueError(
            "`callbacks` should hold skorch callbacks, or pairs of a name and one. Got "
            f"{given!r}. One of your own is a subclass of skorch.callbacks.Callback."
        )
    return (given[0], callback) if pair else callback


def _early_stopping(estimator):
    patience = 10 if estimator.early_stopping is True else estimator.early_stopping
    return EarlyStopping(
        "worst_group_loss",
        patience=patience,
        load_best=True,
        sink=print if estimator.verbose else noop,
    )
