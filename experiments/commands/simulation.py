"""``simulation``: the paper's synthetic game."""

from pathlib import Path
from typing import Annotated

import matplotlib as mpl
import typer

from skfairbargain.simulation import METHODS, plot_game, run_game, summarize_game

from ..files import write_csv, write_figure
from .paths import new_file


def simulation(
    output: Annotated[
        Path | None,
        typer.Option(
            "--output",
            help="CSV file for the trajectories.",
            parser=new_file,
            metavar="FILE",
        ),
    ] = None,
    plot: Annotated[
        Path | None,
        typer.Option(
            "--plot",
            help="Picture of the paths (Figures 2b, 3 and 5).",
            parser=new_file,
            metavar="FILE",
        ),
    ] = None,
    lr: Annotated[float, typer.Option("--lr", help="Step size.", min=0)] = 0.1,
    n_steps: Annotated[int, typer.Option("--steps", help="Steps a start.", min=1)] = 1000,
    bargain_steps: Annotated[
        int, typer.Option("--bargain-steps", help="Steps of stage 1.", min=0)
    ] = 300,
    tolerance: Annotated[
        float,
        typer.Option("--tolerance", help="Distance that counts as on the front.", min=0),
    ] = 0.1,
):
    """The synthetic game: who ends on the Pareto front, and how far from equal losses."""
    trajectories = run_game(lr=lr, n_steps=n_steps, bargain_steps=bargain_steps)
    summary = summarize_game(trajectories, tolerance=tolerance)
    summary.insert(0, "title", [METHODS[name].title for name in summary.index])
    typer.echo(summary.round(3).to_string(index=False))
    if output is not None:
        write_csv(trajectories, output)
        typer.echo(f"Wrote {len(trajectories)} rows to {output}")
    if plot is not None:
        # A command draws to a file; a window's backend may not even be there.
        mpl.use("agg")
        write_figure(plot_game(trajectories), plot)
        typer.echo(f"Drew {plot}")
