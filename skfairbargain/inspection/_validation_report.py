"""Report whether a validation set is good enough to train with."""

import html

import numpy as np
import pandas as pd
from scipy.sparse import issparse
from sklearn.utils import check_array, check_random_state
from sklearn.utils.validation import column_or_1d

from .._inputs import RowForm, are_bytes, as_stack, check_bytes, check_not_empty
from .._utils import cell_codes, cell_counts, check_same_length, encode_groups, group_names
from ._mutual_information import NOT_COMPUTED, mutual_information
from ._near_duplicates import near_duplicates
from ._style import counted
from ._validation_findings import (
    contradictory_labels,
    groups_of_one_label,
    missing_labels,
    number_of_groups,
    rows_in_training,
    small_cells,
    unrelated_features,
)
from ._validation_gaps import detectable_gaps, what_rows_can_show


class ValidationReport:
    """Findings on a validation set; the result of `validation_report`.

    Parameters
    ----------
    cells : DataFrame
        The attribute `cells`.
    information : named tuple
        Its `value`, `by_chance` and `p_value` become the next three attributes.
    near_duplicates, obstacles, cautions, detectable_gaps :
        The attributes of these names.

    Attributes
    ----------
    cells : DataFrame
        Number of rows by group (index) and label (columns); 0 if a group lacks a label.
    mutual_information : float
        Normalised mutual information of features and labels, averaged over the features;
        NaN for images, as the next two are.
    chance_information : float
        Its mean with the labels shuffled within the groups.
    p_value : float
        Share of the shuffles whose mutual information is at least as large.
    near_duplicates : DataFrame
        Pairs of a validation row and a training row that are nearly equal. Columns:
        val_row, train_row and distance. Empty if no training rows were given.
    obstacles : list of str
        Reasons for which `fit` refuses the validation set.
    cautions : list of str
        Problems that make the result unreliable, and what to do about each.
    detectable_gaps : DataFrame
        What these rows could show as a test set: for each cell, the smallest gap to the
        largest cell of the same label that is seen with a power of 0.8, if 0.8 of the
        predictions for the largest are right and fewer for the other. Columns: label,
        group, other (the group of the largest cell), n, n_other, and gap; NaN if no gap is
        large enough.
    """

    def __init__(
        self, cells, information, near_duplicates, obstacles, cautions, detectable_gaps
    ):
        self.cells = cells
        self.mutual_information = information.value
        self.chance_information = information.by_chance
        self.p_value = information.p_value
        self.near_duplicates = near_duplicates
        self.obstacles = obstacles
        self.cautions = cautions
        self.detectable_gaps = detectable_gaps

    @property
    def verdict(self):
        """One sentence: whether to train with this validation set."""
        if self.obstacles:
            return "Training with this set is not possible."
        if self.cautions:
            return "Train with this set only with care."
        return "This set is good enough to train with."

    def __str__(self):
        table = "\n".join(f"  {line}" for line in self.cells.to_string().split("\n"))
        findings = [f"- {words}" for words in (*self.obstacles, *self.cautions)]
        blocks = [f"{self._heading()} {self.verdict}", table, *self._paragraphs()]
        return "\n\n".join([*blocks, "\n".join(findings)]).rstrip()

    __repr__ = __str__

    def _repr_html_(self):
        findings = "".join(
            f"<li>{html.escape(words)}</li>" for words in (*self.obstacles, *self.cautions)
        )
        words = "".join(f"<p>{html.escape(each)}</p>" for each in self._paragraphs())
        return (
            f"<p>{self._heading()} <b>{self.verdict}</b></p>{self.cells.to_html()}"
            f"{words}<ul>{findings}</ul>"
        )

    def _heading(self):
        n_groups, n_labels = self.cells.shape
        return (
            f"{counted(int(self.cells.to_numpy().sum()), 'validation row')}, "
            f"{counted(n_groups, 'group')}, {counted(n_labels, 'label')}."
        )

    def _paragraphs(self):
        yield self._information()
        if len(self.detectable_gaps):
            yield what_rows_can_show(self.detectable_gaps)

    def _information(self):
        if np.isnan(self.p_value):
            return (
                "Of images no mutual information with the labels is computed: a pixel "
                "alone may tell nothing where the image does."
            )
        if np.isnan(self.mutual_information):
            return "No feature varies, so the features cannot predict the labels."
        return (
            "Normalised mutual information of features and labels: "
            f"{self.mutual_information:.3f} (with shuffled labels "
            f"{self.chance_information:.3f}, p = {self.p_value:.3f})."
        )


