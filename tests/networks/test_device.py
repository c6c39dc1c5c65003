"""A device that is missing is named before anything is put on it."""

import pytest
import torch

from skfairbargain._networks._device import available_device
from tests.small_model import raises


@pytest.mark.parametrize("device", ["cpu", torch.device("cpu")])
def test_the_cpu_is_there(device):
    assert available_device(device) == torch.device("cpu")


@pytest.mark.parametrize("device", ["nonsense", "cpu:x", ""])
def test_what_is_no_device(device):
    message = (
        "`device` should name a device of torch, such as 'cpu', 'cuda' or 'cuda:0'. Got "
        f"{device!r}."
    )
    with raises(message):
        available_device(device)


@pytest.mark.parametrize("device", ["cuda:99", "xla", "meta", torch.device("meta")])
def test_a_device_that_this_machine_lacks(device):
    message = (
        f"`device` should be one that this machine has. Got {str(device)!r}, which torch "
        "cannot use here. Pass device='cpu', or install torch for that device."
    )
    with raises(message):
        available_device(device)
