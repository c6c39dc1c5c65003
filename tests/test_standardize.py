"""Features of any units, standardized inside: at every entry, and where it is left out."""

import pickle

import numpy as np
import pandas as pd
import pytest
import torch
from scipy import sparse
from sklearn.base import clone
from sklearn.metrics import roc_auc_score
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from torch import nn

from skfairbargain import ConstantPredictionWarning, NashMetaClassifier
from skfairbargain.datasets import load_diabetes_progression
from skfairbargain.model_selection import balanced_validation_split
from skfairbargain.persistence import load, save
from tests.small_model import VALIDATION, X, Y, logistic, make_classifier

UNITS, ZEROS = np.array([1e-6, 1.0, 30.0, 1e5, 1e12]), np.array([0, 1e3, -5, 1e9, 0])
RAW = X * UNITS + ZEROS
RAW_VALIDATION = {**VALIDATION, "X_val": VALIDATION["X_val"] * UNITS + ZEROS}


class Lookup(nn.Module):
    """The first column says which of three vectors a row is."""

    def __init__(self, kind=nn.Embedding):
        super().__init__()
        self.vectors, self.out = kind(3, 4), nn.Linear(4, 2)

    def forward(self, x):
        index = x[:, :1].long()
        index = index if isinstance(self.vectors, nn.EmbeddingBag) else index[:, 0]
        return self.out(self.vectors(index))


class Pictures(nn.Module):
    """A convolution of pictures of three channels."""

    def __init__(self):
        super().__init__()
        self.layers = nn.Sequential(nn.Conv2d(3, 2, 2), nn.Flatten(), nn.Linear(8, 2))

    def forward(self, x):
        return self.layers(x)


def test_raw_columns_of_a_real_table_train():
    diabetes = load_diabetes_progression()
    X, X_val, y, y_val, _, sex_val = balanced_validation_split(
        diabetes.data, diabetes.target, diabetes.sensitive["sex"], per_cell=10,
        random_state=0,
    )  # fmt: skip
    clf = NashMetaClassifier(random_state=0)
    clf.fit(X, y, X_val=X_val, y_val=y_val, groups_val=sex_val)
    scores = clf.predict_proba(X)[:, 1]
    assert roc_auc_score(y, scores) > 0.84
    assert len(np.unique(scores)) > 0.9 * len(scores)
    assert clf.history_[-1]["train_loss"] < 0.55  # guessing has 0.69


@pytest.mark.parametrize("sigma", [1, 3, 30])
def test_a_heavy_tail_does_no_more_harm_than_to_scikit_learns_network(sigma):
    rng = np.random.default_rng(0)
    features = rng.normal(size=(3000, 5))
    y = (features[:, 0] + features[:, 1] + rng.normal(size=3000) > 0).astype(int)
    features = np.c_[features, 30 * rng.lognormal(sigma=sigma, size=3000)]
    train, test = slice(0, 2000), slice(2000, None)
    network = MLPClassifier((128, 64), max_iter=40, early_stopping=True, random_state=0)
    theirs = make_pipeline(StandardScaler(), network).fit(features[train], y[train])
    ours = NashMetaClassifier(random_state=0).fit(features[train], y[train])
    reached, expected = (
        roc_auc_score(y[test], model.predict_proba(features[test])[:, 1])
        for model in (ours, theirs)
    )
    assert reached > expected - 0.02


@pytest.mark.parametrize("module", [None, logistic, nn.Linear(5, 2)])
@pytest.mark.parametrize("given", [True, False])
def test_units_do_not_matter(module, given):
    clf = make_classifier(module=module)
    raw = clone(clf).fit(RAW, Y, **(RAW_VALIDATION if given else {}))
    plain = clf.fit(X, Y, **(VALIDATION if given else {}))
    np.testing.assert_allclose(raw.predict_proba(RAW), plain.predict_proba(X), rtol=1e-5)
    np.testing.assert_allclose(raw.sample_influence_, plain.sample_influence_, rtol=1e-3,
                               atol=1e-6)  # fmt: skip
    losses = [clf.history_[-1]["worst_group_loss"] for clf in (raw, plain)]
    assert losses[0] == pytest.approx(losses[1], rel=1e-5)


