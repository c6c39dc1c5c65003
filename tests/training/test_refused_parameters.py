"""Parameters that cannot work are named before anything is trained."""

import functools
import warnings

import numpy as np
import pytest
import torch
from torch import nn

from skfairbargain import DivergenceWarning, ReweightedClassifier
from skfairbargain._networks._network_size import check_fits_memory
from tests.small_model import VALIDATION, X, Y, fit, raises

NUMBERS = ("anchor", "bargain_epochs", "batch_size", "dropout", "lr", "max_epochs",
           "meta_lr", "momentum", "validation_fraction", "weight_decay")  # fmt: skip


@pytest.mark.parametrize("value", [True, np.True_])
@pytest.mark.parametrize("name", NUMBERS)
def test_true_is_no_number(name, value):
    message = rf"^The '{name}' parameter of NashMetaClassifier must be .* Got {value!r} "
    with pytest.raises(ValueError, match=message.replace("(", r"\(")):
        fit(**{name: value})


@pytest.mark.parametrize("value", [5e-324, 1e-31, 1e31, 1e300])
def test_a_length_whose_square_is_out_of_range(value):
    message = "The 'meta_lr' parameter of NashMetaClassifier must be a float in the range "
    with raises(f"{message}[1e-30, 1e+30]. Got {value!r} instead."):
        fit(meta_lr=value)


@pytest.mark.parametrize("weight_norm", ["l2", "l1", None])
@pytest.mark.parametrize("meta_lr", [1e-30, 1e30])
def test_the_ends_of_that_range(meta_lr, weight_norm):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DivergenceWarning)
        clf = fit(meta_lr=meta_lr, weight_norm=weight_norm)
    assert np.isfinite(clf.predict_proba(X)).all()


@pytest.mark.parametrize("name", ["lr", "weight_decay"])
def test_what_float64_does_not_hold_is_out_of_range(name):
    bound = "[" if name == "weight_decay" else "("
    with raises(
        f"The '{name}' parameter of NashMetaClassifier must be a float in the range "
        f"{bound}0.0, inf). Got {10**400} instead."
    ):
        fit(**{name: 10**400})


@pytest.mark.parametrize("name", ["audit_share", "weigher_share"])
def test_true_is_no_share(name):
    with pytest.raises(ValueError, match=f"^The '{name}' parameter of Rew"):
        ReweightedClassifier(**{name: False}).fit(X, Y, **VALIDATION)


def test_numpy_scalars_are_numbers_and_texts():
    clf = fit(
        lr=np.float32(0.05), max_epochs=np.int64(4), bargain_epochs=np.uint8(2),
        batch_size=np.int16(40), dropout=np.float64(0.2), momentum=np.float64(0.9),
        weight_decay=np.float64(5e-4), anchor=np.float64(0.5), meta_lr=np.float32(1),
        device=np.str_("cpu"), goal=np.str_("ltr"), optimizer=np.str_("sgd"),
        random_state=np.int64(0), hidden_layer_sizes=np.array([8]),
    )  # fmt: skip
    np.testing.assert_allclose(clf.predict_proba(X), fit().predict_proba(X), rtol=1e-5)


@pytest.mark.parametrize("sizes", [(True,), {8: 1}, (8.0,), ((8, 8),), (-1,)])
def test_what_are_no_layer_sizes(sizes):
    message = (
        "`hidden_layer_sizes` should hold integers above 0, one per hidden layer. Got "
    )
    with raises(f"{message}{sizes!r}."):
        fit(hidden_layer_sizes=sizes)


@pytest.mark.parametrize("width", [10**12, 10**30])
def test_a_network_beyond_memory(width):
    with pytest.raises(ValueError, match=r"^`hidden_layer_sizes` should make a"):
        fit(hidden_layer_sizes=(width,))


def test_the_network_beyond_memory_is_described(monkeypatch):
    monkeypatch.setattr("skfairbargain._networks._network_size._memory", lambda: 2**31)
    # 4 copies of (2 + 1) 10^8 + (10^8 + 1) 2 weights of 4 bytes
    message = (
        "`hidden_layer_sizes` should make a network that fits into memory. Got "
        "(100000000,), which makes one of 5e+08 weights; to train it takes about 7 GiB, "
        "and "
        "this machine has 2."
    )
    with raises(message):
        check_fits_memory(2, (10**8,), 2, np.dtype(np.float32))
    check_fits_memory(2, (10**7,), 2, np.dtype(np.float32))


