"""Convolutional networks, hand-written: ResNet-18 and a small one."""

from itertools import pairwise

from torch import nn

# A group of GroupNorm has at least this many channels where there are that many.
GROUPS = 8


def normalization(kind, n_channels):
    """BatchNorm ("batch") or GroupNorm ("group") of so many channels."""
    if kind == "batch":
        return nn.BatchNorm2d(n_channels)
    return nn.GroupNorm(min(GROUPS, n_channels), n_channels)


class Block(nn.Module):
    """Two 3 × 3 convolutions beside a shortcut."""

    def __init__(self, n_in, n_out, stride, kind):
        super().__init__()
        self.path = nn.Sequential(
            nn.Conv2d(n_in, n_out, 3, stride, 1, bias=False),
            normalization(kind, n_out),
            nn.ReLU(),
            nn.Conv2d(n_out, n_out, 3, 1, 1, bias=False),
            normalization(kind, n_out),
        )
        self.shortcut = nn.Identity()
        if stride != 1 or n_in != n_out:
            self.shortcut = nn.Sequential(
                nn.Conv2d(n_in, n_out, 1, stride, bias=False), normalization(kind, n_out)
            )
        self.relu = nn.ReLU()

    def forward(self, x):
        return self.relu(self.path(x) + self.shortcut(x))


def resnet18(n_classes, width=64, kind="batch"):
    """Make ResNet-18 (He et al., 2016) with the stem of ImageNet, as torchvision has it.

    Parameters
    ----------
    n_classes : int
    width : int, default=64
        Channels of the first of the four stages; 64 is ResNet-18.
    kind : {"batch", "group"}, default="batch"
        What normalizes.

    Returns
    -------
    network : torch.nn.Sequential
    """
    widths = [width, width, 2 * width, 4 * width, 8 * width]
    blocks = []
    for n_in, n_out in pairwise(widths):
        stride = 1 if n_in == n_out else 2
        blocks += [Block(n_in, n_out, stride, kind), Block(n_out, n_out, 1, kind)]
    return nn.Sequential(
        nn.Conv2d(3, width, 7, 2, 3, bias=False),
        normalization(kind, width),
        nn.ReLU(),
        nn.MaxPool2d(3, 2, 1),
        *blocks,
        nn.AdaptiveAvgPool2d(1),
        nn.Flatten(),
        nn.Linear(8 * width, n_classes),
    )


def small_convnet(n_classes, widths=(16, 32)):
    """Make convolutions of stride 2 with GroupNorm, and a linear layer.

    All layers but the last give the features whose last layer DFR trains anew.

    Parameters
    ----------
    n_classes : int
    widths : sequence of int, default=(16, 32)
        Channels of each convolution.

    Returns
    -------
    network : torch.nn.Sequential
    """
    layers = []
    for n_in, n_out in pairwise((3, *widths)):
        layers += [
            nn.Conv2d(n_in, n_out, 3, 2, 1),
            normalization("group", n_out),
            nn.ReLU(),
        ]
    return nn.Sequential(
        *layers,
        nn.AdaptiveAvgPool2d(2),
        nn.Flatten(),
        nn.Linear(4 * widths[-1], n_classes),
    )
