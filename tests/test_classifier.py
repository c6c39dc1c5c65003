"""Parameters of the estimator, whole fits, and the state of the process around them."""

import inspect
import random

import numpy as np
import pytest
import torch
from sklearn.base import clone
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from torch import nn

from skfairbargain import NashMetaClassifier
from skfairbargain.protocols import LtR, Nash, Protocol
from tests.small_model import VALIDATION, X, Y, fit, logistic, make_classifier, raises

# Parameters

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
    "standardize": False,
    "module": logistic,
    "optimizer": "adam",
    "momentum": 0.5,
    "weight_decay": 0.1,
    "batch_size": 30,
    "meta_loss": "cross_entropy+f1",
    "weight_norm": "l1",
    "harmless_goal": True,
    "validation_rows_per_step": 2,
    "players": "groups",
    "random_state": 1,
}
# Tested on their own below, because they are not meant to change the predictions.
OTHERS = {"engine", "measure_every", "validation_fraction", "early_stopping",
          "callbacks", "device", "warm_start", "verbose"}  # fmt: skip


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
        ("dropout", 1), ("standardize", "never"), ("module", "mlp"),
        ("optimizer", "lbfgs"), ("momentum", 1),
        ("weight_decay", -1), ("batch_size", 0), ("meta_loss", "mse"),
        ("weight_norm", "l3"), ("measure_every", 0),
        ("validation_rows_per_step", 0), ("players", "rows"), ("engine", "jax"),
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
    for engine in ("kernel", "ghost", "autograd", "auto"):
        clf = make_classifier(engine=engine, dropout=0.0)
        validation = {**VALIDATION, "X_val": VALIDATION["X_val"].astype(dtype)}
        fits.append(
            clf.fit(X.astype(dtype), Y, **validation).predict_proba(X.astype(dtype))
        )
    bound = 1e-9 if dtype == np.float64 else 1e-4
    np.testing.assert_allclose(fits[0], fits[1], rtol=bound)
    np.testing.assert_allclose(fits[0], fits[2], rtol=bound)
    np.testing.assert_array_equal(fits[0], fits[3])


def test_anchor_1_is_a_hand_written_loop_with_momentum_and_decay():
    options = {"dropout": 0.0, "batch_size": 120, "standardize": False}
    clf = fit(anchor=1.0, max_epochs=8, lr=0.1, **options)
    # A full batch, so its order does not matter; the start is that of a fit of no length.
    module = fit(max_epochs=1, bargain_epochs=0, lr=1e-300, **options).module_
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
    clf = fit(max_epochs=30, bargain_epochs=6, standardize=False, **options)
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
        bias = torch.finfo(torch.float64).max * torch.tensor([-1.0, 1.0]).double()
        clf.module_[-1].bias.copy_(bias)
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
