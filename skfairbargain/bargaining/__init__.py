"""Nash's bargain among gradients, and conflict between weights and players."""

from ._arguments import finite_array
from ._conflict import conflicts_of_step, opposed_players
from ._solver import NashSolution, nash_bargaining
from ._stake import STAKE, has_stake

__all__ = ["NashSolution", "nash_bargaining"]
