"""Draw audit_size.png, the figure of the user guide; takes some seconds.

Run as ``python docs/images/audit_size.py`` where the package is installed.
"""

from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

from skfairbargain.inspection import audit_size, detectable_gap

# Colours and dashes that can be told apart in grey as well.
RATES = {0.5: ("#0072B2", "--"), 0.8: ("#D55E00", "-"), 0.95: ("#009E73", ":")}
ROWS = np.unique(np.geomspace(8, 2000, 60).round().astype(int))
GAPS = (0.05, 0.1, 0.2, 0.3)


def main():
    """Draw the gap that rows can show, by the number of rows."""
    figure = Figure(figsize=(6.4, 4.2), layout="constrained")
    ax = figure.subplots()
    for rate, (color, dashes) in RATES.items():
        gaps = detectable_gap(ROWS, rate)
        ax.plot(ROWS, gaps, color=color, linestyle=dashes, label=f"rate {rate:g}")
    sizes = audit_size(GAPS, rate=0.8)
    ax.plot(sizes, GAPS, "o", color=RATES[0.8][0])
    for n, gap in zip(sizes, GAPS, strict=True):
        ax.annotate(f"{n:,} rows", (n, gap), xytext=(6, 11), textcoords="offset points")
    ax.set_xscale("log")
    ax.set_xticks([10, 20, 50, 100, 200, 500, 1000, 2000])
    ax.xaxis.set_major_formatter("{x:,.0f}")
    ax.minorticks_off()
    ax.set_xlim(8, 3000)
    ax.set_ylim(0, 0.6)
    ax.set_xlabel("rows of each group")
    ax.set_ylabel("smallest gap that is seen (80 % power)")
    ax.spines[["top", "right"]].set_visible(False)
    ax.legend(title="rate of the reference group", frameon=False)
    figure.savefig(Path(__file__).with_suffix(".png"), dpi=150)


if __name__ == "__main__":
    main()
