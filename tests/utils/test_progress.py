"""Progress of a fit."""

import pytest

from skfairbargain._utils import FitProgress


def test_without_a_terminal_there_is_a_line_for_each_tenth(capsys):
    with FitProgress("model", 1000, verbose=1) as progress:
        for part in range(1000):
            progress.advance(f"part {part + 1}")
    out, err = capsys.readouterr()
    assert out == ""
    lines = err.splitlines()
    assert lines[:3] == [
        "model, part 1: 0 %",
        "model, part 100: 10 %",
        "model, part 200: 20 %",
    ]
    assert lines[-1] == "model, part 1000: 100 %"


def test_a_line_comes_after_some_seconds_as_well(capsys, monkeypatch):
    monkeypatch.setattr("skfairbargain._utils._progress.SECONDS", -1)
    with FitProgress("model", 1000, verbose=1) as progress:
        for part in range(3):
            progress.advance(f"part {part + 1}")
    assert capsys.readouterr().err == (
        "model, part 1: 0 %\nmodel, part 2: 0 %\nmodel, part 3: 0 %\n"
    )


def test_a_terminal_has_one_bar(capsys, monkeypatch):
    monkeypatch.setenv("FORCE_COLOR", "1")
    with FitProgress("model", 2, verbose=1) as progress:
        progress.advance("[bold]first")
        progress.advance("[bold]second")
    err = capsys.readouterr().err
    assert "[bold]second" in err
    assert "100%" in err


def fail():
    with FitProgress("model", 2, verbose=1) as progress:
        progress.advance("first")
        raise ZeroDivisionError


def test_a_fit_that_fails_ends_its_bar(monkeypatch, capsys):
    monkeypatch.setenv("FORCE_COLOR", "1")
    with pytest.raises(ZeroDivisionError):
        fail()
    # The cursor, which a bar hides, is there again.
    assert capsys.readouterr().err.rstrip().endswith("\x1b[?25h")


def test_nothing_is_shown_if_nobody_asks(capsys):
    with FitProgress("model", 1, verbose=0) as progress:
        progress.advance("part")
    assert capsys.readouterr() == ("", "")
