"""Whether a validation set can carry the method, in numbers and in plain words."""

import html

import numpy as np
import pandas as pd
from scipy.sparse import issparse
from sklearn.neighbors import NearestNeighbors
from sklearn.utils import check_array, check_random_state
from sklearn.utils.validation import column_or_1d

from .._utils import check_same_length, encode_groups, group_name
from ._mutual_information import mutual_information
from ._style import counted
from ._validation_findings import (
    contradictions,
    labels_missing_in_a_group,
    labels_without_a_voice,
    says_little,
    small_cells,
    twins_in_training,
)

# Root mean square difference of two rows, in standard deviations of the training rows,
# up to which they may well be the same person.
SAME_ROW = 0.01


class ValidationReport:
    """What `validation_report` found; made by it.

    Parameters
    ----------
    cells : DataFrame
        As the attribute.
    information : named tuple
        With `value`, `by_chance` and `p_value`: the next three attributes.
    near_duplicates, obstacles, cautions :
        As the attributes.

    Attributes
    ----------
    cells : DataFrame
        Rows by group (index) and label (columns); 0 where a group lacks a label.
    mutual_information : float
        Normalised mutual information of features and labels, averaged over the features.
    chance_information : float
        The same with the labels shuffled within the groups.
    p_value : float
        Share of the shuffles that share as much.
    near_duplicates : DataFrame
        Columns val_row, train_row and distance: validation rows that a training row is all
        but equal to. Empty if no training rows were given.
    obstacles : list of str
        What `fit` would refuse.
    cautions : list of str
        What makes the method fragile, and what to do.
    """

    def __init__(self, cells, information, near_duplicates, obstacles, cautions):
        self.cells = cells
        self.mutual_information = information.value
        self.chance_information = information.by_chance
        self.p_value = information.p_value
        self.near_duplicates = near_duplicates
        self.obstacles = obstacles
        self.cautions = cautions

    @property
    def verdict(self):
        """One sentence: whether this set can carry the method."""
        if self.obstacles:
            return "This set cannot carry the method."
        if self.cautions:
            return "This set can carry the method, with care."
        return "This set can carry the method."

    def __str__(self):
        table = "\n".join(f"  {line}" for line in self.cells.to_string().split("\n"))
        findings = [f"- {words}" for words in (*self.obstacles, *self.cautions)]
        blocks = [f"{self._heading()} {self.verdict}", table, self._information()]
        return "\n\n".join([*blocks, "\n".join(findings)]).rstrip()

    __repr__ = __str__

    def _repr_html_(self):
        findings = "".join(
            f"<li>{html.escape(words)}</li>" for words in (*self.obstacles, *self.cautions)
        )
        return (
            f"<p>{self._heading()} <b>{self.verdict}</b></p>{self.cells.to_html()}"
            f"<p>{self._information()}</p><ul>{findings}</ul>"
        )

    def _heading(self):
        n_groups, n_labels = self.cells.shape
        return (
            f"{counted(int(self.cells.to_numpy().sum()), 'validation row')}, "
            f"{counted(n_groups, 'group')}, {counted(n_labels, 'label')}."
        )

    def _information(self):
        if np.isnan(self.mutual_information):
            return "No feature varies, so the rows say nothing about their labels."
        return (
            "Normalised mutual information of features and labels: "
            f"{self.mutual_information:.3f} (with shuffled labels "
            f"{self.chance_information:.3f}, p = {self.p_value:.3f})."
        )


