"""A model goes to the device it was trained on, or to one that is named."""

import pytest

from skfairbargain import ModelFileError
from skfairbargain.persistence import load, save
from tests.persistence._shared import assert_same, quick, rewrite
from tests.small_model import VALIDATION, X, Y, raises


@pytest.fixture(scope="module")
def model():
    return quick().fit(X, Y, **VALIDATION)


def trained_on(device):
    def change(model, tensors):
        model["parameters"]["dict"]["device"] = device

    return change


def test_a_device_that_is_not_here(model, tmp_path):
    path = tmp_path / "model"
    save(model, path)
    rewrite(path, trained_on("cuda:99"))
    message = (
        f"{path} cannot be loaded: it was trained on cuda:99, which is not here; pass "
        "device='cpu'. Nothing was loaded."
    )
    with raises(message, ModelFileError):
        load(path)
    loaded = load(path, device="cpu")
    assert loaded.device == "cpu"
    assert_same(loaded, model, X)
    with raises(
        "`device` should be one that this machine has. Got 'cuda:99', which torch cannot "
        "use here. Pass device='cpu', or install torch for that device."
    ):
        load(path, device="cuda:99")


def test_what_is_no_device(model, tmp_path):
    path = tmp_path / "model"
    save(model, path)
    with raises(
        "`device` should name a device of torch, such as 'cpu', 'cuda' or 'cuda:0'. Got "
        "'nonsense'."
    ):
        load(path, device="nonsense")
    rewrite(path, trained_on("nonsense"))
    message = (
        f"{path} cannot be loaded: it was trained on nonsense, which is not here; pass "
        "device='cpu'. Nothing was loaded."
    )
    with raises(message, ModelFileError):
        load(path)
