"""An `AuditedClassifier` in a file: it comes back the same, and no code is run."""

import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
import sklearn
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.frozen import FrozenEstimator
from sklearn.linear_model import LogisticRegression
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler

from skfairbargain import AuditedClassifier, ModelFileError, NoAgreementWarning
from skfairbargain.deployment import load_for_prediction
from skfairbargain.persistence import load, save
from tests.small_model import raises

RNG = np.random.default_rng(0)
PEOPLE = pd.DataFrame(
    {
        "income": RNG.normal(size=300),
        "job": RNG.choice(["cook", "guard", None], size=300),
        "since": pd.Timestamp("2020-01-01") + pd.to_timedelta(np.arange(300), "D"),
        "member": RNG.random(300) < 0.5,
        "town": pd.Categorical(RNG.choice(["x", "y"], size=300)),
    }
)
PEOPLE.loc[::7, "income"] = None
SCORE = PEOPLE["income"].fillna(0) + RNG.normal(size=300) / 2
AGE = pd.cut(RNG.uniform(20, 60, size=300), [0, 40, 99])
SENSITIVE = pd.DataFrame({"age": AGE, "town": PEOPLE["town"]})


def fitted(X=PEOPLE, y=SCORE > 0, *, groups=SENSITIVE, **options):
    y = np.asarray(y)
    audit = {"X_val": X[200:], "y_val": y[200:], "groups_val": groups[200:]}
    quick = {"estimators": [("logistic", LogisticRegression())], "cv": 2}
    clf = AuditedClassifier(**{**quick, "random_state": 0, **options})
    return clf.fit(X[:200], y[:200], **audit), X


def default_base_models():
    return fitted(estimators="auto")


def other_base_models():
    networks = [(s, MLPClassifier((4,), solver=s, max_iter=5)) for s in ("sgd", "lbfgs")]
    boosting = ("boosting", HistGradientBoostingClassifier(max_iter=3))
    return fitted(estimators=[*networks, boosting])


def three_classes_for_other_shares():
    y = np.digitize(SCORE, [-0.4, 0.4])
    return fitted(y=y, groups=AGE, audit={0: 0.5, 1: 0.3, 2: 0.2})


def reference_that_is_kept():
    numbers = PEOPLE[["income"]].fillna(0).to_numpy()
    today = make_pipeline(StandardScaler(), LogisticRegression()).fit(numbers, SCORE > 0)
    with pytest.warns(NoAgreementWarning):
        clf, _ = fitted(numbers, reference=FrozenEstimator(today))
    return clf, numbers


def recorded_rows_alone():
    y = np.where(SCORE > 0, "yes", "no")
    return AuditedClassifier(random_state=0).fit(PEOPLE, y), PEOPLE


def in_a_pipeline():
    y = np.asarray(SCORE > 0)
    clf = AuditedClassifier([("logistic", LogisticRegression())], cv=2, random_state=0)
    pipeline = make_pipeline(FunctionTransformer(), clf, transform_input=["X_val"])
    audit = {"X_val": PEOPLE[200:], "y_val": y[200:], "groups_val": SENSITIVE[200:]}
    with sklearn.config_context(enable_metadata_routing=True):
        return pipeline.fit(PEOPLE[:200], y[:200], **audit), PEOPLE


KINDS = {
    make.__name__: make
    for make in (
        *(default_base_models, other_base_models, three_classes_for_other_shares),
        *(reference_that_is_kept, recorded_rows_alone, in_a_pipeline),
    )
}
IN_ANOTHER_PROCESS = """
import sys
import numpy as np
import pandas as pd
from skfairbargain.persistence import load
model, rows, found = sys.argv[1:]
np.save(found, load(model).predict_proba(pd.read_pickle(rows)))
"""


