"""Training data made unjust on purpose, a small audited sample, a clean test set."""

from functools import lru_cache

import numpy as np
from sklearn.preprocessing import StandardScaler
from sklearn.utils import check_random_state

from .baselines import ALL_RIVALS, epochs_of, measure, training_of
from .paper_split import FETCHERS, draw_paper_split
from .preparation import SETTINGS, encode
from .rivals import Rows

# Of the other group's unfavorable labels this part of the share turns favorable.
REVERSE = 0.3
TEST_SHARES = {"student_por_sex": 0.10}
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
PER_CELL = (3, 10, 50)
N_SEEDS = 5
# With fewer rows in a cell, those to validate on included, nothing can be chosen.
FEWEST_APART = 100
# What is so of `rows_apart`, for people.
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
        ``setting``, ``share``, ``per_cell``, ``seed``, and ``apart`` if that is so; see
        `biased_rows`.
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
        ``setting`` and ``per_cell``, and ``apart`` if that is so.
    store : RunStore
        What it has was possible.
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
        pool: _smallest_cell(*_rows_of(*pool, data_home)[1:3])
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
    fewest, told = _fewest(n_val), f"three times {n_val}"
    if apart and fewest < FEWEST_APART:
        fewest = told = FEWEST_APART
    if smallest >= fewest:
        return None
    whose = f" that {APART}" if apart else ""
    return (
        f"{setting} with {n_val} rows a cell: the smallest cell has {smallest} rows"
        f"{whose}, fewer than {told}"
    )


def _fewest(n_val):
    """Rows that every cell should have for a split."""
    return 3 * n_val


def _smallest_cell(y, groups):
    return min(
        int(np.sum((groups == group) & (y == label)))
        for group in np.unique(groups)
        for label in (0, 1)
    )


def biased_rows(setting, kind, share, per_cell, *, seed, apart=False, data_home=None):
    """Split clean rows, and make those to train on unjust.

    Parameters
    ----------
    setting, kind, share, per_cell, seed :
        As in a spec of `biased_specs`.
    apart : bool, default=False
        Whether to split `rows_apart` instead.
    data_home : str or None

    Returns
    -------
    train, val, test : Rows
    """
    X, y, groups, worse_off = _rows_of(setting, apart, data_home)
    split = _split(setting, y, groups, per_cell, seed)
    train, val, test = (
        Rows(X[rows], y[rows], groups[rows])
        for rows in (split.train, split.val, split.test)
    )
    make_unjust = bias_labels if kind == "labels" else thin_out
    return make_unjust(train, worse_off, share, seed), val, test


def _split(setting, y, groups, per_cell, seed):
    return draw_paper_split(y, groups, per_cell, TEST_SHARES.get(setting, 0.03), seed)


def _rows_of(setting, apart, data_home):
    return (rows_apart if apart else clean_rows)(setting, data_home)


@lru_cache(maxsize=1)
def rows_apart(setting, data_home=None):
    """Clean rows without those that biased-labels tests on with 50 rows a cell.

    Of a data set too small for 50: with the most rows of a cell that it allows.

    Returns
    -------
    X, y, groups, worse_off :
        As of `clean_rows`.
    """
    X, y, groups, worse_off = clean_rows(setting, data_home)
    smallest = _smallest_cell(y, groups)
    most = max(n_val for n_val in PER_CELL if smallest >= _fewest(n_val))
    tests = [_split(setting, y, groups, most, seed).test for seed in range(N_SEEDS)]
    left = np.setdiff1d(np.arange(len(y)), np.concatenate(tests))
    return X[left], y[left], groups[left], worse_off


@lru_cache(maxsize=1)
def clean_rows(setting, data_home=None):
    """Prepared rows of a setting with two groups, and the group that is worse off.

    Races other than White are one group: the smallest have 50 people with a high income,
    too few for a validation set. Scaling sees no labels, so it may see all rows.

    Returns
    -------
    X, y, groups : ndarray
    worse_off : object
        The group with the lower share of favorable labels.
    """
    name, sensitive = SETTINGS[setting]
    source = FETCHERS[name](data_home=data_home)
    X = StandardScaler().fit_transform(encode(name, source.data).to_numpy(np.float64))
    y = (source.target == source.favorable_label).to_numpy().astype(np.int64)
    groups = source.sensitive[sensitive]
    if sensitive == "race":
        groups = groups.where(groups == "White", "other than White")
    groups = groups.to_numpy(dtype=object)
    worse_off = min(np.unique(groups), key=lambda group: y[groups == group].mean())
    return X.astype(np.float32), y, groups, worse_off


def bias_labels(rows, worse_off, share, seed):
    """Make labels wrong the way history makes them wrong.

    A share of the favorable labels of the group that is worse off turn unfavorable, and
    `REVERSE` times that share of the other group's unfavorable labels favorable.

    Parameters
    ----------
    rows : Rows
    worse_off : object
        A group.
    share : float
        0 to 1.
    seed : int

    Returns
    -------
    rows : Rows
        With other labels.
    """
    rng = check_random_state(seed)
    y = rows.y.copy()
    hit = rows.groups == worse_off
    for members, part in (
        (np.flatnonzero(hit & (rows.y == 1)), share),
        (np.flatnonzero(~hit & (rows.y == 0)), REVERSE * share),
    ):
        turned = rng.choice(members, round(part * len(members)), replace=False)
        y[turned] = 1 - y[turned]
    return rows._replace(y=y)


def thin_out(rows, worse_off, share, seed):
    """Leave a share of the rows of the group that is worse off, two at least.

    Parameters
    ----------
    rows, worse_off, share, seed :
        As of `bias_labels`.

    Returns
    -------
    rows : Rows
        Fewer of them.
    """
    members = np.flatnonzero(rows.groups == worse_off)
    n_kept = max(2, round(share * len(members)))
    kept = check_random_state(seed).choice(members, n_kept, replace=False)
    left = np.sort(np.concatenate([np.flatnonzero(rows.groups != worse_off), kept]))
    return Rows(rows.X[left], rows.y[left], rows.groups[left])
