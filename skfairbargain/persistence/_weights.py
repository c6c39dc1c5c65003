"""Check weights against their network, if possible before it takes any memory."""

import torch

from .._model_file import require
from .._networks import MLP, checked_sizes
from ..exceptions import ModelFileError

DTYPES = {"float32": torch.float32, "float64": torch.float64}


def outline_of_default(estimator, weights, n_features, n_classes, dtype):
    """Return the default network without memory for its weights, on torch's device "meta".

    Parameters
    ----------
    estimator : NashMetaClassifier
    weights : dict of str to Tensor
        Those in the file: a network that has more units or layers is not even outlined.
    n_features, n_classes : int
    dtype : torch.dtype

    Returns
    -------
    network : torch.nn.Module

    Raises
    ------
    ValueError
        If there are more units or layers than the file has weights.
    """
    sizes = checked_sizes(estimator.hidden_layer_sizes)
    n_weights = sum(tensor.numel() for tensor in weights.values())
    too_many = len(sizes) >= len(weights) or sum(sizes) + n_features > n_weights
    require(
        not too_many,
        f"`hidden_layer_sizes` asks for {sum(sizes)} units in {len(sizes)} layers, and "
        f"there are {n_weights} weights",
    )
    with torch.device("meta"):
        return MLP(n_features, n_classes, sizes, estimator.dropout).to(dtype)


def check_weights(weights, network):
    """Refuse weights of other names, shapes or types than the network's, or not finite.

    A buffer may be infinite, as the mask of an attention is.

    Parameters
    ----------
    weights : dict of str to Tensor
    network : torch.nn.Module
        Possibly on the device "meta".

    Raises
    ------
    ValueError
        If they do not fit.
    ModelFileError
        If they are not finite.
    """
    expected = {
        name: tensor
        for name, tensor in network.state_dict().items()
        if isinstance(tensor, torch.Tensor)
    }
    lacking, surplus = expected.keys() - weights.keys(), weights.keys() - expected.keys()
    require(not lacking, f"its network lacks the weights {_some(lacking)}")
    require(not surplus, f"its network has the additional weights {_some(surplus)}")
    trained = {name for name, _ in network.named_parameters(remove_duplicate=False)}
    for name, tensor in sorted(weights.items()):
        found, wanted = _kind(tensor), _kind(expected[name])
        require(found == wanted, f"the weights `{name}` should be {wanted}. Got {found}")
        undefined = tensor.isnan() if name not in trained else ~tensor.isfinite()
        if undefined.any():
            raise ModelFileError(
                f"the weights `{name}` of its network have values that are not finite, as "
                "after a training that diverged"
            )


def _some(names):
    shown = ", ".join(f"`{name}`" for name in sorted(names)[:3])
    return shown if len(names) < 4 else f"{shown} and {len(names) - 3} more"


def _kind(tensor):
    return f"of {str(tensor.dtype).removeprefix('torch.')} and shape {tuple(tensor.shape)}"
