"""Methods on unjust training rows: which runs there are, and one of them."""

from .baselines import measure
from .biased_rows import (
    N_SEEDS,
    PER_CELL,
    biased_rows,
    fewest_rows,
    rows_of,
    smallest_cell,
)
from .registry import ALL_RIVALS, epochs_of, training_of

BIASED_SETTINGS = (
    "student_por_sex",
    "default_credit_sex",
    "bank_age",
    "adult_sex",
    "adult_race",
)
KINDS = ("labels", "rows")
SHARES = {"labels": (0.0, 0.2, 0.4, 0.6), "rows": (0.01, 0.05, 0.2)}
SHARE_OF = {
    "labels": "share of wrong labels",
    "rows": "share of the group's rows left",
}
# With fewer rows in a cell, those to validate on included, nothing can be chosen.
FEWEST_APART = 100
# Describes `rows_apart` in help and reports.
APART = (
    f"biased-labels does not test on with {N_SEEDS} seeds and {max(PER_CELL)} rows a cell"
)
# Boosting under ExponentiatedGradient takes minutes a run; it has to be asked for.
USUAL_METHODS = [name for name in ALL_RIVALS if name != "exponentiated_boosting"]


def biased_specs(settings, methods, *, kind, shares, per_cell, n_seeds, epochs):
    """One spec a run.

    Parameters
    ----------
    settings, methods : sequence of str
    kind : {"labels", "rows"}
        What is biased: see `bias_labels` and `thin_out`.
    shares : sequence of float
    per_cell : sequence of int
        Validation rows of each group × label cell.
    n_seeds : int
    epochs : int or None
        Of ours; None is the usual number.
    """
    return [
        {
            "setting": setting,
            "kind": kind,
            "share": share,
            "per_cell": n_val,
            "method": method,
            "seed": seed,
            "epochs": epochs_of(method, epochs),
        }
        for setting in settings
        for n_val in per_cell
        for seed in range(n_seeds)
        for share in shares
        for method in methods
    ]


def run_biased(spec, *, data_home=None):
    """Train one method on biased rows, and measure it on clean ones.

    A seed draws the split, the bias and the initial weights.

    Returns
    -------
    result : dict
        As of `measure_biased`.
    """
    return measure_biased(training_of(spec), spec, spec["kind"], data_home)


def measure_biased(fit, spec, kind, data_home=None):
    """Train on biased rows, and measure on clean ones.

    Parameters
    ----------
    fit : callable
        As of `Rival`.
    spec : dict
        ``setting``, ``share``, ``per_cell``, ``seed``, and ``apart`` where `rows_apart`
        are split; see `biased_rows`.
    kind, data_home :
        As of `biased_rows`.

    Returns
    -------
    result : dict
        As of `measure`.
    """
    setting, apart = _pool(spec)
    seed = spec["seed"]
    drawn = setting, kind, spec["share"], spec["per_cell"]
    rows = biased_rows(*drawn, seed=seed, apart=apart, data_home=data_home)
    return measure(fit, *rows, seed)


def _pool(spec):
    """Setting, and whether its `rows_apart` are split: which rows a spec draws from."""
    return spec["setting"], spec.get("apart", False)


def with_enough_rows(specs, store, data_home=None):
    """The specs whose smallest cell has three times ``per_cell`` rows, as a split needs.

    Apart, it should have `FEWEST_APART` as well.

    Parameters
    ----------
    specs : list of dict
        ``setting`` and ``per_cell``, and ``apart`` where `rows_apart` are split.
    store : RunStore
        Runs that it has are not checked again.
    data_home : str or None

    Returns
    -------
    specs : list of dict
    left_out : list of str
        Which were left out, and why.

    Raises
    ------
    ValueError
        If none is left.
    """
    missing = dict.fromkeys(
        (_pool(spec), spec["per_cell"]) for spec in specs if spec not in store
    )
    smallest = {
        pool: smallest_cell(*rows_of(*pool, data_home)[1:3])
        for pool in dict.fromkeys(pool for pool, _ in missing)
    }
    reasons = {
        (pool, n_val): _too_few(*pool, n_val, smallest[pool]) for pool, n_val in missing
    }
    left_out = {place: reason for place, reason in reasons.items() if reason}
    kept = [spec for spec in specs if (_pool(spec), spec["per_cell"]) not in left_out]
    if not kept:
        raise ValueError(
            f"Nothing is left to run. {'; '.join(left_out.values())}. Choose fewer rows "
            "a cell, or another setting."
        )
    return kept, list(left_out.values())


def _too_few(setting, apart, n_val, smallest):
    """Why the smallest cell is too small for a split, or None."""
    fewest, told = fewest_rows(n_val), f"three times {n_val}"
    if apart and fewest < FEWEST_APART:
        fewest = told = FEWEST_APART
    if smallest >= fewest:
        return None
    whose = f" that {APART}" if apart else ""
    return (
        f"{setting} with {n_val} rows a cell: the smallest cell has {smallest} rows"
        f"{whose}, fewer than {told}"
    )
