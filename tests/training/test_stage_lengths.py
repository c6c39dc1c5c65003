"""Fits for several lengths of stage 1 share epochs, and equal separate fits to the bit."""

import warnings

import numpy as np
import pytest
import torch
from skorch.callbacks import LRScheduler
from torch import nn

from skfairbargain import NoAgreementWarning, UnusedGoalWarning
from skfairbargain._training._net import MetaNet
from tests.small_model import VALIDATION, Normalised, X, Y, make_classifier, raises

WEIGHTS = np.random.default_rng(1).uniform(0.5, 2, size=len(X))


def apart(clf, lengths, **given):
    return [clone_with(clf, length).fit(X, Y, **VALIDATION, **given) for length in lengths]


def clone_with(clf, length):
    return make_classifier(**{**clf.get_params(), "bargain_epochs": length})


def history(clf):
    """The history without the time that it took, NaN and None alike."""
    return [{k: v for k, v in row.items() if k != "seconds"} for row in clf.history_]


def assert_same(fits, others):
    for fit, other in zip(fits, others, strict=True):
        np.testing.assert_array_equal(fit.predict_proba(X), other.predict_proba(X))
        np.testing.assert_array_equal(fit.applied_weight_, other.applied_weight_)
        np.testing.assert_array_equal(fit.cell_influence_, other.cell_influence_)
        assert history(fit) == history(other)
        assert fit.bargain_epochs == other.bargain_epochs
        assert fit.n_iter_ == other.n_iter_


class DrawsFromTorch(nn.Sequential):
    """Dropout of torch's own, twice, which draws from torch's own generator."""

    def __init__(self, n_features, n_classes):
        super().__init__(
            nn.Dropout(0.2),
            nn.Linear(n_features, 6),
            nn.ReLU(),
            nn.Dropout(0.3),
            nn.Linear(6, n_classes),
        )


@pytest.mark.parametrize(
    "options",
    [
        {"engine": "kernel"},
        {"engine": "ghost"},
        {"engine": "autograd"},
        {"engine": "loop", "optimizer": "adam"},
        {"hidden_layer_sizes": (8, 6), "dropout": 0.4, "optimizer": "adamw"},
        {"optimizer": torch.optim.RMSprop, "momentum": 0.5},
        {"module": DrawsFromTorch},
        {"module": Normalised},
        {"validation_rows_per_step": 2},
        {"measure_every": 2, "goal": "meta_gdro"},
        {"goal": "forml", "bargaining": None},
        {"players": "groups", "anchor": 0.0},
    ],
    ids=str,
)
def test_each_is_to_the_bit_what_its_own_fit_makes(options):
    lengths = [3, 1, 0.34, 0, np.int64(4)]
    clf = make_classifier(**{"max_epochs": 6, **options})
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", NoAgreementWarning)
        fits = clf.fit_stage_lengths(X, Y, lengths, **VALIDATION)
        assert_same(fits, apart(clf, lengths))
    if options.get("bargaining", "nash"):
        stages = [[row["stage"] for row in fit.history_].count(1) for fit in fits]
        assert stages == [3, 1, 2, 0, 4]
        assert abs(fits[0].predict_proba(X) - fits[1].predict_proba(X)).max() > 1e-6


def test_sample_weight_held_out_rows_and_string_labels_travel_as_in_fit():
    labels, lengths = np.array(["no", "yes"])[Y], [1, 2]
    clf = make_classifier()
    fits = clf.fit_stage_lengths(X, labels, lengths, sample_weight=WEIGHTS)
    others = [
        clone_with(clf, length).fit(X, labels, sample_weight=WEIGHTS) for length in lengths
    ]
    assert_same(fits, others)
    assert fits[0].classes_.tolist() == ["no", "yes"]


def test_shared_epochs_are_trained_once(monkeypatch):
    trained = []
    epoch = MetaNet.on_epoch_begin

    def counted(net, *args, **kwargs):
        trained.append(net)
        epoch(net, *args, **kwargs)

    monkeypatch.setattr(MetaNet, "on_epoch_begin", counted)
    clf = make_classifier(max_epochs=10)
    fits = clf.fit_stage_lengths(X, Y, [5, 6, 7, 8, 9], **VALIDATION)
    # 10 of the longest, and 5, 4, 3 and 2 of the others; 50 apart.
    assert len(trained) == 10 + 5 + 4 + 3 + 2
    assert [fit.n_iter_ for fit in fits] == [10] * 5


