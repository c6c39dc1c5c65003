"""Hypergradients: how much each training sample's weight would lower each player's loss.

With ε the weights of an inner step of unit learning rate, unrolled at ε = 0 (Theorem 3.5),

    H[i, k] = −∂ L_k(θ − ∇θ Σ_j ε_j ℓ_j) / ∂ε_i = ⟨∇θ L_k, ∇θ ℓ_i⟩ .

Two engines compute it and then the gradient of the weighted loss Σ w_i ℓ_i. Both see the
minibatch and the validation set as one tensor, the minibatch's rows first.
"""

import copy
from typing import NamedTuple

import torch
from torch import nn
from torch.func import functional_call

from ._layer_rules import LAYER_RULES
from ._utils import seeded_torch

__all__ = ["AutogradEngine", "GhostEngine", "StepGradients", "make_engine"]


class StepGradients(NamedTuple):
    """What one forward and one backward pass tell about a step.

    Parameters
    ----------
    hypergradients : Tensor of shape (n_batch, n_players)
        H, for a unit learning rate.
    losses : Tensor of shape (n_batch,)
        Training loss ℓ_i of every sample of the minibatch.
    val_losses : Tensor of shape (n_val,)
        Loss of every validation sample.
    """

    hypergradients: torch.Tensor
    losses: torch.Tensor
    val_losses: torch.Tensor


class GhostEngine:
    """Hypergradients and the weighted gradient from one shared backward pass.

    For a linear layer with input a and output gradient δ the inner product of two samples'
    gradients is (δ·δ')(a·a' + 1). So the layers' a and δ, known after one backward pass
    over minibatch and validation set together, give H as a sum over layers of small matrix
    products, and the weighted gradient as well. Nothing of size n_batch × n_parameters is
    formed.

    Parameters
    ----------
    module : torch.nn.Module
        Made of layers with a rule (`LAYER_RULES`) and layers without parameters, each used
        once in a forward pass, with no layer that mixes samples. See `unsupported`.
    train_loss, meta_loss : callable
        ``(logits, target) -> losses``, one per sample.

    See Also
    --------
    AutogradEngine : Any module, by differentiating the unrolled step.

    Notes
    -----
    Use it as a context manager: hooks sit on the layers inside the ``with`` block only.

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
    >>> step.hypergradients  # (δ·δ')(a·a' + 1) with δ·δ' = 1/2: the second one hurts
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
        """Forward and backward once; keep what `backward` needs.

        Parameters
        ----------
        inputs : Tensor of shape (n_batch + n_val, ...)
            The minibatch and below it the validation set.
        targets : LongTensor of shape (n_batch + n_val,)
        n_batch : int
            Number of rows that are the minibatch.
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
        return StepGradients(matrix.T, losses.detach(), val_losses.detach())

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


class AutogradEngine:
    """Hypergradients by differentiating the unrolled step: any module, at a price.

    It takes one second-order backward pass per player. Batch normalisation in training
    mode, tied weights and samples that see each other are all differentiated as they are.
    It is also the oracle that the ghost engine is tested against.

    Parameters
    ----------
    module : torch.nn.Module
        Anything that autograd can differentiate twice.
    train_loss, meta_loss : callable
        ``(logits, target) -> losses``, one per sample.
    joint : bool, default=False
        Whether minibatch and validation set go through the module as one, as in the ghost
        engine, or one after the other, so that no layer can mix them.

    See Also
    --------
    GhostEngine : One backward pass, for modules made of common layers.
    """

    name = "autograd"

    def __init__(self, module, train_loss, meta_loss, joint=False):
        self.module = module
        self.train_loss = train_loss
        self.meta_loss = meta_loss
        self.joint = joint

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self._losses = None

    def hypergradients(self, inputs, targets, n_batch, averages):
        """As `GhostEngine.hypergradients`, by second-order differentiation."""
        parameters = {
            name: p for name, p in self.module.named_parameters() if p.requires_grad
        }
        buffers = {name: b.clone() for name, b in self.module.named_buffers()}
        replay = _rng_state(inputs.device)
        logits = self.module(inputs if self.joint else inputs[:n_batch])
        resume = _rng_state(inputs.device)
        losses = self.train_loss(logits[:n_batch], targets[:n_batch])
        # ε weighs the losses of the inner step θ' = θ − ∇ Σ ε_j ℓ_j, which at ε = 0 is θ.
        epsilon = torch.zeros_like(losses, requires_grad=True)
        gradients = torch.autograd.grad(
            epsilon @ losses,
            list(parameters.values()),
            create_graph=True,
            allow_unused=True,
        )
        stepped = {
            name: p if gradient is None else p - gradient
            for (name, p), gradient in zip(parameters.items(), gradients, strict=True)
        }
        if self.joint:
            # The same dropout masks in the second forward pass as in the first.
            _set_rng_state(replay, inputs.device)
        val_logits = functional_call(
            self.module,
            {**stepped, **buffers},
            (inputs if self.joint else inputs[n_batch:],),
        )
        if self.joint:
            _set_rng_state(resume, inputs.device)
        n_val = len(inputs) - n_batch
        val_losses = self.meta_loss(val_logits[-n_val:], targets[n_batch:])
        columns = [
            torch.autograd.grad(loss, epsilon, retain_graph=True)[0]
            for loss in averages.T @ val_losses
        ]
        self._losses = losses
        return StepGradients(
            -torch.stack(columns, dim=1), losses.detach(), val_losses.detach()
        )

    def backward(self, weights):
        """As `GhostEngine.backward`."""
        for parameter in self.module.parameters():
            parameter.grad = None
        (weights @ self._losses).backward()
        self._losses = None


