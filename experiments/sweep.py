"""Which parameters serve best, judged on rows that neither train nor validate."""

from functools import partial
from itertools import product

from .biased import measure_biased
from .networks import fit_ours

SWEEP_SETTINGS = ("default_credit_sex", "bank_age", "adult_sex")
SHARES = (0.0, 0.4)
GRID = {
    "per_cell": (1, 3, 10, 30, 100),
    "goal": ("meta_gdro", "ltr"),
    "bargain_share": (0.0, 0.1, 0.3),
    "anchor": (0.0, 0.3, 0.5, 0.7),
    "meta_lr": (0.3, 1.0),
    # (optimizer, lr): Adam's steps do not depend on the length of the weights.
    "optimizer": (("sgd", 1e-3), ("sgd", 5e-3), ("adam", 1e-3)),
}
# The point from which one parameter at a time is changed.
CENTRE = {
    "per_cell": 30,
    "goal": "ltr",
    "bargain_share": 0.1,
    "anchor": 0.5,
    "meta_lr": 1.0,
    "optimizer": ("sgd", 5e-3),
}
N_EPOCHS = 30
# Seeds of the splits: others than those of the tables, and rows of both may be the same.
FIRST_SEED = 10_000


def sweep_specs(settings, points, *, n_seeds, epochs, apart):
    """One spec for each setting, share of wrong labels, point and seed.

    Parameters
    ----------
    settings : sequence of str
    points : list of dict
        As of `full_grid` or `one_at_a_time`.
    n_seeds : int
    epochs : int or None
        None is `N_EPOCHS`.
    apart : bool
        Whether `rows_apart` are split.
    """
    return [
        {"setting": setting, "share": share, **point}
        | {"seed": FIRST_SEED + seed, "epochs": epochs or N_EPOCHS}
        | ({"apart": True} if apart else {})
        for setting in settings
        for seed in range(n_seeds)
        for share in SHARES
        for point in points
    ]


def full_grid(grid, centre):
    """All points of a grid; what it does not name is as at the centre.

    Examples
    --------
    >>> full_grid({"b": (4, 5)}, {"a": 1, "b": 4})
    [{'a': 1, 'b': 4}, {'a': 1, 'b': 5}]
    """
    return [
        {**centre, **dict(zip(grid, values, strict=True))}
        for values in product(*grid.values())
    ]


def one_at_a_time(grid, centre):
    """The centre of a grid, and all points that differ from it in one parameter.

    Examples
    --------
    >>> one_at_a_time({"a": (1, 2, 3), "b": (4, 5)}, {"a": 1, "b": 4})
    [{'a': 1, 'b': 4}, {'a': 2, 'b': 4}, {'a': 3, 'b': 4}, {'a': 1, 'b': 5}]
    """
    return [centre] + [
        {**centre, name: value}
        for name, values in grid.items()
        for value in values
        if value != centre[name]
    ]


def run_sweep(spec, *, data_home=None):
    """Train ``NashMetaClassifier`` at a point of the grid; see `measure_biased`."""
    optimizer, lr = spec["optimizer"]
    parameters = {key: spec[key] for key in ("goal", "anchor", "meta_lr")}
    parameters |= {"optimizer": optimizer, "lr": lr, "max_epochs": spec["epochs"]}
    parameters["bargain_epochs"] = round(spec["bargain_share"] * spec["epochs"])
    fit = partial(fit_ours, parameters=parameters)
    return measure_biased(fit, spec, "labels", data_home)
