"""A fit that is refused or fails leaves the model that was there, to the bit."""

import copy
import re

import numpy as np
import pandas as pd
import pytest
import torch
from skorch.callbacks import Callback
from torch import nn

from skfairbargain.protocols import Protocol
from tests.small_model import VALIDATION, Normalised, X, Y, make_classifier, raises

NAMED = pd.DataFrame(X, columns=list("abcde"))


class Trigger(Callback):
    """Raises at a moment."""

    def __init__(self, moment=None, error=None):
        self.moment, self.error = moment, error

    def reach(self, moment):
        if self.moment == moment:
            raise self.error

    def on_train_begin(self, net, **kwargs):
        self.reach("train begins")

    def on_batch_end(self, net, **kwargs):
        self.reach("batch ends")

    def on_grad_computed(self, net, **kwargs):
        self.reach("gradient computed")

    def on_epoch_end(self, net, **kwargs):
        self.reach("epoch ends")

    def on_train_end(self, net, **kwargs):
        self.reach("train ends")


class Returning(Protocol):
    """Returns what it is given, or raises it."""

    def __init__(self, beta):
        self.beta = beta

    def weights(self, step):
        if isinstance(self.beta, BaseException):
            raise self.beta
        return self.beta


class Breaks(nn.Linear):
    """Raises in the midst of a training, where that is switched on."""

    steps_left = np.inf

    def __init__(self, n_features, n_classes):
        super().__init__(n_features, n_classes)

    def forward(self, X):
        if self.training and len(X) > 16:
            type(self).steps_left -= 1
        if self.steps_left < 0:
            raise RuntimeError("the module's")
        return super().forward(X)


def changed(name, rows, value):
    """The validation set, or a column of it, with a value in some rows."""
    column = VALIDATION[name].copy()
    column[rows] = value
    return {**VALIDATION, name: column}


OTHER_CLASSES = np.array([5, 7])
OTHER = {**VALIDATION, "y_val": OTHER_CLASSES[VALIDATION["y_val"]]}
COLUMNS = "X has 4 features, but NashMetaClassifier is expecting 5 features as input"
PREPARED = "`X_val` should be prepared as `X` was. X has "
ROUTE = ' In a Pipeline, transform_input=["X_val"] takes it through the earlier steps.'
FINITE = "one per player. Got array([nan, nan])."
LOST = (
    "`y_val` and `groups_val` describe `X_val`, which is missing. Pass it, or none of the "
    "three."
)
ONE_LABEL = (
    "Group 'F' has 4 rows in the validation set, all of class 1. Every group needs rows of "
    "two classes or more: use balanced_validation_split(..., per_cell=5), or merge the "
    "group with another."
)

