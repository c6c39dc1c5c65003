"""What a user does with the estimator: parameters, inputs of every kind, fits in parts."""

import inspect
import pickle
import random
import re
import warnings

import numpy as np
import pandas as pd
import pytest
import torch
from scipy import sparse
from sklearn.base import clone
from sklearn.exceptions import DataConversionWarning, NotFittedError
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from skorch.callbacks import Callback, Checkpoint, LRScheduler
from torch import nn

from skfairbargain import NashMetaClassifier
from skfairbargain.exceptions import (
    NoAgreementWarning,
    SkippedStepWarning,
    UndefinedGroupError,
)
from skfairbargain.protocols import LtR, MetaGDRO, Nash, Protocol


def make_data(n=120, n_groups=2, per_cell=4, n_classes=2, seed=0):
    """Rows that three features predict, and a balanced validation set."""
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, 5))
    y = X[:, :n_classes].argmax(axis=1)
    groups = np.repeat(np.arange(n_groups), per_cell * n_classes)
    y_val = np.tile(np.repeat(np.arange(n_classes), per_cell), n_groups)
    X_val = rng.normal(size=(len(groups), 5))
    X_val[np.arange(len(groups)), y_val] += 1.5
    names = np.array(list("FM")) if n_groups == 2 else np.arange(n_groups)
    return X, y, {"X_val": X_val, "y_val": y_val, "groups_val": names[groups]}


X, Y, VALIDATION = make_data()


def make_classifier(**changed):
    options = {"bargain_epochs": 2, "max_epochs": 4, "batch_size": 40, "lr": 0.05}
    return NashMetaClassifier(
        **{**options, "hidden_layer_sizes": (8,), "random_state": 0, **changed}
    )


def fit(**changed):
    return make_classifier(**changed).fit(X, Y, **VALIDATION)


def raises(message, error=ValueError):
    return pytest.raises(error, match=f"^{re.escape(message)}$")


# Parameters


def logistic(n_features, n_classes):
    return nn.Linear(n_features, n_classes)


CHANGES = {
    "goal": "meta_gdro",
    "bargaining": None,
    "bargain_epochs": 0,
    "max_epochs": 5,
    "lr": 0.06,
    "meta_lr": 2.0,
    "anchor": 0.1,
    "hidden_layer_sizes": (8, 4),
    "dropout": 0.0,
    "module": logistic,
    "optimizer": "adam",
    "momentum": 0.5,
    "weight_decay": 0.1,
    "batch_size": 30,
    "meta_loss": "cross_entropy+f1",
    "weight_norm": "l1",
    "players": "groups",
    "random_state": 1,
}
# Tested on their own below, because they are not meant to change the predictions.
OTHERS = {"engine", "validation_fraction", "early_stopping", "callbacks", "device",
          "warm_start", "verbose"}  # fmt: skip


def test_every_parameter_is_tested():
    assert set(CHANGES) | OTHERS == set(NashMetaClassifier().get_params())


@pytest.mark.parametrize("name", CHANGES)
def test_each_parameter_has_an_effect(name):
    once, changed = fit(), fit(**{name: CHANGES[name]})
    assert (once.predict_proba(X) != changed.predict_proba(X)).any()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("goal", 3), ("bargaining", 3), ("bargain_epochs", -1), ("max_epochs", 0),
        ("lr", 0), ("meta_lr", 0), ("anchor", 1.1), ("hidden_layer_sizes", 10),
        ("dropout", 1), ("module", "mlp"), ("optimizer", "lbfgs"), ("momentum", 1),
        ("weight_decay", -1), ("batch_size", 0), ("meta_loss", "mse"),
        ("weight_norm", "l3"), ("players", "rows"), ("engine", "jax"),
        ("validation_fraction", 0), ("early_stopping", 0), ("callbacks", "all"),
        ("device", 3), ("warm_start", 2), ("random_state", "a"), ("verbose", -1),
    ],
)  # fmt: skip
def test_bad_parameters_are_refused_by_name(name, value):
    message = (
        rf"^The '{name}' parameter of NashMetaClassifier must be .*\. Got .* instead\.$"
    )
    with pytest.raises(ValueError, match=message):
        fit(**{name: value})


def test_unknown_protocol_names_list_the_known_ones():
    message = r"^A protocol should be one of .*'meta_gdro'.*\. Got 'fair'\.$"
    with pytest.raises(ValueError, match=message):
        fit(goal="fair")


def test_names_and_objects_of_protocols_are_the_same():
    by_name = fit(goal="ltr", bargaining="nash").predict_proba(X)
    by_object = fit(goal=LtR(), bargaining=Nash()).predict_proba(X)
    np.testing.assert_array_equal(by_name, by_object)


class Powered(Protocol):
    """A user's own goal."""

    def __init__(self, power=1.0):
        self.power = power

    def weights(self, step):
        return step.losses**self.power


