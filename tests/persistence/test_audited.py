"""An AuditedClassifier in a file: what it predicts, and what it says of its mix."""

import numpy as np
import pandas as pd
import pytest

from skfairbargain import AuditedClassifier
from skfairbargain._model_file._trusted import is_trusted
from skfairbargain.datasets import make_biased_classification
from skfairbargain.persistence import load, save


@pytest.fixture(scope="module")
def fitted():
    train = make_biased_classification(400, label_bias=0.6, random_state=0)
    audit = make_biased_classification(80, random_state=1)
    X, X_val = (
        one.data.assign(text=np.where(one.data["x1"] > 0, "a", "b"))
        for one in (train, audit)
    )
    clf = AuditedClassifier(random_state=0).fit(
        X,
        train.target,
        X_val=X_val,
        y_val=audit.target,
        groups_val=audit.sensitive["group"],
    )
    return clf, X


def test_it_comes_back_the_same(fitted, tmp_path):
    clf, X = fitted
    save(clf, tmp_path / "model.skf")
    loaded = load(tmp_path / "model.skf")
    np.testing.assert_array_equal(loaded.predict_proba(X), clf.predict_proba(X))
    pd.testing.assert_frame_equal(loaded.candidates_, clf.candidates_)
    assert loaded.weights_ == clf.weights_
    assert loaded.groups_ == clf.groups_
    assert loaded.group_model_.name == clf.group_model_.name


@pytest.mark.parametrize("kind", ["reduce", "setstate"])
def test_classes_that_run_code_of_their_own_are_not_trusted(kind, monkeypatch):
    """A class of ours that did more than have its attributes set would be refused."""
    from skfairbargain.audited import _candidates

    class Odd:
        pass

    Odd.__module__ = _candidates.__name__
    monkeypatch.setattr(_candidates, "Odd", Odd, raising=False)
    assert is_trusted(f"{_candidates.__name__}.Odd")
    setattr(Odd, f"__{kind}__", lambda self, *state: None)
    assert not is_trusted(f"{_candidates.__name__}.Odd")
