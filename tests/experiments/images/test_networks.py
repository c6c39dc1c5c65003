"""The networks for images: sizes as published, and what normalizes."""

import pytest
import torch
from torch import nn

from experiments.images.networks import resnet18, small_convnet


def n_parameters(module):
    return sum(each.numel() for each in module.parameters())


@pytest.mark.parametrize("kind", ["batch", "group"])
def test_resnet18_has_torchvisions_number_of_parameters(kind):
    # torchvision's has 11,689,512 with 1,000 classes: 512 weights and a bias for each.
    assert n_parameters(resnet18(1000, kind=kind)) == 11_689_512
    assert n_parameters(resnet18(2, kind=kind)) == 11_689_512 - 998 * 513


def test_the_width_narrows_every_stage():
    narrow = resnet18(2, width=4)
    convolutions = [each for each in narrow.modules() if isinstance(each, nn.Conv2d)]
    assert len(convolutions) == 20
    assert {each.out_channels for each in convolutions} == {4, 8, 16, 32}
    assert narrow(torch.zeros(2, 3, 32, 32)).shape == (2, 2)


def test_group_normalization_leaves_rows_alone():
    torch.manual_seed(0)
    X = torch.randn(4, 3, 32, 32)
    by_group, by_batch = (resnet18(2, width=4, kind=kind) for kind in ("group", "batch"))
    torch.testing.assert_close(by_group(X)[:2], by_group(X[:2]))
    assert (by_batch(X)[:2] - by_batch(X[:2])).abs().max() > 1e-3


@pytest.mark.parametrize(("side", "widths"), [(16, (16, 32)), (32, (16, 32, 64))])
def test_all_layers_but_the_last_of_the_small_network_are_its_features(side, widths):
    network = small_convnet(2, widths)
    X = torch.randn(5, 3, side, side)
    features = network[:-1](X)
    assert features.shape == (5, 4 * widths[-1])
    torch.testing.assert_close(network[-1](features), network(X))
