"""Nash's bargain among gradients, and conflict between weights and players."""

from ._arguments import finite_array
from ._conflict import conflicts_of_step, losing_players, opposed_players
from ._harmless import HarmlessSolution, follow_without_harm
from ._of_step import bargain_of_step
from ._solver import AppliedSolution, NashSolution, nash_bargaining
from ._stake import STAKE, has_stake

__all__ = [
    "AppliedSolution",
    "HarmlessSolution",
    "NashSolution",
    "follow_without_harm",
    "nash_bargaining",
]
