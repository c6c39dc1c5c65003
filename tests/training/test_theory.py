"""The theorems on step sizes, and the bound that training reports by them.

Theorems 3.1 and 3.2 with their corollaries, and the no-conflict property of non-negative
weights, are in test_bargaining.py; Theorem 3.5 is in test_hypergradients.py.
"""

import numpy as np
import pytest
import torch
from torch import nn

from skfairbargain import NashMetaClassifier, UnusedGoalWarning
from skfairbargain._training._step_bound import (
    EpochBound,
    losses_along_step,
    step_bound,
)
from skfairbargain.bargaining import nash_bargaining
from skfairbargain.datasets import make_biased_classification
from skfairbargain.hypergradients import GhostEngine
from skfairbargain.losses import cross_entropy
from skfairbargain.model_selection import balanced_validation_split

EPSILON = np.finfo(np.float64).eps


def assert_no_player_loses(losses_at, here, steps):
    for step in steps:
        assert (losses_at(step) < here).all()


# Theorem 3.6: a step η d along the bargain changes loss k by at most −η/α_k + LKη²/2.


@pytest.mark.parametrize("seed", range(5))
def test_theorem_3_6_is_tight_for_equally_curved_losses(seed):
    # L_k(x) = L/2 ‖x − m_k‖² has curvature L in every direction: the bound is an equality.
    rng = np.random.default_rng(seed)
    n_players, smoothness = 3, 2.5
    minima = rng.normal(size=(7, n_players)) + 2
    H = smoothness * minima  # −∇L_k at x = 0

    def losses(x):
        return smoothness / 2 * ((x[:, None] - minima) ** 2).sum(axis=0)

    alpha = nash_bargaining(hypergradients=H).alpha
    here = losses(np.zeros(7))
    for eta in (1e-3, 0.1, 1.0):
        change = -eta / alpha + smoothness * n_players * eta**2 / 2
        np.testing.assert_allclose(losses(eta * H @ alpha) - here, change, rtol=1e-9)
    bound = 2 / (smoothness * n_players * alpha.max())
    dearest = alpha.argmax()
    assert losses(bound * H @ alpha)[dearest] == pytest.approx(here[dearest])
    assert (losses(0.99 * bound * H @ alpha) < here).all()
    assert losses(1.01 * bound * H @ alpha)[dearest] > here[dearest]


@pytest.mark.parametrize("seed", range(5))
def test_theorem_3_6_holds_for_weights_that_can_be_applied(seed):
    # Losses as functions of the training weights: φ_k(w) = L_k(θ − J w), θ = 0. The bargain
    # over w ≥ 0 has ⟨h_k, w⟩ = 1/α_k and ‖w‖ = √K too, which is all that the proof uses.
    rng = np.random.default_rng(seed)
    n_samples, n_parameters, n_players = 40, 6, 3
    roots = rng.normal(size=(n_players, n_parameters, n_parameters))
    hessians = roots @ roots.transpose(0, 2, 1)
    minima = rng.normal(size=(n_players, n_parameters)) + 2
    J = rng.normal(size=(n_parameters, n_samples))
    smoothness = max(np.linalg.eigvalsh(J.T @ A @ J)[-1] for A in hessians)

    def losses(w):
        away = -J @ w - minima
        return 0.5 * np.einsum("ki,kij,kj->k", away, hessians, away)

    H = -np.einsum("ps,kpq,kq->sk", J, hessians, minima)
    solution = nash_bargaining(hypergradients=H, feasible="weights")
    assert solution.agreed
    w, alpha = np.maximum(H @ solution.alpha, 0), solution.alpha
    eta = 2 / (smoothness * n_players * alpha.max())
    here = losses(np.zeros(n_samples))
    for share in (0.1, 0.5, 1.0):
        step = share * eta
        most = here - step / alpha + smoothness * n_players * step**2 / 2
        assert (losses(step * w) <= most * (1 + 1e-12)).all()
        assert (losses(step * w) <= here).all()
    assert_no_player_loses(lambda t: losses(t * w), here, [0.01 * eta, 0.99 * eta])