def test_a_protocol_of_the_users_is_tuned_by_a_search():
    clf = make_classifier(goal=Powered())
    search = GridSearchCV(
        make_pipeline(StandardScaler(), clf),
        {"nashmetaclassifier__goal__power": [0.5, 3.0],
         "nashmetaclassifier__bargaining__feasible": ["ball", "weights"]},
        cv=2,
    ).fit(X, Y)  # fmt: skip
    assert len(search.cv_results_["params"]) == 4
    best = search.best_estimator_[-1]
    assert best.goal in (Powered(0.5), Powered(3.0))
    assert isinstance(best.bargaining, Nash)
    assert clf.bargaining == "nash"


def test_set_params_reaches_into_names():
    clf = make_classifier().set_params(bargaining__feasible="ball", lr=0.2)
    assert clf.bargaining == Nash(feasible="ball")
    assert clf.lr == 0.2
    assert clf.get_params()["bargaining__feasible"] == "ball"
    clf.set_params(bargaining="nash")
    assert clf.set_params(bargaining="nash", bargaining__min_stake=0.1).bargaining == Nash(
        min_stake=0.1
    )
    assert clone(clf).bargaining == clf.bargaining
    message = (
        "`bargaining__feasible` should be set where `bargaining` is a protocol. Got "
        "bargaining=None. In a search, put None into a grid of its own."
    )
    with raises(message):
        clf.set_params(bargaining=None, bargaining__feasible="ball")
    message = "Invalid parameter 'power' for estimator LtR(). Valid parameters are: []."
    with raises(message):
        clf.set_params(goal__power=2)
    assert clf.set_params() is clf


# Whole fits


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_engines_agree_on_a_whole_fit(dtype):
    fits = []
    for engine in ("ghost", "autograd", "auto"):
        clf = make_classifier(engine=engine, dropout=0.0)
        validation = {**VALIDATION, "X_val": VALIDATION["X_val"].astype(dtype)}
        fits.append(
            clf.fit(X.astype(dtype), Y, **validation).predict_proba(X.astype(dtype))
        )
    bound = 1e-9 if dtype == np.float64 else 1e-4
    np.testing.assert_allclose(fits[0], fits[1], rtol=bound)
    np.testing.assert_array_equal(fits[0], fits[2])


def test_anchor_1_is_a_hand_written_loop_with_momentum_and_decay():
    clf = fit(anchor=1.0, dropout=0.0, batch_size=120, max_epochs=8, lr=0.1)
    # A full batch, so its order does not matter; the start is that of a fit of no length.
    module = fit(dropout=0.0, batch_size=120, max_epochs=1, lr=1e-300).module_
    optimizer = torch.optim.SGD(module.parameters(), 0.1, momentum=0.9, weight_decay=5e-4)
    for _ in range(8):
        optimizer.zero_grad()
        losses = nn.functional.cross_entropy(
            module(torch.from_numpy(X)), torch.from_numpy(Y), reduction="none"
        )
        (losses.sum() / np.sqrt(120)).backward()
        optimizer.step()
    expected = module(torch.from_numpy(X)).detach().numpy()
    np.testing.assert_allclose(
        clf.decision_function(X), expected[:, 1] - expected[:, 0], rtol=1e-6, atol=1e-9
    )


def test_the_papers_settings_serve_both_groups():
    # meta_lr=1 and anchor=0: the learned weights alone.
    options = {"goal": "meta_gdro", "meta_lr": 1.0, "anchor": 0.0, "lr": 0.005}
    clf = fit(max_epochs=20, bargain_epochs=6, **options)
    rows = clf.history_
    assert rows[-1]["worst_group_loss"] < 0.7 * rows[0]["worst_group_loss"]
    assert [row["conflict_rate"] for row in rows[:6] if row["bargaining_success_rate"] == 1]
    assert all(
        row["conflict_rate"] == 0 for row in rows[:6] if row["bargaining_success_rate"] == 1
    )
    assert clf.score(X, Y) > 0.9


@pytest.mark.parametrize(("players", "n"), [("cells", 4), ("groups", 2)])
def test_players_have_names_in_the_history(players, n):
    clf = fit(players=players)
    alpha = clf.history_[0]["alpha"]
    names = ["F", "M"] if n == 2 else ["F, 0", "F, 1", "M, 0", "M, 1"]
    assert list(alpha) == names
    assert list(clf.history_[0]["group_losses"]) == ["F", "M"]
    assert fit(bargaining="ltr").history_[0]["alpha"] == {"F": 0.5, "M": 0.5}


def test_fitted_attributes():
    clf = fit()
    assert clf.classes_.tolist() == [0, 1]
    assert clf.groups_ == ["F", "M"]
    assert clf.cells_ == [("F", 0), ("F", 1), ("M", 0), ("M", 1)]
    assert clf.n_features_in_ == 5
    assert not hasattr(clf, "feature_names_in_")
    assert clf.n_iter_ == len(clf.history_) == 4
    assert [row["stage"] for row in clf.history_] == [1, 1, 2, 2]
    assert isinstance(clf.module_, nn.Module)
    assert clf.net_.module_ is clf.module_
    assert clf.sample_influence_.shape == (120, 2)
    assert (clf.sample_influence_ != 0).all()
    documented = inspect.getdoc(NashMetaClassifier).split("Attributes\n")[1]
    learned = [name for name in vars(clf) if name.endswith("_")]
    assert all(f"\n{name} : " in documented for name in learned)


