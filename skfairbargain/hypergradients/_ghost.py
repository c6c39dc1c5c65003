"""Hypergradients and the weighted gradient from one backward pass."""

from typing import NamedTuple

import torch

from .._utils import layer_name
from ._graphs import only_known_code, parameter_uses
from ._layer_rules import LAYER_RULES
from ._step_gradients import StepGradients, averages_of
from ._trained import NotExactError, lay_out_gradients


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
        forward pass, and none of which mixes samples. `make_engine` checks this on a few
        rows, and every step what its own forward pass shows.
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
        self._parameters = list(module.parameters())
        self._own = {
            layer: (name, list(layer.parameters(recurse=False)))
            for name, layer in module.named_modules()
            if type(layer) in LAYER_RULES and layer._parameters
        }
        self._uses_vary = not only_known_code(module)
        # An in-place activation would overwrite the outputs that δ refers to.
        self._copies = any(getattr(m, "inplace", False) for m in module.modules())
        self._hooks, self._recording, self._calls = [], False, []

    def __enter__(self):
        self._hooks = [
            layer.register_forward_hook(self._record, with_kwargs=True)
            for layer in self._own
        ]
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
        averages : Tensor of shape (n_val, n_players) or callable
            Column k averages the validation samples of player k. What depends on the
            losses of the step is a function, ``val_losses -> averages``, with a `dtype`.

        Returns
        -------
        step : StepGradients

        Raises
        ------
        NotExactError
            If the forward pass did what this engine would be wrong for.
        """
        logits, losses, val_losses, total = self._losses(inputs, targets, n_batch)
        losses, val_losses = losses.to(averages.dtype), val_losses.to(averages.dtype)
        averages = averages_of(averages, val_losses)
        self._check_calls(len(inputs))
        self._calls = self._with_deltas(total)
        if self._uses_vary:
            self._check_uses(total)
        self._n_batch = n_batch
        products = [
            LAYER_RULES[type(call.layer)].products(
                call.layer, call.features, call.delta, n_batch, averages
            )
            for call in self._calls
        ]
        # A forward pass may leave out all that is trained.
        matrix = (
            sum(products) if products else averages.new_zeros(averages.shape[1], n_batch)
        )
        matrix = matrix.T.to(averages.dtype)
        return StepGradients(matrix, losses.detach(), val_losses.detach(), logits)

    def backward(self, weights):
        """Set every parameter's ``grad`` to that of Σ w_i ℓ_i over the minibatch.

        Parameters
        ----------
        weights : Tensor of shape (n_batch,)
        """
        for parameter in self._parameters:
            parameter.grad = None
        for layer, features, _, delta in self._calls:
            LAYER_RULES[type(layer)].set_gradients(
                layer, features[: self._n_batch], delta[: self._n_batch], weights
            )
        self._calls = []
        lay_out_gradients(self._parameters)

    def _losses(self, inputs, targets, n_batch):
        """Logits, losses of the minibatch and of the validation set, and their sum."""
        self._calls, self._recording = [], True
        version = inputs._version
        try:
            logits = self.module(inputs)
        finally:
            self._recording = False
        if self.meta_loss is self.train_loss:
            every = self.train_loss(logits, targets)
            losses, val_losses, total = every[:n_batch], every[n_batch:], every.sum()
        else:
            losses = self.train_loss(logits[:n_batch], targets[:n_batch])
            val_losses = self.meta_loss(logits[n_batch:], targets[n_batch:])
            total = losses.sum() + val_losses.sum()
        if not self._copies and any(call.output._version for call in self._calls):
            # The forward pass changes an output in place; from now on it gets copies.
            self._copies = True
            if inputs._version != version:
                raise NotExactError(
                    "it changes its input and its layers' outputs in place."
                )
            return self._losses(inputs, targets, n_batch)
        return logits[:n_batch].detach(), losses, val_losses, total

    def _with_deltas(self, total):
        """The calls that the losses depend on, with the losses' gradients at their output.

        Of frozen layers nothing is recorded, and a forward pass may leave out the others.
        """
        if not self._calls:
            return []
        outputs = [call.output for call in self._calls]
        deltas = torch.autograd.grad(total, outputs, allow_unused=True)
        return [
            call.with_delta(delta)
            for call, delta in zip(self._calls, deltas, strict=True)
            if delta is not None
        ]

    def _check_calls(self, n_rows):
        called = set()
        for call in self._calls:
            if call.layer in called:
                raise NotExactError(
                    f"{self._name(call.layer)} is used more than once in a forward pass."
                )
            called.add(call.layer)
            if call.output.shape[0] != n_rows:
                raise NotExactError(
                    f"{self._name(call.layer)} does not have one output for each row."
                )

    def _check_uses(self, total):
        """Hold that each trained parameter is used by its layer, once, and by nothing else.

        A forward pass of the user's may do so in some steps only.
        """
        uses = parameter_uses(total) if total.requires_grad else {}
        expected = {
            id(p): 1 for call in self._calls for p in self._own[call.layer][1]
            if p.requires_grad
        }  # fmt: skip
        for name, parameter in self.module.named_parameters():
            if uses.get(id(parameter), 0) != expected.get(id(parameter), 0):
                raise NotExactError(f"its parameter {name!r} is used outside of its layer.")

    def _name(self, layer):
        return layer_name(self._own[layer][0], layer)

    def _record(self, layer, args, kwargs, output):
        if not self._recording or not output.requires_grad:
            return None
        if not any([p.requires_grad for p in self._own[layer][1]]):
            return None
        given = (*args, *kwargs.values()) if kwargs else args
        if len(given) > 1:
            raise NotExactError(
                f"{self._name(layer)} is called with more than one argument."
            )
        self._calls.append(_Call(layer, given[0].detach(), output, None))
        return output.clone() if self._copies else None


class _Call(NamedTuple):
    """One use of a layer: its input, its output, and the losses' gradient at the latter."""

    layer: torch.nn.Module
    features: torch.Tensor
    output: torch.Tensor
    delta: torch.Tensor | None

    def with_delta(self, delta):
        """Return the call with a gradient; under autocast both in the layer's precision."""
        if delta.dtype not in (torch.bfloat16, torch.float16):
            return self._replace(delta=delta)
        dtype = next(self.layer.parameters()).dtype
        features = self.features
        if features.is_floating_point():
            features = features.to(dtype)
        return self._replace(features=features, delta=delta.to(dtype))
