"""Any input is trained on or refused in a sentence that names an argument; nothing else.

`FUZZ_EXAMPLES=2000 pytest tests/test_fuzz.py` tries more than the tests do. Files are in
persistence/test_fuzz.py.
"""

import os
import pickle
import random
import re
import warnings

import numpy as np
import pandas as pd
import polars as pl
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scipy import sparse

from skfairbargain import NashMetaClassifier, ReweightedClassifier
from tests.small_model import VALIDATION, X, Y, make_classifier

EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "60"))
FUZZ = settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)
ARGUMENTS = (
    *("X", "y", "X_val", "y_val", "groups_val", "sample_weight", "validation", "classes"),
    *(name for name in NashMetaClassifier().get_params()),
    *("Group", "class", "Classification", "samples", "network", "path", "estimator"),
)
NAMED = re.compile("|".join(rf"\b{name}\b" for name in ARGUMENTS))


def state():
    """Everything global that a fit might touch."""
    return (
        torch.get_rng_state().tolist(),
        str(np.random.get_state()),  # noqa: NPY002
        random.getstate(),
        torch.get_num_threads(),
        torch.get_default_dtype(),
        torch.is_grad_enabled(),
        np.geterr(),
        os.getcwd(),
    )


def fingerprint(value):
    """A value as bytes or text, to see whether it changed."""
    if isinstance(value, pd.DataFrame | pd.Series):  # which pickle with their caches
        parts = value.index, getattr(value, "columns", None), value.dtypes
        return repr([value.to_numpy(dtype=object).tolist(), *parts])
    if hasattr(value, "__next__"):
        return None
    try:
        return pickle.dumps(value)
    except (TypeError, ValueError, AttributeError, pickle.PicklingError):
        return repr(value)


def outcome(call, **inputs):
    """What a call returns, or None where it refuses its inputs as it should."""
    before, given = state(), {name: fingerprint(value) for name, value in inputs.items()}
    try:
        with warnings.catch_warnings():
            # Of the packages below; ours are about the inputs, and many of these are bad.
            warnings.simplefilter("error", RuntimeWarning)
            warnings.filterwarnings("ignore", category=UserWarning)
            warnings.filterwarnings("ignore", category=FutureWarning)
            return call(**inputs)
    except (ValueError, TypeError) as error:
        if not NAMED.search(str(error)):
            raise AssertionError("The error names no argument.") from error
        return None
    finally:
        assert state() == before
        for name, value in inputs.items():
            assert fingerprint(value) == given[name], name


# Values that are hard for a reason each.
NUMBERS = st.one_of(
    st.floats(-3, 3),
    st.sampled_from([0.0, -0.0, 1e-310, 1e-45, 1e30, -1e38, 1e300, 2**53 + 1.0]),
    st.floats(allow_nan=False, allow_infinity=False),
)
BROKEN = st.sampled_from(
    [np.nan, np.inf, -np.inf, None, "a", "1.5", b"x", 1j, 10**400, True, (), {}, [1, 2],
     pd.NA, pd.NaT, pd.Timestamp("2020-01-01"), np.datetime64("2020"), object]
)  # fmt: skip
LABELS = st.sampled_from(
    [[0, 1], [1, 0], ["a", "b"], [True, False], [-1, 1], [0, 1, 2], [0.0, 1.0], ["", " "],
     [0, 1, 5, 9], ["x", "y", "é"], [0.5, 1.5], ["1", 1], [None, "a"], [1, 1], [np.nan, 1],
     [2**62, -(2**62)], [b"a", b"b"], [1e300, -1e300]]
)  # fmt: skip
LEVELS = st.sampled_from(
    [["f", "m"], ["f"], list("abcde"), [1, 2], [1, "1"], [True, False], [0.5, 1.5],
     ["a & b", "c"], ["overall", "x"], ["", " "], [("a", 1), ("b", 2)], [None, "a"],
     [pd.Interval(0, 1), pd.Interval(1, 2)], [pd.Timestamp("2020"), pd.Timestamp("2021")],
     [np.nan, 1], [1j, 2j], [[1], [2]], [b"f", b"m"], list(range(40)), [10**400, 1]]
)  # fmt: skip
SHAPES = st.sampled_from(
    [lambda a: a, lambda a: a.tolist(), pd.DataFrame, np.asfortranarray, sparse.csr_matrix,
     sparse.coo_array, sparse.lil_matrix, torch.tensor, memoryview, pl.DataFrame,
     np.ma.array, lambda a: np.ma.array(a, mask=a > 0), np.matrix, lambda a: a[:, 0],
     lambda a: a[None], lambda a: a[:0], lambda a: a[:, :0], lambda a: a[:1], iter,
     lambda a: pd.DataFrame(a, columns=[*range(a.shape[1] - 1), "z"]),
     lambda a: pd.DataFrame(a).astype("category"), lambda a: a.astype(object),
     lambda a: pd.DataFrame(a).astype("Float64"), lambda a: a[::-1], lambda a: {"a": a},
     lambda a: pd.DataFrame(a, index=np.arange(len(a))[::-1]), lambda a: "X",
     lambda a: pd.DataFrame(a, columns=["c"] * a.shape[1]), lambda a: 0.1, lambda a: None]
)  # fmt: skip
DTYPES = st.sampled_from(
    ["float64", "float32", "float16", "int64", "int8", "uint8", "bool", ">f8", "longdouble",
     "str", "datetime64[D]", "complex128"]
)  # fmt: skip
ONE_COLUMN = st.sampled_from(
    [lambda c: c, pd.Series, lambda c: pd.Series(c, index=np.arange(len(c))[::-1]),
     lambda c: np.array(c, dtype=object), lambda c: pd.Series(c, dtype="category"),
     lambda c: [[each] for each in c], lambda c: c[:-1], lambda c: c[:1], lambda c: set,
     lambda c: "sex", lambda c: 3, lambda c: iter(c), lambda c: dict(enumerate(c)),
     lambda c: pd.DataFrame({"g": c}), lambda c: tuple(c), lambda c: [c, c], lambda c: None]
)  # fmt: skip


