"""Python values as JSON and back to the same types, without anything that runs code."""

import math
import re

import numpy as np

from .protocols import PROTOCOLS

# Numbers, booleans, text and objects; of objects only what is plain itself.
DTYPE = re.compile(r"[<>|=]?(b1|[iu][1248]|f[248]|U\d{1,6}|O)")


class NotPlainError(ValueError):
    """A value that is no number, text, list, tuple, dict, array or known protocol."""


def to_plain(value):
    """Turn a value into what `json` can write; other types than JSON's become {tag: ...}.

    Parameters
    ----------
    value : None, bool, int, float, str, list, tuple, dict, ndarray or Protocol
        NumPy's scalars become Python's.

    Returns
    -------
    plain : None, bool, int, float, str, list or dict

    Raises
    ------
    NotPlainError
        If it is, or has, something else.

    Examples
    --------
    >>> from skfairbargain._plain_json import from_plain, to_plain
    >>> from skfairbargain.protocols import Nash
    >>> to_plain(("F", 40.0))
    {'tuple': ['F', 40.0]}
    >>> from_plain(to_plain(Nash(feasible="ball")))
    Nash(feasible='ball')
    """
    if isinstance(value, np.generic):
        value = value.item()
    if type(value) in (list, tuple):
        items = [to_plain(item) for item in value]
        return items if type(value) is list else {"tuple": items}
    if type(value) is dict and all(type(key) is str for key in value):
        return {"dict": {key: to_plain(item) for key, item in value.items()}}
    if isinstance(value, np.ndarray) and DTYPE.fullmatch(value.dtype.str):
        items = [to_plain(item) for item in value.ravel().tolist()]
        return {"array": [value.dtype.str, list(value.shape), items]}
    if type(value) in PROTOCOLS.values():
        name = next(name for name, kind in PROTOCOLS.items() if kind is type(value))
        return {"protocol": [name, to_plain(value.get_params(deep=False))]}
    if type(value) is float and not math.isfinite(value):
        return {"float": repr(value)}
    if value is None or type(value) in (bool, int, float, str):
        return value
    raise NotPlainError(f"{type(value).__name__} {value!r}")


def from_plain(plain):
    """Undo `to_plain`.

    Raises
    ------
    ValueError
        If `to_plain` did not make this.
    """
    if isinstance(plain, list):
        return [from_plain(item) for item in plain]
    if not isinstance(plain, dict):
        return plain
    [(tag, content)] = plain.items()
    if tag == "tuple":
        return tuple(from_plain(content))
    if tag == "dict":
        return {key: from_plain(item) for key, item in content.items()}
    if tag == "float":
        return float(content)
    if tag == "array":
        dtype, shape, items = content
        if not DTYPE.fullmatch(dtype):
            raise ValueError(f"an array has the dtype {dtype!r}")
        return np.array(from_plain(items), dtype=dtype).reshape(shape)
    if tag == "protocol":
        name, parameters = content
        return PROTOCOLS[name](**from_plain(parameters))
    raise ValueError(f"there is a value of unknown kind {tag!r}")
