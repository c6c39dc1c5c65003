"""What `set_fit_request` and its like set comes back, trained or not, and is checked."""

import pytest
import sklearn
from sklearn.model_selection import GridSearchCV, StratifiedKFold

from skfairbargain import ModelFileError
from skfairbargain.persistence import load, save
from tests.persistence._shared import quick, rewrite
from tests.small_model import VALIDATION, X, Y, raises


@pytest.fixture
def clf():
    with sklearn.config_context(enable_metadata_routing=True):
        asked = quick().set_fit_request(sample_weight="survey_weight", groups_val=False)
        return asked.set_score_request(sample_weight=True)


def requests(estimator):
    return str(estimator.get_metadata_routing())


def assert_asks_as_before(loaded):
    routing = loaded.get_metadata_routing()
    assert routing.fit.requests["sample_weight"] == "survey_weight"
    assert routing.fit.requests["groups_val"] is False
    assert routing.fit.requests["X_val"] is True
    assert routing.partial_fit.requests["groups_val"] is True
    assert routing.score.requests == {"sample_weight": True}


def test_a_stored_network_asks_for_what_it_asked_for(clf, tmp_path):
    save(clf.fit(X, Y, **VALIDATION), tmp_path / "model")
    loaded = load(tmp_path / "model")
    assert_asks_as_before(loaded)
    assert requests(loaded) == requests(clf)
    assert loaded.get_params() == clf.get_params()


def test_so_do_those_in_a_search(clf, tmp_path):
    search = GridSearchCV(clf, {"lr": [0.01]}, cv=StratifiedKFold(2)).fit(X, Y)
    save(search, tmp_path / "search")
    loaded = load(tmp_path / "search")
    assert_asks_as_before(loaded.estimator)
    assert_asks_as_before(loaded.best_estimator_)


def test_nothing_is_stored_where_nothing_was_set(tmp_path):
    save(quick().fit(X, Y), tmp_path / "model")
    assert "_metadata_request" not in vars(load(tmp_path / "model"))


@pytest.mark.parametrize(
    ("stored", "reason"),
    [
        (3, "has a wrong type"),
        ({"dict": {"fly": {"dict": {}}}}, "has an unknown method or argument"),
        ({"dict": {"fly": {"dict": {"X_val": True}}}}, "has an unknown method or argument"),
        ({"dict": {"fit": {"dict": {"code": True}}}}, "has an unknown method or argument"),
        ({"dict": {"fit": 3}}, "has an unknown method or argument"),
        ({"dict": {"fit": {"dict": {"X_val": "a b"}}}}, "has a wrong value"),
        ({"dict": {"fit": {"dict": {"X_val": 3}}}}, "has a wrong value"),
    ],
)
def test_requests_that_nobody_can_make_are_refused(clf, tmp_path, stored, reason):
    path = tmp_path / "model"
    save(clf.fit(X, Y, **VALIDATION), path)

    def change(model, tensors):
        model["parameters"]["dict"]["metadata_requests"] = stored

    rewrite(path, change)
    with raises(
        f"{path} cannot be loaded: its `metadata_requests` {reason}. It is damaged, or not "
        "a file that skfairbargain.persistence.save wrote. Nothing was loaded.",
        ModelFileError,
    ):
        load(path)