@pytest.mark.parametrize("lr", [0.05, 2.0])
def test_early_stopping_stops_each_where_its_own_fit_does(lr):
    lengths = [1, 2, 5, 8]
    clf = make_classifier(max_epochs=12, early_stopping=2, lr=lr)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UnusedGoalWarning)
        fits = clf.fit_stage_lengths(X, Y, lengths, **VALIDATION)
        assert_same(fits, apart(clf, lengths))
    # The second stops in the epochs that all of them share.
    assert (fits[2].n_iter_ < 5) == (lr == 2.0)


def test_equal_lengths_have_networks_of_their_own():
    one, two, three = make_classifier().fit_stage_lengths(X, Y, [1, 0.25, 2], **VALIDATION)
    before = two.predict_proba(X)
    np.testing.assert_array_equal(one.predict_proba(X), before)
    one.partial_fit(X, Y, **VALIDATION)
    assert abs(one.predict_proba(X) - before).max() > 0
    np.testing.assert_array_equal(two.predict_proba(X), before)
    assert three.n_iter_ == two.n_iter_ == one.n_iter_ - 1


def test_a_fit_goes_on_as_one_apart_does():
    fits = make_classifier().fit_stage_lengths(X, Y, [1, 2], **VALIDATION)
    others = apart(make_classifier(), [1, 2])
    for each in [*fits, *others]:
        each.partial_fit(X, Y, **VALIDATION)
    assert_same(fits, others)


def test_stages_that_take_all_epochs_warn_each():
    with pytest.warns(UnusedGoalWarning) as caught:
        fits = make_classifier().fit_stage_lengths(X, Y, [1.0, 4, 7, 2], **VALIDATION)
    given = [str(each.message).split(" gives")[0] for each in caught]
    assert given == [f"The goal had no epochs: bargain_epochs={b}" for b in (7, 1.0, 4)]
    for fit in fits[:2]:
        np.testing.assert_array_equal(fit.predict_proba(X), fits[2].predict_proba(X))


def test_estimator_and_torch_are_left_as_they_are():
    clf, state = make_classifier(), torch.get_rng_state()
    names = set(vars(clf))
    clf.fit_stage_lengths(X, Y, [1, 2], **VALIDATION)
    assert set(vars(clf)) == names
    assert torch.equal(torch.get_rng_state(), state)


def test_callbacks_are_refused_in_a_sentence():
    with raises(
        "`callbacks` should be None for fit_stage_lengths, whose trainings share epochs, "
        "because a callback has one state and cannot serve several trainings. Got 'print'. "
        "Call fit once for each length instead."
    ):
        make_classifier(callbacks="print").fit_stage_lengths(X, Y, [1, 2], **VALIDATION)
    clf = make_classifier(callbacks=[LRScheduler()])
    with pytest.raises(ValueError, match=r"^`callbacks` should be None for fit_stage_len"):
        clf.fit_stage_lengths(X, Y, [1, 2], **VALIDATION)


@pytest.mark.parametrize(
    ("lengths", "message"),
    [
        (3, "should be a list of lengths to try, such as [5, 10, 0.5]. Got 3."),
        ("all", "should be a list of lengths to try, such as [5, 10, 0.5]. Got 'all'."),
        ([], "should have one length to try or more. Got an empty list."),
    ],
)
def test_lengths_are_a_list(lengths, message):
    with raises(f"`bargain_epochs` {message}"):
        make_classifier().fit_stage_lengths(X, Y, lengths, **VALIDATION)


def test_each_length_is_checked_as_the_parameter_is():
    with pytest.raises(
        ValueError, match=r"^The 'bargain_epochs' parameter of Nash.* Got -1 "
    ):
        make_classifier().fit_stage_lengths(X, Y, [1, -1], **VALIDATION)
