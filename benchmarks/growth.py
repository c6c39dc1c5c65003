"""How the time of a step grows with players, features, width, rows a cell and batch size.

One thread, CPU time, the default network but for what varies. Exponents are slopes of log
time against log size, of the whole range and of its upper half; a "jump" is a step between
two sizes that is more than 1.5 times as steep as proportional growth. Run as
``python benchmarks/growth.py``; ``--figure FILE`` draws it (needs matplotlib).
"""

import argparse
import time
import warnings

import numpy as np
import torch
from ours import data, train

import skfairbargain

SIZES = {
    "players": (4, 10, 20, 40, 100),
    "features": (10, 32, 100, 320, 1_000, 5_000),
    "width": (32, 64, 128, 256, 512, 1_024),
    "rows a cell": (1, 3, 10, 25, 50, 150, 500),
    "batch size": (32, 64, 128, 256, 512),
}
STEPS = 8


def seconds_of_step(varied, size, stage, rounds):
    """Median CPU seconds of a step."""
    given = {"players": 4, "features": 105, "width": 128, "rows a cell": 3}
    given |= {"batch size": 512, varied: size}
    batch_size, width = given["batch size"], given["width"]
    X, y, validation = data(
        STEPS * batch_size, given["players"] // 2, given["rows a cell"], given["features"]
    )
    options = {"batch_size": batch_size, "hidden_layer_sizes": (width, max(width // 2, 1))}
    taken = [train(X, y, validation, 2, stage, **options) / STEPS for _ in range(rounds)]
    return float(np.median(taken))


def exponent(sizes, seconds):
    return float(np.polyfit(np.log(sizes), np.log(seconds), 1)[0])


def figure(file, table):
    import matplotlib

    matplotlib.use("agg")
    import matplotlib.pyplot as plt

    fig, axes = plt.subplots(2, 3, figsize=(8, 5), sharey=True, layout="constrained")
    for ax, varied in zip(axes.flat, SIZES, strict=False):
        for stage, style in ((1, "o-"), (2, "s--")):
            ms = 1e3 * np.array(table[varied, stage])
            ax.loglog(SIZES[varied], ms, style, ms=4, label=f"stage {stage}")
        ax.set(xlabel=varied, xticks=SIZES[varied][::2], yticks=(1, 3, 10, 30))
        for axis in (ax.xaxis, ax.yaxis):
            axis.set_major_formatter("{x:,.0f}")
            axis.minorticks_off()
        ax.grid(alpha=0.3)
    fig.supylabel("CPU time of a step (ms)", fontsize="medium")
    axes.flat[-1].axis("off")
    axes.flat[-1].legend(*axes.flat[0].get_legend_handles_labels(), loc="center")
    fig.savefig(file, dpi=150)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--figure")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    warnings.simplefilter("ignore")
    print(f"skfairbargain {skfairbargain.__version__}, torch {torch.__version__}, "
          f"1 thread, median of {arguments.rounds} rounds")  # fmt: skip
    print(
        "Where not varied: 4 players, 105 features, 128-64 units, 3 rows a cell, batch 512"
    )
    table, start = {}, time.perf_counter()
    for varied, sizes in SIZES.items():
        for stage in (1, 2):
            seconds = [
                seconds_of_step(varied, size, stage, arguments.rounds) for size in sizes
            ]
            table[varied, stage] = seconds
            upper = len(sizes) // 2
            slopes = np.diff(np.log(seconds)) / np.diff(np.log(sizes))
            told = ", ".join(
                f"{size}: {1e3 * s:.2f}" for size, s in zip(sizes, seconds, strict=True)
            )
            print(f"{varied}, stage {stage} (ms): {told}; exponent "
                  f"{exponent(sizes, seconds):.2f}, upper half "
                  f"{exponent(sizes[upper:], seconds[upper:]):.2f}, steepest "
                  f"{slopes.max():.2f}{', a jump' if slopes.max() > 1.5 else ''}",
                  flush=True)  # fmt: skip
    if arguments.figure:
        figure(arguments.figure, table)
    print(f"took {time.perf_counter() - start:.0f} s")


if __name__ == "__main__":
    main()
