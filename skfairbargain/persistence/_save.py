"""Save a model: describe it, check that it can be loaded, then write it at once."""

from sklearn.utils.validation import check_is_fitted

from .._utils import write_at_once
from ..classifier import NashMetaClassifier
from ._contents import checked_contents
from ._description import describe
from ._file_format import encode, parse
from ._path import checked_path
from ._plain import MOST_BYTES, from_plain
from ._weights import check_weights


def save(estimator, path):
    """Write a trained model to a file, all of it or nothing.

    The file has all that `predict`, `partial_fit` and ``warm_start`` need: weights,
    parameters, learned attributes, the optimizer's state. It does not have the validation
    rows that `partial_fit` remembers, since they are somebody's data.

    Parameters
    ----------
    estimator : NashMetaClassifier
        A fitted one, not the pipeline around it.
    path : str or Path
        The file to write, usually named ``*.safetensors``. An existing one is replaced at
        the end, in one step.

    Raises
    ------
    ValueError
        If a parameter or a label is a function, a class or another object that only code
        could bring back, if weights are not finite, or if parameters that were set since
        the training contradict them. A `module` of your own is no obstacle: pass it to
        `load` again.
    TypeError
        If `estimator` is no `NashMetaClassifier`.
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
    path = checked_path(path)
    if type(estimator) is not NashMetaClassifier:
        raise TypeError(
            "save stores a NashMetaClassifier. Got an object of class "
            f"{type(estimator).__name__}. Of a pipeline, save the last step here and the "
            "others by other means, such as skops.io.dump; of a ReweightedClassifier, "
            "likewise the network in its `weigher_` and its `estimator_`."
        )
    check_is_fitted(estimator)
    try:
        data = _checked_bytes(estimator)
    except ValueError as error:
        raise ValueError(f"{path} was not written, because {error}.") from error
    write_at_once(path, data)


def _checked_bytes(estimator):
    """What to write, if `load` would take it: better to learn of an obstacle now."""
    text, tensors = describe(estimator)
    check_weights(
        {
            name.removeprefix("module."): tensor
            for name, tensor in tensors.items()
            if name.startswith("module.")
        },
        estimator.net_.module_,
    )
    data = encode(text, tensors)
    description = from_plain(parse(text), MOST_BYTES + 4 * len(text))
    checked_contents(description, tensors, len(data))
    return data
