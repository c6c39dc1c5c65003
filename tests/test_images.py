"""Images: their shape, their bytes, their channels, and their classes as groups."""

import random

import numpy as np
import pandas as pd
import pytest
import torch
from torch import nn

from skfairbargain import ModelFileError, NashMetaClassifier
from skfairbargain.exceptions import ChannelsLastWarning, ValidationSetWarning
from skfairbargain.model_selection import balanced_validation_split
from skfairbargain.persistence import load, save
from tests.persistence._shared import rewrite
from tests.small_model import raises

RNG = np.random.default_rng(0)
Y = np.arange(90) % 3
BYTES = RNG.integers(0, 200, size=(90, 3, 6, 5), dtype=np.uint8)
BYTES[np.arange(90), Y] += 55  # the channel that is brighter is the class
FLOATS = np.float32(BYTES) / 255


class Net(nn.Sequential):
    """A small convolutional network for any number of channels."""

    def __init__(self, n_features, n_classes):
        super().__init__(
            nn.Conv2d(n_features, 4, 3),
            nn.ReLU(),
            nn.AdaptiveAvgPool2d(1),
            nn.Flatten(),
            nn.Linear(4, n_classes),
        )


def fit(X=BYTES, X_val=None, y=Y, **options):
    options = {"max_epochs": 2, "bargain_epochs": 1, "batch_size": 30, **options}
    clf = NashMetaClassifier(module=options.pop("module", Net), random_state=0, **options)
    X_val = X[:12] if X_val is None else X_val
    return clf.fit(X, y, X_val=X_val, y_val=y[: len(X_val)])


@pytest.fixture(scope="module")
def of_bytes():
    return fit()


@pytest.fixture(scope="module")
def of_floats():
    return fit(FLOATS)


# Bytes


def test_bytes_train_as_their_255ths(of_bytes, of_floats):
    expected = of_floats.predict_proba(FLOATS)
    np.testing.assert_array_equal(of_bytes.predict_proba(BYTES), expected)
    np.testing.assert_array_equal(of_bytes.predict_proba(FLOATS), expected)
    assert of_bytes.module_[0].weight.dtype == torch.float32
    assert of_bytes.history_[0]["train_loss"] == of_floats.history_[0]["train_loss"]


@pytest.mark.parametrize("standardize", [True, False])
def test_bytes_are_standardized_as_their_255ths(standardize):
    models = [fit(X, standardize=standardize) for X in (BYTES, FLOATS)]
    expected = models[1].predict_proba(FLOATS)
    for X in (BYTES, FLOATS):
        np.testing.assert_allclose(models[0].predict_proba(X), expected, rtol=1e-5)
    if standardize:
        np.testing.assert_allclose(models[0].scaler_.mean_, FLOATS.mean((0, 2, 3)), 1e-6)


def as_view(X):
    return X.transpose(0, 2, 3, 1).copy().transpose(0, 3, 1, 2)


@pytest.mark.parametrize("kind", [list, torch.from_numpy, as_view])
def test_lists_tensors_and_views_of_bytes_are_bytes(kind, of_bytes):
    expected = of_bytes.predict_proba(BYTES)
    np.testing.assert_array_equal(of_bytes.predict_proba(kind(BYTES)), expected)
    np.testing.assert_array_equal(fit(kind(BYTES)).predict_proba(BYTES), expected)


def test_floats_that_are_no_255ths_are_refused(of_bytes):
    message = (
        "`{}` should hold uint8, as the rows trained on do, or floats from 0 to 1. Got "
        "float32 from 0 to {}. Of uint8 the network gets 255ths."
    )
    as_floats = BYTES.astype(np.float32)
    with raises(message.format("X", int(BYTES.max()))):
        of_bytes.predict(as_floats)
    with raises(message.format("X", int(BYTES.max()))):
        fit().partial_fit(as_floats, Y, X_val=BYTES[:12], y_val=Y[:12])
    with raises(
        "`X_val` should be prepared as `X` was. "
        f"{message.format('X_val', int(BYTES[:12].max()))} In a Pipeline, "
        'transform_input=["X_val"] takes it through the earlier steps.'
    ):
        fit(X_val=as_floats[:12])
    # Those of floats may be mixed with bytes, and bytes with floats.
    np.testing.assert_array_equal(
        fit(X_val=FLOATS[:12]).predict_proba(BYTES), of_bytes.predict_proba(BYTES)
    )
    clf = fit().partial_fit(FLOATS, Y, X_val=BYTES[:12], y_val=Y[:12])
    assert clf.predict(BYTES).shape == Y.shape


