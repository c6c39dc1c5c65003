"""What is shared is computed once, and every method pays for what it needs."""

import time

from experiments.audited.pieces import Pieces, piece


def work(seconds):
    end = time.process_time() + seconds
    while time.process_time() < end:
        pass


class Models(Pieces):
    def __init__(self):
        super().__init__()
        self.calls = []

    @piece
    def base(self):
        self.calls.append("base")
        work(0.05)
        return 1

    @piece
    def above(self):
        self.calls.append("above")
        work(0.02)
        return self.base() + 1


def test_a_value_is_computed_once():
    models = Models()
    assert [models.above(), models.above(), models.base()] == [2, 2, 1]
    assert models.calls == ["above", "base"]


def test_who_comes_later_pays_as_much():
    models = Models()
    value, first = models.timed(models.above)
    _, again = models.timed(models.above)
    assert value == 2
    assert models.calls == ["above", "base"]
    # Both pieces, and the inner one not twice.
    total = models.seconds["above"] + models.seconds["base"]
    assert total <= first < total + models.seconds["base"]
    assert again >= total
    assert models.seconds["base"] >= 0.05
    _, base = models.timed(models.base)
    assert base < total


def test_pieces_of_other_methods_are_not_paid():
    models = Models()
    models.timed(models.above)
    _, seconds = models.timed(lambda: None)
    assert seconds < models.seconds["base"]
