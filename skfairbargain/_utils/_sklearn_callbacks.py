"""scikit-learn's callbacks of estimators, where its version has them."""

from contextlib import contextmanager

try:
    from sklearn.callback import CallbackSupportMixin, with_callbacks
except ImportError:  # before scikit-learn 1.9

    class CallbackSupportMixin:
        """No ``set_callbacks``, because this scikit-learn has no callbacks."""


@contextmanager
def torn_down(estimator):
    """Tear down an estimator's callbacks at the end of a block, also where it fails.

    Only where scikit-learn has callbacks, which does so at the end of a method.
    """
    try:
        yield
    finally:
        with_callbacks(lambda estimator: None)(estimator)
