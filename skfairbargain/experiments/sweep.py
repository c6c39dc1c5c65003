"""Which parameters serve best, judged on rows that are used for nothing else."""

from functools import partial
from itertools import product

from .baselines import measure
from .biased import biased_rows
from .networks import fit_ours

SWEEP_SETTINGS = ("default_credit_sex", "bank_age", "adult_sex")
GRID = {
    "share": (0.0, 0.4),
    "per_cell": (1, 3, 10, 30, 100),
    "goal": ("meta_gdro", "ltr"),
    "anchor": (0.0, 0.3, 0.5, 0.7),
    "meta_lr": (0.3, 1.0),
    # (optimizer, lr): Adam does not feel the length of the weights.
    "optimizer": (("sgd", 1e-3), ("sgd", 5e-3), ("adam", 1e-3)),
}
QUICK_GRID = {
    "share": (0.0, 0.4),
    "per_cell": (3, 30),
    "goal": ("meta_gdro", "ltr"),
    "anchor": (0.0, 0.5),
    "meta_lr": (1.0,),
    "optimizer": (("sgd", 5e-3),),
}
# Seeds of the splits: other rows choose than report in the other tables.
FIRST_SEED = 10_000


def sweep_specs(settings, *, grid, n_seeds, epochs):
    """One spec for each point of the grid.

    Parameters
    ----------
    settings : sequence of str
    grid : dict of str to tuple
        `GRID` or `QUICK_GRID`.
    n_seeds : int
    epochs : int or None
        None is the estimator's number.
    """
    return [
        {"setting": setting, **point, "optimizer": name, "lr": lr}
        | {"seed": FIRST_SEED + seed, "epochs": epochs}
        for setting in settings
        for values in product(*grid.values())
        for point in [dict(zip(grid, values, strict=True))]
        for name, lr in [point["optimizer"]]
        for seed in range(n_seeds)
    ]


def run_sweep(spec, *, data_home=None):
    """Train ``NashMetaClassifier`` at a point of the grid; see `measure`."""
    train, val, choosing = biased_rows(
        spec["setting"],
        "labels",
        spec["share"],
        spec["per_cell"],
        seed=spec["seed"],
        data_home=data_home,
    )
    parameters = {
        key: spec[key] for key in ("goal", "anchor", "meta_lr", "optimizer", "lr")
    }
    if spec["epochs"] is not None:
        parameters["max_epochs"] = spec["epochs"]
        parameters["bargain_epochs"] = round(0.3 * spec["epochs"])
    fit = partial(fit_ours, parameters=parameters)
    return measure(fit, train, val, choosing, spec["seed"])