# What is changed in the parameters and in the input, the error and how its message begins.
INPUTS = {
    "X not finite": ({}, {"X": np.where(X > 2, np.nan, X)}, "Input X contains NaN"),
    "X of other columns": ({}, {"X": X[:, :4]}, {
        "fit": f"{PREPARED}5 features, but NashMetaClassifier is expecting 4 features as "
        f"input.{ROUTE}",
        "others": COLUMNS,
    }),
    "names and other columns": ({}, {"X": NAMED.iloc[:, :4]}, {
        "fit": f"{PREPARED}5 features, but NashMetaClassifier is expecting 4 features as "
        f"input.{ROUTE}",
        "others": COLUMNS,
    }),
    "y of another length": (
        {}, {"y": Y[:9]}, "Found input variables with inconsistent numbers of samples"
    ),
    "y continuous": ({}, {"y": X[:, 0]}, "Unknown label type: continuous"),
    "y of other classes": ({}, {"y": Y + 5}, {
        "fit": "`y_val` should have no other classes than [5, 6]. Got [0, 1] as well.",
        "others": "`y` should have no other classes than [0, 1]. Got [5, 6] as well.",
    }),
    "y of one class": ({}, {"y": np.zeros(120)}, {
        "fit": "`y` should have 2 classes or more among the rows with a weight. Got 1 "
        "class: [0.0].",
    }),
    "X_val not finite": (
        {}, changed("X_val", 0, np.nan), "`X_val` should be prepared as `X` was. Input X "
        "contains NaN"
    ),
    "X_val of other columns": (
        {}, {**VALIDATION, "X_val": VALIDATION["X_val"][:, :3]},
        f"{PREPARED}3 features, but NashMetaClassifier is expecting 5 features as "
        f"input.{ROUTE}",
    ),
    "no X_val": ({}, {**VALIDATION, "X_val": None}, LOST),
    "no y_val": (
        {}, {**VALIDATION, "y_val": None}, "`y_val` should be given with `X_val`. Got None."
    ),
    "y_val of another class": (
        {}, changed("y_val", 0, 9),
        "`y_val` should have no other classes than [0, 1]. Got [9] as well.",
    ),
    "groups_val of another length": (
        {}, {**VALIDATION, "groups_val": VALIDATION["groups_val"][1:]},
        "`X_val` and `groups_val` should have the same number of rows. Got 16 and 15.",
    ),
    "a group of one label": (
        {}, {name: values[4:] for name, values in VALIDATION.items()}, ONE_LABEL
    ),
    "sample_weight of another length": (
        {}, {"sample_weight": np.ones(9)}, "sample_weight.shape == (9,), expected (120,)!"
    ),
    "sample_weight negative": (
        {}, {"sample_weight": -np.ones(120)},
        "Negative values in data passed to `sample_weight`.",
    ),
    "sample_weight zero": (
        {}, {"sample_weight": np.zeros(120)},
        "Sample weights must contain at least one non-zero number.",
    ),
}  # fmt: skip
PARAMETERS = {
    "parameter out of range": ({"lr": -1.0}, {}, {
        "new net": "The 'lr' parameter of NashMetaClassifier must be a float"
    }),
    "goal of no name": ({"goal": "fair"}, {}, "A protocol should be one of"),
    "bargaining of no name": ({"bargaining": "fair"}, {}, "A protocol should be one of"),
    "goal returns NaN": (
        {"goal": Returning(np.array([np.nan, np.nan])), "bargaining": None}, {},
        "Returning(beta=array([nan, nan])).weights should return None or 2 finite numbers, "
        f"{FINITE}",
    ),
    "goal raises": (
        {"goal": Returning(KeyError("the protocol's")), "bargaining": None}, {},
        "the protocol's",
    ),
    "device of no name": (
        {"device": "nonsense"}, {},
        "`device` should name a device of torch, such as 'cpu', 'cuda' or 'cuda:0'."
    ),
    "hidden_layer_sizes": ({"hidden_layer_sizes": (0,)}, {}, {
        "fit": "`hidden_layer_sizes` should hold integers above 0, one per hidden layer. "
        "Got (0,).",
        "warm_start": "`hidden_layer_sizes` should hold integers above 0, one per hidden "
        "layer. Got (0,).",
    }),
    "module of three classes": ({"module": nn.Linear(5, 3)}, {}, {
        "fit": "`module` should map inputs of shape (3, 5) to logits of shape (3, 2), one "
        "per class. Got shape (3, 3).",
    }),
    "engine that cannot serve": ({"module": Normalised, "engine": "ghost"}, {}, {
        "fit": "engine='ghost' cannot serve this module: BatchNorm1d mixes the samples of "
        "a batch. Use engine='auto'.",
    }),
    "optimizer that steps on its own": ({"optimizer": torch.optim.LBFGS}, {}, {
        "new net": "`optimizer` should take one step for each gradient, as SGD and Adam do."
    }),
    "meta_loss of one value": ({"meta_loss": nn.CrossEntropyLoss()}, {}, {
        "new net": "`meta_loss` should return one loss per sample, of shape (2,) for 2 "
        "samples."
    }),
    "no callback": (
        {"callbacks": [3]}, {}, {"new net": "`callbacks` should hold skorch callbacks"}
    ),
}  # fmt: skip


def cases():
    """Every refusal, with each way of training that meets it."""
    for name, (params, inputs, message) in {**INPUTS, **PARAMETERS}.items():
        for method in ("fit", "warm_start", "partial_fit"):
            text = message
            if isinstance(message, dict):
                other = "new net" if method != "partial_fit" else "others"
                text = message.get(method, message.get(other, message.get("others")))
            if text is not None:
                yield pytest.param(method, params, inputs, text, id=f"{method}-{name}")