def test_it_is_what_a_scaler_of_the_training_rows_does():
    scaler = StandardScaler().fit(RAW)
    by_hand = make_classifier(standardize=False)
    X_val = scaler.transform(RAW_VALIDATION["X_val"])
    by_hand.fit(scaler.transform(RAW), Y, **{**VALIDATION, "X_val": X_val})
    clf = make_classifier().fit(RAW, Y, **RAW_VALIDATION)
    expected = by_hand.predict_proba(scaler.transform(RAW))
    np.testing.assert_allclose(clf.predict_proba(RAW), expected, rtol=1e-5)
    np.testing.assert_allclose(clf.scaler_.mean_, scaler.mean_)
    np.testing.assert_allclose(clf.scaler_.scale_, scaler.scale_)
    logits = clf.module_(torch.from_numpy(clf.scaler_.transform(RAW))).detach().numpy()
    np.testing.assert_array_equal(clf.decision_function(RAW), logits[:, 1] - logits[:, 0])
    assert by_hand.scaler_ is None


def test_held_out_rows_and_rows_without_a_weight_do_not_count():
    raw, weight = RAW.copy(), np.ones(len(Y))
    weight[::5] = 0
    raw[::5] = 1e200
    # All rows in one minibatch, since a partial one would be dropped.
    clf = make_classifier(validation_fraction=0.3, batch_size=500)
    clf.fit(raw, Y, sample_weight=weight)
    trained = clf.applied_weight_ > 0
    assert 40 < trained.sum() < 96
    np.testing.assert_allclose(clf.scaler_.mean_, raw[trained].mean(axis=0))
    np.testing.assert_allclose(clf.scaler_.scale_, raw[trained].std(axis=0))


def test_whole_weights_are_copies():
    weight = np.tile([1.0, 2.0], 60)
    weighted = make_classifier().fit(RAW, Y, **RAW_VALIDATION, sample_weight=weight)
    rows = np.repeat(np.arange(120), weight.astype(int))
    copies = make_classifier().fit(RAW[rows], Y[rows], **RAW_VALIDATION)
    np.testing.assert_allclose(weighted.scaler_.mean_, copies.scaler_.mean_)
    np.testing.assert_allclose(weighted.scaler_.scale_, copies.scaler_.scale_)


def test_inputs_are_left_as_they_are():
    rows, validation = RAW.copy(), RAW_VALIDATION["X_val"].copy()
    for array in (rows, validation):
        array.setflags(write=False)
    clf = make_classifier().fit(rows, Y, **{**VALIDATION, "X_val": validation})
    clf.partial_fit(rows, Y, **{**VALIDATION, "X_val": validation}).predict(rows)
    np.testing.assert_array_equal(rows, RAW)


@pytest.mark.parametrize("kind", [nn.Embedding, nn.EmbeddingBag])
def test_rows_of_a_table_of_vectors_are_looked_up_as_they_are(kind):
    rows = np.random.default_rng(0).integers(0, 3, (120, 5)).astype(float)
    y = (rows[:, 0] == 2).astype(int)
    y_val = np.tile([0, 1], 8)
    given = {
        **VALIDATION,
        "X_val": np.repeat(2.0 * y_val, 5).reshape(16, 5),
        "y_val": y_val,
    }
    for module in (Lookup(kind), lambda: Lookup(kind)):
        clf = make_classifier(module=module, anchor=1.0, max_epochs=30).fit(
            rows, y, **given
        )
        assert clf.scaler_ is None
        assert clf.score(rows, y) == 1


@pytest.mark.parametrize(("standardize", "shape"), [("auto", None), (True, (3,))])
def test_pictures_are_left_alone_or_scaled_by_channel(standardize, shape):
    rng = np.random.default_rng(0)
    rows, X_val = (rng.normal(5, 3, (n, 3, 3, 3)) for n in (120, 16))
    options = {"bargaining": None, "lr": 1e-3}
    clf = make_classifier(module=Pictures, standardize=standardize, **options)
    clf.fit(rows, Y, **{**VALIDATION, "X_val": X_val})
    assert np.isfinite(clf.predict_proba(rows)).all()
    if shape is None:
        assert clf.scaler_ is None
    else:
        np.testing.assert_allclose(clf.scaler_.mean_, rows.mean(axis=(0, 2, 3)))


def test_sparse_rows_are_scaled_without_subtracting_the_mean():
    rows = np.where(X > 0.3, X * UNITS, 0)
    X_val = np.where(VALIDATION["X_val"] > 0.3, VALIDATION["X_val"] * UNITS, 0)
    clf = make_classifier()
    clf.fit(sparse.csr_array(rows), Y, **{**VALIDATION, "X_val": sparse.csr_array(X_val)})
    features = clf.scaler_.transform(rows)
    np.testing.assert_allclose(features, rows / rows.std(axis=0))
    np.testing.assert_allclose(
        clf.predict_proba(rows), clf.predict_proba(sparse.csr_array(rows)), rtol=1e-6
    )


