"""Tables 2 and 5 of the paper: the sizes of the splits, and what validation sets say."""

import numpy as np
import pandas as pd
from sklearn.metrics import normalized_mutual_info_score

from skfairbargain.model_selection import encode_cells

from .preparation import prepare

# Table 5 of the paper, in units of 1e-5.
PAPER_INFORMATION = {
    "adult_sex": 31.007,
    "adult_race": 43.337,
    "bank_age": 679.576,
    "default_credit_sex": 26.023,
    "us_crime_blackgt6pct": 9.962,
    "titanic_sex": 63.911,
    "student_por_sex": 253.198,
}


def sizes_of_splits(settings, *, splits_dir=None, data_home=None):
    """Rows of every group × label cell in the three parts of each setting.

    Parameters
    ----------
    settings : sequence of str
    splits_dir, data_home :
        As in `paper_split`.

    Returns
    -------
    table : DataFrame
        One row for each setting and group: ``samples`` and ``features`` of the data set,
        and ``train_0`` to ``test_1``, rows with label 0 and 1; 1 is the favorable label.
    """
    rows = []
    for setting in settings:
        data = prepare(setting, splits_dir, data_home)
        cells = encode_cells(data.groups, data.y)
        counts = {
            part: np.bincount(cells.codes[members], minlength=cells.counts.size)
            for part, members in data.split._asdict().items()
        }
        for number, group in enumerate(cells.groups):
            row = {
                "setting": setting,
                "samples": len(data.y),
                "features": data.X.shape[1],
                "group": str(group),
            }
            for part in counts:
                for label in (0, 1):
                    row[f"{part}_{label}"] = counts[part][2 * number + label]
            rows.append(row)
    return pd.DataFrame(rows)


def information_in_validation_sets(settings, *, splits_dir=None, data_home=None):
    """Normalised mutual information of features and label in each validation set.

    Parameters
    ----------
    settings, splits_dir, data_home :
        As in `sizes_of_splits`.

    Returns
    -------
    table : DataFrame
        Columns ``setting``, ``n_val``, ``information``, ``paper``.

    Notes
    -----
    I(x_j, y) / (H(x_j) + H(y)), averaged over the features, each cut in two at its median
    over all rows, or between its values if it has two; a feature that is constant in the
    validation set counts 0. The paper cites a nearest-neighbor estimator without its
    settings, so its numbers are on another scale, and only the order may be compared.
    """
    rows = []
    for setting in settings:
        data = prepare(setting, splits_dir, data_home)
        X, y, _ = data.part("val")
        high = (cuts(data.X) < X).astype(np.int64)
        # scikit-learn divides by the mean of the entropies, the paper by their sum.
        shared = [normalized_mutual_info_score(column, y) / 2 for column in high.T]
        rows.append([setting, len(y), np.mean(shared), PAPER_INFORMATION[setting] * 1e-5])
    return pd.DataFrame(rows, columns=["setting", "n_val", "information", "paper"])


def cuts(X):
    """Where to cut each column in two."""
    lowest, highest = X.min(axis=0), X.max(axis=0)
    has_two_values = ((lowest == X) | (highest == X)).all(axis=0)
    return np.where(has_two_values, (lowest + highest) / 2, np.median(X, axis=0))