@pytest.mark.parametrize("seed", range(5))
def test_theorem_3_6_holds_for_the_applied_step(seed):
    # As above, for d = (1 − a) m v + a u with ⟨h_k, d⟩ = (1 − a) m/α_k and a length of at
    # most (1 − a) m + a.
    rng = np.random.default_rng(seed)
    n_samples, n_parameters, n_players, anchor, meta_lr = 40, 6, 3, 0.4, 2.0
    roots = rng.normal(size=(n_players, n_parameters, n_parameters))
    hessians = roots @ roots.transpose(0, 2, 1)
    minima = rng.normal(size=(n_players, n_parameters)) + 2
    J = rng.normal(size=(n_parameters, n_samples))
    smoothness = max(np.linalg.eigvalsh(J.T @ A @ J)[-1] for A in hessians)

    def losses(w):
        away = -J @ w - minima
        return 0.5 * np.einsum("ki,kij,kj->k", away, hessians, away)

    H = -np.einsum("ps,kpq,kq->sk", J, hessians, minima)
    learned, uniform = (1 - anchor) * meta_lr, np.ones(n_samples) / np.sqrt(n_samples)
    given = anchor / learned * H.T @ uniform
    solution = nash_bargaining(hypergradients=H, feasible="weights", given=given)
    assert solution.agreed
    d, alpha = learned * solution.weights + anchor * uniform, solution.alpha
    bound = 2 * learned / (smoothness * alpha.max() * (learned + anchor) ** 2)
    here = losses(np.zeros(n_samples))
    assert_no_player_loses(lambda t: losses(t * d), here, [0.01 * bound, 0.99 * bound])


# Corollary A.1 and Theorem 3.7: the loss βᵀL of a fixed β.


class Logistic:
    """Two players' logistic validation losses and training samples, in NumPy."""

    def __init__(self, seed):
        rng = np.random.default_rng(seed)
        self.X, self.X_val = rng.normal(size=(32, 5)), rng.normal(size=(2, 20, 5))
        truth = rng.normal(size=5)
        self.y = np.where(self.X @ truth + rng.normal(size=32) > 0, 1, -1)
        self.y_val = np.where(self.X_val @ truth + rng.normal(size=(2, 20)) > 0, 1, -1)
        # |∇ℓ_i| ≤ ‖x_i‖; the second derivative of log(1 + e^−m) is 1/4 at most.
        self.sigma = np.linalg.norm(self.X, axis=1).max()
        moments = self.X_val.transpose(0, 2, 1) @ self.X_val / 20
        self.smoothness = np.linalg.eigvalsh(moments).max() / 4

    def losses(self, theta):
        return np.logaddexp(0, -self.y_val * (self.X_val @ theta)).mean(axis=1)

    def gradients(self, theta):
        slope = -self.y_val / (1 + np.exp(self.y_val * (self.X_val @ theta)))
        return np.einsum("kn,knp->pk", slope, self.X_val) / 20

    def sample_gradients(self, theta):
        slope = -self.y / (1 + np.exp(self.y * (self.X @ theta)))
        return self.X * slope[:, None]

    def step(self, theta, beta, eta):
        per_sample = self.sample_gradients(theta)
        w = np.maximum(per_sample @ self.gradients(theta) @ beta, 0)
        return theta - eta / len(w) * w @ per_sample


BETAS = [(0.5, 0.5), (1.0, 0.0), (1.0, -1.0), (3.0, 0.2)]


@pytest.mark.parametrize("beta", BETAS)
def test_corollary_a_1_the_aggregate_is_smooth_with_the_sum_of_the_betas(beta):
    game, rng = Logistic(0), np.random.default_rng(1)
    constant = np.abs(beta).sum() * game.smoothness
    for _ in range(200):
        a, b = rng.normal(size=(2, 5)) * 10 ** rng.uniform(-3, 1)
        change = (game.gradients(a) - game.gradients(b)) @ beta
        assert np.linalg.norm(change) <= constant * np.linalg.norm(a - b)


