"""The group losses have the right numbers and are drawn."""

from skfairbargain.inspection import GroupLossDisplay
from tests.inspection._shared import HISTORY, drawn_lines


def test_group_losses_are_held_and_drawn():
    display = GroupLossDisplay.from_history(HISTORY)
    assert display.group_losses["F"].tolist() == [0.8, 0.7, 0.4]
    lines = drawn_lines(display.ax_)
    assert list(lines) == ["F", "M", "training rows"]
    assert lines["training rows"].tolist() == [0.9, 0.7, 0.6]
    assert (display.ax_.get_xlabel(), display.ax_.get_ylabel()) == ("epoch", "loss")
