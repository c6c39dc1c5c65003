"""Everything that users train is stored in one file, and comes back the same."""

import datetime
import io
import json
import re
import zipfile

import numpy as np
import pandas as pd
import pytest
import sklearn
import torch
from sklearn.base import clone
from sklearn.calibration import CalibratedClassifierCV
from sklearn.compose import make_column_selector, make_column_transformer
from sklearn.ensemble import (
    HistGradientBoostingClassifier,
    RandomForestClassifier,
    VotingClassifier,
)
from sklearn.exceptions import NotFittedError
from sklearn.frozen import FrozenEstimator
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, StratifiedKFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, OneHotEncoder, StandardScaler

from skfairbargain import (
    FORML,
    ModelFileError,
    Nash,
    NashMetaClassifier,
    ReweightedClassifier,
)
from skfairbargain.metrics import group_metrics
from skfairbargain.persistence import load, save
from tests.persistence._shared import Conv, assert_same, quick
from tests.small_model import raises

RNG = np.random.default_rng(0)
PEOPLE = pd.DataFrame(RNG.normal(size=(120, 3)), columns=["a", "b", "c"])
PEOPLE["job"] = np.where(PEOPLE["a"] > 0, "cook", "guard")
PEOPLE["town"] = pd.Categorical(np.where(PEOPLE["b"] > 0, "x", "y"))
HIRED = np.where(PEOPLE["a"] + RNG.normal(size=120) > 0, "yes", "no")
AGE = pd.cut(RNG.uniform(20, 60, size=120), [0, 40, 99])
AUDIT = {"X_val": PEOPLE[:50], "y_val": HIRED[:50], "groups_val": AGE[:50]}


@pytest.fixture(autouse=True)
def routing():
    with sklearn.config_context(enable_metadata_routing=True):
        yield


def network(**options):
    clf = quick(**options)
    return clf.set_fit_request(X_val=True, y_val=True, groups_val=True)


def columns():
    encoder = OneHotEncoder(handle_unknown="ignore")
    words = make_column_selector(dtype_exclude=float)
    numbers = make_pipeline(SimpleImputer(), StandardScaler())
    return make_column_transformer((encoder, words), remainder=numbers)


def pipeline(last):
    return make_pipeline(columns(), last, transform_input=["X_val"])


def pipeline_with_network():
    return pipeline(network()).fit(PEOPLE, HIRED, **AUDIT)


def reweighted_boosting():
    boosting = HistGradientBoostingClassifier(
        max_iter=3, categorical_features="from_dtype", early_stopping=True
    )
    clf = ReweightedClassifier(boosting, network(), random_state=0)
    people = PEOPLE.drop(columns=["job", "town"])
    return clf.fit(people, HIRED, **{**AUDIT, "X_val": people[:50]})


def reweighted_pipelines():
    forest = make_pipeline(columns(), RandomForestClassifier(3))
    clf = ReweightedClassifier(forest, pipeline(network()), random_state=0)
    return clf.fit(PEOPLE, HIRED, **AUDIT)


def frozen_weigher():
    weigher = FrozenEstimator(pipeline_with_network())
    clf = ReweightedClassifier(
        make_pipeline(columns(), LogisticRegression()), weigher, random_state=0
    )
    return clf.fit(PEOPLE, HIRED, **AUDIT)


def search():
    goals = {"nashmetaclassifier__goal": ["ltr", FORML(), Nash(feasible="ball")]}
    folds = StratifiedKFold(2)
    return GridSearchCV(pipeline(network()), goals, cv=folds, scoring="neg_log_loss").fit(
        PEOPLE, HIRED, **AUDIT
    )


def calibrated():
    folds = {"cv": 2, "method": "isotonic"}
    clf = CalibratedClassifierCV(make_pipeline(columns(), quick(bargaining=None)), **folds)
    return clf.fit(PEOPLE, HIRED)


def voting():
    members = [("net", quick(bargaining=None)), ("lr", LogisticRegression())]
    people = PEOPLE.drop(columns=["job", "town"])
    return VotingClassifier(members, voting="soft").fit(people, HIRED)


KINDS = {
    make.__name__: make
    for make in (
        *(pipeline_with_network, reweighted_boosting, reweighted_pipelines),
        *(frozen_weigher, search, calibrated, voting),
    )
}


@pytest.mark.parametrize("kind", KINDS)
def test_predictions_are_the_same_to_the_bit(kind, tmp_path):
    clf, path = KINDS[kind](), tmp_path / "model.skops"
    save(clf, path)
    loaded = load(path)
    assert type(loaded) is type(clf)
    rows = PEOPLE[list(clf.feature_names_in_)]
    np.testing.assert_array_equal(loaded.predict(rows), clf.predict(rows))
    if hasattr(clf, "predict_proba"):
        expected = clf.predict_proba(rows)
        np.testing.assert_array_equal(loaded.predict_proba(rows), expected)
    assert loaded.get_params().keys() == clf.get_params().keys()


