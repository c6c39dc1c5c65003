"""Read a stored model where it only predicts, without torch."""

import numpy as np
from safetensors.numpy import load as load_arrays

from .._model_file import (
    MOST_BYTES,
    StoredNetwork,
    StoredParameters,
    blamed_on_file,
    bytes_of_file,
    checked_names,
    checked_path,
    checked_scaler,
    from_plain,
    is_archive,
    object_in_archive,
    parse,
    read_header,
    require,
    require_type,
)
from ..exceptions import ModelFileError
from ._prediction_network import PredictionNetwork


def load_for_prediction(path, *, trusted=()):
    """Read a model that `persistence.save` wrote, to predict with NumPy alone.

    A service that answers requests needs neither torch, which takes hundreds of megabytes,
    nor the history and the optimizer of the training. As with `persistence.load`, nothing
    in the file is executed.

    Parameters
    ----------
    path : str or Path
        A network, or any estimator that `persistence.save` stores, networks in it.
    trusted : sequence of str, default=()
        As of `persistence.load`.

    Returns
    -------
    model : estimator
        A `PredictionNetwork`, or the estimator that was stored with such networks in it:
        `predict`, `predict_proba` and `decision_function`. Probabilities equal those of
        the model that was saved up to rounding, 1e-6 in float32.

    Raises
    ------
    ModelFileError
        If the file is damaged or something else, is of a newer version, has objects of
        types that are not trusted, or has a `module` of your own, whose code it does not
        hold.
    FileNotFoundError
        If there is no such file.

    See Also
    --------
    skfairbargain.persistence.load : Read all of it, to train on.
    to_onnx : Predict outside of Python, also with a `module` of your own.

    Notes
    -----
    None of these imports torch: networks, `ReweightedClassifier`, `AuditedClassifier`, and
    scikit-learn's pipelines and searches.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> import numpy as np
    >>> from sklearn.datasets import load_iris
    >>> from skfairbargain import NashMetaClassifier
    >>> from skfairbargain.deployment import load_for_prediction
    >>> from skfairbargain.persistence import save
    >>> X, y = load_iris(return_X_y=True)
    >>> clf = NashMetaClassifier(bargaining=None, max_epochs=2, random_state=0).fit(X, y)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder) / "iris.safetensors"
    ...     save(clf, path)
    ...     model = load_for_prediction(path)
    >>> bool(np.allclose(model.predict_proba(X), clf.predict_proba(X), atol=1e-6))
    True
    """
    path, trusted = checked_path(path), checked_names(trusted)
    with blamed_on_file(path):
        data = bytes_of_file(path)
        if not is_archive(data):
            return _network(data)
        readers = {
            StoredNetwork: lambda stored: _network(stored.data),
            StoredParameters: lambda stored: PredictionNetwork(),
        }
        return object_in_archive(data, readers, trusted)


def _network(data):
    _, text = read_header(data)
    description = from_plain(parse(text), MOST_BYTES + 4 * len(text))
    require_type(description, dict, "its description")
    if description.get("module") is not None:
        raise ModelFileError(
            f"it has the network {description['module']:.80} of your own, whose code it "
            "does not hold; use persistence.load, or to_onnx"
        )
    arrays = load_arrays(data)
    learned = description["learned"]
    require_type(learned, dict, "what it learned")
    layers = _checked_layers(_part("module", arrays))
    n_in, n_out = layers[0][0].shape[1], len(layers[-1][1])
    return PredictionNetwork.of(
        classes=_checked_classes(learned["classes_"], n_out),
        feature_names=_checked_names(learned.get("feature_names_in_"), n_in),
        layers=layers,
        scaler=checked_scaler(
            _part("scaler", arrays), n_in, bool(description.get("standardizes"))
        ),
    )


def _part(part, arrays):
    return {
        name.removeprefix(f"{part}."): array
        for name, array in arrays.items()
        if name.startswith(f"{part}.")
    }


def _checked_layers(weights):
    """Weights and biases in the order of the layers, if each fits to the one before."""
    places = sorted({int(name.partition(".")[0]) for name in weights})
    names = {f"{place}.{kind}" for place in places for kind in ("weight", "bias")}
    require(places and names == weights.keys(), "its network has no linear layers alone")
    layers = [(weights[f"{p}.weight"], weights[f"{p}.bias"]) for p in places]
    n_in = layers[0][0].shape[-1]
    for weight, bias in layers:
        fits = weight.ndim == 2 and bias.shape == weight.shape[:1]
        require(fits and weight.shape[1] == n_in, "its layers do not fit to each other")
        n_in = len(bias)
        for array in (weight, bias):
            is_float = array.dtype in (np.float32, np.float64)
            is_right = is_float and array.dtype == layers[0][0].dtype
            require(is_right, f"its network has weights of {array.dtype}")
            require(np.isfinite(array).all(), "its network has weights that are not finite")
    return layers


def _checked_classes(classes, n_classes):
    is_right = isinstance(classes, np.ndarray) and classes.shape == (n_classes,)
    require(is_right, f"`classes_` should be {n_classes} labels")
    return classes


def _checked_names(names, n_features):
    if names is not None:
        is_right = isinstance(names, np.ndarray) and names.shape == (n_features,)
        require(is_right, f"`feature_names_in_` should be {n_features} texts")
    return names
