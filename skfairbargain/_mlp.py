"""The default network: linear layers with ReLU and dropout in between."""

from itertools import pairwise

from torch import nn


class MLP(nn.Sequential):
    """Linear–ReLU–Dropout for every hidden layer, then a linear layer to the logits.

    Parameters
    ----------
    n_features, n_classes : int
    hidden_layer_sizes : sequence of int, default=(128, 64)
        Empty for multinomial logistic regression.
    dropout : float, default=0.2
        Probability of dropping a hidden unit in training.
    """

    def __init__(self, n_features, n_classes, hidden_layer_sizes=(128, 64), dropout=0.2):
        layers = []
        for n_in, n_out in pairwise((n_features, *hidden_layer_sizes)):
            layers += [nn.Linear(n_in, n_out), nn.ReLU()]
            if dropout > 0:
                layers.append(nn.Dropout(dropout))
        n_last = hidden_layer_sizes[-1] if len(hidden_layer_sizes) else n_features
        super().__init__(*layers, nn.Linear(n_last, n_classes))
