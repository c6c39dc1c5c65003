"""
Bargain first, then be fair: the synthetic game
===============================================

Two players share two parameters, and each has a loss. Where can they get to, if the step is
decided by their average, by whoever is worse off, or by a bargain? The plane has two
dimensions, so one can look.
"""

# %%
# The game
# --------
#
# For :math:`\theta_2 > 0` there is a plateau with a narrow ravine for each player, in
# opposite places: one's descent is the other's standstill. Below lie two bowls. Between
# their bottoms runs the Pareto front, where nobody can do better unless the other does
# worse.

import matplotlib.pyplot as plt
import numpy as np

from skfairbargain.simulation import (
    METHODS,
    plot_game,
    plot_landscape,
    run_game,
    summarize_game,
)

methods = ["ltr", "forml", "meta_gdro", "bargaining", "two_stage_meta_gdro"]
trajectories = run_game(methods)
two_stage = trajectories[trajectories["method"] == "two_stage_meta_gdro"]
plot_landscape(two_stage)
plt.show()

# %%
# The white paths are the two-stage method's: six starts, all of which leave the plateau,
# come down to the front, and then walk along it to the middle, where losses are equal.
#
# One stage, by the goal alone
# ----------------------------
#
# The same paths in the plane of losses: down and left is better for both. The three
# fairness goals all want to end where the front meets the dashed line.

goals = trajectories[trajectories["method"].isin(["ltr", "forml", "meta_gdro"])]
plot_game(goals)
plt.show()

# %%
# Those that start below the plateau mostly get there. On the plateau, the average (LtR) is
# thrown out of a ravine again and again; closing the gap (FORML) finds equal losses and
# stops caring how high they are; the worst player (Meta-gDRO) takes turns, each step
# undoing some of the one before.
#
# Bargaining, and two stages
# --------------------------
#
# A bargain never raises a loss to first order, and it does not care in which unit a player
# counts: a ravine's huge gradient buys no extra say.

bargains = trajectories[trajectories["method"].isin(["bargaining", "two_stage_meta_gdro"])]
plot_game(bargains)
plt.show()

# %%
# Bargaining alone brings everyone to the front and leaves them where they met it: beyond,
# every gain is somebody's loss, and nobody agrees. In stage 2 the goal takes over and moves
# along the front. As numbers:

summary = summarize_game(trajectories)
for name, row in summary.iterrows():
    print(
        f"{METHODS[name].title:24s} {row['on_front']:.0f} of {row['n_starts']:.0f} on the "
        f"front, {row['line_distance']:.2f} from equal losses, conflict in "
        f"{row['conflict_rate']:.0%} of the steps"
    )

# %%
# .. note::
#    A method can be near the line and of no use: FORML is, far above the front. Read both
#    columns together.
#
# Is that luck?
# -------------
#
# Ravines amplify every small difference, so six starts are few. Twenty others, spread over
# the plane and played by the same rules:

rng = np.random.default_rng(0)
others = rng.uniform([-10, -4], [10, 9], size=(20, 2))
rivals = ["ltr", "meta_gdro", "two_stage_meta_gdro"]
spread = summarize_game(run_game(rivals, others))
print(spread[["n_starts", "on_front", "line_distance"]].round(2))

# %%
# What was learnt
# ---------------
#
# The two stages do different work. Bargaining makes progress that nobody has to pay for,
# from starts where a fairness goal alone gets stuck; the goal then chooses among the
# outcomes that are left. Conflict is not bad as such: in stage 2, along the front, it is
# what fairness costs. How often a goal alone gets stuck depends on the starts: below the
# plateau, hardly ever.
