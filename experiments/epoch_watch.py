"""What a network does on the test set, epoch by epoch."""

from skorch.callbacks import Callback

from .plain_training import predict_logits


class EpochWatch(Callback):
    """Measure the predicted labels after every epoch.

    For curves, and for the paper's reporting rule, which picks an epoch by them; no other
    choice may look at them.

    Parameters
    ----------
    X : array-like of shape (n_test, …)
        Test rows.
    measure : callable
        Takes the predicted labels, an int array of shape (n_test,).

    Attributes
    ----------
    seen : list
        What `measure` returned, by epoch.
    """

    def __init__(self, X, measure):
        self.X = X
        self.measure = measure
        self.seen = []

    def on_epoch_end(self, net, **kwargs):
        self.look(net.module_)

    def look(self, module):
        self.seen.append(self.measure(predict_logits(module, self.X).argmax(axis=1)))