def test_influence_tells_helpful_from_harmful_rows():
    flipped = np.arange(120) < 20
    y = np.where(flipped, 1 - Y, Y)
    clf = make_classifier(max_epochs=15, dropout=0.0).fit(X, y, **VALIDATION)
    influence = clf.sample_influence_
    assert influence[flipped].mean() < 0 < influence[~flipped].mean()


def test_scores_belong_together():
    clf = fit()
    margin, probabilities = clf.decision_function(X), clf.predict_proba(X)
    assert margin.shape == (120,)
    np.testing.assert_allclose(probabilities.sum(axis=1), 1)
    np.testing.assert_allclose(probabilities[:, 1], 1 / (1 + np.exp(-margin)))
    np.testing.assert_array_equal(clf.predict(X), margin > 0)
    assert clf.score(X, Y) == (clf.predict(X) == Y).mean()


def test_the_margin_is_finite_however_large_the_logits():
    clf = fit()
    with torch.no_grad():
        clf.module_[-1].bias.copy_(torch.tensor([-np.inf, np.inf]))
    assert np.isfinite(clf.decision_function(X)).all()
    np.testing.assert_array_equal(clf.predict_proba(X), [[0.0, 1.0]] * 120)


# Random numbers and state of the process


def test_the_same_seed_repeats_to_the_bit_and_another_differs():
    once, again, other = fit(), fit(), fit(random_state=1)
    np.testing.assert_array_equal(once.predict_proba(X), again.predict_proba(X))
    np.testing.assert_array_equal(once.sample_influence_, again.sample_influence_)
    assert (once.predict_proba(X) != other.predict_proba(X)).all()
    of_rng = [fit(random_state=np.random.RandomState(3)).predict_proba(X) for _ in range(2)]
    np.testing.assert_array_equal(*of_rng)
    # Fitting the same object twice starts anew.
    np.testing.assert_array_equal(
        once.fit(X, Y, **VALIDATION).predict_proba(X), again.predict_proba(X)
    )
    np.testing.assert_array_equal(
        clone(once).fit(X, Y, **VALIDATION).predict_proba(X), again.predict_proba(X)
    )


def test_the_process_is_left_as_it_was():
    def state():
        numpy = np.random.get_state()  # noqa: NPY002
        return (
            torch.get_rng_state().tolist(),
            [numpy[0], numpy[1].tolist(), *numpy[2:]],
            random.getstate(),
            torch.get_num_threads(),
            (torch.tensor(2e-38) / 4).item() == 0,
            torch.is_grad_enabled(),
            torch.get_default_dtype(),
        )

    before = state()
    make_classifier().fit(X, Y).partial_fit(X, Y).predict(X)
    assert state() == before


# Inputs


@pytest.mark.parametrize("labels", [
    ["no", "yes"], [False, True], [3, 17], [-1.0, 1.0], ["b", "a"],
], ids=str)  # fmt: skip
@pytest.mark.parametrize("kind", ["array", "object", "list", "series", "category"])
def test_labels_of_every_kind_come_back(labels, kind):
    make = {
        "array": lambda y: y,
        # Scikit-learn knows object arrays of strings, and no others.
        "object": lambda y: y.astype(object) if y.dtype.kind == "U" else y,
        "list": lambda y: y.tolist(),
        "series": lambda y: pd.Series(y, index=np.arange(len(y))[::-1]),
        "category": lambda y: pd.Series(y, dtype="category"),
    }[kind]
    labels = np.array(labels)
    validation = {**VALIDATION, "y_val": make(labels[VALIDATION["y_val"]])}
    clf = make_classifier().fit(X, make(labels[Y]), **validation)
    assert clf.classes_.tolist() == sorted(labels.tolist())
    assert set(clf.predict(X).tolist()) == set(labels.tolist())
    same = make_classifier().fit(X, np.searchsorted(clf.classes_, labels[Y]), **{
        **VALIDATION, "y_val": np.searchsorted(clf.classes_, labels[VALIDATION["y_val"]])
    })  # fmt: skip
    np.testing.assert_array_equal(clf.predict_proba(X), same.predict_proba(X))


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64", "int64", "bool"])
def test_numbers_of_every_kind(dtype):
    rows = np.round(X).astype(dtype)
    X_val = np.round(VALIDATION["X_val"]).astype(dtype).astype("float64")
    validation = {**VALIDATION, "X_val": X_val}
    clf = make_classifier().fit(rows, Y, **validation)
    expected = np.float64 if dtype == "float64" else np.float32
    assert clf.predict_proba(rows).dtype == expected
    assert clf.predict_proba(X.astype("float64")).dtype == expected


