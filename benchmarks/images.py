"""Time and memory of hypergradients on a residual network, beside plain training.

One thread; the kinds take turns in one process, and times are CPU times, of which ratios
are medians over the rounds. The network is a ResNet with batch statistics for images of 3 ×
32 × 32 and ten classes, each a player with five audited images. "Plain" is a step on the
mean loss of the minibatch. Run as ``python benchmarks/images.py``; with ``--memory`` it
prints the largest memory of a process that takes a plain step, and of one that takes a step
of stage 1 (of a ResNet-18: ``--width 64``).
"""

import argparse
import resource
import subprocess
import sys
import time

import numpy as np
import torch
from torch import nn

from skfairbargain import hypergradients
from skfairbargain.losses import cross_entropy

ENGINES = {
    "ghost": hypergradients.GhostEngine,
    "forward": hypergradients.ForwardEngine,
    "autograd": hypergradients.AutogradEngine,
}


class Block(nn.Module):
    def __init__(self, n_in, n_out, stride, norm):
        super().__init__()
        self.path = nn.Sequential(
            nn.Conv2d(n_in, n_out, 3, stride, 1, bias=False), norm(n_out), nn.ReLU(),
            nn.Conv2d(n_out, n_out, 3, 1, 1, bias=False), norm(n_out),
        )  # fmt: skip
        self.shortcut = nn.Identity()
        if stride != 1 or n_in != n_out:
            self.shortcut = nn.Sequential(
                nn.Conv2d(n_in, n_out, 1, stride, bias=False), norm(n_out)
            )

    def forward(self, X):
        return torch.relu(self.path(X) + self.shortcut(X))


def resnet(width, norm=nn.BatchNorm2d):
    """A ResNet of 18 layers; ResNet-18 has the width 64."""
    layers = [nn.Conv2d(3, width, 3, 1, 1, bias=False), norm(width), nn.ReLU()]
    n_in = width
    for depth in range(4):
        for place in range(2):
            n_out = width * 2**depth
            layers.append(Block(n_in, n_out, 2 if depth and not place else 1, norm))
            n_in = n_out
    head = nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(n_in, 10)
    return nn.Sequential(*layers, *head)


def groups(n_channels):
    return nn.GroupNorm(8, n_channels)


class Steps:
    """A network and one step's data; each kind of step on them is a method."""

    def __init__(self, width, batch_size, norm=nn.BatchNorm2d):
        torch.manual_seed(0)
        self.module, self.n_batch = resnet(width, norm).train(), batch_size
        self.inputs = torch.randn(batch_size + 50, 3, 32, 32)
        self.targets = torch.arange(batch_size + 50) % 10
        self.averages = nn.functional.one_hot(self.targets[batch_size:], 10) / 5.0

    def plain(self):
        self.module.zero_grad()
        logits = self.module(self.inputs[: self.n_batch])
        cross_entropy(logits, self.targets[: self.n_batch]).mean().backward()

    def weighted(self, name, n_players):
        data = self.inputs, self.targets, self.n_batch
        averages = self.averages if n_players > 1 else self.averages.mean(1, keepdim=True)
        with ENGINES[name](self.module, cross_entropy, cross_entropy) as engine:
            step = engine.hypergradients(*data, averages)
            engine.backward(step.hypergradients[:, 0])


def times(width, batch_size, rounds, chosen):
    """Print the time of a step of each engine over that of a plain one."""
    steps, by_group = Steps(width, batch_size), Steps(width, batch_size, groups)
    kinds = {
        "plain": (steps.plain, None),
        "forward, 10 players": (lambda: steps.weighted("forward", 10), 16),
        "forward, one column": (lambda: steps.weighted("forward", 1), 3),
        "autograd, 10 players": (lambda: steps.weighted("autograd", 10), None),
        "autograd, one column": (lambda: steps.weighted("autograd", 1), None),
        "ghost, GroupNorm, 10 players": (lambda: by_group.weighted("ghost", 10), None),
    }
    kinds = {kind: its for kind, its in kinds.items() if kind.startswith(chosen)}
    taken = {kind: [] for kind in kinds}
    for _ in range(rounds + 1):
        for kind, (step, _) in kinds.items():
            start = time.process_time()
            step()
            taken[kind].append(time.process_time() - start)
    plain = np.array(taken["plain"][1:])
    print(f"plain step: {np.median(plain):.2f} s (CPU)")
    for kind, (_, bar) in list(kinds.items())[1:]:
        low, middle, high = np.percentile(np.array(taken[kind][1:]) / plain, (25, 50, 75))
        held = f"   bar {bar}" if bar else ""
        print(f"{kind:30} {middle:6.2f} ({low:.2f}–{high:.2f}) x plain{held}", flush=True)


def memory(width, batch_size):
    """Print the largest memory of processes that take a step."""
    largest = {}
    for kind in ("plain", "forward"):
        command = [sys.executable, __file__, "--width", str(width), "--process", kind]
        command += ["--batch-size", str(batch_size)]
        said = subprocess.run(command, check=True, capture_output=True, text=True)
        largest[kind] = float(said.stdout)
        more = largest[kind] - largest["plain"]
        print(
            f"{kind:8} {largest[kind]:5.2f} GB, {more:5.2f} over plain (bar 0.8)",
            flush=True,
        )


def process(kind, steps):
    steps.plain() if kind == "plain" else steps.weighted(kind, 10)
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--width", type=int, default=16)
    parser.add_argument("--batch-size", type=int, default=128)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--engines", nargs="+", choices=ENGINES, default=list(ENGINES))
    parser.add_argument("--memory", action="store_true")
    parser.add_argument("--process", choices=["plain", *ENGINES], help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    size = arguments.width, arguments.batch_size
    if arguments.process:
        process(arguments.process, Steps(*size))
        return
    print(f"torch {torch.__version__}, 1 thread, ResNet of 18 layers and width {size[0]}, "
          f"batch {size[1]}, 50 audited images, {arguments.rounds} rounds")  # fmt: skip
    if arguments.memory:
        memory(*size)
    else:
        times(*size, arguments.rounds, ("plain", *arguments.engines))


if __name__ == "__main__":
    main()