def fitted(**changed):
    """A model with a validation set that it keeps, and a trigger in its net."""
    options = {"random_state": np.random.RandomState(3), "max_epochs": 2, **changed}
    clf = make_classifier(callbacks=[Trigger()], **options)
    return clf.fit(X, Y, **VALIDATION).partial_fit(X, Y, **VALIDATION)


def train(clf, method, **inputs):
    given = {"X": X, "y": Y, **VALIDATION, **inputs}
    if method == "warm_start":
        clf.set_params(warm_start=True)
    method = "partial_fit" if method == "partial_fit" else "fit"
    return getattr(clf, method)(given.pop("X"), given.pop("y"), **given)


def drawn(clf):
    """State of the generator that was passed as `random_state`."""
    return [np.asarray(part).tolist() for part in clf.random_state.get_state()]


class Unchanged:
    """Compares an estimator with what it was at the start, and with a copy of then."""

    def __init__(self, clf):
        self.clf = clf
        self.attributes = dict(vars(clf))
        self.twin = copy.deepcopy(clf)
        self.random_state = torch.get_rng_state()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        params = self.twin.get_params()
        self.clf.set_params(**{name: self.attributes[name] for name in params
                               if "__" not in name})  # fmt: skip
        assert torch.equal(torch.get_rng_state(), self.random_state)
        assert drawn(self.clf) == drawn(self.twin)
        assert list(vars(self.clf)) == list(self.attributes)
        assert all(vars(self.clf)[name] is old for name, old in self.attributes.items())
        np.testing.assert_array_equal(self.clf.predict_proba(X), self.twin.predict_proba(X))


def assert_goes_on_alike(clf, twin):
    """Both train one more epoch on the validation set that they keep, with one result."""
    for each in (clf, twin):
        each.partial_fit(X, Y)
    np.testing.assert_array_equal(clf.predict_proba(X), twin.predict_proba(X))
    np.testing.assert_array_equal(clf.cell_influence_, twin.cell_influence_)
    without_time = [
        [{**row, "seconds": 0} for row in each.history_] for each in (clf, twin)
    ]
    assert without_time[0] == without_time[1]


# What scikit-learn says of names, before the refusal.
NAMES = pytest.mark.filterwarnings("ignore:X (has|does not have valid) feature names")


@NAMES
@pytest.mark.parametrize(("method", "params", "inputs", "message"), cases())
def test_a_refused_fit_leaves_the_model(method, params, inputs, message):
    clf = fitted()
    with Unchanged(clf) as before:
        clf.set_params(**params)
        with pytest.raises(Exception, match=re.escape(message)):
            train(clf, method, **inputs)
    assert_goes_on_alike(clf, before.twin)


@pytest.mark.skipif(torch.cuda.is_available(), reason="here it is no refusal")
@pytest.mark.parametrize("method", ["fit", "warm_start", "partial_fit"])
def test_a_device_that_is_not_there_leaves_the_model(method):
    clf = fitted()
    with Unchanged(clf) as before:
        clf.set_params(device="cuda")
        with pytest.raises(ValueError, match=r"^`device` should be one that"):
            train(clf, method)
    assert_goes_on_alike(clf, before.twin)


MOMENTS = [
    ("train begins", KeyboardInterrupt()),
    ("train begins", ValueError("a callback's")),
    ("batch ends", ValueError("a callback's")),
    ("gradient computed", MemoryError("a callback's")),
    ("epoch ends", ValueError("a callback's")),
    ("train ends", ValueError("a callback's")),
    ("train ends", KeyboardInterrupt()),
]


@pytest.mark.parametrize("method", ["fit", "warm_start", "partial_fit"])
@pytest.mark.parametrize(("moment", "error"), MOMENTS)
def test_an_error_in_a_callback_leaves_the_model(method, moment, error):
    clf = fitted()
    with Unchanged(clf) as before:
        (trigger,) = clf.callbacks
        trigger.moment, trigger.error = moment, error
        with pytest.raises(type(error), match=f"^{error}$"):
            train(clf, method)
        trigger.moment = None
    assert_goes_on_alike(clf, before.twin)