@pytest.mark.parametrize(
    "convert",
    [
        pd.DataFrame,
        lambda a: a.tolist(),
        sparse.csr_matrix,
        sparse.csc_array,
        sparse.coo_array,
        np.asfortranarray,
        lambda a: np.repeat(a, 2, axis=0)[::2],
    ],
    ids=["frame", "list", "csr", "csc", "coo", "fortran", "strided"],
)
@pytest.mark.parametrize("module", [None, logistic])
def test_containers_of_every_kind_give_the_same_model(convert, module):
    clf = make_classifier(module=module)
    expected = clf.fit(X, Y, **VALIDATION).predict_proba(X)
    rows = convert(X)
    if isinstance(rows, pd.DataFrame):
        rows.columns = list("abcde")
        val = pd.DataFrame(VALIDATION["X_val"], columns=list("abcde"))
    else:
        val = convert(VALIDATION["X_val"])
    clf.fit(rows, Y, **{**VALIDATION, "X_val": val})
    bound = 1e-3 if isinstance(rows, list) else 1e-9  # lists become float32
    np.testing.assert_allclose(clf.predict_proba(rows), expected, rtol=bound)


def test_arrays_may_be_read_only():
    rows, val = X.copy(), VALIDATION["X_val"].copy()
    for array in (rows, val):
        array.setflags(write=False)
    warned = torch.is_warn_always_enabled()
    torch.set_warn_always(True)  # torch complains once in a process otherwise
    try:
        clf = make_classifier().fit(rows, Y, **{**VALIDATION, "X_val": val})
        clf.predict(rows)
    finally:
        torch.set_warn_always(warned)


def test_a_column_of_labels_is_taken_with_scikit_learns_warning():
    with pytest.warns(DataConversionWarning):
        clf = make_classifier().fit(
            X, pd.DataFrame({"y": Y}),
            **{**VALIDATION, "y_val": pd.DataFrame({"y": VALIDATION["y_val"]})},
        )  # fmt: skip
    np.testing.assert_array_equal(clf.predict_proba(X), fit().predict_proba(X))


def test_several_sensitive_columns_become_intersections():
    groups = pd.DataFrame(
        {"sex": VALIDATION["groups_val"], "old": np.tile([True, False], 8)}
    )
    clf = make_classifier().fit(X, Y, **{**VALIDATION, "groups_val": groups})
    assert clf.groups_ == [("F", False), ("F", True), ("M", False), ("M", True)]
    assert "F & False" in clf.history_[0]["group_losses"]
    assert clf.sample_influence_.shape == (120, 4)


def test_three_classes():
    X, y, validation = make_data(n_classes=3, n=200)
    clf = make_classifier(max_epochs=30, dropout=0.0).fit(X, y, **validation)
    assert clf.predict_proba(X).shape == clf.decision_function(X).shape == (200, 3)
    assert len(clf.cells_) == 6
    assert clf.score(X, y) > 0.8


def test_without_a_validation_set_classes_are_groups_and_rows_are_held_out():
    clf = make_classifier(validation_fraction=0.2).fit(X, Y)
    assert clf.groups_ == [0, 1]
    held_out = (clf.sample_influence_ == 0).all(axis=1)
    assert np.bincount(Y[held_out]).tolist() == [12, 12]
    smaller = make_classifier(validation_fraction=0.1).fit(X, Y)
    assert (smaller.sample_influence_ == 0).all(axis=1).sum() == 12


def test_inputs_with_more_dimensions_go_to_a_module():
    def images(n_classes):
        return nn.Sequential(nn.Flatten(), nn.Linear(12, n_classes))

    rng = np.random.default_rng(0)
    stack, y = rng.normal(size=(50, 3, 4)), np.arange(50) % 2
    clf = make_classifier(module=images).fit(stack, y)
    assert clf.predict_proba(stack).shape == (50, 2)


# Hard inputs: nothing becomes NaN


HARD = {
    "constant features": lambda X, val: (np.ones_like(X), np.ones_like(val)),
    "saturated": lambda X, val: (1e4 * X, 1e4 * val),
    "huge": lambda X, val: (1e30 * X, 1e30 * val),
    "tiny": lambda X, val: (1e-30 * X, 1e-30 * val),
    "zeros": lambda X, val: (0 * X, 0 * val),
}


@pytest.mark.parametrize("hard", HARD)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("anchor", [0.0, 0.5])
@pytest.mark.parametrize("feasible", ["ball", "weights"])
def test_finite_input_gives_no_nan(hard, dtype, anchor, feasible):
    rows, val = HARD[hard](X.astype(dtype), VALIDATION["X_val"].astype(dtype))
    clf = make_classifier(anchor=anchor, bargaining=Nash(feasible))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", NoAgreementWarning)
        warnings.simplefilter("ignore", SkippedStepWarning)
        clf.fit(rows, Y, **{**VALIDATION, "X_val": val})
    assert np.isfinite(clf.predict_proba(rows)).all()
    assert np.isfinite(clf.sample_influence_).all()
    for row in clf.history_:
        numbers = [*row["group_losses"].values(), *(row["alpha"] or {}).values()]
        assert np.isfinite([*numbers, row["train_loss"] or 0, row["conflict_rate"]]).all()