def test_the_network_inside_is_whole(tmp_path):
    clf, path = pipeline_with_network(), tmp_path / "model.skops"
    save(clf, path)
    loaded = load(path)
    rows = clf[:-1].transform(PEOPLE)
    assert_same(loaded[-1], clf[-1], rows)
    assert loaded[-1].groups_ == [pd.Interval(0, 40), pd.Interval(40, 99)]
    audit = {"X_val": rows[:50], "y_val": HIRED[:50], "groups_val": AGE[:50]}
    for each in (clf, loaded):  # its optimizer goes on where it was
        each[-1].partial_fit(rows, HIRED, **audit)
    np.testing.assert_array_equal(loaded.predict_proba(PEOPLE), clf.predict_proba(PEOPLE))


def test_one_network_in_two_places_stays_one(tmp_path):
    clf, path = frozen_weigher(), tmp_path / "model.skops"
    assert clf.weigher_.estimator is clf.weigher.estimator
    save(clf, path)
    loaded = load(path)
    assert loaded.weigher_.estimator[-1] is loaded.weigher.estimator[-1]


def test_unfitted_parts_have_their_parameters(tmp_path):
    weigher = network(goal=FORML(), max_epochs=3)
    boosting = HistGradientBoostingClassifier(max_iter=2)
    people = PEOPLE.drop(columns=["job", "town"])
    clf = ReweightedClassifier(boosting, weigher, random_state=0)
    clf.fit(people, HIRED, **{**AUDIT, "X_val": people[:50]})
    path = tmp_path / "model.skops"
    save(clf, path)
    loaded = load(path)
    assert loaded.weigher.get_params() == weigher.get_params()
    assert not hasattr(loaded.weigher, "net_")
    refitted = clone(loaded).fit(people, HIRED, **{**AUDIT, "X_val": people[:50]})
    expected = clf.predict_proba(people)
    np.testing.assert_array_equal(refitted.predict_proba(people), expected)


def test_dates_and_intervals_among_the_parameters(tmp_path):
    cut = {
        "left": pd.Interval(0, 1.5),
        "born": datetime.date(1970, 1, 2),
        "seen": pd.Timestamp("2026-11-26 19:00", tz="Europe/Paris"),
    }
    steps = FunctionTransformer(kw_args=cut), LogisticRegression()
    clf = make_pipeline(*steps)
    clf[-1].fit([[0.0], [1.0]], [0, 1])
    path = tmp_path / "model.skops"
    save(clf, path)
    assert load(path)[0].kw_args == cut


def images():
    X = RNG.normal(size=(40, 1, 3, 3)).astype(np.float32)
    return X, (X[:, 0, 0, 0] > 0).astype(int)


def test_own_networks_are_passed_again(tmp_path):
    X, y = images()
    clf = make_pipeline("passthrough", quick(module=Conv, bargaining=None)).fit(X, y)
    path = tmp_path / "model.skops"
    save(clf, path)
    loaded = load(path, module=Conv, device="cpu")
    np.testing.assert_array_equal(loaded.predict_proba(X), clf.predict_proba(X))
    assert loaded[-1].module is Conv
    with raises(
        "`module` should be the network that was trained, Conv: a file that runs no code "
        "cannot hold it. Got None.",
        ModelFileError,
    ):
        load(path)
    plain = tmp_path / "plain.skops"
    save(pipeline_with_network(), plain)
    with raises(
        f"`module` should be None, because {plain} has the default network. Got {Conv!r}.",
        ModelFileError,
    ):
        load(plain, module=Conv)


def test_metrics_of_searches_are_trusted(tmp_path):
    folds = {"cv": 2, "refit": "auc"}
    scores = {"auc": "roc_auc", "accuracy": "accuracy"}
    grid = {"C": [0.1, 1]}
    people = PEOPLE.drop(columns=["job", "town"])
    clf = GridSearchCV(LogisticRegression(), grid, scoring=scores, **folds)
    save(clf.fit(people, HIRED), tmp_path / "model.skops")
    loaded = load(tmp_path / "model.skops")
    assert loaded.score(people, HIRED) == clf.score(people, HIRED)


class Ours(StandardScaler):
    """A type that this package does not know."""


OURS = f"{__name__}.Ours"


def with_ours():
    people = PEOPLE.drop(columns=["job", "town"])
    return make_pipeline(Ours(), LogisticRegression()).fit(people, HIRED), people


def test_other_types_are_trusted_by_name_alone(tmp_path):
    clf, people = with_ours()
    path = tmp_path / "model.skops"
    with raises(
        f"{path} was not written, because it has objects of types that `load` does not "
        f"trust: {OURS}. If they run no code of others when they are loaded, pass these "
        "names as `trusted`, here and to `load`."
    ):
        save(clf, path)
    assert not path.exists()
    save(clf, path, trusted=[OURS])
    with raises(
        f"{path} cannot be loaded: it has objects of types that may run code when they are "
        f"loaded: {OURS}; if you trust its author, pass these names as `trusted`. Nothing "
        "was loaded.",
        ModelFileError,
    ):
        load(path)
    loaded = load(path, trusted=[OURS])
    np.testing.assert_array_equal(loaded.predict(people), clf.predict(people))
    for wrong in ("a.B", [dict], True):
        with raises(
            "`trusted` should be a list of names of types with their modules, such as "
            f"['my_package.features.Binner']. Got {wrong!r}.",
            TypeError,
        ):
            load(path, trusted=wrong)


