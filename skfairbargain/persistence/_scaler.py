"""The statistics that standardize features: what is stored, and how it is checked."""

import torch

from .._inputs import Standardizer
from .._model_file import require

# Types of the stored arrays, and whether each has an entry for every column.
STATE = {
    "exponent": (torch.int64, True),
    "mean": (torch.float64, True),
    "deviation": (torch.float64, True),
    "rounding": (torch.float64, True),
    "n_rows": (torch.float64, False),
    "centered": (torch.bool, False),
}
LARGEST_EXPONENT = 1000


def stored_scaler(scaler):
    """Return the tensors of a `Standardizer` by name; none where there is none."""
    state = {} if scaler is None else scaler.get_state()
    return {name: torch.from_numpy(value) for name, value in state.items()}


def checked_scaler(tensors, n_columns, standardizes):
    """Return the standardizer that a file has, if it is one.

    Parameters
    ----------
    tensors : dict of str to Tensor
    n_columns : int
    standardizes : bool
        Whether the model has one.

    Returns
    -------
    scaler : Standardizer or None

    Raises
    ------
    ValueError
        If a part is missing, or has a wrong type, shape or value.
    """
    parts = STATE.keys() if standardizes else set()
    require(tensors.keys() == parts, "its scaler lacks parts or has others")
    if not standardizes:
        return None
    for name, (dtype, by_column) in STATE.items():
        tensor, shape = tensors[name], (n_columns,) if by_column else ()
        found = (tensor.dtype, tuple(tensor.shape))
        require(
            found == (dtype, shape), f"`{name}` of its scaler has a wrong type or shape"
        )
        is_finite = bool(torch.isfinite(tensor).all())
        require(is_finite, f"`{name}` of its scaler has values that are not finite")
    for name in ("deviation", "rounding", "n_rows"):
        is_length = bool((tensors[name] >= 0).all())
        require(is_length, f"`{name}` of its scaler has values below 0")
    exponent = tensors["exponent"].double()  # whose absolute value no int64 may hold
    is_moderate = bool((exponent.abs() <= LARGEST_EXPONENT).all())
    require(is_moderate, f"`exponent` of its scaler goes beyond {LARGEST_EXPONENT}")
    return Standardizer.from_state({name: t.numpy().copy() for name, t in tensors.items()})
