"""What fitted estimators say of themselves in a notebook."""

import html

import numpy as np
import pytest
from sklearn import config_context
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skfairbargain import AuditedClassifier, NashMetaClassifier
from skfairbargain.datasets import make_biased_classification
from skfairbargain.persistence import load, save


@pytest.fixture(scope="module")
def made():
    train = make_biased_classification(200, random_state=0)
    audit = make_biased_classification(80, random_state=1)
    # A name that would be markup.
    groups = audit.sensitive["group"].replace({"g0": "<b>g0"})
    audited = {"X_val": audit.data, "y_val": audit.target, "groups_val": groups}
    return train.data, train.target, audited


def cells_of(audited):
    """The rows of each cell, counted by pandas, as they should be shown."""
    counts = audited["y_val"].groupby([audited["groups_val"], audited["y_val"]]).size()
    cells = [f"{group}, {label}: {n}" for (group, label), n in counts.items()]
    return html.escape("; ".join(cells))


def html_of(estimator):
    """The same facts for all notebooks; scikit-learn numbers its diagrams."""
    shown = estimator._repr_mimebundle_()["text/html"]
    facts = shown[shown.rfind("</body>") :]
    assert estimator._repr_html_().endswith(facts)
    return shown


def test_a_network_tells_its_stages_and_its_worst_group(made):
    X, y, audited = made
    clf = NashMetaClassifier(bargain_epochs=2, max_epochs=5, random_state=0)
    assert "Worst group" not in html_of(clf)
    page = html_of(clf.fit(X, y, **audited))
    assert "2 of bargaining, 3 of the goal" in page
    last = clf.history_[-1]
    assert f"loss {last['worst_group_loss']:.3f}" in page
    assert "&lt;b&gt;g0, g1" in page
    assert f'<td style="text-align: left">{cells_of(audited)}</td>' in page
    assert "<b>g0" not in page


def test_a_stored_network_tells_the_same(made, tmp_path):
    X, y, audited = made
    clf = NashMetaClassifier(max_epochs=1, random_state=0).fit(X, y, **audited)
    save(clf, tmp_path / "model")
    assert cells_of(audited) in html_of(load(tmp_path / "model"))


def test_a_mix_tells_its_parts(made):
    X, y, audited = made
    clf = AuditedClassifier(random_state=0)
    assert "Mix" not in html_of(clf)
    page = html_of(clf.fit(X, y, **audited))
    best = max(clf.weights_, key=clf.weights_.get)
    assert f"{best} {clf.weights_[best]:.2f}" in page
    assert "200" in page
    assert f'<td style="text-align: left">{cells_of(audited)}</td>' in page


def test_of_many_cells_the_first_are_told(made):
    X, y, audited = made
    many = np.arange(80) // 10
    y_val = np.arange(80) % 2
    clf = NashMetaClassifier(max_epochs=1, random_state=0)
    clf.fit(X, y, X_val=audited["X_val"], y_val=y_val, groups_val=many)
    page = html_of(clf)
    assert ">Validation rows by cell<" in page
    assert "5, 0: 5; 5, 1: 5 and 4 more</td>" in page


def test_diagrams_can_be_turned_off(made):
    clf = NashMetaClassifier()
    with config_context(display="text"):
        assert not hasattr(clf, "_repr_html_")
        assert list(clf._repr_mimebundle_()) == ["text/plain"]
    assert "StandardScaler" in make_pipeline(StandardScaler(), clf)._repr_html_()