@pytest.mark.parametrize("beta", BETAS)
@pytest.mark.parametrize("seed", range(3))
def test_theorem_3_7_the_loss_of_a_fixed_beta_never_rises_under_the_bound(beta, seed):
    game = Logistic(seed)
    eta = 2 / (np.abs(beta).sum() * game.smoothness * game.sigma**2)
    theta = np.random.default_rng(seed).normal(size=5)
    trace = [game.losses(theta) @ beta]
    for _ in range(100):
        theta = game.step(theta, np.array(beta), eta)
        trace.append(game.losses(theta) @ beta)
    assert (np.diff(trace) <= 1e-15).all()
    assert trace[-1] < trace[0] - 1e-3


def test_theorem_3_7_is_tight_for_one_sample():
    # L(θ) = Lθ²/2 and ℓ(θ) = σθ: w = Lθσ, and the step η = 2/(Lσ²) goes from θ to −θ.
    smoothness, sigma, theta = 3.0, 0.5, 0.7
    eta = 2 / (smoothness * sigma**2)
    w = max(smoothness * theta * sigma, 0)
    assert theta - eta * w * sigma == pytest.approx(-theta)
    assert abs(theta - 1.01 * eta * w * sigma) > theta


# The bound as training reports it.


def test_the_reported_bound_is_exact_for_quadratic_losses():
    rng = np.random.default_rng(2)
    for _ in range(50):
        gains, curvatures = rng.uniform(0.1, 1, 4), rng.uniform(-1, 3, 4)
        curvatures[0] = 1.0

        def losses_at(t, gains=gains, curvatures=curvatures):
            return 2.0 - gains * t + curvatures * t**2 / 2

        bound = step_bound(losses_at, 0.01, EPSILON)
        curved = curvatures > 0
        assert bound == pytest.approx((2 * gains[curved] / curvatures[curved]).min())
        assert_no_player_loses(losses_at, losses_at(0), [0.1 * bound, 0.999 * bound])
        assert (losses_at(1.001 * bound) > losses_at(0)).any()


def test_where_there_is_nothing_to_bound_or_nothing_is_safe():
    none = [
        lambda t: np.array([1 - t, 2 - t]),  # no curvature
        lambda t: np.array([1 - t - t**2]),  # downwards
        lambda t: np.array([np.inf if t else 1.0]),
        lambda t: np.array([np.nan]),
    ]
    assert [step_bound(losses_at, 0.1, EPSILON) for losses_at in none] == [None] * 4
    one_loses = step_bound(lambda t: np.array([1 - t + t**2, 1 + t]), 0.1, EPSILON)
    assert one_loses == 0.0
    # Beyond t = 1 the curvature is a hundredfold: 2g/c = 20 would be far too long.
    bent = step_bound(
        lambda t: np.array([9 - t + 0.05 * t**2 + 5 * max(t - 1, 0) ** 2]), 0.1, EPSILON
    )
    assert 0.6 < bent < 1.6


def logistic_step(seed):
    """A linear classifier, a bargain of three, and their losses along the step."""
    torch.manual_seed(seed)
    module = nn.Linear(5, 2).double()
    inputs = torch.randn(70, 5, dtype=torch.float64)
    targets = (inputs @ torch.randn(5, dtype=torch.float64) > 0).long()
    averages = torch.eye(3, dtype=torch.float64)[torch.arange(30) % 3] / 10
    with GhostEngine(module, cross_entropy, cross_entropy) as engine:
        step = engine.hypergradients(inputs, targets, 40, averages)
    H = step.hypergradients.numpy()
    solution = nash_bargaining(hypergradients=H, feasible="weights")
    assert solution.agreed
    losses_at = losses_along_step(
        module,
        (inputs[:40], targets[:40]),
        np.maximum(H @ solution.alpha, 0),
        (inputs[40:], targets[40:]),
        averages.numpy(),
        lr=1.0,
        meta_loss=cross_entropy,
    )
    return module, solution.alpha, losses_at


