"""Callbacks of skorch's see training rows, audited rows and numbers; others are refused."""

from collections import Counter

import numpy as np
import pytest
from sklearn.metrics import accuracy_score, roc_auc_score
from skorch.callbacks import (
    BatchScoring,
    Callback,
    Checkpoint,
    EarlyStopping,
    EpochScoring,
    GradientNormClipping,
    PassthroughScoring,
)
from skorch.callbacks.logging import filter_log_keys

from tests.small_model import VALIDATION, X, Y, fit, make_classifier, make_data, raises

CLIPPING = GradientNormClipping(1.0)


class Batches(Callback):
    """Notes what it is given of every batch."""

    def __init__(self):
        self.seen = []

    def on_batch_end(self, net, batch, training, y_pred, **kwargs):
        rows, labels = batch
        self.seen.append((training, rows.clone().numpy(), labels, y_pred))


def test_a_callback_gets_minibatches_and_the_audited_rows_with_their_logits():
    callback = Batches()
    # A step length that changes no weight, and no dropout: the logits are the model's.
    clf = fit(callbacks=[callback], lr=1e-30, dropout=0.0, max_epochs=1, standardize=False)
    assert [training for training, *_ in callback.seen] == [True, True, True, False]
    _, rows, labels, logits = callback.seen[-1]
    np.testing.assert_array_equal(rows, VALIDATION["X_val"])
    np.testing.assert_array_equal(labels, VALIDATION["y_val"])
    np.testing.assert_allclose(
        logits[:, 1] - logits[:, 0], clf.decision_function(rows), atol=1e-12
    )
    seen = {tuple(row): label for row, label in zip(X, Y, strict=True)}
    for _, rows, labels, logits in callback.seen[:3]:
        assert not logits.requires_grad
        # Of every minibatch its own, although all are gathered into the same memory.
        assert [seen[tuple(row)] for row in rows] == labels.tolist()
        np.testing.assert_allclose(
            logits[:, 1] - logits[:, 0], clf.decision_function(rows), atol=1e-12
        )


@pytest.mark.parametrize("use_caching", [True, False])
def test_scores_on_training_rows_and_on_audited_rows(use_caching):
    def scoring(name, on_train):
        return EpochScoring(
            name, on_train=on_train, lower_is_better=False, name=f"{name}_{on_train}",
            use_caching=use_caching,
        )  # fmt: skip

    callbacks = [
        scoring(name, on_train)
        for name in ("accuracy", "roc_auc", "neg_log_loss")
        for on_train in (True, False)
    ]
    clf = fit(callbacks=callbacks, max_epochs=3, dropout=0.0)
    last = clf.net_.history[-1]
    val, y_val = VALIDATION["X_val"], VALIDATION["y_val"]
    assert last["accuracy_False"] == accuracy_score(y_val, clf.predict(val))
    auc = roc_auc_score(y_val, clf.decision_function(val))
    assert last["roc_auc_False"] == pytest.approx(auc)
    # Those of the steps of the epoch, while the model changes.
    assert 0.5 < last["accuracy_True"] <= last["roc_auc_True"] <= 1
    assert last["neg_log_loss_True"] == pytest.approx(-last["train_loss"], rel=1e-5)
    assert last["neg_log_loss_False"] == pytest.approx(-last["valid_loss"], rel=1e-5)


def test_scores_of_text_labels_and_three_classes_are_those_of_their_numbers():
    rows, y, validation = make_data(n_classes=3, n=200)
    labels = np.array(["a", "b", "c"])
    validation = {**validation, "y_val": labels[validation["y_val"]]}
    clf = make_classifier(callbacks=[EpochScoring("accuracy", lower_is_better=False)])
    clf.fit(rows, labels[y], **validation)
    assert clf.net_.history[-1]["accuracy"] == accuracy_score(
        validation["y_val"], clf.predict(validation["X_val"])
    )


def test_scores_of_each_batch():
    callbacks = [
        BatchScoring("accuracy", on_train=True, lower_is_better=False, name="of_batches"),
        PassthroughScoring("valid_loss", lower_is_better=True),
    ]
    clf = fit(callbacks=callbacks)
    scores = clf.net_.history[-1, "batches", :3, "of_batches"]
    assert clf.net_.history[-1, "of_batches"] == pytest.approx(np.mean(scores))


def test_a_callback_changes_no_number_of_the_training():
    plain = fit()
    scored = fit(callbacks=[EpochScoring("accuracy"), EpochScoring("f1", on_train=True)])
    np.testing.assert_array_equal(plain.predict_proba(X), scored.predict_proba(X))


def test_the_validation_loss_is_the_mean_of_the_audited_rows():
    clf = fit(meta_loss="cross_entropy+f1", max_epochs=6)
    for row in clf.history_:
        # The cells are equally large, so that rows and groups have one mean.
        of_groups = np.mean(list(row["group_losses"].values()))
        assert row["valid_loss"] == pytest.approx(of_groups)
    losses = [row["valid_loss"] for row in clf.history_]
    best = [loss < min(losses[:i], default=np.inf) for i, loss in enumerate(losses)]
    assert clf.net_.history[:, "valid_loss_best"] == best