def validation_report(
    X_val, y_val, groups_val=None, X_train=None, *, n_shuffles=999, random_state=None
):
    r"""Say whether a validation set can carry the method, before anything is trained.

    All that the training knows of the groups is in these few rows. The report counts the
    cells, asks whether the features say anything about the labels, looks for rows that are
    in the training set as well, and writes down what follows.

    Parameters
    ----------
    X_val : array-like or sparse matrix of shape (n_val, n_features)
        Validation rows, prepared as for ``fit``: numbers, scaled.
    y_val : array-like of shape (n_val,)
        Their labels.
    groups_val : array-like of shape (n_val,) or (n_val, n_columns), default=None
        Their groups; several columns become intersections. None: the classes are the
        groups, as in ``fit``.
    X_train : array-like or sparse matrix of shape (n_samples, n_features), default=None
        Training rows, to find validation rows that are among them.
    n_shuffles : int, default=999
        Shuffles of the labels that the mutual information is compared with.
    random_state : int, RandomState or None, default=None
        Makes the shuffles repeatable.

    Returns
    -------
    report : ValidationReport
        Print it, or look at its ``obstacles`` and ``cautions``.

    Raises
    ------
    ValueError
        If lengths differ, a group is missing, or a feature is not a finite number.

    See Also
    --------
    skfairbargain.model_selection.balanced_validation_split : Make a balanced set.

    Notes
    -----
    The information is :math:`\frac{1}{d} \sum_j \frac{2 I(X_j; Y)}{H(X_j) + H(Y)}` over the
    d features that vary, those with more than :math:`\sqrt{n}` values cut at quantiles. The
    paper diagnoses noisy validation sets by such a number (Table 5), whose estimator it
    does not give and which is much smaller throughout. A dozen rows share some information
    with any labels, so what counts here is how it compares with shuffled ones, and a large
    p-value says that these rows do not tell, and not that there is nothing to tell.

    Two rows count as nearly equal when the root mean square of their differences, in
    standard deviations of the training rows, is at most 0.01. Where features have few
    values, different people can be equal: look before leaving them out.

    References
    ----------
    Zeng et al., "Fairness-Aware Meta-Learning via Nash Bargaining", NeurIPS 2024, appendix
    A.7.2.

    Examples
    --------
    >>> from skfairbargain.datasets import make_biased_classification
    >>> from skfairbargain.inspection import validation_report
    >>> from skfairbargain.model_selection import balanced_validation_split
    >>> made = make_biased_classification(400, random_state=0)
    >>> X_train, X_val, _, y_val, _, groups_val = balanced_validation_split(
    ...     made.data, made.target, made.sensitive["group"], per_cell=1, random_state=0
    ... )
    >>> report = validation_report(X_val, y_val, groups_val, X_train, random_state=0)
    >>> report.verdict
    'This set can carry the method, with care.'
    >>> report.cautions[0]
    'A single row speaks for every cell. Its oddities become the aim of the training: add
    rows, or keep `anchor` at 0.5 or more.'
    """
    X_val = _features(X_val, "X_val")
    y_val = column_or_1d(y_val)
    check_same_length(X_val=X_val, y_val=y_val)
    labels, y_codes = np.unique(y_val, return_inverse=True)
    if groups_val is None:
        codes, groups = y_codes, labels.tolist()
    else:
        codes, groups = encode_groups(groups_val, name="groups_val", like={"X_val": X_val})
    counts = np.zeros((len(groups), len(labels)), int)
    np.add.at(counts, (codes, y_codes), 1)
    names = [group_name(group) for group in groups]
    cells = pd.DataFrame(counts, index=names, columns=labels.tolist())
    dense = X_val.toarray() if issparse(X_val) else X_val
    shuffled_within = np.zeros_like(codes) if groups_val is None else codes
    information = mutual_information(
        dense, y_codes, shuffled_within, n_shuffles, check_random_state(random_state)
    )
    twins = _near_duplicates(X_val, X_train)
    obstacles = [] if groups_val is None else labels_missing_in_a_group(cells)
    cautions = [
        *([] if groups_val is None else labels_without_a_voice(cells)),
        *small_cells(cells),
        *says_little(information),
        *contradictions(dense, y_codes),
        *twins_in_training(twins),
    ]
    return ValidationReport(cells, information, twins, obstacles, cautions)


def _near_duplicates(X_val, X_train):
    columns = ["val_row", "train_row", "distance"]
    if X_train is None:
        return pd.DataFrame(columns=columns)
    X_train = _features(X_train, "X_train")
    if X_train.shape[1] != X_val.shape[1]:
        raise ValueError(
            f"`X_train` should have the {X_val.shape[1]} columns of `X_val`. Got "
            f"{X_train.shape[1]}. Prepare both alike."
        )
    scale = 1 / _spread(X_train)
    root = np.sqrt(X_val.shape[1])
    neighbors = NearestNeighbors(radius=SAME_ROW * root, algorithm="brute")
    neighbors.fit(_scaled(X_train, scale))
    distances, rows = neighbors.radius_neighbors(_scaled(X_val, scale))
    return pd.DataFrame(
        {
            "val_row": np.repeat(np.arange(len(rows)), [len(found) for found in rows]),
            "train_row": np.concatenate(rows).astype(int),
            "distance": np.concatenate(distances) / root,
        }
    )


def _features(X, name):
    return check_array(X, accept_sparse="csr", dtype=np.float64, input_name=name)


def _spread(X):
    """Standard deviation of every column; 1 where it is constant but for rounding."""
    if issparse(X):
        mean = np.asarray(X.mean(axis=0)).ravel()
        variance = np.asarray(X.multiply(X).mean(axis=0)).ravel() - mean**2
        spread = np.sqrt(np.maximum(variance, 0))
    else:
        mean, spread = X.mean(axis=0), X.std(axis=0)
    return np.where(spread > 1e-7 * np.maximum(np.abs(mean), 1e-300), spread, 1)


def _scaled(X, scale):
    return X.multiply(scale).tocsr() if issparse(X) else X * scale
