"""Sentences on what is wrong with a validation set, for `validation_report`."""

import numpy as np

# The paper's cells have 1 to 5 rows; balanced_validation_split draws 5 by default.
FEW_ROWS = 5


def groups_of_one_label(cells):
    """Describe the groups that have rows of one label only; `fit` refuses them."""
    labels = cells.columns.tolist()
    return [
        f"Group {group!r} has only rows of label {labels[row.argmax()]!r}, so training "
        "would learn to predict this label for the whole group; `fit` refuses the set. "
        "Add rows of another label, or merge the group with another."
        for group, row in zip(cells.index, cells.to_numpy(), strict=True)
        if np.sum(row > 0) == 1
    ]


def missing_labels(cells):
    """Describe the groups that lack a label and have two others."""
    return [
        f"Group {group!r} has no row of label {label!r}, so training cannot see its errors "
        "on that label."
        for group, row in zip(cells.index, cells.to_numpy(), strict=True)
        for label, n in zip(cells.columns.tolist(), row, strict=True)
        if n == 0 and np.sum(row > 0) > 1
    ]


def small_cells(cells):
    """Describe the cells that have few rows."""
    names = np.array([f"{g}, {label}" for g in cells.index for label in cells.columns])
    counts = cells.to_numpy().ravel()
    n_cells = np.sum(counts > 0)
    found = []
    if n_single := np.sum(counts == 1):
        rows = "that row" if n_single == 1 else "these rows"
        each = " each" if 1 < n_single < n_cells else ""
        found.append(
            f"{_subject(names[counts == 1], n_cells)} a single row{each}. Training will "
            f"overfit to {rows}: add rows, or keep `anchor` at 0.5 or more."
        )
    few = names[(counts > 1) & (counts < FEW_ROWS)]
    if len(few):
        found.append(
            f"{_subject(few, n_cells)} fewer than {FEW_ROWS} rows. With more rows, the "
            "result depends less on which rows were drawn."
        )
    return found


def number_of_groups(cells):
    """Say if there is only one group, or too many groups for the rows."""
    n_rows, n_cells = cells.to_numpy().sum(), np.sum(cells.to_numpy() > 0)
    if len(cells) == 1:
        return [
            f"There is only one group, {cells.index[0]!r}, so the groups have nothing to "
            "bargain about. Add rows of other groups."
        ]
    if len(cells) > 4 and n_rows < FEW_ROWS * n_cells:
        return [
            f"The {len(cells)} groups have {n_rows} rows, {n_rows / n_cells:.1f} per cell. "
            "Merge groups that face the same harm, or add rows."
        ]
    return []


def unrelated_features(information):
    """Say if the features show no relation to the labels."""
    if information.p_value <= 0.05:
        return []
    if information.smallest_p > 0.05:
        return [
            "There are too few rows to test whether the features are related to the "
            "labels: even a perfect relation could be chance."
        ]
    return [
        "The features of these rows are related to their labels no more than by chance "
        "(p > 0.05). Have the labels audited, or add rows; until then keep `anchor` at 0.5 "
        "or more."
    ]


def contradictory_labels(X, y_codes):
    """Say if equal rows have different labels."""
    _, rows = np.unique(X, axis=0, return_inverse=True)
    labels = np.unique(np.stack([rows.reshape(-1), y_codes]), axis=1)[0]
    n = int(np.sum(np.bincount(labels) > 1))
    if not n:
        return []
    occurs = "combination of feature values occurs"
    if n > 1:
        occurs = "combinations of feature values occur"
    return [
        f"{n} {occurs} with different labels. No model can predict all of them: have these "
        "labels audited."
    ]


def rows_in_training(near_duplicates):
    """Say if validation rows are nearly equal to training rows."""
    n = near_duplicates["val_row"].nunique()
    if not n:
        return []
    equal = "One validation row is nearly equal to a training row."
    if n > 1:
        equal = f"{n} validation rows are nearly equal to training rows."
    return [
        f"{equal} If both are the same person or image, leave the training row out: it "
        "would get a high weight only because it is in the validation set as well."
    ]


def _subject(names, n_cells):
    """Begin a sentence on these cells: "Cells 'F, 0' and 'M, 0' have"."""
    if len(names) == n_cells:
        return "Every cell has"
    quoted = [repr(str(name)) for name in names]
    if len(quoted) == 1:
        return f"Cell {quoted[0]} has"
    if len(quoted) > 6:
        quoted = [*quoted[:5], f"{len(quoted) - 5} more"]
    return f"Cells {', '.join(quoted[:-1])} and {quoted[-1]} have"
