"""Tell scikit-learn's callbacks, such as its progress bar, of every epoch."""

from contextlib import contextmanager

from skorch.callbacks import Callback

from .._utils import FEATURES, CallbackSupportMixin, torn_down


class EpochTasks(Callback):
    """A task of scikit-learn's for every epoch.

    Parameters
    ----------
    context : sklearn.callback.CallbackContext
        Of the whole fit.
    estimator : NashMetaClassifier
    X, y : array-like
        As `fit` got them.
    attributes : dict
        What the estimator has learned before its first epoch, such as its classes.
    """

    def __init__(self, context, estimator, X, y, attributes):
        self.context, self.estimator = context, estimator
        self.X, self.y, self.attributes = X, y, attributes

    def on_epoch_begin(self, net, **kwargs):
        self.task = self.context.subcontext(task_name="epoch")
        self.task.call_on_fit_task_begin(estimator=self.estimator, X=self.X, y=self.y)

    def on_epoch_end(self, net, **kwargs):
        """Show the network as it is, and stop if a callback asks for it."""
        stop = self.task.call_on_fit_task_end(
            estimator=self.estimator,
            X=self.X,
            y=self.y,
            reconstruction_attributes={**self.attributes, "net_": net},
        )
        if stop:
            raise KeyboardInterrupt  # which is how skorch's callbacks stop a training


class EpochTasksMixin(CallbackSupportMixin):
    """``set_callbacks`` for an estimator that trains a net, where scikit-learn has it."""

    @contextmanager
    def _epoch_tasks(self, scratch, X, y, classes):
        """Open a task for a fit, and close it where the estimator is fitted.

        Parameters
        ----------
        scratch : estimator
            Copy of the estimator, on which the features of X were set.
        X, y : array-like
            As `fit` got them.
        classes : ndarray of shape (n_classes,)

        Yields
        ------
        tasks : EpochTasks or None
            A callback for the net. None where scikit-learn has no callbacks.
        """
        if not hasattr(self, "_init_callback_context"):
            yield None
            return
        known = {name: vars(scratch)[name] for name in FEATURES if name in vars(scratch)}
        with torn_down(self):
            context = self._init_callback_context(max_subtasks=self.max_epochs)
            context.call_on_fit_task_begin(estimator=self, X=X, y=y)
            yield EpochTasks(context, self, X, y, {**known, "classes_": classes})
            context.call_on_fit_task_end(
                estimator=self, X=X, y=y, reconstruction_attributes={}
            )


@contextmanager
def told(net, tasks):
    """Let a callback listen to a net for as long as it trains, and keep nothing of it."""
    if tasks is not None:
        net.callbacks_.append(("scikit_learn", tasks))
    try:
        yield
    finally:
        net.callbacks_ = [each for each in net.callbacks_ if each[1] is not tasks]
