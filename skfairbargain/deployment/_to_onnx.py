"""Write a trained model as an ONNX graph, which predicts outside of Python."""

from os import PathLike

from sklearn.pipeline import Pipeline
from sklearn.utils.validation import check_is_fitted

from .._utils import import_optional, shortly
from ._onnx_network import network_graph
from ._onnx_preparation import with_preparation

# The version of ONNX's operators that the graphs are written in: what torch exports to, and
# all of onnxruntime since 1.14 reads.
OPSET = 18


def to_onnx(estimator, X=None):
    """Return a trained network, with what prepares its rows, as an ONNX model.

    ONNX models predict in other languages, on phones and in browsers, and on servers that
    have neither Python nor torch.

    Parameters
    ----------
    estimator : NashMetaClassifier, Pipeline or search
        A fitted one; of a search, the best estimator is taken. A pipeline ends in the
        network, and its transformers are those that skl2onnx converts.
    X : array-like or DataFrame of shape (n_samples, n_features), default=None
        A few rows as the model will get them, from which a pipeline's inputs take their
        types. Not needed for a network alone.

    Returns
    -------
    model : onnx.ModelProto
        Any number of rows at once. Its inputs are ``X`` of shape (n, n_features), float32
        or float64 as the network computes, and of a pipeline on a data frame one of shape
        (n, 1) for every column, by its name. Its outputs are

        - ``label``, shape (n,): the most probable classes, as int64 or, where they are
          text or anything else, as text;
        - ``probabilities``, shape (n, n_classes): in the order of `classes_`.

    Raises
    ------
    ImportError
        If onnx is not installed, or for pipelines skl2onnx, or for a `module` of your own
        onnxscript; ``pip install "skfairbargain[onnx]"`` installs them.
    TypeError
        If `estimator` ends in something else than a network, or X is a path.
    ValueError
        If a pipeline comes without `X` or does not take it, or has a transformer, or a
        `module` a layer, that cannot be converted.
    NotFittedError
        If it is not fitted.

    See Also
    --------
    load_for_prediction : Predict in Python without torch.

    Notes
    -----
    Standardization is part of the graph and computed in float64, as in the estimator.
    Probabilities equal those of the estimator up to rounding, 1e-6 in float32; transformers
    are converted to float32 by skl2onnx where it has no other form of them.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from skfairbargain import NashMetaClassifier
    >>> from skfairbargain.deployment import to_onnx
    >>> X, y = load_iris(return_X_y=True)
    >>> clf = NashMetaClassifier(bargaining=None, max_epochs=2, random_state=0).fit(X, y)
    >>> model = to_onnx(clf)
    >>> [output.name for output in model.graph.output]
    ['label', 'probabilities']
    """
    if isinstance(X, str | PathLike):
        raise TypeError(
            f"`X` should be a few rows, or None. Got {shortly(X)}. The model is returned, "
            "and `onnx.save(model, path)` writes it."
        )
    onnx = import_optional("onnx", extra="onnx")
    while hasattr(estimator, "best_estimator_"):
        estimator = estimator.best_estimator_
    check_is_fitted(estimator)
    steps = estimator.steps if isinstance(estimator, Pipeline) else [("", estimator)]
    network = steps[-1][1]
    if not hasattr(network, "module_"):
        raise TypeError(
            "`estimator` should be a NashMetaClassifier, or a pipeline or search that ends "
            f"in one. Got {shortly(network)}."
        )
    given = "X" if len(steps) == 1 else "network/X"
    model = network_graph(onnx, network, OPSET, given)
    if len(steps) > 1:
        if X is None:
            raise ValueError(
                "`X` should be a few rows as the pipeline will get them, from which its "
                "inputs take their types. Got None."
            )
        model = with_preparation(onnx, model, estimator[:-1], X, OPSET)
    onnx.checker.check_model(model)
    return model