def make_engine(engine, module, train_loss, meta_loss, example):
    """Return the engine of that name; ``"auto"`` takes ghost where it is exact.

    Parameters
    ----------
    engine : {"auto", "ghost", "autograd"}
    module : torch.nn.Module
    train_loss, meta_loss : callable
        ``(logits, target) -> losses``, one per sample.
    example : tuple of (Tensor of shape (n, ...), LongTensor of shape (n,))
        A few real rows and their classes, n at least 2, to compare the engines on.

    Returns
    -------
    engine : GhostEngine or AutogradEngine
    reason : str
        Why "auto" took it, as one sentence; empty for a choice of the user's.

    Raises
    ------
    ValueError
        If ``"ghost"`` was asked for a module that it cannot serve; the message says why.
    """
    losses = (train_loss, meta_loss)
    if engine == "autograd":
        return AutogradEngine(module, *losses), ""
    why_not = unsupported(module, *losses, example)
    if why_not is None:
        exact = "its hypergradients are exact for this module." if engine == "auto" else ""
        return GhostEngine(module, *losses), exact
    if engine == "ghost":
        raise ValueError(
            f"engine='ghost' cannot serve this module: {why_not} Use engine='auto'."
        )
    return AutogradEngine(module, *losses), why_not


def unsupported(module, train_loss, meta_loss, example):
    """Say in one sentence why the ghost engine would be wrong for a module, or None.

    Structure first; then, because a ``forward`` may do anything, one step in training mode
    on a copy of the module is compared with autograd's.
    """
    why_not = _structural_obstacle(module)
    if why_not is not None:
        return why_not
    inputs, targets = example
    n_batch = (len(inputs) + 1) // 2
    tolerance = 1e3 * torch.finfo(_dtype(module)).eps
    together = _training_output(module, inputs)
    for row in (0, -1):
        # As many rows, so that dropout draws the same masks.
        among_itself = _training_output(module, inputs[[row] * len(inputs)])
        if not torch.allclose(
            together[row], among_itself[row], rtol=tolerance, atol=tolerance
        ):
            return "its output for a sample depends on the others in the batch."
    # Unequal, so that a loss which is not one sample's alone shows as well.
    n_val = len(inputs) - n_batch
    averages = torch.arange(1, n_val + 1, device=inputs.device, dtype=_dtype(module))[
        :, None
    ]
    steps = []
    for engine in (GhostEngine, AutogradEngine):
        twin = copy.deepcopy(module).train()
        options = {"joint": True} if engine is AutogradEngine else {}
        with seeded_torch(0, inputs.device):
            try:
                with engine(twin, train_loss, meta_loss, **options) as probe:
                    step = probe.hypergradients(inputs, targets, n_batch, averages)
                    probe.backward(torch.ones_like(step.losses))
            except RuntimeError as error:
                if engine is GhostEngine:
                    return str(error)
                # Autograd cannot differentiate it twice: there is nothing to compare.
                return None
        gradients = [
            (torch.zeros_like(p) if p.grad is None else p.grad).flatten()
            for p in twin.parameters()
        ]
        steps.append([step.hypergradients, torch.cat(gradients)])
    for ghost, exact in zip(*steps, strict=True):
        scale = exact.abs().max()
        if ghost.shape != exact.shape or not (
            (ghost - exact).abs().max() <= tolerance * scale
        ):
            return (
                "its hypergradients differ from those of autograd; does its forward "
                "change a layer's output in place or use its parameters outside of it, "
                "or a loss mix samples?"
            )
    return None


def _training_output(module, inputs):
    """Output in training mode, with dropout masks that depend on nothing but the shape."""
    twin = copy.deepcopy(module).train()
    with torch.no_grad(), seeded_torch(0, inputs.device):
        return twin(inputs)


def _structural_obstacle(module):
    owners = {}
    for layer in module.modules():
        if isinstance(layer, nn.modules.batchnorm._BatchNorm):
            return f"{type(layer).__name__} mixes the samples of a batch."
        own = [p for p in layer.parameters(recurse=False) if p.requires_grad]
        if own and type(layer) not in LAYER_RULES:
            return f"{type(layer).__name__} has parameters and no layer rule."
        for parameter in own:
            if owners.setdefault(id(parameter), layer) is not layer:
                return "two of its layers share a parameter."
    return None if owners else "it has no parameter to train."


def _is_trained(layer):
    return type(layer) in LAYER_RULES and any(
        p.requires_grad for p in layer.parameters(recurse=False)
    )


def _dtype(module):
    return next(module.parameters()).dtype


def _rng_state(device):
    return (
        torch.cuda.get_rng_state(device) if device.type == "cuda" else torch.get_rng_state()
    )


def _set_rng_state(state, device):
    if device.type == "cuda":
        torch.cuda.set_rng_state(state, device)
    else:
        torch.set_rng_state(state)