def test_bytes_after_floats_are_refused(of_floats):
    message = (
        "`X` should hold the same numbers as the rows trained on. Got uint8, of which the "
        "network gets 255ths, and those were not uint8. Convert it as the rows trained on "
        "were, or train on uint8."
    )
    with raises(message):
        of_floats.predict(BYTES)


@pytest.mark.parametrize("dtype", [np.uint8, np.int8, np.uint16, np.float16, bool])
def test_small_numbers_are_converted_for_each_minibatch(dtype, tmp_path):
    """Of a memory-mapped file no copy is made."""
    path = tmp_path / "X.dat"
    given = (BYTES // 2).astype(dtype)
    given.tofile(path)
    X = np.memmap(path, dtype, "r", shape=BYTES.shape)
    found = fit(X).predict_proba(X)
    values = given.astype(np.float32) / (255 if dtype == np.uint8 else 1)
    np.testing.assert_array_equal(found, fit(values).predict_proba(values))


def test_a_table_of_bytes_is_no_image():
    flat = BYTES.reshape(90, -1)
    options = {"max_epochs": 2, "bargaining": None, "random_state": 0}
    both = [
        NashMetaClassifier(**options).fit(X, Y) for X in (flat, flat.astype(np.float32))
    ]
    found = [clf.predict_proba(flat) for clf in both]
    np.testing.assert_array_equal(*found)


# Shapes

SHAPE = "`X` should have rows of shape (3, 6, 5), as the rows trained on have. Got rows of "


@pytest.mark.parametrize(
    ("change", "found"),
    [
        (lambda X: X[:, :, :4], "shape (3, 4, 5)."),
        (lambda X: X[:, :1], "shape (1, 6, 5)."),
        (lambda X: X[0], "shape (6, 5). One row is `X[None]`."),
        (lambda X: X.reshape(90, -1), "shape (90,). If these are the same numbers: pass "
         "`np.reshape(X, (len(X), 3, 6, 5))`."),
        (lambda X: pd.DataFrame(X.reshape(90, -1)), "shape (90,). If these are the same "
         "numbers: pass `np.reshape(X, (len(X), 3, 6, 5))`."),
        (lambda X: X.transpose(0, 2, 3, 1),
         "shape (6, 5, 3). Its channels are last: pass `X.transpose(0, 3, 1, 2)`."),
    ],
)  # fmt: skip
def test_images_of_another_shape_are_refused(change, found, of_bytes):
    with raises(SHAPE + found):
        of_bytes.predict(change(BYTES))
    with raises(SHAPE + found):
        of_bytes.partial_fit(change(BYTES), Y)


def test_audited_images_have_the_shape_of_the_others():
    with raises(
        "`X_val` should be prepared as `X` was. "
        f"{SHAPE.replace('X', 'X_val', 1)}shape (3, 6, 4). In a Pipeline, "
        'transform_input=["X_val"] takes it through the earlier steps.'
    ):
        fit(X_val=BYTES[:12, :, :, :4])


GREY = BYTES[:, 0]


def flat_or_not(n_classes):
    return nn.Sequential(nn.Flatten(), nn.LazyLinear(n_classes))


@pytest.mark.parametrize(
    ("trained", "given", "found"),
    [
        (GREY[:, None], GREY, "(1, 6, 5), as the rows trained on have. Got rows of shape "
         "(6, 5). Its images have no axis of channels: pass `X[:, None]`."),
        (GREY, GREY[:, None], "(6, 5), as the rows trained on have. Got rows of shape "
         "(1, 6, 5). Those had no axis of channels: pass `X[:, 0]`."),
        (GREY.reshape(90, -1), GREY, "(30,), as the rows trained on have. Got rows of "
         "shape (6, 5). If these are the same numbers: pass "
         "`np.reshape(X, (len(X), 30))`."),
    ],
)  # fmt: skip
def test_grey_and_flat_images_have_a_way_out(trained, given, found):
    clf = fit(trained, module=flat_or_not, bargaining=None)
    with raises(f"`X` should have rows of shape {found}"):
        clf.predict(given)


OF_LAYER = (
    "`module` should map inputs of shape {} to logits of shape (2, 3), one per class. But "
    "its layer '0' ({}) raised RuntimeError: {}"
)


@pytest.mark.parametrize(
    ("X", "module", "message"),
    [
        (GREY, Net, OF_LAYER.format((2, 6, 5), "Conv2d", "Given groups=1, weight of "
         "size [4, 6, 3, 3], expected input[1, 2, 6, 5] to have 6 channels, but got 2 "
         "channels instead. The rows seem to be images without an axis of channels, which "
         "torch's layers take first: pass `X[:, None]`, and `X_val` alike.")),
        (pd.DataFrame(GREY.reshape(90, -1)), Net, OF_LAYER.format((2, 30), "Conv2d",
         "Expected 3D (unbatched) or 4D (batched) input to conv2d, but got input of size: "
         "[2, 30]. The rows are flat, and this layer takes images: pass arrays of shape "
         "(n, channels, height, width).")),
        (Y[:, None], lambda n_classes: nn.Sequential(nn.Embedding(3, 3), nn.Flatten()),
         OF_LAYER.format((2, 1), "Embedding", "Expected tensor for argument #1 "
         "'indices' to have one of the following scalar types: Long, Int; but got "
         "torch.DoubleTensor instead (while checking arguments for embedding). A network "
         "gets floats: call `.long()` on what are tokens, in its forward.")),
    ],
)  # fmt: skip
def test_a_layer_that_cannot_take_the_rows_says_what_to_pass(X, module, message):
    with raises(message):
        NashMetaClassifier(module=module).fit(X, Y)


@pytest.mark.parametrize("kind", [pd.Series, lambda images: pd.Series(images).to_numpy()])
def test_a_column_of_images_is_an_array_of_them(kind, of_bytes):
    column = kind(list(BYTES))
    expected = of_bytes.predict_proba(BYTES)
    np.testing.assert_array_equal(of_bytes.predict_proba(column), expected)
    np.testing.assert_array_equal(fit(column, BYTES[:12]).predict_proba(BYTES), expected)


def test_a_frame_with_a_column_of_images_says_what_to_pass():
    with raises(
        "`X` should hold a row of numbers for each sample. setting an array element with a "
        "sequence. Of a column of images np.stack makes an array."
    ):
        fit(pd.DataFrame({"image": list(BYTES)}), BYTES[:12])


@pytest.mark.parametrize("few", ["minibatch", "audit"])
def test_statistics_of_one_row_say_where_it_is(few):
    module = nn.Sequential(nn.Flatten(), nn.BatchNorm1d(90), nn.Linear(90, 3))
    with raises(
        "`module` should be a module that torch can train, on the loss of each sample, but "
        "its layer '1' (BatchNorm1d) raised ValueError: Expected more than 1 value per "
        "channel when training, got input size torch.Size([1, 90]). Statistics of a batch "
        "need two rows or more: of a minibatch (`batch_size`), and of the audited rows."
    ):
        if few == "minibatch":
            fit(module=module, batch_size=1)
        else:
            clf = NashMetaClassifier(module=module)
            with pytest.warns(ValidationSetWarning):
                clf.fit(BYTES, Y, X_val=BYTES[:1], y_val=Y[:1])


@pytest.mark.parametrize("module", ["Net", 3])
def test_a_file_needs_a_module_that_can_be_made(module, of_bytes, tmp_path):
    save(of_bytes, tmp_path / "model")
    with raises(
        "`module` should be a torch.nn.Module, or a class or function that makes one. Got "
        f"{module!r}.",
        TypeError,
    ):
        load(tmp_path / "model", module=module)


def test_channels_first_after_channels_last():
    last = BYTES.transpose(0, 2, 3, 1)
    clf = fit(
        last, module=lambda n_classes: nn.Sequential(nn.Flatten(), nn.LazyLinear(n_classes))
    )
    with raises(
        "`X` should have rows of shape (6, 5, 3), as the rows trained on have. Got rows of "
        "shape (3, 6, 5). Its channels are first: pass `X.transpose(0, 2, 3, 1)`."
    ):
        clf.predict(BYTES)


def test_images_without_pixels_are_refused():
    with raises("`X` should have rows that hold numbers. Got shape (90, 3, 0, 5)."):
        fit(BYTES[:, :, :0])


HINT = (
    " The rows seem to be images whose channels are last, and torch's layers take them "
    "first: pass `X.transpose(0, 3, 1, 2)`, and `X_val` alike."
)


def test_a_convolution_that_cannot_take_channels_last_says_so():
    last = np.tile(BYTES.transpose(0, 2, 3, 1), (1, 2, 2, 1))
    with raises(
        "`module` should map inputs of shape (2, 12, 10, 3) to logits of shape (2, 3), one "
        "per class. But its layer '0' (Conv2d) raised RuntimeError: Given groups=1, weight "
        "of size [4, 3, 3, 3], expected input[2, 12, 10, 3] to have 3 channels, but got 12 "
        f"channels instead.{HINT}"
    ):
        fit(last, module=Net(3, 3))


def test_a_convolution_over_the_rows_of_an_image_is_warned_of():
    last = np.tile(BYTES.transpose(0, 2, 3, 1), (1, 2, 2, 1))
    message = (
        "A convolution of `module` takes axis 1 of rows of shape (2, 12, 10, 3) for their "
        f"channels.{HINT}"
    )
    with pytest.warns(ChannelsLastWarning) as caught:
        fit(last)
    assert str(caught[0].message) == message
    assert caught[0].filename == __file__


def test_a_module_that_moves_the_channels_is_not_warned_of():
    class Moved(Net):
        def __init__(self, row_shape, n_classes):
            super().__init__(row_shape[-1], n_classes)

        def forward(self, X):
            return super().forward(X.permute(0, 3, 1, 2))

    last, options = BYTES.transpose(0, 2, 3, 1), {"bargaining": None, "max_epochs": 1}
    found = fit(last, module=Moved, **options).predict_proba(last)
    np.testing.assert_allclose(found, fit(**options).predict_proba(BYTES), rtol=1e-4)


def test_what_a_module_is_told_of_images(of_bytes):
    told = []

    def make(n_features, n_classes, row_shape):
        told.append((n_features, n_classes, row_shape))
        return Net(n_features, n_classes)

    assert fit(module=make).n_features_in_ == of_bytes.n_features_in_ == 3
    assert told == [(3, 3, (3, 6, 5))]


def test_many_images_are_predicted_few_at_a_time(of_bytes):
    """What a network makes of a whole data set would not fit into memory."""
    largest = []
    hook = of_bytes.module_.register_forward_pre_hook(
        lambda _, inputs: largest.append(len(inputs[0]))
    )
    many = np.tile(BYTES, (150, 1, 1, 1))
    try:
        found = of_bytes.predict_proba(many)
    finally:
        hook.remove()
    assert max(largest) == 2**20 // 90
    np.testing.assert_allclose(found[:90], of_bytes.predict_proba(BYTES), rtol=1e-6)


# Augmentation


class Flipped(Net):
    """Flips images by numbers that other libraries than torch draw."""

    def forward(self, X):
        if self.training and np.random.rand() < 0.5:  # noqa: NPY002
            X = X.flip(-1)
        if self.training and random.random() < 0.5:
            X = X.flip(-2)
        return super().forward(X)


def test_a_seed_repeats_what_other_libraries_draw():
    found = []
    for seed, of_others in ((0, 1), (0, 2), (3, 1)):
        np.random.seed(of_others)  # noqa: NPY002
        random.seed(of_others)
        clf = NashMetaClassifier(
            module=Flipped, max_epochs=2, bargain_epochs=1, random_state=seed
        )
        clf.fit(BYTES, Y, X_val=BYTES[:12], y_val=Y[:12])
        found.append(clf.predict_proba(BYTES))
    np.testing.assert_array_equal(found[0], found[1])
    assert (found[0] != found[2]).any()


# Classes as groups


@pytest.mark.parametrize(
    "kind", [list, np.asarray, lambda y: np.asarray(y, object)[:, None]]
)
@pytest.mark.parametrize("names", [np.arange(3), np.array(["cat", "deer", "dog"])])
def test_groups_that_are_the_labels_are_the_classes(kind, names):
    y = names[Y]
    clf = NashMetaClassifier(module=Net, max_epochs=2, bargain_epochs=1, random_state=0)
    audited = {"X_val": BYTES[:12], "y_val": y[:12]}
    expected = clf.fit(BYTES, y, **audited).predict_proba(BYTES)
    clf.fit(BYTES, y, **audited, groups_val=kind(y[:12]))
    np.testing.assert_array_equal(clf.predict_proba(BYTES), expected)
    assert clf.groups_ == names.tolist()
    assert clf.cells_ == [(name, name) for name in names.tolist()]


def test_a_split_by_class():
    X, X_val, y, y_val = balanced_validation_split(BYTES, Y, per_cell=5, random_state=0)
    assert np.bincount(y_val).tolist() == [5, 5, 5]
    assert X.shape == (75, 3, 6, 5)
    assert X_val.dtype == np.uint8
    assert fit(X, X_val, y).groups_ == [0, 1, 2]


# Files


def test_a_stored_network_knows_what_its_rows_were(of_bytes, tmp_path):
    path = tmp_path / "model"
    save(of_bytes, path)
    loaded = load(path, module=Net)
    np.testing.assert_array_equal(
        loaded.predict_proba(BYTES), of_bytes.predict_proba(BYTES)
    )
    with raises(f"{SHAPE}shape (3, 6, 4)."):
        loaded.predict(BYTES[..., :4])
    loaded.partial_fit(BYTES, Y, X_val=BYTES[:12], y_val=Y[:12])

    def spoil(model, tensors):
        model["learned"]["dict"]["_in_bytes"] = 1

    rewrite(path, spoil)
    with raises(
        f"{path} cannot be loaded: `_in_bytes` should be True. It is damaged, or not a "
        "file that skfairbargain.persistence.save wrote. Nothing was loaded.",
        ModelFileError,
    ):
        load(path, module=Net)
