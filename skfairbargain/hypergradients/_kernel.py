"""Hypergradients of a plain network by hand, without an autograd graph."""

import numpy as np
import torch
from scipy.special import expit

from ..losses import cross_entropy
from ._chain import hooks_of, product, stages_of
from ._layer_rules import pairs_are_cheaper
from ._step_gradients import StepGradients, averages_of
from ._trained import NotExactError, lay_out_gradients, trained_parameters


class KernelEngine:
    """The ghost engine's step for chains of linear layers, ReLU and dropout, on a CPU.

    Forward and backward pass are written out in NumPy, which starts an operation sooner
    than torch does; large matrix products are torch's, on the same memory. So nothing is
    recorded for autograd, and every buffer is made once. It takes half the time of the
    ghost engine.

    Parameters
    ----------
    module : torch.nn.Sequential
        Of `nn.Linear`, `nn.ReLU` and `nn.Dropout`, in float32 or float64.
    train_loss, meta_loss : callable
        Of `skfairbargain.losses`.

    See Also
    --------
    GhostEngine : The same products, for modules of other layers and on other devices.

    Notes
    -----
    With a the input of a linear layer and δ the losses' gradient at its output, the inner
    product of two samples' gradients is (δ·δ')(a·a' + 1). The matrices of such products of
    training and validation samples are summed over the layers before they are averaged
    over each player's samples. Where one product a player takes fewer operations, the
    gradient of the player's loss is formed instead.

    Examples
    --------
    >>> import torch
    >>> from skfairbargain.hypergradients import KernelEngine
    >>> from skfairbargain.losses import cross_entropy
    >>> layer = torch.nn.Linear(1, 2)
    >>> torch.nn.init.zeros_(layer.weight), torch.nn.init.zeros_(layer.bias)
    (...)
    >>> inputs = torch.tensor([[1.0], [-1.0], [2.0]])  # two to train on, one to validate
    >>> target = torch.tensor([1, 1, 1])
    >>> module = torch.nn.Sequential(layer)
    >>> with KernelEngine(module, cross_entropy, cross_entropy) as engine:
    ...     step = engine.hypergradients(inputs, target, 2, averages=torch.ones(1, 1))
    ...     engine.backward(torch.tensor([1.0, 0.0]))
    >>> step.hypergradients  # (δ·δ')(a·a' + 1) with δ·δ' = 1/2
    tensor([[ 1.5000],
            [-0.5000]])
    >>> layer.weight.grad
    tensor([[ 0.5000],
            [-0.5000]])
    """

    name = "kernel"

    def __init__(self, module, train_loss, meta_loss):
        self.module = module
        self.train_loss = train_loss
        self.meta_loss = meta_loss
        self._modules = list(module.modules())
        self._parameters = list(module.parameters())
        self._stages = stages_of(module)
        self._made_for = self._given = None

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self._features = None

    def hypergradients(self, inputs, targets, n_batch, averages):
        """As `GhostEngine.hypergradients`, by hand.

        Raises
        ------
        NotExactError
            If the module has hooks, which this engine would not call.
        """
        why_not = hooks_of(self._modules)
        if why_not is not None:
            raise NotExactError(why_not)
        self._prepare(inputs, n_batch)
        with torch.no_grad(), np.errstate(all="ignore"):
            logits = self._forward(inputs.detach().numpy())
            losses = self._losses(logits, targets.numpy())
            self._average(averages_of(averages, torch.from_numpy(losses[n_batch:])))
            matrix = self._backward()
        of_rows = torch.from_numpy(losses)
        return StepGradients(
            torch.from_numpy(matrix.T),
            of_rows[:n_batch],
            of_rows[n_batch:],
            torch.from_numpy(logits[:n_batch].copy()),
        )

    def backward(self, weights):
        """As `GhostEngine.backward`; what `hypergradients` kept is used up."""
        n_batch, weights = self._n_batch, weights.numpy()
        for parameter in self._parameters:
            parameter.grad = None
        for features, stage in self._trained:
            delta, of_stage = stage.delta[:n_batch], stage.layer._parameters
            weight, bias = stage.trained()
            delta *= weights[:, None]
            if bias:
                of_stage["bias"].grad = torch.from_numpy(delta.sum(0))
            if weight:
                gradient = np.empty(of_stage["weight"].shape, delta.dtype)
                product(delta.T, features[:n_batch], gradient)
                of_stage["weight"].grad = torch.from_numpy(gradient)
        lay_out_gradients(self._parameters)

    def _prepare(self, inputs, n_batch):
        """Make the buffers of a step of this size, where the last one had another."""
        made_for = inputs.shape, n_batch
        if made_for != self._made_for:
            n_rows, width = inputs.shape
            dtype = inputs.numpy().dtype
            for stage in self._stages:
                width = width if stage.layer is None else stage.layer.out_features
                stage.allocate(n_rows, width, dtype)
            self._pairs, self._one, self._two = np.empty(
                (3, n_rows - n_batch, n_batch), dtype
            )
            self._rows, self._made_for, self._n_batch = np.arange(n_rows), made_for, n_batch

    def _average(self, averages):
        """Take the averages of this step; the rows of each player are looked up once."""
        if averages is not self._given:
            self._given, self._averages = averages, averages.numpy()
            self._own = [(rows := a.nonzero()[0], a[rows, None]) for a in self._averages.T]

    def _forward(self, inputs):
        """Logits of all rows; each trained stage with its input is kept for later."""
        if not any(p.requires_grad for p in self._parameters):
            trained_parameters(self.module)  # says so
        first, *stages = self._stages
        features, self._trained = inputs, []
        if first.after:
            first.forward(inputs)
            features = first.output
        for stage in stages:
            stage.forward(features)
            if any(stage.trained()):
                self._trained.append((features, stage))
            features = stage.output
        return features

    def _losses(self, logits, targets):
        """Loss of every row; the gradient at the logits is the last stage's `delta`."""
        last = self._stages[-1]
        log_shares = torch.log_softmax(torch.from_numpy(logits), 1).numpy()
        delta = np.exp(log_shares, out=last.delta)
        losses = -log_shares[self._rows, targets]
        delta[self._rows, targets] -= 1
        n_batch = self._n_batch
        for loss, some in (
            (self.train_loss, slice(None, n_batch)),
            (self.meta_loss, slice(n_batch, None)),
        ):
            if loss is not cross_entropy:
                rows, labels = self._rows[some], targets[some]
                added, slope = _soft_f1(logits[rows, labels])
                losses[some] += added
                delta[rows, labels] += slope
        if last.mask is not None:
            delta *= last.mask
        return losses

    def _backward(self):
        """H as a matrix of shape (n_players, n_batch), from the last stage to the first."""
        by_pairs, matrix = None, 0
        lowest = self._trained[0][1]
        trained = {id(stage): features for features, stage in self._trained}
        before = None
        for stage in reversed(self._stages):
            if before is not None:
                before.pass_back(stage)
            features = trained.get(id(stage))
            if features is not None:
                n_in, n_out = features.shape[1], stage.delta.shape[1]
                if pairs_are_cheaper(n_in, n_out, self._n_batch, *self._averages.shape):
                    by_pairs = self._add_pairs(by_pairs, features, stage)
                else:
                    matrix = matrix + self._by_player(features, stage)
            if stage is lowest:
                break
            before = stage
        if by_pairs is not None:
            n_players = self._averages.shape[1]
            of_players = np.empty((n_players, self._n_batch), by_pairs.dtype)
            matrix = matrix + product(self._averages.T, by_pairs, of_players)
        return matrix

    def _add_pairs(self, total, features, stage):
        """Add (δ·δ')(a·a' + 1) of all pairs of a validation and a training sample."""
        weight, bias = stage.trained()
        n_batch, delta = self._n_batch, stage.delta
        into = self._pairs if total is None else self._one
        product(delta[n_batch:], delta[:n_batch].T, into)
        if weight:
            of_inputs = product(features[n_batch:], features[:n_batch].T, self._two)
            if bias:
                of_inputs += 1
            into *= of_inputs
        if total is not None:
            total += into
        return into if total is None else total

    def _by_player(self, features, stage):
        """The derivative of each loss along each player's gradient."""
        weight, bias = stage.trained()
        n_batch, delta = self._n_batch, stage.delta
        n_in, n_out = features.shape[1], delta.shape[1]
        columns = []
        for rows, shares in self._own:
            own = delta[n_batch:][rows] * shares
            along = np.empty((n_batch, n_out), delta.dtype)
            if weight:
                gradient = np.empty((n_out, n_in), delta.dtype)
                product(own.T, features[n_batch:][rows], gradient)
                product(features[:n_batch], gradient.T, along)
            else:
                along[:] = 0
            if bias:
                along += own.sum(0)
            columns.append(np.einsum("ij,ij->i", along, delta[:n_batch]))
        return np.stack(columns)


def _soft_f1(logits):
    """The soft F1 term of `cross_entropy_f1`, and its slope by the class's logit."""
    s = expit(logits)
    term = expit(-2 * s / (1 + s))
    return term, term * (1 - term) * -2 / (1 + s) ** 2 * s * (1 - s)
