"""The paper's synthetic game: two players in the plane, a Pareto front, a line of equals.

Small enough to see what each protocol does. The players are the two objectives themselves,
without training samples or weights in between: the step is θ ← θ + lr Hβ with H = −∇L.
"""

from ._game import (
    METHODS,
    STARTS,
    objectives,
    pareto_front,
    plot_game,
    plot_landscape,
    run_game,
    summarize_game,
)

__all__ = [
    "METHODS",
    "STARTS",
    "objectives",
    "pareto_front",
    "plot_game",
    "plot_landscape",
    "run_game",
    "summarize_game",
]
