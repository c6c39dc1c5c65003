"""Store the package's version with a pickled estimator, and compare it on loading."""

from .._version import __version__
from ..exceptions import ModelVersionWarning
from ._warnings import warn_user


class VersionedPickleMixin:
    """Warn where a pickled estimator comes from another version of this package.

    Goes before scikit-learn's ``BaseEstimator``, which does so for its own version only.
    """

    def __getstate__(self):
        return {**super().__getstate__(), "_skfairbargain_version": __version__}

    def __setstate__(self, state):
        state = dict(state)
        stored_by = state.pop("_skfairbargain_version", "unknown")
        super().__setstate__(state)
        if stored_by != __version__:
            warn_user(
                ModelVersionWarning(
                    estimator_name=type(self).__name__,
                    current_version=__version__,
                    original_version=stored_by,
                )
            )
