"""What a mix is made of is drawn with the numbers of the estimator's table."""

import re
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from sklearn.exceptions import NotFittedError
from sklearn.frozen import FrozenEstimator
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

from skfairbargain import AuditedClassifier, NoAgreementWarning
from skfairbargain.datasets import make_biased_classification
from skfairbargain.inspection import CandidatesDisplay

# Two groups, one of which has a name like a column's.
CANDIDATES = pd.DataFrame(
    {
        "name": ["mix", "light", "heavy", "reference"],
        "weight": [np.nan, 0.25, 0.75, np.nan],
        "seconds": [1.0, 0.5, 0.5, 0.0],
        "log_loss": [0.4, 0.5, 0.45, 0.6],
        "log_loss of F": [0.3, 0.4, 0.35, 0.5],
        "log_loss of F, low": [0.2, 0.3, 0.25, 0.4],
        "log_loss of F, high": [0.5, 0.6, 0.55, 0.7],
        "log_loss of M, low": [0.5, 0.6, 0.55, 0.7],
        "log_loss of M, low, low": [0.4, 0.5, 0.45, 0.6],
        "log_loss of M, low, high": [0.7, 0.8, 0.75, 0.9],
    }
)


def fit(candidates=CANDIDATES, agreed=True):
    return SimpleNamespace(candidates_=candidates, agreed_=agreed)


def labels(ax):
    return [text.get_text() for text in ax.get_yticklabels()]


def points(ax, group):
    """Values and ends of the intervals of a group, by place on the axis."""
    drawn = next(c for c in ax.containers if c.get_label() == group)
    line, _, (bars,) = drawn
    ends = np.array([segment[:, 0] for segment in bars.get_segments()])
    return np.column_stack([line.get_xdata(orig=False), ends]), line.get_ydata(orig=False)


def test_numbers_are_those_of_the_table():
    display = CandidatesDisplay.from_estimator(fit())
    weights, values = display.axes_
    assert labels(weights) == ["mix", "reference", "heavy", "light"]
    assert [bar.get_width() for bar in weights.patches] == [0.75, 0.25]
    assert [text.get_text() for text in weights.texts] == [" 0.75", " 0.25"]
    found, places = points(values, "F")
    expected = [[0.3, 0.2, 0.5], [0.5, 0.4, 0.7], [0.35, 0.25, 0.55], [0.4, 0.3, 0.6]]
    np.testing.assert_allclose(found, expected)
    assert (np.round(places) == np.arange(4)).all()
    found, _ = points(values, "M, low")
    np.testing.assert_allclose(found[0], [0.5, 0.4, 0.7])
    assert display.table["group"].unique().tolist() == ["F", "M, low"]
    row = display.table.query("name == 'heavy' and group == 'F'").iloc[0]
    assert row.tolist() == ["heavy", 0.75, "F", 0.35, 0.25, 0.55]
    # The mix's values as lines to compare with.
    lines = [line.get_xdata()[0] for line in values.lines if line.get_linestyle() == ":"]
    assert lines == [0.3, 0.5]
    assert values.get_xlabel() == "cross-fitted log loss, nats (lower is better)"


def test_it_is_drawn_again_on_given_axes():
    pyplot = pytest.importorskip("matplotlib.pyplot")
    display = CandidatesDisplay.from_estimator(fit())
    figure, axes = pyplot.subplots(1, 2)
    again = CandidatesDisplay(display.table).plot(axes)
    assert again.figure_ is figure
    assert labels(again.ax_) == labels(display.axes_[0])
    assert again.ax_.get_title(loc="left") == ""


@pytest.mark.parametrize(
    ("agreed", "names", "title"),
    [
        (True, 4, "The groups agree on the mix"),
        (False, 3, "The groups do not agree on the mix"),
        (False, 4, "The groups do not agree on the mix: predictions are the reference's"),
    ],
)
def test_the_title_says_whether_the_groups_agree(agreed, names, title):
    display = CandidatesDisplay.from_estimator(fit(CANDIDATES[:names], agreed))
    assert display.ax_.get_title(loc="left") == title


def test_a_fitted_estimator_in_a_pipeline_with_a_reference():
    recorded = make_biased_classification(300, label_bias=0.6, random_state=0)
    audit = make_biased_classification(80, random_state=1)
    today = LogisticRegression().fit(audit.data, audit.target)
    clf = AuditedClassifier(
        [("logistic", LogisticRegression())],
        reference=FrozenEstimator(today),
        cv=2,
        random_state=0,
    )
    with pytest.warns(NoAgreementWarning):
        clf.fit(
            recorded.data,
            recorded.target,
            X_val=audit.data,
            y_val=audit.target,
            groups_val=audit.sensitive["group"],
        )
    for metric in ("log_loss", "auc", "balanced_accuracy"):
        display = CandidatesDisplay.from_estimator(make_pipeline(clf), metric=metric)
        assert labels(display.ax_)[:2] == ["mix", "reference"]
        assert len(display.table) == 2 * len(clf.candidates_)
        table = clf.candidates_.set_index("name")
        for row in display.table.itertuples():
            assert row.value == table.loc[row.name, f"{metric} of {row.group}"]
    assert display.axes_[1].get_xlabel() == (
        "cross-fitted balanced accuracy (higher is better)"
    )


def test_misuse_is_explained():
    message = (
        "`estimator` should be a fitted AuditedClassifier, or a pipeline or search that "
        "ends in one. Got AuditedClassifier without `candidates_`. Call fit with audited "
        "rows first; a search needs refit=True."
    )
    with pytest.raises(NotFittedError, match=f"^{re.escape(message)}$"):
        CandidatesDisplay.from_estimator(make_pipeline(AuditedClassifier()))
    message = (
        "`metric` should be one of ['log_loss'], which every group of the audited rows "
        "has. Got 'auc'."
    )
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        CandidatesDisplay.from_estimator(fit(), metric="auc")


def test_thirty_groups_have_places_of_their_own():
    table = CANDIDATES[["name", "weight"]].copy()
    for place in range(30):
        for end in ("", ", low", ", high"):
            table[f"log_loss of ${place}$ group{end}"] = 0.5 + place / 100
    display = CandidatesDisplay.from_estimator(fit(table))
    values = display.axes_[1]
    assert len(values.get_legend().get_texts()) == 30
    places = np.concatenate([each[0].get_ydata(orig=False) for each in values.containers])
    assert len(set(np.round(places, 6))) == 120
