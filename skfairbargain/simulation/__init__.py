"""The paper's synthetic game: two players in the plane, and the Pareto front between them.

Small enough to see what each protocol does. The players are the two objectives themselves,
without training samples or weights in between: the step is θ ← θ + lr Hβ with H = −∇L.
"""

from ._figures import plot_game, plot_landscape
from ._game import METHODS, STARTS, Method, run_game
from ._objectives import objectives, pareto_front
from ._summary import summarize_game

__all__ = [
    "METHODS",
    "STARTS",
    "Method",
    "objectives",
    "pareto_front",
    "plot_game",
    "plot_landscape",
    "run_game",
    "summarize_game",
]