def test_every_logistic_loss_falls_below_the_bound_and_one_rises_soon_above():
    breaks = []
    for seed in range(20):
        module, alpha, losses_at = logistic_step(seed)
        before = [p.clone() for p in module.parameters()]
        # The gains that the bound rests on are those of the bargain, 1/α.
        gains = (losses_at(-1e-5) - losses_at(1e-5)) / 2e-5
        np.testing.assert_allclose(gains, 1 / alpha, rtol=1e-6)
        here, bound = losses_at(0.0), step_bound(losses_at, 0.01, EPSILON)
        assert_no_player_loses(losses_at, here, bound * np.linspace(0.05, 0.99, 20))
        factors = np.geomspace(0.99, 1000, 400)
        broken = [(losses_at(factor * bound) > here).any() for factor in factors]
        breaks.append(factors[np.argmax(broken)] if any(broken) else np.inf)
        for parameter, value in zip(module.parameters(), before, strict=True):
            assert torch.equal(parameter, value)
    # Not vacuous: logistic losses bend less farther out, and still a player's loss is
    # above its start within a few times the bound in most cases.
    assert np.median(breaks) < 4


@pytest.fixture(scope="module")
def split():
    made = make_biased_classification(300, random_state=0)
    X, X_val, y, y_val, _, groups_val = balanced_validation_split(
        made.data.to_numpy(), made.target, made.sensitive["group"], random_state=0
    )
    return (X, y), {"X_val": X_val, "y_val": y_val, "groups_val": groups_val}


def linear(n_features, n_classes):
    return nn.Linear(n_features, n_classes)


def one_step(split, meta_lr):
    """A fit of one plain SGD step on all rows, and the group losses after it."""
    (X, y), validation = split
    clf = NashMetaClassifier(
        module=linear, players="groups", meta_lr=meta_lr, lr=0.1, anchor=0, momentum=0,
        weight_decay=0, batch_size=len(X), bargain_epochs=1, max_epochs=1, random_state=0,
    )  # fmt: skip
    with pytest.warns(UnusedGoalWarning):
        (row,) = clf.fit(X, y, **validation).history_
    return row["safe_meta_lr"], np.array(list(row["group_losses"].values()))


def test_a_step_of_the_estimator_under_its_bound_lowers_the_loss_of_every_player(split):
    bound, here = one_step(split, 1e-6)
    assert bound == pytest.approx(one_step(split, 1.0)[0], rel=0.3)
    bound, _ = one_step(split, 1.0)
    for share in (0.1, 0.5, 0.95):
        assert (one_step(split, share * bound)[1] < here).all()
    assert (one_step(split, 4 * bound)[1] > here).any()


def test_the_bound_is_told_in_stage_1_only_and_changes_nothing(split, monkeypatch):
    (X, y), validation = split

    def fitted():
        clf = NashMetaClassifier(bargain_epochs=3, max_epochs=5, random_state=0)
        return clf.fit(X, y, **validation)

    told = fitted()
    bounds = [row["safe_meta_lr"] for row in told.history_]
    assert all(bound >= 0 for bound in bounds[:3] if bound is not None)
    assert any(bounds[:3])
    assert bounds[3:] == [None, None]
    monkeypatch.setattr(EpochBound, "measure", lambda *_: None)
    untold = fitted()
    np.testing.assert_array_equal(told.decision_function(X), untold.decision_function(X))
    np.testing.assert_array_equal(told.sample_influence_, untold.sample_influence_)
    for one, other in zip(told.history_, untold.history_, strict=True):
        for key in set(one) - {"safe_meta_lr", "seconds"}:
            assert one[key] == other[key]