class Solved(nn.Module):
    """Rows of group M, marked by the last feature, are right beyond any doubt."""

    def __init__(self, n_features, n_classes):
        super().__init__()
        self.head = nn.Linear(n_features, n_classes)

    def forward(self, X):
        return self.head(X) + 1e3 * X[:, [4]] * torch.stack([-X[:, 1], X[:, 1]], dim=1)


def test_a_group_whose_loss_is_already_0_leaves_the_table():
    rows, val = X.copy(), VALIDATION["X_val"].copy()
    rows[:, 4] = 0
    val[:, 4] = VALIDATION["groups_val"] == "M"
    val[:, 1] = np.where(VALIDATION["y_val"] == 1, 3, -3)
    clf = make_classifier(module=Solved, anchor=0.0)
    clf.fit(rows, Y, **{**VALIDATION, "X_val": val})
    assert clf.history_[0]["group_losses"]["M"] == 0
    assert clf.history_[0]["bargaining_success_rate"] > 0
    assert clf.history_[0]["alpha"]["M, 0"] == 0
    assert clf.history_[-1]["group_losses"]["F"] < clf.history_[0]["group_losses"]["F"]
    assert (clf.sample_influence_[:, 1] == 0).all()


@pytest.mark.filterwarnings("ignore::skfairbargain.exceptions.NoAgreementWarning")
@pytest.mark.parametrize("batch_size", [1, 7, 500])
def test_batches_of_one_and_larger_than_the_data(batch_size):
    rows = slice(0, 40)
    clf = make_classifier(batch_size=batch_size, max_epochs=2)
    clf.fit(X[rows], Y[rows], **VALIDATION)
    assert np.isfinite(clf.predict_proba(X)).all()


def test_one_sample_per_cell():
    X, y, validation = make_data(per_cell=1)
    clf = make_classifier().fit(X, y, **validation)
    assert clf.n_iter_ == 4


@pytest.mark.filterwarnings("ignore::skfairbargain.exceptions.NoAgreementWarning")
def test_a_hundred_groups():
    X, y, validation = make_data(n_groups=100, per_cell=1)
    clf = make_classifier(dropout=0.0).fit(X, y, **validation)
    assert clf.sample_influence_.shape == (120, 100)
    assert len(clf.history_[0]["group_losses"]) == 100


# Errors


def with_value(array, value):
    array = np.array(array, dtype=float)
    array[1, 2] = value
    return array


def bad_inputs():
    nan = "Input X contains NaN.\nNashMetaClassifier does not accept missing values"
    prepared = "`X_val` should be prepared as `X` was. "
    lengths = "should have the same number of rows. Got 16 and 9."
    val = VALIDATION
    return [
        ({"X": with_value(X, np.nan)}, nan),
        ({"X": with_value(X, np.inf)},
         "Input X contains infinity or a value too large for dtype('float64')."),
        ({"X_val": with_value(val["X_val"], np.nan)}, prepared + nan),
        ({"X_val": with_value(val["X_val"], -np.inf)},
         prepared + "Input X contains infinity or a value too large for dtype('float64')."),
        ({"y": Y[:100]},
         "Found input variables with inconsistent numbers of samples: [120, 100]"),
        ({"y_val": val["y_val"][:9]}, "`X_val` and `y_val` " + lengths),
        ({"groups_val": val["groups_val"][:9]}, "`X_val` and `groups_val` " + lengths),
        ({"X_val": val["X_val"][:, :3]},
         prepared + "X has 3 features, but NashMetaClassifier is expecting 5 features"),
        ({"X_val": None},
         "`y_val` and `groups_val` describe `X_val`, which is missing. Pass it, or none of "
         "the three."),
        ({"y_val": None}, "`y_val` should be given with `X_val`. Got None."),
        ({"y": np.zeros(120)},
         "`y` should have 2 classes or more among the rows with a weight. Got 1 class: "
         "[0.0]."),
        ({"y_val": val["y_val"].astype(str)},
         "`y_val` should have no other classes than [0, 1]. Got ['0', '1'] as well."),
        ({"y_val": np.where(val["y_val"], np.nan, 0)},
         "`y_val` should have no other classes than [0, 1]. Got [nan] as well."),
        ({"y_val": np.where(val["y_val"], None, 0)},
         "`y_val` should have no other classes than [0, 1]. Got [None] as well."),
        ({"y": X[:, 0]}, "Unknown label type: continuous."),
        ({"groups_val": np.where(val["groups_val"] == "M", None, "F")},
         "`groups_val` should have a group for every row. Got missing values in 8 of 16 "
         "rows."),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("changed", "message"), bad_inputs(), ids=lambda part: str(part)[:9]
)
def test_bad_input_is_explained(changed, message):
    given = {"X": X, "y": Y, **VALIDATION, **changed}
    with pytest.raises(ValueError, match=f"^{re.escape(message)}") as caught:
        make_classifier().fit(given.pop("X"), given.pop("y"), **given)
    if message.endswith(".") and "label type" not in message and "missing" not in message:
        assert str(caught.value).startswith(message)
    with pytest.raises(NotFittedError):
        make_classifier().predict(X)