@pytest.mark.parametrize("kind", KINDS)
def test_predictions_are_the_same_to_the_bit(kind, tmp_path):
    clf, rows = KINDS[kind]()
    path = tmp_path / "model.skops"
    save(clf, path)
    loaded = load(path)
    expected = clf.predict_proba(rows)
    for model in (loaded, load_for_prediction(path)):
        np.testing.assert_array_equal(model.predict_proba(rows), expected)
        np.testing.assert_array_equal(model.predict(rows), clf.predict(rows))
    before, after = (one[-1] if kind == "in_a_pipeline" else one for one in (clf, loaded))
    assert vars(after).keys() == vars(before).keys()
    for name in ("weights_", "groups_", "merged_groups_", "agreed_", "n_rows_trained_"):
        assert getattr(after, name) == getattr(before, name)
    if hasattr(before, "candidates_"):
        tables = after.candidates_, before.candidates_
        pd.testing.assert_frame_equal(*tables, check_exact=True)


def test_another_process_predicts_the_same(tmp_path):
    clf, rows = other_base_models()
    save(clf, tmp_path / "model.skops")
    rows.to_pickle(tmp_path / "rows")
    paths = [tmp_path / name for name in ("model.skops", "rows", "found.npy")]
    subprocess.run([sys.executable, "-c", IN_ANOTHER_PROCESS, *paths], check=True)
    np.testing.assert_array_equal(np.load(paths[-1]), clf.predict_proba(rows))


def test_a_loaded_model_is_trained_again_alike(tmp_path):
    clf, _ = three_classes_for_other_shares()
    save(clf, tmp_path / "model.skops")
    loaded = load(tmp_path / "model.skops")
    y = np.digitize(SCORE, [-0.4, 0.4])
    audit = {"X_val": PEOPLE[200:], "y_val": y[200:], "groups_val": AGE[200:]}
    again = loaded.fit(PEOPLE[:200], y[:200], **audit).predict_proba(PEOPLE)
    np.testing.assert_array_equal(again, clf.predict_proba(PEOPLE))


def test_damage_is_found(tmp_path):
    """Of a file with any one byte changed, or cut off anywhere, nothing is loaded."""
    clf, rows = fitted()
    path = tmp_path / "model.skops"
    save(clf, path)
    whole, expected = path.read_bytes(), clf.predict_proba(rows)
    refused = 0
    for place in np.random.default_rng(0).integers(len(whole), size=12):
        changed = bytearray(whole)
        changed[place] ^= 1
        for data in (bytes(changed), whole[:place]):
            path.write_bytes(data)
            try:
                loaded = load(path)
            except ModelFileError:
                refused += 1
            else:  # what zip does not read, such as the hour of a part's last change
                np.testing.assert_array_equal(loaded.predict_proba(rows), expected)
    assert refused > 12


# -- tables -----------------------------------------------------------------------------

TABLES = {
    "numbers": pd.DataFrame({"a": [1, 2], "b": [0.1, np.nan], "c": [True, False]}),
    "text": pd.DataFrame({"a": ["x", None], 7: ["y", "z"]}, index=["p", "q"]),
    "labels": pd.DataFrame({"a": AGE.astype(object)[:2], AGE[0]: [1.0, np.inf]}),
    "no rows": pd.DataFrame({"a": np.zeros(0)}),
    "two columns of one name": pd.DataFrame([[1, 2.5]], columns=["a", "a"]),
}


def around(table):
    steps = FunctionTransformer(kw_args={"table": table}), LogisticRegression()
    pipeline = make_pipeline(*steps)
    pipeline[-1].fit([[0.0], [1.0]], [0, 1])
    return pipeline


@pytest.mark.parametrize("kind", TABLES)
def test_tables_are_the_same(kind, tmp_path):
    save(around(TABLES[kind]), tmp_path / "model.skops")
    loaded = load(tmp_path / "model.skops")[0].kw_args["table"]
    pd.testing.assert_frame_equal(loaded, TABLES[kind], check_exact=True)


def test_tables_that_would_be_others_are_refused(tmp_path):
    path = tmp_path / "model.skops"
    with raises(
        f"{path} was not written, because a file that runs no code cannot bring back an "
        "object that it has (NotPlainError: a DataFrame that would come back as another: "
        'Attributes of DataFrame.iloc[:, 0] (column name="a") are different Attribute '
        '"dtype" are different [left]: float64 [right]: Float64).'
    ):
        save(around(pd.DataFrame({"a": [0.5]}, dtype="Float64")), path)
    assert not path.exists()
