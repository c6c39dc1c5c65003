"""What fitted estimators say of themselves in a notebook."""

import pytest
from sklearn import config_context
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skfairbargain import AuditedClassifier, NashMetaClassifier
from skfairbargain.datasets import make_biased_classification


@pytest.fixture(scope="module")
def made():
    train = make_biased_classification(200, random_state=0)
    audit = make_biased_classification(80, random_state=1)
    # A name that would be markup.
    groups = audit.sensitive["group"].replace({"g0": "<b>g0"})
    audited = {"X_val": audit.data, "y_val": audit.target, "groups_val": groups}
    return train.data, train.target, audited


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
    html = html_of(clf.fit(X, y, **audited))
    assert "2 of bargaining, 3 of the goal" in html
    last = clf.history_[-1]
    assert f"loss {last['worst_group_loss']:.3f}" in html
    assert "&lt;b&gt;g0, g1" in html
    assert "<b>g0" not in html


def test_a_mix_tells_its_parts(made):
    X, y, audited = made
    clf = AuditedClassifier(random_state=0)
    assert "Mix" not in html_of(clf)
    html = html_of(clf.fit(X, y, **audited))
    best = max(clf.weights_, key=clf.weights_.get)
    assert f"{best} {clf.weights_[best]:.2f}" in html
    assert "200" in html


def test_diagrams_can_be_turned_off(made):
    clf = NashMetaClassifier()
    with config_context(display="text"):
        assert not hasattr(clf, "_repr_html_")
        assert list(clf._repr_mimebundle_()) == ["text/plain"]
    assert "StandardScaler" in make_pipeline(StandardScaler(), clf)._repr_html_()