def test_early_stopping_and_checkpoints_watch_the_validation_loss(tmp_path):
    stopping = EarlyStopping(patience=1, sink=lambda text: None)
    clf = fit(callbacks=[stopping, Checkpoint(dirname=tmp_path)], max_epochs=60, lr=0.5)
    losses = [row["valid_loss"] for row in clf.history_]
    assert clf.n_iter_ < 60
    assert losses[-1] > losses[-2] == min(losses)
    # The epoch that stops the training ends before the checkpoint looks at it.
    assert clf.net_.history[:-1, "event_cp"] == [True] * (clf.n_iter_ - 1)
    assert clf.net_.history[-1, "valid_loss_best"] is False


def test_what_loggers_take_of_the_history_are_numbers():
    groups = np.where(VALIDATION["groups_val"] == "F", "F & 40+", "M/x")
    clf = make_classifier().fit(X, Y, **{**VALIDATION, "groups_val": groups})
    for epoch, row in zip(clf.history_, clf.net_.history, strict=True):
        logged = {key: row[key] for key in filter_log_keys(row, ["batches"])}
        assert all(type(value) in (int, float) for value in logged.values())
        assert logged["loss_F _ 40_"] == epoch["group_losses"]["F & 40+"]
        assert logged["loss_M/x"] == epoch["group_losses"]["M/x"]
        for name in ("worst_group_loss", "conflict_rate", "train_loss", "valid_loss"):
            assert logged[name] == epoch[name]
    assert np.isnan(clf.net_.history[-1, "bargaining_success_rate"])
    assert clf.history_[-1]["bargaining_success_rate"] is None


def test_groups_whose_letters_a_logger_cannot_tell_apart_are_numbered():
    groups = np.where(VALIDATION["groups_val"] == "F", "<40", ">40")
    clf = make_classifier().fit(X, Y, **{**VALIDATION, "groups_val": groups})
    last = clf.net_.history[-1]
    assert last["loss_0"] == clf.history_[-1]["group_losses"]["<40"]
    assert last["loss_1"] == clf.history_[-1]["group_losses"][">40"]


@pytest.mark.parametrize(
    "callbacks",
    [[GradientNormClipping], [("clip", CLIPPING)], [("clip", GradientNormClipping)],
     [None, CLIPPING], [("clip", None)], [CLIPPING, GradientNormClipping(2.0)], []],
)  # fmt: skip
def test_classes_names_and_none_are_callbacks(callbacks):
    assert fit(callbacks=callbacks).n_iter_ == 4


REFUSED = "`callbacks` should hold skorch callbacks, or pairs of a name and one. Got "
OWN = ". One of your own is a subclass of skorch.callbacks.Callback."


@pytest.mark.parametrize(("callbacks", "message"), [
    ([3], f"{REFUSED}3{OWN}"),
    (["early_stopping"], f"{REFUSED}'early_stopping'{OWN}"),
    ([CLIPPING, ("clip", 3)], f"{REFUSED}('clip', 3){OWN}"),
    ([("a", "b", "c")], f"{REFUSED}('a', 'b', 'c'){OWN}"),
    ([int], f"{REFUSED}<class 'int'>{OWN}"),
    ([("clip", CLIPPING)] * 2,
     "`callbacks` should have names that differ. Got 'clip' twice."),
    ([EpochScoring],
     "`callbacks` should hold instances of skorch callbacks. Got the class EpochScoring, "
     "which needs arguments: ScoringBase.__init__() missing 1 required positional "
     "argument: 'scoring'."),
])  # fmt: skip
def test_what_is_no_callback(callbacks, message):
    with raises(message):
        fit(callbacks=callbacks)


def test_a_callback_may_not_take_the_name_of_early_stopping():
    with raises("`callbacks` should have names that differ. Got 'early_stopping' twice."):
        fit(callbacks=[("early_stopping", CLIPPING)], early_stopping=2)


def test_a_callback_that_reads_what_the_history_lacks():
    history = fit().net_.history
    has = ", ".join(repr(key) for key in history[-1] if key != "batches")
    with raises(
        "`callbacks` should read what the history has. Key 'valid_acc' was not found in "
        f"history. Its last row has {has}. An EpochScoring before this callback adds a "
        "score."
    ):
        fit(callbacks=[EarlyStopping("valid_acc")])


def test_an_error_of_a_callback_stays_its_own():
    class Broken(Callback):
        def on_epoch_end(self, net, **kwargs):
            raise KeyError("its own")

    with pytest.raises(KeyError, match=r"^'its own'$"):
        fit(callbacks=[Broken()])


class Plain(Callback):
    """Listens to epochs alone, so that training may leave the calls of batches out."""


class Counts(Callback):
    def on_train_begin(self, net, **kwargs):
        self.seen = Counter()
        # Set on the object, as some wrappers do, and not in the class.
        self.on_batch_begin = lambda net, **kwargs: self.seen.update(["begin"])

    def on_batch_end(self, net, training=False, **kwargs):
        self.seen["end"] += training

    def on_grad_computed(self, net, **kwargs):
        self.seen["gradient"] += 1


def test_batches_are_told_of_where_somebody_listens_and_change_nothing():
    counts = Counts()
    told = fit(callbacks=[counts, Plain()])
    untold = fit(callbacks=[Plain()])
    n_steps = 3 * told.n_iter_
    assert counts.seen == {"begin": n_steps, "end": n_steps, "gradient": n_steps}
    np.testing.assert_array_equal(told.predict_proba(X), untold.predict_proba(X))
    for one, other in zip(told.net_.history, untold.net_.history, strict=True):
        assert one["train_batch_count"] == other["train_batch_count"] == 3
        assert one["batches"][:3] == other["batches"][:3]
        assert set(one["batches"][0]) == {"train_loss", "train_batch_size"}
