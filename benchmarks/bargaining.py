"""CPU time and residual of Nash bargaining, beside the usual route through cvxpy.

Hypergradients of 512 samples for 4, 20 and 100 players, one thread: players that share a
direction, and players of low rank of whom some nearly oppose each other. Both feasible
sets of ``nash_bargaining`` are solved, the Gram matrix included in the time; "beside" are
weights beside uniform ones of the same length, as in a step with ``anchor=0.5``. TorchJD's
``NashMTL`` solves the ball (cvxpy and ECOS, 20 iterations at most), its problem set up
before the clock starts. The solvers take turns on the same matrices. A residual is
max_k |α_k ⟨h_k, d⟩ − 1|, with d scaled to the length √K that makes it comparable. Run as
``python benchmarks/bargaining.py``; needs ``pip install "skfairbargain[benchmarks]"``.
"""

import argparse
import time
import warnings

import numpy as np
import torch
from torchjd.aggregation import NashMTL

import skfairbargain
from skfairbargain.bargaining import nash_bargaining

N_SAMPLES = 512


def problem(kind, n_players, seed):
    """Hypergradients as columns of unit norm, which is what cvxpy's route likes best."""
    rng = np.random.default_rng(seed)
    shared = np.abs(rng.normal(size=(N_SAMPLES, 1)))
    if kind == "shared":
        H = shared + rng.normal(size=(N_SAMPLES, n_players))
    else:
        rank = max(2, n_players // 5)
        mixed = rng.normal(size=(N_SAMPLES, rank)) @ rng.normal(size=(rank, n_players))
        H = 0.3 * shared + mixed / np.sqrt(rank)
        H[:, 1] = 0.02 * shared[:, 0] - H[:, 0]
    return H / np.linalg.norm(H, axis=0)


def residual(H, alpha, feasible):
    """Distance from the bargain's equation, whatever the length of alpha."""
    H, alpha = H / np.linalg.norm(H, axis=0), alpha * np.linalg.norm(H, axis=0)
    direction = H @ alpha
    if feasible == "weights":
        direction = np.maximum(direction, 0)
    scale = np.sqrt(len(alpha)) / np.linalg.norm(direction)
    return np.abs(scale**2 * alpha * (H.T @ direction) - 1).max()


def by_newton(H, feasible):
    if feasible == "ball":
        return nash_bargaining(H.T @ H)
    if feasible == "beside":
        given = H.sum(axis=0) / np.sqrt(len(H))
        return nash_bargaining(hypergradients=H, feasible="weights", given=given)
    return nash_bargaining(hypergradients=H, feasible=feasible)


def timed(solve, *arguments):
    start = time.process_time()
    solution = solve(*arguments)
    return solution, 1e3 * (time.process_time() - start)


def compare(kind, n_players, n_problems, n_cvxpy, seed):
    solver = NashMTL(n_players, max_norm=0.0).weighting
    solver(torch.from_numpy(problem(kind, n_players, seed + n_problems).T))
    taken = {"ball": [], "weights": [], "beside": [], "cvxpy": []}
    off = {name: [] for name in taken}
    agreed = {"ball": 0, "weights": 0, "beside": 0}
    for i in range(n_problems):
        H = problem(kind, n_players, seed + i)
        for feasible in agreed:
            solution, ms = timed(by_newton, H, feasible)
            taken[feasible].append(ms)
            agreed[feasible] += solution.agreed
            if solution.agreed and feasible == "beside":
                off[feasible].append(solution.residual)
            elif solution.agreed:
                off[feasible].append(residual(H, solution.alpha, feasible))
        if i < n_cvxpy:
            alpha, ms = timed(solver, torch.from_numpy(H.T))
            taken["cvxpy"].append(ms)
            off["cvxpy"].append(residual(H, alpha.numpy().astype(np.float64), "ball"))
    print(f"{kind}, {n_players} players, seeds {seed} to {seed + n_problems - 1}")
    for name, ms in taken.items():
        low, middle, high = np.percentile(ms, (25, 50, 75))
        text = f"  {name:8}{middle:10.3f} ms (quartiles {low:.3f}–{high:.3f})"
        if name in agreed:
            text += f", agreed {agreed[name]} of {n_problems}"
        else:
            text += f", {n_cvxpy} problems"
        if off[name]:
            text += (
                f", residual median {np.median(off[name]):.1e}, worst {max(off[name]):.1e}"
            )
        print(text)
    ratio = np.median(taken["cvxpy"]) / np.median(taken["ball"])
    print(f"  cvxpy takes {ratio:,.0f} x the time of the ball")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--problems", type=int, default=200, help="problems a row")
    parser.add_argument("--cvxpy-problems", type=int, default=10, help="of these, by cvxpy")
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    warnings.simplefilter(
        "ignore"
    )  # ECOS says that it was inaccurate; the residual shows it
    print(f"skfairbargain {skfairbargain.__version__}, {N_SAMPLES} samples, one thread")
    for kind in ("shared", "opposed"):
        for n_players in (4, 20, 100):
            compare(
                kind,
                n_players,
                arguments.problems,
                arguments.cvxpy_problems,
                arguments.seed,
            )


if __name__ == "__main__":
    main()