OPTIMIZER = (
    "`optimizer` should be a class of torch.optim that trains this network, given its "
)


@pytest.mark.parametrize(("optimizer", "message"), [
    (int, f"{OPTIMIZER}parameters and lr=0.05. Got <class 'int'>, which fails: 'lr' is an "
     "invalid keyword argument for int()"),
    (nn.Linear, f"{OPTIMIZER}parameters and lr=0.05. Got <class 'torch...inear.Linear'>, "
     "which fails: Linear.__init__() got an unexpected keyword argument 'lr'"),
    (torch.optim.SparseAdam, f"{OPTIMIZER}parameters and lr=0.05. Got <class "
     "'torch...m.SparseAdam'>, which fails: SparseAdam does not support dense gradients, "
     "please consider Adam instead"),
])  # fmt: skip
def test_what_is_no_optimizer(optimizer, message):
    with raises(message):
        fit(optimizer=optimizer)


def no_optimizer(parameters, lr):
    return {"lr": lr}


def test_a_function_that_makes_no_optimizer():
    message = r"^`optimizer` should be 'sgd', .* which makes \{'lr': 0.05\}\.$"
    with pytest.raises(ValueError, match=message):
        fit(optimizer=no_optimizer)


def test_a_step_length_beyond_float32():
    with raises(
        f"{OPTIMIZER}parameters and lr=1e+300, momentum=0.9, weight_decay=0.0005. Got "
        "'sgd', which fails: value cannot be converted to type float without overflow"
    ):
        fit(lr=1e300)


def test_functions_that_make_optimizers():
    nesterov = functools.partial(torch.optim.SGD, nesterov=True)
    assert fit(optimizer=nesterov).net_.optimizer_.param_groups[0]["nesterov"]
    alone = fit(optimizer=lambda parameters, lr: torch.optim.SGD(parameters, lr=lr))
    assert alone.net_.optimizer_.param_groups[0]["momentum"] == 0


CALLED = (
    "`meta_loss` should map logits of shape (2, 2) and class indices of shape (2,) to one "
)


@pytest.mark.parametrize(("loss", "message"), [
    (lambda logits: logits, f"{CALLED}loss per sample. Got an error, TypeError: <lambda>() "
     "takes 1 positional argument but 2 were given"),
    (lambda logits, y: 1 / 0, f"{CALLED}loss per sample. Got an error, ZeroDivisionError: "
     "division by zero"),
    (lambda logits, y: np.zeros(2), "`meta_loss` should return a tensor with one loss per "
     "sample. Got array([0., 0.])."),
    (lambda logits, y: logits.mean(), "`meta_loss` should return one loss per sample, of "
     "shape (2,) for 2 samples. Got shape (). A loss of torch's does with "
     "reduction='none'."),
    (lambda logits, y: y, "`meta_loss` should compute its losses from the logits, by "
     "functions that torch can differentiate. Got losses without a gradient."),
    (lambda logits, y: logits[:, 0] * np.nan, "`meta_loss` should be finite. Got [nan, "
                                              "nan] "
     "for logits of zero."),
])  # fmt: skip
def test_what_is_no_loss_of_samples(loss, message):
    with raises(message):
        fit(meta_loss=loss)


def test_a_loss_with_weights_of_classes_in_the_dtype_of_the_rows():
    weight = torch.tensor([1.0, 2.0], dtype=torch.float64)
    loss = nn.CrossEntropyLoss(weight=weight, reduction="none")
    assert fit(meta_loss=loss).n_iter_ == 4
    with pytest.raises(ValueError, match=r"^`meta_loss` should map logits"):
        fit(meta_loss=nn.CrossEntropyLoss(weight=weight.float(), reduction="none"))


@pytest.mark.parametrize("name", ["goal", "bargaining"])
def test_a_protocol_of_no_name(name):
    message = (
        "A protocol should be one of 'cagrad', 'forml', 'generalized_mean', 'ltr', "
        "'meta_gdro', 'mgda', 'nash', 'pcgrad', or an instance of a Protocol subclass. "
        f"`{name}` is none. Got 'fair'."
    )
    with raises(message):
        fit(**{name: "fair"})
