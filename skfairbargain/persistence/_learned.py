"""Check what a model learned beside its weights: types, lengths and sense."""

import numpy as np
import torch

from .._model_file import require, require_type
from .._training import RECORDS
from ._history import check_history

# What `make_net` needs of a model beside its weights. Names of features may be absent.
LEARNED = ("classes_", "groups_", "cells_", "history_", "n_iter_", "n_features_in_",
           "_first_seed")  # fmt: skip
FEATURE_NAMES = "feature_names_in_"
# Absent in files of the first builds.
CELL_ROWS = "_cell_rows"
# Of models that were trained on images in bytes.
IN_BYTES = "_in_bytes"
OPTIONAL = FEATURE_NAMES, CELL_ROWS, IN_BYTES
SEEDS = 2**30


def learned_of(estimator):
    """Return the learned attributes of an estimator that go into the description."""
    names = (*LEARNED, *OPTIONAL)
    return {name: getattr(estimator, name) for name in names if hasattr(estimator, name)}


def check_learned(learned, records, n_features, n_bytes):
    """Refuse learned attributes that no training leaves.

    Parameters
    ----------
    learned : dict
        The description's `learned`.
    records : dict of str to Tensor
        Those of `RECORDS` that the file has.
    n_features : int
    n_bytes : int
        Size of the file. Groups times cells may not be more: what is made of them is.

    Raises
    ------
    ValueError
        If one is missing, of a wrong type or length, or contradicts another.
    """
    lacking = [name for name in LEARNED if name not in learned]
    lacking += [name for name in RECORDS if name not in records]
    require(not lacking, f"it lacks {', '.join(lacking)}")
    unknown = sorted(learned.keys() - {*LEARNED, *OPTIONAL})
    require(not unknown, f"no model learns {', '.join(unknown):.80}")
    check_history(learned["history_"], learned["n_iter_"])
    _check_features(learned, n_features)
    seed = learned["_first_seed"]
    require(type(seed) is int and 0 <= seed < SEEDS, f"its seed is {seed!r:.40}")
    classes, groups, cells = learned["classes_"], learned["groups_"], learned["cells_"]
    _check_classes(classes)
    _check_groups(groups)
    _check_cells(cells, groups, classes.tolist())
    n_pairs = len(groups) * len(cells)
    require(n_pairs <= max(n_bytes, 2**20), f"it has {len(groups)} groups in a small file")
    _check_records(records, len(cells), len(groups))
    _check_cell_rows(learned.get(CELL_ROWS, [1] * len(cells)), len(cells))
    require(learned.get(IN_BYTES, True) is True, f"`{IN_BYTES}` should be True")


def _check_features(learned, n_features):
    given = learned["n_features_in_"]
    require(
        type(given) is int and given == n_features,
        f"`n_features_in_` should be {n_features}. Got {given!r:.40}",
    )
    names = learned.get(FEATURE_NAMES)
    if FEATURE_NAMES in learned:
        require_type(names, np.ndarray, "`feature_names_in_`")
        are_text = all(type(name) is str for name in names.ravel().tolist())
        require(
            names.dtype == object and names.shape == (n_features,) and are_text,
            f"`feature_names_in_` should be {n_features} texts",
        )


def _check_classes(classes):
    require_type(classes, np.ndarray, "`classes_`")
    require(
        classes.ndim == 1 and len(classes) > 1, "`classes_` should have two labels or more"
    )
    _check_distinct(classes.tolist(), "`classes_`")
    try:
        in_order = np.array_equal(np.unique(classes), classes)
    except TypeError:  # types that cannot be compared
        in_order = False
    require(in_order, "`classes_` should be sorted")


def _check_groups(groups):
    require_type(groups, list, "`groups_`")
    require(groups, "`groups_` should have an entry")
    _check_distinct(groups, "`groups_`")
    n_columns = {len(group) if type(group) is tuple else None for group in groups}
    require(len(n_columns) == 1, "`groups_` should be of the same number of columns")


def _check_distinct(labels, name):
    for label in labels:
        parts = label if type(label) is tuple else (label,)
        # NaN differs from itself.
        are_labels = all(
            type(part) not in (list, tuple, dict, np.ndarray, type(None)) and part == part
            for part in parts
        )
        require(are_labels and parts, f"{name} has the label {label!r:.80}")
    require(len(set(labels)) == len(labels), f"{name} has a label twice")


def _check_cells(cells, groups, classes):
    require_type(cells, list, "`cells_`")
    for cell in cells:
        is_pair = type(cell) is tuple and len(cell) == 2
        require(is_pair, f"`cells_` should be pairs of group and class. Got {cell!r:.80}")
    group_places = {group: place for place, group in enumerate(groups)}
    class_places = {label: place for place, label in enumerate(classes)}
    try:
        places = [(group_places[group], class_places[label]) for group, label in cells]
    except (KeyError, TypeError) as error:
        raise ValueError(
            "`cells_` has a pair that is not of `groups_` and `classes_`"
        ) from error
    require(places == sorted(set(places)), "`cells_` should be sorted, each once")
    have_cells = {group for group, _ in places} == set(range(len(groups)))
    require(have_cells, "`cells_` should have a cell of every group")


def _check_cell_rows(rows, n_cells):
    are_counts = type(rows) is list and all(type(n) is int and n > 0 for n in rows)
    require(
        are_counts and len(rows) == n_cells,
        f"`{CELL_ROWS}` should be {n_cells} numbers of rows",
    )


def _check_records(records, n_cells, n_groups):
    n_rows = len(records["applied_weight_"].reshape(-1))
    require(n_rows, "`applied_weight_` should have a row")
    shapes = zip(RECORDS, ((n_rows, n_cells), (n_rows, n_groups), (n_rows,)), strict=True)
    for name, shape in shapes:
        found = tuple(records[name].shape)
        require(found == shape, f"`{name}` should have shape {shape}. Got {found}")
        kind = records[name].dtype
        require(kind == torch.float64, f"`{name}` should be of float64. Got {kind}")
        is_finite = bool(torch.isfinite(records[name]).all())
        require(is_finite, f"`{name}` has values that are not finite")
