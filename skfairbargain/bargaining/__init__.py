"""Nash's bargain among gradients, and what it means to work against a player."""

from ._conflict import conflicts_of_step, opposed_players
from ._solver import STAKE, NashSolution, nash_bargaining

__all__ = ["NashSolution", "nash_bargaining"]
