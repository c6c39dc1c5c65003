"""Copy a value with some of its parts exchanged, wherever in it they are."""

import io
import pickle


def exchanged(value, exchange):
    """Return a copy of a value in which parts are replaced.

    The copy is made by pickling the value and reading that back in this process: pickle
    visits every part, and lets each be replaced by name.

    Parameters
    ----------
    value : object
    exchange : dict of type to callable
        For parts of exactly these types, what replaces them. It is called once for a part
        that is there several times.

    Returns
    -------
    copy : object

    Examples
    --------
    >>> from skfairbargain._model_file._exchange import exchanged
    >>> exchanged({"a": [1, 2.5], "b": 2.5}, {float: str})
    {'a': [1, '2.5'], 'b': '2.5'}
    """
    replacements, places = [], {}

    class Writer(pickle.Pickler):
        def persistent_id(self, part):
            if type(part) not in exchange:
                return None
            if id(part) not in places:
                places[id(part)] = len(replacements)
                replacements.append(exchange[type(part)](part))
            return places[id(part)]

    class Reader(pickle.Unpickler):
        def persistent_load(self, place):
            return replacements[place]

    file = io.BytesIO()
    Writer(file, protocol=pickle.HIGHEST_PROTOCOL).dump(value)
    file.seek(0)
    return Reader(file).load()