def usually(strategy, fallback, share=4):
    """Mostly the fallback, so that most examples get past the first check."""
    return st.one_of(*([fallback] * (share - 1)), strategy)


@st.composite
def tables(draw, n, n_columns):
    """Features: mostly plain ones, in any container."""
    seed = draw(st.integers(0, 9))
    rows = np.random.default_rng(seed).normal(size=(n, n_columns))
    for _ in range(draw(st.integers(0, 3))):
        place = draw(st.integers(0, n - 1)), draw(st.integers(0, n_columns - 1))
        rows[place] = draw(NUMBERS)
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        dtype = draw(usually(DTYPES, st.just("float64")))
        rows = rows.astype(np.int64) if dtype == "datetime64[D]" else rows
        rows = rows.astype(dtype)
        if draw(usually(st.booleans(), st.just(False))):
            rows = rows.astype(object)
            rows[0, 0] = draw(usually(BROKEN, st.just(1.0), 2))
        convert = draw(usually(SHAPES, st.just(lambda a: a), 3))
        try:
            return convert(rows)
        except (TypeError, ValueError, OverflowError, AttributeError, RuntimeError):
            return rows  # the container itself refuses them


@st.composite
def columns(draw, levels, n):
    """Labels or groups: values that repeat, in any container."""
    values = draw(levels)
    places = [i % len(values) for i in range(n)]
    if draw(st.booleans()):
        places = draw(st.permutations(places))
    column = [values[i] for i in places]
    if draw(usually(st.booleans(), st.just(False), 6)):
        column[0] = draw(BROKEN)
    convert = draw(usually(ONE_COLUMN, st.just(list), 3))
    try:
        return convert(column)
    except (TypeError, ValueError, OverflowError):
        return column


