"""Turn values into what JSON can hold, and back: the description in a model file."""

import math
import re

import numpy as np

from ..protocols import PROTOCOLS
from ._labels import LABELS, label_content

# Numbers, booleans, text and objects; of objects only what is plain itself.
DTYPE = re.compile(r"[<>|=]?(b1|[iu][1248]|f[248]|U\d{1,6}|O)")
# Bytes that the arrays of a description may have in memory, however short they are in the
# file: text of dtype <U1000 is longer there than here.
MOST_BYTES = 2**24


class NotPlainError(ValueError):
    """A value that is no number, text, list, tuple, dict, array, label or protocol."""


def to_plain(value):
    """Turn a value into what `json` can write; other types than JSON's become {tag: ...}.

    Parameters
    ----------
    value : None, bool, int, float, str, list, tuple, dict, ndarray, Protocol or label
        NumPy's scalars become Python's. Labels are dates, timestamps and intervals.

    Returns
    -------
    plain : None, bool, int, float, str, list or dict

    Raises
    ------
    NotPlainError
        If it is, or has, something else.

    Examples
    --------
    >>> from skfairbargain._model_file._plain import from_plain, to_plain
    >>> from skfairbargain.protocols import Nash
    >>> to_plain(("F", 40.0))
    {'tuple': ['F', 40.0]}
    >>> from_plain(to_plain(Nash(feasible="ball")))
    Nash(feasible='ball')
    """
    if isinstance(value, np.bool_ | np.integer | np.floating | np.str_):
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
    tag, content = label_content(value)
    if tag is None:
        raise NotPlainError(f"{type(value).__name__} {value!r}")
    return {tag: to_plain(content)}


def from_plain(plain, most_bytes=MOST_BYTES):
    """Undo `to_plain`.

    Parameters
    ----------
    plain : None, bool, int, float, str, list or dict
    most_bytes : int
        What all arrays together may take in memory.

    Raises
    ------
    ValueError
        If `to_plain` did not make this, or its arrays are larger.
    """
    try:
        n_bytes = _bytes_of_arrays(plain)
        if n_bytes > most_bytes:
            raise ValueError(f"its arrays of text would take {n_bytes:,} bytes")
        return _read(plain)
    except RecursionError as error:
        raise ValueError("its description is nested too deeply") from error


def _bytes_of_arrays(plain):
    """What NumPy would take for all arrays, which the file says of itself."""
    if isinstance(plain, list):
        return sum(map(_bytes_of_arrays, plain))
    if not isinstance(plain, dict):
        return 0
    own = 0
    if "array" in plain:
        match plain["array"]:
            case [str(dtype), _, list(items)] if DTYPE.fullmatch(dtype):
                own = np.dtype(dtype).itemsize * len(items)
            case _:
                raise ValueError("an array is not as save writes it")
    return own + sum(map(_bytes_of_arrays, plain.values()))


def _read(plain):
    if isinstance(plain, list):
        return [_read(item) for item in plain]
    if not isinstance(plain, dict):
        return plain
    if len(plain) != 1:
        raise ValueError(f"a value has {len(plain)} tags, and not one")
    [(tag, content)] = plain.items()
    if tag not in READERS:
        raise ValueError(f"a value has the unknown tag {tag!r:.80}")
    kind, read = READERS[tag]
    try:
        if type(content) is not kind:
            raise TypeError(f"{type(content).__name__} in place of {kind.__name__}")
        return read(content)
    except (ArithmeticError, AttributeError, LookupError, TypeError) as error:
        raise ValueError(
            f"a value with the tag {tag!r} is not as save writes it"
        ) from error


def _array(content):
    dtype, shape, items = content
    if math.prod(shape) != len(items):
        raise ValueError(f"an array of shape {shape!r:.80} has {len(items)} items")
    array = np.empty(len(items), dtype)
    for place, item in enumerate(_read(items)):
        array[place] = item
    # NumPy also takes "1" for the number 1, and cuts text that is too long.
    if to_plain(array)["array"][2] != items:
        raise ValueError(f"an array of dtype {dtype} has items of another kind")
    return array.reshape(shape)


def _protocol(content):
    name, parameters = content
    if name not in PROTOCOLS:
        raise ValueError(f"there is no protocol {name!r:.80}")
    return PROTOCOLS[name](**_read(parameters))


def _label(tag):
    return LABELS[tag].content, lambda content: LABELS[tag].read(_read(content))


# By tag: the type of the content, and what reads it.
READERS = {
    "tuple": (list, lambda content: tuple(_read(content))),
    "dict": (dict, lambda content: {key: _read(item) for key, item in content.items()}),
    "float": (str, {"nan": math.nan, "inf": math.inf, "-inf": -math.inf}.__getitem__),
    "array": (list, _array),
    "protocol": (list, _protocol),
    **{tag: _label(tag) for tag in LABELS},
}