def test_a_group_with_one_label_is_an_error_that_says_what_to_do():
    message = (
        "Group 'M' has 4 rows in the validation set, all of class 1. Every group needs "
        "rows of two classes or more: use balanced_validation_split(..., per_cell=5), or "
        "merge the group with another."
    )
    kept = (VALIDATION["groups_val"] == "F") | (VALIDATION["y_val"] == 1)
    with raises(message, UndefinedGroupError):
        make_classifier().fit(X, Y, **{name: a[kept] for name, a in VALIDATION.items()})


def test_other_columns_at_predict_are_refused():
    frame = pd.DataFrame(X, columns=list("abcde"))
    val = pd.DataFrame(VALIDATION["X_val"], columns=list("abcde"))
    clf = make_classifier().fit(frame, Y, **{**VALIDATION, "X_val": val})
    assert clf.feature_names_in_.tolist() == list("abcde")
    names = "The feature names should match those that were passed during fit.\n"
    with raises(names + "Feature names must be in the same order as they were in fit.\n"):
        clf.predict(frame[list("edcba")])
    unseen = names + (
        "Feature names unseen at fit time:\n- z\n"
        "Feature names seen at fit time, yet now missing:\n- e\n"
    )
    with raises(unseen):
        clf.predict(frame.rename(columns={"e": "z"}))
    message = "X has 4 features, but NashMetaClassifier is expecting 5 features as input."
    with raises(message):
        fit().predict_proba(X[:, :4])


def test_a_fit_that_failed_leaves_no_model():
    clf = make_classifier(module=nn.Linear(5, 3))
    message = (
        "`module` should map inputs of shape (2, 5) to logits of shape (2, 2), one per "
        "class. Got shape (2, 3)."
    )
    with raises(message):
        clf.fit(X, Y, **VALIDATION)
    with pytest.raises(NotFittedError):
        clf.predict(X)


def test_layer_sizes_are_checked():
    message = (
        "`hidden_layer_sizes` should hold integers above 0, one per hidden layer. Got "
        "(8, 0)."
    )
    with raises(message):
        fit(hidden_layer_sizes=(8, 0))


# Modules and losses of the user's


class Normalised(nn.Sequential):
    def __init__(self, n_features, n_classes):
        super().__init__(
            nn.Linear(n_features, 6),
            nn.BatchNorm1d(6),
            nn.ReLU(),
            nn.Linear(6, n_classes),
        )


@pytest.mark.parametrize(
    "module",
    [Normalised, Normalised(5, 2), logistic, lambda n_classes: nn.LazyLinear(n_classes)],
    ids=["class", "instance", "function", "lambda"],
)
def test_modules_of_the_users(module):
    clf = fit(module=module, max_epochs=15, lr=0.1)
    assert clf.score(X, Y) > 0.8
    if isinstance(module, nn.Module):
        assert clf.module_ is not module
        assert module[1].num_batches_tracked == 0


def test_auto_says_which_engine_it_took(capsys):
    fit(module=Normalised, verbose=1)
    printed = capsys.readouterr().out
    reason = "Took engine='autograd': BatchNorm1d mixes the samples of a batch.\n"
    assert printed.startswith(reason)
    fit(verbose=1)
    printed = capsys.readouterr().out
    reason = "Took engine='ghost': its hypergradients are exact for this module.\n"
    assert printed.startswith(reason)
    assert "worst_group_loss" in printed
    fit(verbose=0)
    assert capsys.readouterr() == ("", "")
    fit(verbose=2)
    assert "it/s" in capsys.readouterr().err


def test_ghost_is_refused_where_it_would_be_wrong():
    message = (
        "engine='ghost' cannot serve this module: BatchNorm1d mixes the samples of a "
        "batch. Use engine='auto'."
    )
    with raises(message):
        fit(module=Normalised, engine="ghost")


def focal(logits, target):
    losses = nn.functional.cross_entropy(logits, target, reduction="none")
    return losses * (1 - torch.exp(-losses)) ** 2


def relative(logits, target):
    losses = nn.functional.cross_entropy(logits, target, reduction="none")
    return losses / losses.mean()


@pytest.mark.parametrize(
    ("loss", "engine"),
    [
        (focal, "ghost"),
        (nn.CrossEntropyLoss(reduction="none"), "ghost"),
        (relative, "autograd"),
    ],
)
def test_meta_losses_of_the_users(loss, engine):
    clf = fit(meta_loss=loss, max_epochs=10, bargaining=None)
    assert clf.net_.engine_ == engine
    pickle.loads(pickle.dumps(clf)).predict(X)