def test_functions_without_a_name_are_refused(tmp_path):
    def double(X):
        return 2 * X

    people = PEOPLE.drop(columns=["job", "town"])
    clf = make_pipeline(FunctionTransformer(double), LogisticRegression())
    path = tmp_path / "model.skops"
    with pytest.raises(ValueError, match=rf"^{re.escape(str(path))} was not written, beca"
                       r"use a file that runs no code cannot bring back an object that it "
                       r"has \(.*double.*\)\.$"):  # fmt: skip
        save(clf.fit(people, HIRED), path)


def test_what_is_no_fitted_estimator(tmp_path):
    for wrong in (3, StandardScaler, torch.nn.Linear(1, 1)):
        message = (
            "`estimator` should be a fitted estimator, such as a NashMetaClassifier or a "
            "pipeline. Got"
        )
        with pytest.raises(TypeError, match=f"^{re.escape(message)}"):
            save(wrong, tmp_path / "model")
    with pytest.raises(NotFittedError):
        save(pipeline(network()), tmp_path / "model")
    assert list(tmp_path.iterdir()) == []


# -- files that somebody made -----------------------------------------------------------


def edited(path, change, compression=zipfile.ZIP_STORED):
    """Write an archive again with another schema."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    schema = json.loads(parts["schema.json"])
    change(schema)
    parts["schema.json"] = json.dumps(schema).encode()
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", compression=compression) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    path.write_bytes(file.getvalue())


def as_function(module, name):
    """Put a function where the archive has its first step."""

    def change(schema):
        schema.clear()
        schema.update(
            __class__=name, __module__=module, __loader__="FunctionNode",
            protocol=2, _skops_version="0.16.0", __id__=1,
        )  # fmt: skip

    return change


@pytest.mark.parametrize(
    ("module", "name"),
    [
        ("os", "system"),
        ("builtins", "eval"),
        ("sklearn.datasets._base", "load_files"),
        ("skfairbargain._utils._files", "write_at_once"),
        ("skfairbargain._cli._app", "main"),
        ("sklearn.metrics._scorer", "make_scorer"),
    ],
)
def test_functions_that_somebody_put_in_are_refused(module, name, tmp_path):
    path = tmp_path / "model.skops"
    save(StandardScaler().fit([[1.0], [2.0]]), path)
    edited(path, as_function(module, name))
    with raises(
        f"{path} cannot be loaded: it has objects of types that may run code when they are "
        f"loaded: {module}.{name}; if you trust its author, pass these names as `trusted`. "
        "Nothing was loaded.",
        ModelFileError,
    ):
        load(path)


def test_compressed_archives_are_refused(tmp_path):
    """A small one may become a large one in memory."""
    path = tmp_path / "model.skops"
    save(StandardScaler().fit([[1.0], [2.0]]), path)
    edited(path, lambda schema: schema.update(a="b" * 10**6), zipfile.ZIP_DEFLATED)
    with raises(
        f"{path} cannot be loaded: ValueError: it is compressed. It is damaged, or not a "
        "file that skfairbargain.persistence.save wrote. Nothing was loaded.",
        ModelFileError,
    ):
        load(path)


def test_damage_is_found(tmp_path):
    """Of a file with any one byte changed, or cut off anywhere, nothing is loaded."""
    path = tmp_path / "model.skops"
    save(make_pipeline(StandardScaler(), quick()).fit(*tiny()), path)
    whole = path.read_bytes()
    for place in np.random.default_rng(0).integers(len(whole), size=60):
        changed = bytearray(whole)
        changed[place] ^= 1
        for data in (bytes(changed), whole[:place]):
            path.write_bytes(data)
            try:
                loaded = load(path)
            except ModelFileError:
                continue
            # What zip does not read, such as the hour of a part's last change.
            expected = tiny()[1]
            assert loaded.predict(tiny()[0]).shape == expected.shape


def tiny():
    X = np.random.default_rng(1).normal(size=(40, 2))
    return X, (X[:, 0] > 0).astype(int)


def test_group_metrics_of_a_loaded_model(tmp_path):
    clf, path = reweighted_pipelines(), tmp_path / "model.skops"
    save(clf, path)
    tables = [
        group_metrics(
            HIRED == "yes",
            each.predict_proba(PEOPLE)[:, 1],
            sensitive_features=pd.Series(AGE).astype(str),
            metrics=["auc"],
            random_state=0,
        )
        for each in (clf, load(path))
    ]
    pd.testing.assert_frame_equal(*tables)


def test_networks_are_read_where_nothing_is_fitted_around_them(tmp_path):
    """Of the class alone; a subclass of the user's is no network of ours."""

    class Other(NashMetaClassifier):
        pass

    X, y = tiny()
    clf = make_pipeline(Other(bargaining=None, max_epochs=1)).fit(X, y)
    with pytest.raises(ValueError, match="was not written, because a file that runs no co"):
        save(clf, tmp_path / "model.skops")
