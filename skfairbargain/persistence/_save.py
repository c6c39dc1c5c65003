"""Save a model: describe it, check that it can be loaded, then write it at once."""

from sklearn.utils.validation import check_is_fitted

from .._model_file import archive_of, checked_names, checked_path
from .._utils import shortly, write_at_once
from ..classifier import NashMetaClassifier
from ._network import checked_bytes, stored


def save(estimator, path, *, trusted=()):
    """Write a trained model to a file, all of it or nothing.

    A `NashMetaClassifier` is written in the safetensors format. Everything else becomes an
    archive of skops with the networks in it: pipelines and searches, a
    `ReweightedClassifier`, and other estimators of scikit-learn and of this package, in any
    combination.

    The file has all that `predict`, `partial_fit` and ``warm_start`` need: weights,
    parameters, learned attributes, the optimizer's state. It does not have the validation
    rows that the `partial_fit` of a network remembers, since they are somebody's data.

    Parameters
    ----------
    estimator : estimator
        A fitted one.
    path : str or Path
        The file to write, usually named ``*.safetensors`` for a `NashMetaClassifier` and
        ``*.skops`` for others. An existing one is replaced at the end, in one step.
    trusted : sequence of str, default=()
        Types of your own, or of other packages, that `estimator` has and that `load` will
        be told to trust, with their module, as in ``"my_package.features.Binner"``.

    Raises
    ------
    ValueError
        If a parameter or a label is a function, a class or another object that only code
        could bring back, if there are objects of types that `load` would not trust, if
        weights are not finite, or if parameters that were set since the training contradict
        them. A `module` of your own is no obstacle: pass it to `load` again.
    TypeError
        If `estimator` is no estimator.
    NotFittedError
        If it is not fitted.
    OSError
        If the file cannot be written, as on a full disk. What was there before stays.

    See Also
    --------
    load : Read the file.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> from sklearn.datasets import load_iris
    >>> from skfairbargain import NashMetaClassifier
    >>> from skfairbargain.persistence import load, save
    >>> X, y = load_iris(return_X_y=True)
    >>> clf = NashMetaClassifier(bargaining=None, max_epochs=2, random_state=0).fit(X, y)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder) / "iris.safetensors"
    ...     save(clf, path)
    ...     loaded = load(path)
    >>> bool((loaded.predict_proba(X) == clf.predict_proba(X)).all())
    True
    """
    path, trusted = checked_path(path), checked_names(trusted)
    if isinstance(estimator, type) or not hasattr(estimator, "get_params"):
        raise TypeError(
            "`estimator` should be a fitted estimator, such as a NashMetaClassifier or a "
            f"pipeline. Got {shortly(estimator)}."
        )
    check_is_fitted(estimator)
    try:
        if type(estimator) is NashMetaClassifier:
            data = checked_bytes(estimator)
        else:
            data = archive_of(estimator, {NashMetaClassifier: stored}, trusted)
    except ValueError as error:
        raise ValueError(f"{path} was not written, because {error}.") from error
    write_at_once(path, data)