def test_a_meta_loss_has_one_value_per_sample():
    message = (
        "`meta_loss` should return one loss per sample, of shape (2,) for 2 samples. Got "
        "shape (). A loss of torch's does with reduction='none'."
    )
    with raises(message):
        fit(meta_loss=nn.CrossEntropyLoss())


@pytest.mark.parametrize("optimizer", ["sgd", "adam", "adamw", torch.optim.Adagrad])
def test_optimizers(optimizer):
    assert fit(optimizer=optimizer, max_epochs=20, lr=0.05).score(X, Y) > 0.8


def test_an_optimizer_that_asks_for_the_loss_again_is_refused():
    with pytest.raises(ValueError, match="one step for each gradient"):
        fit(optimizer=torch.optim.LBFGS)


@pytest.mark.parametrize("device", ["cpu", torch.device("cpu")])
def test_devices(device):
    clf = fit(device=device)
    assert next(clf.module_.parameters()).device.type == "cpu"
    np.testing.assert_array_equal(clf.predict_proba(X), fit().predict_proba(X))


# Warnings


def test_steps_without_an_agreement_fall_to_the_goal_with_a_warning_at_the_callers_line():
    # The same rows carry both labels in the validation set: cells want the opposite.
    val = {**VALIDATION, "X_val": np.zeros((16, 5))}
    message = (
        "^The players agreed in no step of the 2 bargaining epochs, so the goal decided "
        r"every step\. Set players='groups', or more validation samples per cell, or "
        r"bargaining=None\.$"
    )
    clf = make_classifier(dropout=0.0)
    goal_alone = make_classifier(dropout=0.0, bargaining=None)
    with pytest.warns(NoAgreementWarning, match=message) as caught:
        clf.fit(X, Y, **val)
    assert caught[0].filename == __file__
    assert [row["bargaining_success_rate"] for row in clf.history_] == [0, 0, None, None]
    expected = goal_alone.fit(X, Y, **val).predict_proba(X)
    np.testing.assert_array_equal(clf.predict_proba(X), expected)


class Nobody(Protocol):
    def weights(self, step):
        return None


def test_skipped_steps_are_counted_and_warned_of():
    clf = make_classifier(goal=Nobody(), bargaining=None, anchor=0.0)
    message = (
        "^12 steps were skipped, because every training weight was zero or a loss was not "
        r"finite\. Scale the features, lower `lr`, or set `anchor` above 0\.$"
    )
    with pytest.warns(SkippedStepWarning, match=message) as caught:
        clf.fit(X, Y, **VALIDATION)
    assert caught[0].filename == __file__
    assert [row["skipped_steps"] for row in clf.history_] == [3, 3, 3, 3]


# Callbacks and early stopping


class Count(Callback):
    def __init__(self):
        self.seen = []

    def on_epoch_end(self, net, **kwargs):
        self.seen.append(net.history[-1, "worst_group_loss"])


def test_callbacks_are_used_as_they_are():
    counter = Count()
    clf = fit(callbacks=[counter])
    assert counter.seen == [row["worst_group_loss"] for row in clf.history_]


def test_a_schedule_sets_the_learning_rate():
    decay = LRScheduler(torch.optim.lr_scheduler.ExponentialLR, gamma=0.5)
    clf = fit(callbacks=[decay])
    assert clf.net_.optimizer_.param_groups[0]["lr"] == pytest.approx(0.05 / 2**4)
    assert (clf.predict_proba(X) != fit().predict_proba(X)).any()


def test_checkpoints_are_written_and_can_be_read(tmp_path):
    checkpoint = Checkpoint(monitor=None, dirname=tmp_path, f_pickle=None)
    clf = fit(callbacks=[checkpoint])
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "criterion.pt", "history.json", "optimizer.pt", "params.pt"
    ]  # fmt: skip
    stored = torch.load(tmp_path / "params.pt", weights_only=True)
    for name, value in clf.module_.state_dict().items():
        assert torch.equal(stored[name], value)


@pytest.mark.parametrize("patience", [True, 3])
def test_early_stopping_returns_to_the_best_epoch(patience):
    # A learning rate that overshoots: the loss rises after some epochs.
    clf = fit(early_stopping=patience, max_epochs=200, lr=0.5, weight_decay=0.0)
    losses = [row["worst_group_loss"] for row in clf.history_]
    waited = 10 if patience is True else patience
    assert clf.n_iter_ == len(losses) < 200
    best = len(losses) - waited - 1
    assert losses[best] <= min(losses[best:]) * (1 + 1e-3)
    logits = torch.from_numpy(
        clf.module_(torch.from_numpy(VALIDATION["X_val"])).detach().numpy()
    )
    errors = nn.functional.cross_entropy(
        logits, torch.from_numpy(VALIDATION["y_val"]), reduction="none"
    ).numpy()
    now = max(errors[VALIDATION["groups_val"] == group].mean() for group in "FM")
    assert now == pytest.approx(losses[best])
    assert now < losses[-1]