@pytest.mark.parametrize("method", ["fit", "warm_start", "partial_fit"])
def test_an_interrupt_before_the_training_leaves_the_model(method):
    class Interrupting:
        def __array__(self, *_):
            raise KeyboardInterrupt

    clf = fitted()
    with Unchanged(clf) as before, pytest.raises(KeyboardInterrupt):
        train(clf, method, groups_val=Interrupting())
    assert_goes_on_alike(clf, before.twin)


@pytest.mark.parametrize("method", ["fit", "warm_start", "partial_fit"])
def test_a_module_that_fails_in_training_leaves_the_model(method, monkeypatch):
    clf = fitted(module=Breaks)
    with Unchanged(clf) as before:
        # Two steps of the three of an epoch.
        monkeypatch.setattr(Breaks, "steps_left", 2)
        message = (
            "`module` should be a module that torch can train, on the loss of each sample, "
            "but it raised RuntimeError: the module's."
        )
        with raises(message):
            train(clf, method)
        monkeypatch.undo()
    assert_goes_on_alike(clf, before.twin)


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("method", ["fit", "warm_start", "partial_fit"])
def test_a_warning_made_an_error_leaves_the_model(method):
    clf = fitted()
    with Unchanged(clf) as before:
        clf.set_params(goal=Returning(None), bargaining=None, anchor=0.0)
        with pytest.raises(UserWarning, match=r"^[36] steps were skipped, because every"):
            train(clf, method)
    assert_goes_on_alike(clf, before.twin)


def test_a_first_fit_that_fails_leaves_no_attribute():
    for method in ("fit", "warm_start", "partial_fit"):
        clf = make_classifier(module=nn.Linear(5, 3), warm_start=True)
        before = dict(vars(clf))
        with pytest.raises(ValueError, match="one per class"):
            train(clf, method)
        assert vars(clf) == before


def test_a_refit_takes_everything_anew():
    clf = make_classifier(max_epochs=1)
    val = {**VALIDATION, "X_val": pd.DataFrame(VALIDATION["X_val"], columns=list("abcde"))}
    clf.partial_fit(NAMED, Y, **val)
    assert clf.feature_names_in_.tolist() == list("abcde")
    fresh = make_classifier(max_epochs=1)
    for each in (clf, fresh):
        each.fit(X[:, :4], OTHER_CLASSES[Y], X_val=OTHER["X_val"][:, :4],
                 y_val=OTHER["y_val"], groups_val=OTHER["groups_val"])  # fmt: skip
    # Neither names nor a validation set of before are left.
    assert set(vars(clf)) == set(vars(fresh))
    assert clf.n_features_in_ == 4
    assert clf.classes_.tolist() == [5, 7]
    np.testing.assert_array_equal(
        clf.predict_proba(X[:, :4]), fresh.predict_proba(X[:, :4])
    )


@pytest.mark.parametrize("optimizer", ["sgd", "adamw", torch.optim.Adagrad])
def test_an_earlier_net_is_not_trained_further(optimizer):
    clf = make_classifier(optimizer=optimizer).fit(X, Y, **VALIDATION)
    net, logits = clf.net_, clf.decision_function(X)
    optimizer = copy.deepcopy(net.optimizer_.state_dict())
    clf.partial_fit(X, Y, **VALIDATION)
    assert clf.net_ is not net
    assert len(net.history) == 4
    before, now = optimizer["state"], net.optimizer_.state_dict()["state"]
    for place, entries in before.items():
        for name, value in entries.items():
            assert np.array_equal(value, now[place][name])
    assert (clf.decision_function(X) != logits).any()
    ours = {id(p) for p in clf.module_.parameters()}
    assert ours == {id(p) for p in clf.net_.optimizer_.param_groups[0]["params"]}


@pytest.mark.parametrize("method", ["fit", "partial_fit"])
def test_a_fit_that_succeeds_advances_the_random_state_as_if_it_drew_from_it(method):
    clf = make_classifier(max_epochs=1, random_state=np.random.RandomState(3))
    getattr(clf, method)(X, Y)
    by_hand = np.random.RandomState(3)
    # Held-out rows of each class, then the seed.
    for label in (0, 1):
        by_hand.choice(np.flatnonzero(label == Y), 6, replace=False)
    by_hand.randint(2**30)
    assert drawn(clf) == [np.asarray(part).tolist() for part in by_hand.get_state()]
