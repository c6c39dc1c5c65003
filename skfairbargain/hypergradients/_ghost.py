"""Hypergradients and the weighted gradient from one backward pass."""

import torch

from ._layer_rules import LAYER_RULES
from ._step_gradients import StepGradients


class GhostEngine:
    """Hypergradients and the weighted gradient from one shared backward pass.

    For a linear layer with input a and output gradient δ the inner product of two samples'
    gradients is (δ·δ')(a·a' + 1). One backward pass over minibatch and validation set
    together gives every layer's a and δ. From these, H is a sum over layers of small matrix
    products, and the weighted gradient follows as well. Nothing of size
    n_batch × n_parameters is formed.

    Parameters
    ----------
    module : torch.nn.Module
        Made of layers that have a rule and layers without parameters, each used once in a
        forward pass, and none of which mixes samples. `make_engine` checks this.
    train_loss, meta_loss : callable
        ``(logits, target) -> losses``, one per sample.

    See Also
    --------
    AutogradEngine : Any module, by differentiating the unrolled step.

    Notes
    -----
    Use it as a context manager: the layers have hooks inside the ``with`` block only.

    References
    ----------
    Wang, Mittal, Song, Jia, "Data Shapley in One Training Run", ICLR 2025 (the ghost dot
    product).

    Examples
    --------
    >>> import torch
    >>> from skfairbargain.hypergradients import GhostEngine
    >>> from skfairbargain.losses import cross_entropy
    >>> module = torch.nn.Linear(1, 2)
    >>> torch.nn.init.zeros_(module.weight), torch.nn.init.zeros_(module.bias)
    (...)
    >>> inputs = torch.tensor([[1.0], [-1.0], [2.0]])  # two to train on, one to validate
    >>> target = torch.tensor([1, 1, 1])
    >>> with GhostEngine(module, cross_entropy, cross_entropy) as engine:
    ...     step = engine.hypergradients(inputs, target, 2, averages=torch.ones(1, 1))
    ...     engine.backward(torch.tensor([1.0, 0.0]))
    >>> step.hypergradients  # (δ·δ')(a·a' + 1) with δ·δ' = 1/2
    tensor([[ 1.5000],
            [-0.5000]])
    >>> module.weight.grad
    tensor([[ 0.5000],
            [-0.5000]])
    """

    name = "ghost"

    def __init__(self, module, train_loss, meta_loss):
        self.module = module
        self.train_loss = train_loss
        self.meta_loss = meta_loss
        self._layers = [layer for layer in module.modules() if _is_trained(layer)]
        self._parameters = list(module.parameters())
        # An in-place activation would overwrite the outputs that δ refers to.
        self._copies = any(getattr(m, "inplace", False) for m in module.modules())
        self._hooks, self._recording, self._calls = [], False, []

    def __enter__(self):
        self._hooks = [layer.register_forward_hook(self._record) for layer in self._layers]
        return self

    def __exit__(self, *exception):
        for hook in self._hooks:
            hook.remove()
        self._hooks, self._calls = [], []

    def hypergradients(self, inputs, targets, n_batch, averages):
        """Run one forward and one backward pass, and keep what `backward` needs.

        Parameters
        ----------
        inputs : Tensor of shape (n_batch + n_val, ...)
            The rows of the minibatch, then those of the validation set.
        targets : LongTensor of shape (n_batch + n_val,)
        n_batch : int
            Number of rows of the minibatch.
        averages : Tensor of shape (n_val, n_players)
            Column k averages the validation samples of player k.

        Returns
        -------
        step : StepGradients

        Raises
        ------
        RuntimeError
            If a layer was used more than once.
        """
        self._calls, self._recording = [], True
        try:
            logits = self.module(inputs)
        finally:
            self._recording = False
        if len({id(layer) for layer, _, _ in self._calls}) != len(self._calls):
            raise RuntimeError(
                "The ghost engine expects each layer to be used once in a forward pass. A "
                "layer was used more often. Use engine='autograd'."
            )
        if self.meta_loss is self.train_loss:
            every = self.train_loss(logits, targets)
            losses, val_losses, total = every[:n_batch], every[n_batch:], every.sum()
        else:
            losses = self.train_loss(logits[:n_batch], targets[:n_batch])
            val_losses = self.meta_loss(logits[n_batch:], targets[n_batch:])
            total = losses.sum() + val_losses.sum()
        outputs = [output for _, _, output in self._calls]
        deltas = torch.autograd.grad(total, outputs, allow_unused=True)
        self._calls = [
            (layer, features, delta)
            for (layer, features, _), delta in zip(self._calls, deltas, strict=True)
            if delta is not None
        ]
        self._n_batch = n_batch
        matrix = sum(
            LAYER_RULES[type(layer)].products(layer, features, delta, n_batch, averages)
            for layer, features, delta in self._calls
        )
        return StepGradients(
            matrix.T, losses.detach(), val_losses.detach(), logits[:n_batch].detach()
        )

    def backward(self, weights):
        """Set every parameter's ``grad`` to that of Σ w_i ℓ_i over the minibatch.

        Parameters
        ----------
        weights : Tensor of shape (n_batch,)
        """
        for parameter in self._parameters:
            parameter.grad = None
        for layer, features, delta in self._calls:
            LAYER_RULES[type(layer)].set_gradients(
                layer, features[: self._n_batch], delta[: self._n_batch], weights
            )
        self._calls = []

    def _record(self, layer, inputs, output):
        if not self._recording:
            return None
        self._calls.append((layer, inputs[0].detach(), output))
        return output.clone() if self._copies else None


def _is_trained(layer):
    return type(layer) in LAYER_RULES and any(
        p.requires_grad for p in layer.parameters(recurse=False)
    )