@st.composite
def crossed(draw, n):
    """Groups of which every one has rows of two classes, of one or several columns."""
    n_columns = draw(st.integers(1, 12))
    of_pairs = np.random.default_rng(draw(st.integers(0, 9))).integers(
        0, draw(st.integers(1, 50)), (n // 4, n_columns)
    )
    groups = np.repeat(of_pairs, 4, axis=0)
    names = [f"c{i}" for i in range(n_columns)]
    return draw(
        st.sampled_from([groups, groups.tolist(), pd.DataFrame(groups, columns=names),
                         pl.DataFrame(groups, schema=names), groups.astype(str)])
    )  # fmt: skip


PARAMETERS = {
    "goal": ["ltr", "meta_gdro", "forml", "nash", "pcgrad", "fair", None, 3],
    "bargaining": ["nash", None, "mgda", "cagrad", "", 0],
    "bargain_epochs": [0, 1, 5, -1, True, 1.5, "1", np.int64(1)],
    "lr": [0.01, 1e-30, 1e30, 0, -1, np.nan, np.inf, "0.1", True, np.float32(0.1), 1e300],
    "meta_lr": [1.0, 1e-30, 1e30, 0, np.inf, None, 1e300],
    "anchor": [0, 0.5, 1, 1.1, np.nan, False],
    "hidden_layer_sizes": [(), (3,), [4, 4], (0,), (True,), 3, "ab", (10**12,),
                           None, (2.5,)],
    "dropout": [0, 0.5, 0.999, 1, True],
    "optimizer": ["sgd", "adam", "adamw", torch.optim.Adagrad, torch.optim.LBFGS, int, "x",
                  torch.optim.Optimizer, torch.nn.Linear, torch.optim.SparseAdam],
    "momentum": [0, 0.9, 1, None],
    "weight_decay": [0, 1e-3, 1e30, True, -1],
    "batch_size": ["auto", 1, 7, 10**9, 0, 2.0],
    "meta_loss": ["cross_entropy", "cross_entropy+f1", "x", len, torch.nn.BCELoss(),
                  torch.nn.CrossEntropyLoss(), torch.nn.CrossEntropyLoss,
                  torch.nn.CrossEntropyLoss(reduction="none")],
    "weight_norm": ["l2", "l1", None, "l3"],
    "players": ["cells", "groups", "rows"],
    "engine": ["auto", "ghost", "autograd", "fast"],
    "validation_fraction": [0.1, 0.9, 0, 1, True],
    "early_stopping": [False, True, 1, 0, "no"],
    "callbacks": [None, [], [3], [None], "log", [("a", None)], [int]],
    "device": ["cpu", "cuda:99", "nonsense", torch.device("cpu"), "meta", 3],
    "random_state": [0, np.random.RandomState(0), 2**40, -1, "a"],
    "verbose": [0, False, -1, "x"],
}  # fmt: skip


def mostly_defaults(names):
    """A few parameters, of all the values that they are tried with."""
    return st.dictionaries(st.sampled_from(sorted(names)), st.integers(0, 99), max_size=3)


def classifier(chosen):
    parameters = {
        name: PARAMETERS[name][place % len(PARAMETERS[name])]
        for name, place in chosen.items()
    }
    small = {"hidden_layer_sizes": (3,), "max_epochs": 2, "bargain_epochs": 1}
    return NashMetaClassifier(**{**small, "random_state": 0, "verbose": 0, **parameters})


def assert_a_model(clf, rows, n_rows, twin):
    """Finite probabilities of the right shape, and the same again."""
    predicted = outcome(clf.predict_proba, X=rows)
    if predicted is None:  # such as an iterator, which is spent
        return
    assert predicted.shape == (n_rows, len(clf.classes_))
    assert np.isfinite(predicted).all()
    np.testing.assert_allclose(predicted.sum(axis=1), 1, rtol=1e-3)
    assert set(clf.predict(rows).tolist()) <= set(clf.classes_.tolist())
    if twin is not None:
        np.testing.assert_array_equal(predicted, twin.predict_proba(rows))
    assert np.isfinite(clf.applied_weight_).all()


N, N_VAL = 24, 16


@FUZZ
@given(
    st.integers(1, 3).flatmap(lambda k: st.tuples(tables(N, k), tables(N_VAL, k))),
    usually(columns(LABELS, N), st.just([0, 1] * (N // 2)), 3),
    usually(columns(LABELS, N_VAL), st.just([0, 1] * (N_VAL // 2)), 3),
    st.one_of(crossed(N_VAL), columns(LEVELS, N_VAL), st.none()),
    usually(st.one_of(columns(st.lists(NUMBERS, min_size=1, max_size=4), N), BROKEN),
            st.none(), 4),
    usually(mostly_defaults(PARAMETERS), st.just({}), 2),
    st.booleans(),
)  # fmt: skip
def test_a_fit_gives_a_model_or_names_an_argument(
    rows, y, y_val, groups_val, weight, chosen, audited
):
    X, X_val = rows
    inputs = {"X": X, "y": y, "sample_weight": weight}
    if audited:
        inputs |= {"X_val": X_val, "y_val": y_val, "groups_val": groups_val}
    clf = outcome(classifier(chosen).fit, **inputs)
    if clf is None:
        return
    again = isinstance(clf.random_state, int) and not any(
        hasattr(value, "__next__") for value in inputs.values()
    )
    twin = outcome(classifier(chosen).fit, **inputs) if again else None
    assert_a_model(clf, X, N, twin)


@settings(FUZZ, max_examples=max(EXAMPLES // 4, 1))
@given(
    st.integers(1, 3).flatmap(lambda k: st.tuples(tables(N, k), tables(N_VAL, k))),
    usually(columns(LABELS, N), st.just([0, 1] * (N // 2)), 3),
    usually(columns(LABELS, N_VAL), st.just([0, 1] * (N_VAL // 2)), 3),
    st.one_of(crossed(N_VAL), columns(LEVELS, N_VAL), st.none()),
    st.sampled_from(["partial_fit", "reweighted"]),
)
def test_the_other_ways_to_train_do_as_well(rows, y, y_val, groups_val, way):
    X, X_val = rows
    inputs = {"X": X, "y": y, "X_val": X_val, "y_val": y_val, "groups_val": groups_val}
    clf = classifier({})
    if way == "partial_fit":
        trained = outcome(clf.partial_fit, **inputs)
        if trained is not None:
            assert trained.n_iter_ == 1
            assert_a_model(trained, X, N, None)
        return
    trained = outcome(ReweightedClassifier(weigher=clf, random_state=0).fit, **inputs)
    if trained is not None:
        predicted = outcome(trained.predict_proba, X=X)
        assert predicted is None or np.isfinite(predicted).all()


@settings(FUZZ, max_examples=EXAMPLES * 2)
@given(tables(N, 5))
def test_predictions_are_finite_or_name_an_argument(rows):
    clf = model()
    predicted = outcome(clf.predict_proba, X=rows)
    if predicted is not None:
        assert predicted.shape[1] == 2
        assert np.isfinite(predicted).all()


def model():
    """A trained model, made once."""
    if not hasattr(model, "made"):
        model.made = make_classifier(max_epochs=2).fit(X, Y, **VALIDATION)
    return model.made
