"""Which rows to check next: by hand, and on labels that are known to be wrong."""

import numpy as np
import pytest
from sklearn.exceptions import NotFittedError
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skfairbargain import NashMetaClassifier
from skfairbargain.datasets import make_biased_classification
from skfairbargain.inspection import audit_next


class Trained:
    """The records of a training."""

    cells_ = [("a", 0), ("a", 1), ("b", 0), ("b", 1)]
    # The first row harms its own cells most, which says nothing.
    cell_influence_ = np.array(
        [[-9, -1, -9, -2], [-9, -3, 5, -1], [-4, 7, 1, 8], [1, -5, -1, -5], [5, 6, 7, 8]],
        dtype=float,
    )


Y = [0, 0, 1, 1, 0]


def test_rows_are_ranked_by_the_harm_to_cells_of_the_other_label():
    rows = audit_next(Trained(), Y)
    # Row 2 (label 1) harms a, 0 by 4; row 1 (label 0) a, 1 by 3; row 0 b, 1 by 2; row 3
    # (label 1) b, 0 by 1; row 4 harms none.
    assert rows["row"].tolist() == [2, 1, 0, 3]
    assert rows["group"].tolist() == ["a", "a", "b", "b"]
    assert rows["audited_label"].tolist() == [0, 1, 1, 0]
    assert rows["harm"].tolist() == [4, 3, 2, 1]
    # All harm to a, 0 is 4, to a, 1 it is 1 + 3, and to b, 1 it is 2 + 1.
    assert rows["share"].tolist() == [1, 3 / 4, 2 / 3, 1]
    assert rows["rank"].tolist() == [1, 2, 3, 4]


def test_budget_and_label():
    assert audit_next(Trained(), Y, budget=2)["row"].tolist() == [2, 1]
    assert audit_next(Trained(), Y, label=0)["row"].tolist() == [1, 0]


def test_it_finds_labels_that_are_wrong():
    train = make_biased_classification(1000, label_bias=0.6, random_state=0)
    audit = make_biased_classification(200, random_state=1)
    clf = NashMetaClassifier(bargaining=None, anchor=1.0, max_epochs=10, random_state=0)
    model = make_pipeline(StandardScaler(), clf)
    model[:-1].fit(train.data)
    clf.fit(
        model[:-1].transform(train.data),
        train.target,
        X_val=model[:-1].transform(audit.data),
        y_val=audit.target,
        groups_val=audit.sensitive["group"],
    )
    wrong = (train.target != train.clean_target).to_numpy()
    rows = audit_next(model, train.target, budget=50)
    assert wrong[rows["row"]].mean() > 4 * wrong.mean()
    assert (rows["group"] == "g1").mean() > 0.7


def test_what_cannot_be_ranked_is_one_sentence():
    with pytest.raises(
        ValueError, match=r"^`label` should be one of the labels \[0, 1\]\. "
    ):
        audit_next(Trained(), Y, label=2)
    with pytest.raises(ValueError, match="cell_influence_"):
        audit_next(Trained(), Y[:3])
    with pytest.raises(NotFittedError, match="Call fit first"):
        audit_next(NashMetaClassifier(), Y)
