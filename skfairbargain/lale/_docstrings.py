"""What a numpydoc docstring says, for descriptions in schemas."""

import inspect
import re


def parameter_descriptions(documented):
    """Read the description of each parameter from a numpydoc docstring.

    Parameters
    ----------
    documented : class or function

    Returns
    -------
    descriptions : dict of str to str
        Empty where docstrings were stripped (``python -OO``).

    Examples
    --------
    >>> from skfairbargain.bargaining import nash_bargaining
    >>> parameter_descriptions(nash_bargaining)["max_iter"]
    'Largest number of Newton steps. About ten are usual.'
    """
    text = inspect.getdoc(documented) or ""
    _, _, section = text.partition("Parameters\n----------\n")
    section, *_ = re.split(r"^\w.*\n-+$", section, maxsplit=1, flags=re.M)
    entries = re.findall(r"^(\w+) : .*\n((?: .*\n|\n)*)", section, re.M)
    return {name: " ".join(lines.split()) for name, lines in entries}


def without_sections(documented):
    """Text of a docstring before its first section."""
    return re.split(r"\n+\w.*\n-+\n", inspect.getdoc(documented) or "", maxsplit=1)[0]
