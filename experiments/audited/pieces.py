"""What several methods of one problem share is computed once, and each is told its cost."""

import time
from functools import wraps


def piece(function):
    """Make a method without arguments compute its value once for each `Pieces`."""
    name = function.__name__

    @wraps(function)
    def shared(self):
        return self.take(name, lambda: function(self))

    return shared


class Pieces:
    """Values that are computed when they are first asked for.

    A method pays for all pieces that it needs, whoever asked for them first: `timed` adds
    up what each of them cost by itself.

    Attributes
    ----------
    values : dict of str to object
    seconds : dict of str to float
        CPU time of each piece, without that of the pieces it needs.
    """

    def __init__(self):
        self.values, self.seconds, self._needs = {}, {}, {}
        # Of what is under way: the pieces that it needs, and what they took until now.
        self._open = [(set(), [])]

    def take(self, name, make):
        """The value of a piece; `make` computes it where it is missing."""
        self._open[-1][0].add(name)
        if name not in self.values:
            self.values[name], own, needs, spent = self._run(make)
            self.seconds[name], self._needs[name] = own, needs
            self._open[-1][1].append(spent)
        self._open[-1][0].update(self._needs[name])
        return self.values[name]

    def timed(self, function):
        """Call a function, and return its value and its seconds, needed pieces included."""
        value, own, needs, _ = self._run(function)
        return value, own + sum(self.seconds[name] for name in needs)

    def _run(self, make):
        self._open.append((set(), []))
        start = time.process_time()
        try:
            value = make()
        finally:
            spent = time.process_time() - start
            needs, inner = self._open.pop()
        return value, spent - sum(inner), needs, spent
