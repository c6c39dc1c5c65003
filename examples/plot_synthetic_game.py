"""
Bargaining first, then a fairness goal: the synthetic game
==========================================================

Two players share two parameters, and each player has a loss. Where does training end if
each step minimises the average loss, the loss of the player who is worse off, or if the
players bargain? With two parameters, we can draw the paths.
"""

# %%
# The game
# --------
#
# For :math:`\theta_2 > 0` each loss is a plateau with a narrow ravine. The ravines are in
# opposite places: where one player's loss falls, the other's is flat. For
# :math:`\theta_2 < 0` each loss is a bowl. The Pareto front connects the minima of the two
# bowls: on it, no player's loss can fall unless the other's rises.

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
# The white paths are those of the two-stage method from six starting points. All of them
# leave the plateau, reach the front, and then follow it to the point where the losses are
# equal.
#
# One stage: the goal alone
# -------------------------
#
# The next figure shows the paths of the one-stage methods by their losses: down and left is
# better for both players. The best result for the fairness goals is the point where the
# front meets the dashed line.

goals = trajectories[trajectories["method"].isin(["ltr", "forml", "meta_gdro"])]
plot_game(goals)
plt.show()

# %%
# Paths that start below the plateau mostly reach this point. On the plateau, the average
# (LtR) oscillates in and out of a ravine; closing the gap (FORML) reaches equal losses and
# does not lower them any more; the worst player (Meta-gDRO) alternates between the players,
# and each step partly undoes the step before.
#
# Bargaining, and two stages
# --------------------------
#
# A bargained step raises no loss to first order, and it does not depend on the scale of a
# loss: the large gradient in a ravine does not give a player more influence.

bargains = trajectories[trajectories["method"].isin(["bargaining", "two_stage_meta_gdro"])]
plot_game(bargains)
plt.show()

# %%
# Bargaining alone reaches the front from all starting points and stops there: on the front,
# a lower loss for one player means a higher loss for the other, so the players do not
# agree. In stage 2 the goal moves along the front. In numbers:

summary = summarize_game(trajectories)
for name, row in summary.iterrows():
    print(
        f"{METHODS[name].title:24s} {row['on_front']:.0f} of {row['n_starts']:.0f} on the "
        f"front, {row['line_distance']:.2f} from equal losses, conflict in "
        f"{row['conflict_rate']:.0%} of the steps"
    )

# %%
# .. note::
#    A method can be near the line of equal losses and still be bad: FORML is far above the
#    front. Read both columns together.
#
# Do other starting points give the same results?
# -----------------------------------------------
#
# In ravines, small differences become large, so six starting points are few. Here are
# twenty others, drawn at random from the plane:

rng = np.random.default_rng(0)
others = rng.uniform([-10, -4], [10, 9], size=(20, 2))
rivals = ["ltr", "meta_gdro", "two_stage_meta_gdro"]
spread = summarize_game(run_game(rivals, others))
print(spread[["n_starts", "on_front", "line_distance"]].round(2))

# %%
# What we learned
# ---------------
#
# The two stages have different effects. Bargaining lowers both losses, also from starting
# points where a fairness goal alone gets stuck; then the goal chooses a point on the front.
# Conflict is not always bad: on the front, in stage 2, no goal can move without it. How
# often a goal alone gets stuck depends on the starting point: below the plateau, rarely.
