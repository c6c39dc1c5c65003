"""Options that name columns: one a time, several with commas, or a JSON list."""

import json


def column_names(options, known):
    """Names of columns as a user gives them.

    Parameters
    ----------
    options : list of str
        Each is a column's name, several with commas between, or a JSON list of names.
    known : collection of str
        The columns of the file: a name with a comma in it is told by them.

    Returns
    -------
    names : list of str
        In the order given, each once.

    Raises
    ------
    ValueError
        If an option looks like a JSON list and is none.
    """
    names = []
    for option in options:
        text = option.strip()
        if text in known:
            names.append(text)
        elif text.startswith("[") and text.endswith("]"):
            names += _json_names(text)
        else:
            names += [part.strip() for part in text.split(",") if part.strip()]
    return list(dict.fromkeys(names))


def possible_names(options):
    """All that `column_names` may make of the options, whatever the file has."""
    names = []
    for option in options:
        names += [option.strip(), *column_names([option], ())]
    return names


def _json_names(text):
    try:
        names = json.loads(text)
    except json.JSONDecodeError:
        names = None
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise ValueError(
            f'Several columns should be named as --sensitive sex --sensitive "a, b", or as '
            f'a JSON list, ["sex", "a, b"]. Got {text!r}.'
        )
    return names


def bin_edges(options):
    """Bins of sensitive columns, as in age=25,45.

    Returns
    -------
    bins : dict of str to list of float
    """
    bins = {}
    for option in options:
        name, sign, edges = option.rpartition("=")
        try:
            bins[name.strip()] = [float(edge) for edge in edges.split(",")]
        except ValueError:
            sign = ""
        if not sign:
            raise ValueError(
                "--bin should name a column and where to cut it, as in age=25,45. Got "
                f"{option!r}."
            )
    return bins