# Fits in parts


def test_a_warm_start_goes_on_from_the_weights_with_the_new_parameters():
    clf = make_classifier(warm_start=True, dropout=0.0).fit(X, Y, **VALIDATION)
    before = clf.history_[-1]["worst_group_loss"]
    clf.set_params(lr=1e-9, max_epochs=1).fit(X, Y, **VALIDATION)
    assert clf.n_iter_ == len(clf.history_) == 5
    assert clf.history_[-1]["worst_group_loss"] == pytest.approx(before, rel=1e-5)
    assert clf.history_[-1]["stage"] == 1
    kept = clf.predict_proba(X)
    clf.set_params(bargain_epochs=0, goal=MetaGDRO(), lr=0.1, max_epochs=5)
    clf.fit(X, Y, **VALIDATION)
    assert [row["stage"] for row in clf.history_[5:]] == [2] * 5
    assert np.abs(clf.predict_proba(X) - kept).max() > 0.1
    assert [row["epoch"] for row in clf.history_] == list(range(1, 11))
    cold = clf.set_params(warm_start=False).fit(X, Y, **VALIDATION)
    assert cold.n_iter_ == 5


def test_a_warm_start_keeps_the_old_model_where_it_fails():
    clf = make_classifier(warm_start=True).fit(X, Y, **VALIDATION)
    before = clf.predict_proba(X)
    with raises("`y_val` should be given with `X_val`. Got None."):
        clf.fit(X, Y, X_val=VALIDATION["X_val"])
    np.testing.assert_array_equal(clf.predict_proba(X), before)


@pytest.mark.parametrize("method", ["fit", "partial_fit"])
@pytest.mark.parametrize("dtypes", [("float32", "float64"), ("float64", "float32")])
def test_later_rows_may_have_another_dtype(method, dtypes):
    clf = make_classifier(warm_start=True)
    for dtype in dtypes:
        val = {**VALIDATION, "X_val": VALIDATION["X_val"].astype(dtype)}
        getattr(clf, method)(X.astype(dtype), Y, **val)
    assert clf.predict_proba(X).dtype == dtypes[0]


def test_partial_fits_go_through_the_stages():
    clf = make_classifier()
    clf.partial_fit(X[:60], Y[:60], classes=[0, 1], **VALIDATION)
    for _ in range(4):
        clf.partial_fit(X[60:], Y[60:])  # the validation set stays
    assert [row["stage"] for row in clf.history_] == [1, 1, 2, 2, 2]
    assert clf.n_iter_ == 5
    assert clf.groups_ == ["F", "M"]
    assert clf.sample_influence_.shape == (60, 2)
    again = make_classifier()
    again.partial_fit(X[:60], Y[:60], classes=[0, 1], **VALIDATION)
    for _ in range(4):
        again.partial_fit(X[60:], Y[60:], **VALIDATION)
    np.testing.assert_array_equal(again.predict_proba(X), clf.predict_proba(X))


def test_partial_fits_may_begin_with_one_class():
    clf = make_classifier(bargaining=None)
    clf.partial_fit(X[Y == 1], Y[Y == 1], classes=[0, 1], **VALIDATION)
    clf.partial_fit(X[Y == 0], Y[Y == 0])
    assert clf.classes_.tolist() == [0, 1]


def test_partial_fit_does_not_pass_over_groups_without_their_rows():
    clf = make_classifier().partial_fit(X, Y, **VALIDATION)
    message = (
        "`y_val` and `groups_val` describe `X_val`, which is missing. Pass it, or none of "
        "the three."
    )
    with raises(message):
        clf.partial_fit(X, Y, groups_val=VALIDATION["groups_val"][::-1])


def test_a_first_partial_fit_that_failed_leaves_no_validation_set_behind():
    clf = make_classifier(goal="unheard of")
    with pytest.raises(
        ValueError, match=r"^A protocol should be one of .* Got 'unheard of'\.$"
    ):
        clf.partial_fit(X, Y, **VALIDATION)
    clf.set_params(goal="ltr").partial_fit(X, np.array(["a", "b"])[Y])
    assert clf.groups_ == ["a", "b"]


def test_partial_fit_explains_what_does_not_go_on():
    clf = make_classifier().fit(X, Y, **VALIDATION)
    message = (
        "`groups_val` and `y_val` should have the cells of the first call, [('F', 0), "
        "('F', 1), ('M', 0), ('M', 1)]. Got [(0, 0), (1, 1)]. Only partial_fit keeps a "
        "validation set: after `fit`, pass it once more."
    )
    with raises(message):
        clf.partial_fit(X, Y)
    clf.partial_fit(X, Y, **VALIDATION)
    with raises("`y` should have no other classes than [0, 1]. Got [2] as well."):
        clf.partial_fit(X, Y + 1, **VALIDATION)
    with raises("Sample weights must contain at least one non-zero number."):
        clf.partial_fit(X, Y, **VALIDATION, sample_weight=np.zeros(120))
    assert clf.n_iter_ == 5
