"""Check that inputs have the same number of rows."""

from sklearn.utils.validation import _num_samples

from ._columns import shortly


def check_same_length(**inputs):
    """Check that inputs have the same number of rows.

    Parameters
    ----------
    **inputs : array-like, sparse matrix or None
        Inputs by their names, which the error message uses. None is ignored.

    Raises
    ------
    ValueError
        If the lengths differ; the message names every input and its length.
    TypeError
        If an input has no length.

    Examples
    --------
    >>> check_same_length(y=[0, 1], groups=["a", "b", "b"])
    Traceback (most recent call last):
    ValueError: `y` and `groups` should have the same number of rows. Got 2 and 3.
    """
    lengths = {
        f"`{name}`": str(_length(each, name))
        for name, each in inputs.items()
        if each is not None
    }
    if len(set(lengths.values())) > 1:
        raise ValueError(
            f"{_listed(lengths)} should have the same number of rows. Got "
            f"{_listed(lengths.values())}."
        )


def _length(values, name):
    try:
        return _num_samples(values)
    except TypeError as error:
        raise TypeError(
            f"`{name}` should be an array, a frame or a list of rows. Got "
            f"{shortly(values)}."
        ) from error


def _listed(words):
    *most, last = words
    return f"{', '.join(most)} and {last}"