def validation_report(
    X_val, y_val, groups_val=None, X_train=None, *, n_shuffles=999, random_state=None
):
    r"""Check, before training, whether a validation set is good enough to train with.

    All that the training knows about the groups comes from these few rows. The report
    counts the rows of each cell, tests whether the features are related to the labels,
    looks for rows that are in the training set as well, and says what to do.

    Parameters
    ----------
    X_val : array-like or sparse matrix of shape (n_val, n_features) or (n_val, ...)
        Validation rows, prepared as for ``fit``: numeric and scaled, or images.
    y_val : array-like of shape (n_val,)
        Their labels.
    groups_val : array-like of shape (n_val,) or (n_val, n_columns), default=None
        Their groups. With several columns, the groups are the intersections. None: the
        classes are the groups, as in ``fit``.
    X_train : like X_val, with any number of rows, default=None
        Training rows, to find validation rows that are among them. They are read in chunks
        where they are an array of numbers or a memory-mapped file.
    n_shuffles : int, default=999
        Number of times the labels are shuffled to test the mutual information.
    random_state : int, RandomState or None, default=None
        Random numbers of the shuffles. The same int gives the same report.

    Returns
    -------
    report : ValidationReport
        Print it, or read its ``verdict``, ``obstacles`` and ``cautions``.

    Raises
    ------
    ValueError
        If the lengths differ, a group is missing, or a feature is not a finite number.

    See Also
    --------
    audit_size : How many rows it takes to see a gap between groups.
    skfairbargain.model_selection.balanced_validation_split : Make a balanced set.

    Notes
    -----
    The normalised mutual information is
    :math:`\frac{1}{d} \sum_j \frac{2 I(X_j; Y)}{H(X_j) + H(Y)}` over the d features that
    vary; features with more than :math:`\sqrt{n}` values are cut at quantiles. The paper
    identifies noisy validation sets by such a number (Table 5), but does not say how it is
    estimated, and its values are all much smaller. In a dozen rows, features share some
    information with any labels, so the value is compared with that of shuffled labels. A
    large p-value means that these rows show no relation, not that there is none.

    The detectable gaps are those of `detectable_gap`: exact for cells of fewer than 100
    rows, and by the normal approximation for others. They hold for rows that the training
    has not seen, so rows that are trained with show less.

    Two rows count as nearly equal if the root mean square of their differences, in
    standard deviations of the training rows, is at most 0.01. If features have few
    values, the rows of different people can be equal: check before you leave rows out.

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
    'Train with this set only with care.'
    >>> report.cautions[0]
    'Every cell has a single row. Training will overfit to these rows: add rows, or
    keep `anchor` at 0.5 or more.'
    """
    X_val = _features(X_val, "X_val", np.float64)
    y_val = column_or_1d(y_val)
    check_same_length(X_val=X_val, y_val=y_val)
    labels, y_codes = np.unique(y_val, return_inverse=True)
    if groups_val is None:
        codes, groups = y_codes, labels.tolist()
    else:
        codes, groups = encode_groups(groups_val, name="groups_val", like={"X_val": X_val})
    cell_of_row = cell_codes(codes, y_codes, len(labels))
    counts = cell_counts(cell_of_row, len(groups), len(labels))
    names = group_names(groups)
    cells = pd.DataFrame(counts, index=names, columns=labels.tolist())
    dense = _pixels(X_val)
    shuffled_within = np.zeros_like(codes) if groups_val is None else codes
    information, unrelated = NOT_COMPUTED, []
    if X_val.ndim == 2:
        information = mutual_information(
            dense, y_codes, shuffled_within, n_shuffles, check_random_state(random_state)
        )
        unrelated = unrelated_features(information)
    pairs = _pairs(X_val, X_train)
    obstacles = [] if groups_val is None else groups_of_one_label(cells)
    cautions = [
        *([] if groups_val is None else missing_labels(cells)),
        *small_cells(cells),
        *number_of_groups(cells),
        *unrelated,
        *contradictory_labels(dense, y_codes),
        *rows_in_training(pairs),
    ]
    # Where the classes are the groups, none has another to be compared with.
    gaps = detectable_gaps(cells if groups_val is not None else cells[:1])
    return ValidationReport(cells, information, pairs, obstacles, cautions, gaps)


def _pairs(X_val, X_train):
    if X_train is None:
        return pd.DataFrame(columns=["val_row", "train_row", "distance"])
    X_train = _features(X_train, "X_train", "numeric")
    if X_train.shape[1:] != X_val.shape[1:]:
        expected = f"rows of shape {X_val.shape[1:]} as `X_val` has"
        found = f"rows of shape {X_train.shape[1:]}"
        if X_val.ndim == X_train.ndim == 2:
            expected = f"the {X_val.shape[1]} columns of `X_val`"
            found = X_train.shape[1]
        raise ValueError(
            f"`X_train` should have {expected}. Got {found}. Prepare both alike."
        )
    check_bytes(X_val, RowForm(X_train.shape[1:], are_bytes(X_train)), "X_val")
    return near_duplicates(X_val, X_train)


def _features(X, name, dtype):
    """Numbers of a dtype; "numeric" leaves them as they are, and so are those of images."""
    X = as_stack(X)
    shape = getattr(X, "shape", ())
    if len(shape) > 2:
        check_not_empty(shape, name)
        dtype = "numeric"
    return check_array(X, accept_sparse="csr", dtype=dtype, allow_nd=True, input_name=name)


def _pixels(X):
    """Rows in two dimensions, as an array."""
    return X.toarray() if issparse(X) else X.reshape(len(X), -1)
