"""What the rows of a validation set mean for the method, in plain words."""

import numpy as np

# The paper's cells have 1 to 5 rows; 5 are what balanced_validation_split draws.
FEW_ROWS = 5


def labels_missing_in_a_group(cells):
    """Sentences on groups that fit refuses."""
    labels = cells.columns.tolist()
    return [
        f"Group {group!r} has rows of label {labels[row.argmax()]!r} only, so what would "
        "serve it is not defined and fit refuses the set. Add rows of another label, or "
        "merge the group with another."
        for group, row in zip(cells.index, cells.to_numpy(), strict=True)
        if np.sum(row > 0) == 1
    ]


def labels_without_a_voice(cells):
    """Sentences on groups of three labels or more that lack one."""
    return [
        f"Group {group!r} has no row of label {label!r}, so nobody speaks for them."
        for group, row in zip(cells.index, cells.to_numpy(), strict=True)
        for label, n in zip(cells.columns.tolist(), row, strict=True)
        if n == 0 and np.sum(row > 0) > 1
    ]


def small_cells(cells):
    """Sentences on cells of few rows, and on too many groups."""
    names = np.array([f"{g}, {label}" for g in cells.index for label in cells.columns])
    counts = cells.to_numpy().ravel()
    single, few = names[counts == 1], names[(counts > 1) & (counts < FEW_ROWS)]
    n_cells = np.sum(counts > 0)
    found = []
    if len(single):
        each = "each of " if 1 < len(single) < n_cells else ""
        found.append(
            f"A single row speaks for {each}{_listed(single, n_cells)}. Its oddities "
            "become the aim of the training: add rows, or keep `anchor` at 0.5 or more."
        )
    if len(few):
        found.append(
            f"Fewer than {FEW_ROWS} rows speak for {_listed(few, n_cells)}. With more of "
            "them the result depends less on who was drawn."
        )
    if len(cells) == 1:
        found.append(
            f"There is one group, {cells.index[0]!r}, so nothing is settled between "
            "groups. Pass rows of the others."
        )
    if len(cells) > 4 and counts.sum() < FEW_ROWS * n_cells:
        found.append(
            f"{len(cells)} groups share {counts.sum()} rows, {counts.sum() / n_cells:.1f} "
            "per cell. Merge groups that face the same harm, or add rows."
        )
    return found


def says_little(information):
    """Sentences on features that tell nothing of the labels."""
    if information.p_value <= 0.05:
        return []
    if information.smallest_p > 0.05:
        return [
            "So few rows cannot show whether the features say anything about the labels: "
            "even a perfect relation could be chance."
        ]
    return [
        "The features of these rows tell their labels no better than chance would. Have "
        "the labels audited, or add rows; until then keep `anchor` at 0.5 or more."
    ]


def contradictions(X, y_codes):
    """Sentences on equal rows with different labels."""
    _, rows = np.unique(X, axis=0, return_inverse=True)
    labels = np.unique(np.stack([rows.reshape(-1), y_codes]), axis=1)[0]
    n = int(np.sum(np.bincount(labels) > 1))
    if not n:
        return []
    occurs = "set of features occurs" if n == 1 else "sets of features occur"
    return [
        f"{n} {occurs} with different labels. No model can serve both: have these labels "
        "audited."
    ]


def twins_in_training(twins):
    """Sentences on validation rows that are among the training rows."""
    n = twins["val_row"].nunique()
    if not n:
        return []
    if n == 1:
        return [
            "One validation row is nearly equal to a training row. If it is the same "
            "person, leave the training row out: it would be weighted up for its own sake."
        ]
    return [
        f"{n} validation rows are nearly equal to training rows. Where they are the same "
        "people, leave the training rows out: they would be weighted up for their own sake."
    ]


def _listed(names, n_cells):
    if len(names) == n_cells:
        return "every cell"
    quoted = [repr(str(name)) for name in names]
    if len(quoted) > 6:
        quoted = [*quoted[:5], f"{len(quoted) - 5} more"]
    return " and ".join([", ".join(quoted[:-1]), quoted[-1]]) if quoted[1:] else quoted[0]
