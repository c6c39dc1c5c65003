"""Names of groups and models are shown as they are: complete, and none left out."""

import numpy as np
import pandas as pd
import pytest

from skfairbargain.inspection import (
    BargainingHistoryDisplay,
    CandidatesDisplay,
    FairnessFrontierDisplay,
    GroupLossDisplay,
    GroupMetricsDisplay,
    SampleWeightDisplay,
)
from skfairbargain.inspection._style import color, marker

# As matplotlib is given them: a dollar is escaped, and nothing begins with "_".
NAMES = {
    "$x$": r"\$x\$",
    "_a": " _a",
    "[/red]": "[/red]",
    r"a\$b$": r"a\\$b\$",
    "": "",
    "income between $10,000 and $20,000, single parent": (
        "income between \\$10,000 and\n\\$20,000, single parent"
    ),
    "x" * 40: "x" * 32 + "\n" + "x" * 8,
    1: "1",
}
GROUPS = np.repeat(np.array(list(NAMES), dtype=object), 8)
Y = np.tile([0, 1], 32)
SCORE = np.random.default_rng(0).random(64)
HISTORY = [
    {
        "epoch": epoch,
        "stage": 1,
        "train_loss": 1.0,
        "group_losses": dict.fromkeys(NAMES, 0.5),
        "bargaining_success_rate": 1.0,
        "conflict_rate": 0.0,
        "alpha": {name: 1.0 + place for place, name in enumerate(NAMES)},
    }
    for epoch in (1, 2)
]


def legend_of(ax):
    return [text.get_text() for text in ax.get_legend().get_texts()]


def assert_nothing_is_cut(figure):
    figure.canvas.draw()
    drawn, (width, height) = figure.get_tightbbox(), figure.get_size_inches()
    # Two pixels: the box of a legend is wider than its texts.
    assert min(drawn.x0, drawn.y0) >= -0.02
    assert drawn.x1 <= width + 0.02
    assert drawn.y1 <= height + 0.02


def frontier():
    models = {name: SCORE for name in NAMES if name}
    return FairnessFrontierDisplay.from_predictions(
        Y, models, sensitive_features=Y[::-1] == SCORE.round(), n_resamples=0
    )


def test_a_legend_has_every_model():
    display = frontier()
    expected = [shown for name, shown in NAMES.items() if name]
    assert [text for text in legend_of(display.ax_) if text != "front"] == expected
    assert_nothing_is_cut(display.figure_)


def test_a_legend_has_every_group():
    display = GroupLossDisplay.from_history(HISTORY)
    # matplotlib has no place for a name without letters.
    expected = [shown for shown in NAMES.values() if shown]
    assert legend_of(display.ax_) == [*expected, "training rows"]
    assert_nothing_is_cut(display.figure_)


def test_a_legend_has_every_player():
    display = BargainingHistoryDisplay.from_history(HISTORY)
    expected = [shown for shown in NAMES.values() if shown]
    assert legend_of(display.axes_[1]) == expected
    assert_nothing_is_cut(display.figure_)


def test_a_legend_has_every_group_of_candidates():
    groups = [name for name in NAMES if name]
    table = pd.DataFrame({"name": ["mix", "_stack$"], "weight": [None, 1.0]})
    table = table.merge(pd.DataFrame({"group": groups}), how="cross")
    display = CandidatesDisplay(table.assign(value=0.5, low=0.4, high=0.7)).plot()
    assert legend_of(display.axes_[1]) == [shown for shown in NAMES.values() if shown]
    found = [text.get_text() for text in display.ax_.get_yticklabels()]
    assert found == ["mix", r" _stack\$"]
    assert_nothing_is_cut(display.figure_)


def test_ticks_have_every_group():
    display = GroupMetricsDisplay.from_predictions(
        Y, SCORE, sensitive_features=GROUPS, n_resamples=9, random_state=0
    )
    found = [text.get_text().rpartition("\n")[0] for text in display.ax_.get_yticklabels()]
    assert found[0] == "all rows"
    assert sorted(found[1:]) == sorted(NAMES.values())
    assert_nothing_is_cut(display.figure_)


def test_ticks_have_every_cell():
    display = SampleWeightDisplay.from_weights(np.ones(64), Y, GROUPS)
    found = [text.get_text() for text in display.ax_.get_yticklabels()]
    assert r"\$x\$, 0" in found
    assert " _a, 1" in found
    assert len(found) == 2 * len(NAMES)
    assert_nothing_is_cut(display.figure_)


@pytest.mark.parametrize("display", [FairnessFrontierDisplay, GroupLossDisplay])
def test_a_legend_of_thirty_is_not_cut(display):
    names = [f"group number {place}" for place in range(30)]
    if display is GroupLossDisplay:
        history = [row | {"group_losses": dict.fromkeys(names, 0.5)} for row in HISTORY]
        found = GroupLossDisplay.from_history(history)
    else:
        found = FairnessFrontierDisplay.from_predictions(
            Y, dict.fromkeys(names, SCORE), sensitive_features=Y[::-1] == SCORE.round(),
            n_resamples=0,
        )  # fmt: skip
    assert set(names) <= set(legend_of(found.ax_))
    assert_nothing_is_cut(found.figure_)


def test_models_look_different():
    assert len({(color(place), marker(place)) for place in range(49)}) == 49


def test_a_dollar_is_no_mathematics():
    # A text is mathematics if it has an even number of dollars that are not escaped.
    display = frontier()
    display.figure_.canvas.draw()
    text = next(t for t in display.ax_.get_legend().get_texts() if "x" in t.get_text())
    drawn, is_math = text._preprocess_math(text.get_text())
    assert (drawn, is_math) == ("$x$", False)
