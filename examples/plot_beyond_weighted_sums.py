r"""
What no weighted sum reaches, and how a goal leaves a dead end
==============================================================

Two players share a model. One way to train for both is to minimise a weighted sum of
their losses; another is to let them bargain over every step. Which compromises can each of
the two reach? And what happens where the players know no step that serves both?
"""

# %%
# A front that bulges outwards
# ----------------------------
#
# Each player's loss has one minimum, and grows towards 1 far away from it (Fonseca and
# Fleming, 1995). On the line between the minima no loss can fall unless the other one
# rises: these points are the Pareto front. In the plane of losses it is concave.

import matplotlib.pyplot as plt
import numpy as np

from skfairbargain.bargaining import nash_bargaining
from skfairbargain.protocols import MetaStep, get_protocol

MINIMA = np.array([[1.0, 0.0], [-1.0, 0.0]])


def losses(theta):
    """Both players' losses, for parameters of shape (..., 2)."""
    away = theta[..., None, :] - MINIMA
    return 1 - np.exp(-(away**2).sum(axis=-1))


def gradients(theta):
    """Their gradients, of shape (..., 2 players, 2)."""
    away = theta[..., None, :] - MINIMA
    return 2 * away * np.exp(-(away**2).sum(axis=-1, keepdims=True))


# %%
# Gradient descent on a weighted sum, and a bargain over each step, from the same fifteen
# starts. A bargained direction has a fixed length, so its steps get shorter over time.
# Where the players know no agreement, they stay where they are.

STARTS = np.array([[x, y] for y in (0.6, 0.9, 1.2) for x in np.linspace(-0.8, 0.8, 5)])
SHARES = np.linspace(0.05, 0.95, 19)


def descend(theta, share, n_steps=2000):
    """Minimise share · L₁ + (1 − share) · L₂."""
    for _ in range(n_steps):
        theta = theta - 0.1 * np.array([share, 1 - share]) @ gradients(theta)
    return theta


def bargain(theta, n_steps=600):
    """Follow Nash's bargain, in steps that get shorter."""
    for step in range(n_steps):
        H = -gradients(theta).T
        solution = nash_bargaining(hypergradients=H)
        if not solution.agreed:
            break
        theta = theta + 0.03 * 0.985**step * H @ solution.alpha
    return theta


by_sums = np.array([descend(STARTS, share) for share in SHARES])
by_bargains = np.array([bargain(start) for start in STARTS])

front = losses(np.linspace(MINIMA[1], MINIMA[0], 200))
figure, (left, right) = plt.subplots(1, 2, figsize=(9.5, 4), layout="constrained")
for axis, ends, title in (
    (left, by_sums, f"weighted sums, {len(SHARES)} weights"),
    (right, by_bargains, "bargains"),
):
    begin = losses(STARTS)
    axis.plot(*front.T, color="0.6", linewidth=4, label="Pareto front", zorder=0)
    axis.plot(*begin.T, "+", color="0.4", label="starts")
    ended = losses(ends).reshape(-1, 2)
    axis.plot(*ended.T, "o", color="tab:red", alpha=0.6, label="ends")
    axis.set(title=title, xlabel="loss of player 1", ylabel="loss of player 2")
left.legend()
plt.show()

# %%
# Whatever the weights, the sum ends near one of the two minima: between them a weighted sum
# has its *largest* value on the front. Bargains end along the whole front, each at a
# compromise that is better for both than its start.

print("largest distance to a minimum, weighted sums:", end=" ")
print(np.linalg.norm(by_sums[..., None, :] - MINIMA, axis=-1).min(axis=-1).max().round(2))
middle = (np.abs(by_bargains[:, 0]) < 0.5) & (np.abs(by_bargains[:, 1]) < 0.01)
print(f"bargains that end on the middle half of the front: {middle.sum()} of {len(STARTS)}")
better = (losses(by_bargains) < losses(STARTS)).all()
print("lower losses for both players than at the start:", bool(better))

# %%
# A dead end, and how a goal leaves it
# ------------------------------------
#
# Where no step serves all players, a bargain has nothing to offer. On the front that is
# right. But it also happens at points that are worse for *everybody* than others further
# away. Here the second player's loss falls to the right, and the first player's has a hill:

GOAL = get_protocol("meta_gdro")


def hill(x):
    """Losses of the two players, for one parameter."""
    return np.array([0.1 * x**2 * (3 - x) ** 2 - 0.1 * x, (3.2 - x) ** 2 / 4])


def slopes(x):
    """Their derivatives."""
    return np.array([0.2 * x * (3 - x) * (3 - 2 * x) - 0.1, (x - 3.2) / 2])


def play(goal=None, x=-0.8, n_steps=150):
    """Bargain; without an agreement follow the goal, or stay where there is none."""
    path, agreed = [x], []
    for step in range(n_steps):
        H = -slopes(x)[None, :]
        solution = nash_bargaining(hypergradients=H)
        agreed.append(solution.agreed)
        if solution.agreed:
            x = x + 0.06 * 0.99**step * np.sign(H[0] @ solution.alpha)
        elif goal is not None:
            beta = goal.weights(MetaStep(hill(x), hypergradients=H))
            x = x + 0.06 * 0.99**step * np.sign(H[0] @ beta)
        path.append(x)
    return np.array(path), np.array(agreed)


alone, _ = play()
helped, agreed = play(GOAL)
line = np.linspace(-1, 3.4, 200)
figure, (left, right) = plt.subplots(1, 2, figsize=(9.5, 4), layout="constrained")
for axis, path, title in (
    (left, alone, "bargaining alone"),
    (right, helped, "without an agreement, the goal"),
):
    for number, values in enumerate(hill(line)):
        axis.plot(line, values, label=f"loss of player {number + 1}")
    axis.plot(path, hill(path)[0], ".", color="tab:blue", alpha=0.5)
    axis.plot(path, hill(path)[1], ".", color="tab:orange", alpha=0.5)
    axis.axvline(path[-1], color="0.3", linestyle=":", label="end")
    axis.set(title=title, xlabel="parameter", ylabel="loss", ylim=(-0.5, 4.5))
in_goal = helped[:-1][~agreed]
right.axvspan(in_goal.min(), in_goal[in_goal < 2].max(), color="0.9", label="no agreement")
left.legend()
right.legend()
plt.show()

# %%
# Bargaining alone stops in the valley before the hill, where each step helps one player and
# harms the other. The goal, here to serve whoever is worst off, takes the second player's
# side there and carries the first over the hill. Behind it both gain, so they agree again,
# until they reach the front on the right.

print("losses where bargaining alone ends:", hill(alone[-1]).round(2))
print("losses with the goal:              ", hill(helped[-1]).round(2))
print(f"steps with an agreement: {agreed.sum()} of {len(agreed)}")

# %%
# What we learned
# ---------------
#
# A bargain reaches compromises that no fixed weights do, and which one depends on where it
# starts. It cannot leave a point where the players are opposed, even if a better one lies
# behind a hill; a goal can, and pays with steps that work against somebody. That is why
# :class:`~skfairbargain.NashMetaClassifier` lets its goal decide the steps without an
# agreement. A goal may also carry a model past a point that was good: it is no search.
