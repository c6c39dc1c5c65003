"""A warning names the user's line, whatever of scikit-learn or joblib lies between."""

import inspect
import warnings

import joblib
import numpy as np
import pytest
from sklearn.model_selection import cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer

from skfairbargain import ModelVersionWarning, NashMetaClassifier, SkippedStepWarning
from skfairbargain._utils import warn_user
from skfairbargain.protocols import Protocol

X = np.random.default_rng(0).normal(size=(40, 2))
Y = (X[:, 0] > 0).astype(int)


class Nobody(Protocol):
    def weights(self, step):
        return None


def skipping():
    """Every step is skipped, which is warned of."""
    return NashMetaClassifier(
        Nobody(), None, anchor=0, max_epochs=1, hidden_layer_sizes=(), random_state=0
    )


def line_below():
    return inspect.currentframe().f_back.f_lineno + 1


def caught_at(call):
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        call()
    return [(each.category, each.filename, each.lineno) for each in caught]


@pytest.mark.parametrize(
    "fit",
    [skipping().fit, skipping().partial_fit, make_pipeline(skipping()).fit],
    ids=["fit", "partial_fit", "pipeline"],
)
def test_the_line_is_that_of_the_call(fit):
    line = line_below()
    caught = caught_at(lambda: fit(X, Y))
    assert caught == [(SkippedStepWarning, __file__, line)]


def test_a_cross_validation_calls_through_joblib():
    line = line_below()
    caught = caught_at(lambda: cross_val_score(skipping(), X, Y, cv=3))
    assert caught == [(SkippedStepWarning, __file__, line)] * 3


def test_joblib_loads_through_several_frames(tmp_path, monkeypatch):
    clf = skipping()
    with monkeypatch.context() as patch:
        patch.setattr("skfairbargain._utils._versioned.__version__", "0.0.1")
        joblib.dump(clf, tmp_path / "model")
    line = line_below()
    caught = caught_at(lambda: joblib.load(tmp_path / "model"))
    assert caught == [(ModelVersionWarning, __file__, line)]


def test_a_function_of_the_user_inside_scikit_learn_is_the_users_code():
    def strange(rows):
        warn_user("strange rows")
        return rows

    line = inspect.getsourcelines(strange)[1] + 1
    caught = caught_at(lambda: FunctionTransformer(strange).transform(X))
    assert caught == [(UserWarning, __file__, line)]


def test_a_warning_is_shown_once_a_line_and_filters_apply():
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("default")
        for text in ("one", "one", "two"):
            warn_user(text, RuntimeWarning)
    assert [str(each.message) for each in caught] == ["one", "two"]
    with warnings.catch_warnings():
        warnings.filterwarnings("error", "refused")
        with pytest.raises(UserWarning, match=r"^refused$"):
            warn_user("refused")