def test_partial_fit_goes_on_with_the_statistics():
    clf = make_classifier()
    for part in range(4):
        rows = slice(part * 30, (part + 1) * 30)
        clf.partial_fit(RAW[rows], Y[rows], [0, 1], **RAW_VALIDATION)
    assert clf.scaler_.n_rows_ == 120
    np.testing.assert_allclose(clf.scaler_.mean_, RAW.mean(axis=0))
    np.testing.assert_allclose(clf.scaler_.scale_, RAW.std(axis=0))


def test_a_first_call_with_one_row_does_no_harm():
    clf = make_classifier(bargaining=None)
    clf.partial_fit(RAW[:1], Y[:1], [0, 1], **RAW_VALIDATION)
    for _ in range(30):
        clf.partial_fit(RAW, Y)
    assert clf.score(RAW, Y) > 0.9


def test_a_partial_fit_that_fails_leaves_the_statistics():
    clf = make_classifier().fit(RAW, Y, **RAW_VALIDATION)
    before, scaler = clf.predict_proba(RAW), clf.scaler_
    with pytest.raises(ValueError, match="y_val"):
        clf.partial_fit(RAW * 2, Y, X_val=RAW_VALIDATION["X_val"])
    earlier_mean = scaler.mean_
    other = clone(clf).set_params(warm_start=True).fit(RAW, Y, **RAW_VALIDATION)
    other.partial_fit(RAW * 2, Y, **RAW_VALIDATION)
    assert clf.scaler_ is scaler
    np.testing.assert_array_equal(scaler.mean_, earlier_mean)
    np.testing.assert_array_equal(clf.predict_proba(RAW), before)


def test_a_warm_start_measures_its_own_rows():
    clf = make_classifier(warm_start=True).fit(RAW, Y, **RAW_VALIDATION)
    clf.fit(RAW * 2, Y, **{**VALIDATION, "X_val": RAW_VALIDATION["X_val"] * 2})
    np.testing.assert_allclose(clf.scaler_.mean_, 2 * RAW.mean(axis=0))


@pytest.mark.parametrize("standardize", ["auto", False])
def test_models_that_are_stored_predict_and_go_on_as_before(standardize, tmp_path):
    clf = make_classifier(standardize=standardize).fit(X, Y, **VALIDATION)
    save(clf, tmp_path / "model")
    for again in (load(tmp_path / "model"), pickle.loads(pickle.dumps(clf))):
        np.testing.assert_array_equal(again.predict_proba(X), clf.predict_proba(X))
        further, expected = (
            model.partial_fit(X + 1, Y, **VALIDATION).predict_proba(X)
            for model in (again, pickle.loads(pickle.dumps(clf)))
        )
        np.testing.assert_array_equal(further, expected)


@pytest.mark.parametrize("scale", [1e300, 1e-300, 1e-318])
def test_numbers_near_the_ends_of_float64_give_finite_models(scale):
    rows, validation = (
        X / 10 * scale,
        {**VALIDATION, "X_val": VALIDATION["X_val"] / 10 * scale},
    )
    clf = make_classifier()
    if scale == 1e-318:  # the columns have no digits left
        with pytest.warns(ConstantPredictionWarning):
            clf.fit(rows, Y, **validation)
    else:
        assert clf.fit(rows, Y, **validation).score(rows, Y) > 0.9
    assert np.isfinite(clf.predict_proba(rows)).all()
    assert np.isfinite(clf.predict_proba(np.sign(X) * 1.7e308)).all()


@pytest.mark.parametrize("kind", [np.asarray, lambda rows: rows.tolist(), pd.DataFrame])
def test_wide_integers_are_not_rounded_before_they_are_scaled(kind):
    """Seconds since 1970 differ by less than float32 can tell apart."""
    seconds, of_audit = (
        1_600_000_000 + (50 * rows).round().astype(np.int64)
        for rows in (X, VALIDATION["X_val"])
    )
    audited = {**VALIDATION, "X_val": kind(of_audit)}
    clf = make_classifier(max_epochs=8).fit(kind(seconds), Y, **audited)
    assert clf.score(kind(seconds), Y) > 0.9


@pytest.mark.parametrize("dtype", [bool, np.uint8, np.int16, np.float16, np.float32])
def test_what_float32_holds_is_computed_in_float32(dtype):
    rows = (X > 0).astype(dtype)
    clf = make_classifier().fit(rows, Y, **{**VALIDATION, "X_val": VALIDATION["X_val"] > 0})
    assert clf.module_[0].weight.dtype == torch.float32
