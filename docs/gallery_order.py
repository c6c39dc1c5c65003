"""The order of the gallery: what people come for first."""

from pathlib import Path

ORDER = (
    "plot_reweighted_boosting",
    "plot_audit_learning_curve",
    "plot_sample_influence",
    "plot_two_stages",
    "plot_grid_search",
    "plot_diagnostics",
    "plot_coloured_digits",
    "plot_lale_pipeline",
    "data_parallel",
    "plot_synthetic_game",
    "plot_beyond_weighted_sums",
)


class ByUse:
    """Sorts examples by `ORDER`, of which none may be missing."""

    def __init__(self, src_dir):
        self.src_dir = src_dir

    def __call__(self, filename):
        return ORDER.index(Path(filename).stem)
