"""A step on a few rows and a copy of the module, by two engines."""

import torch

from .._utils import copy_module, seeded_torch
from ._failures import cannot_be_trained
from ._loop import LoopEngine
from ._trained import trained_parameters

# How far the parameters of the copy are moved, relative to themselves. Where a layer starts
# with zeros, nothing that is wrong before it would show.
MOVED = 0.1
# Times the losses. Gradients that are clipped, which are no derivatives, show when they are
# large.
LARGER = 1e3


class Probe:
    """Compares engines with `LoopEngine` on copies of a module, in training mode.

    Parameters
    ----------
    module : torch.nn.Module
    losses : tuple of (callable, callable)
        Training loss and validation loss, ``(logits, target) -> losses``.
    example : tuple of (Tensor of shape (n, ...), LongTensor of shape (n,))
        A few real rows and their classes, n at least 2.
    n_batch : int, default=None
        How many of them stand for the minibatch; half by default.

    Raises
    ------
    ValueError
        If the module cannot be trained, or has nothing to train.
    """

    def __init__(self, module, losses, example, n_batch=None):
        trained_parameters(module)
        self.module, self.losses = module, losses
        self.inputs, self.targets = example
        self.n_batch = n_batch or (len(self.inputs) + 1) // 2
        self.moved, self.scale = MOVED, LARGER
        try:
            usable = all(value.isfinite().all() for value in self.step(LoopEngine))
        except Exception:
            usable = False
        if not usable:
            self.moved, self.scale = 0.0, 1.0
            self._check_trains()

    def difference(self, engine_class, joint=False, **options):
        """Say how an engine's step differs from first-order gradients, or None.

        Parameters
        ----------
        engine_class : class
        joint : bool, default=False
            Whether minibatch and validation set are to pass as one tensor.
        **options : dict
            Parameters of the engine.

        Returns
        -------
        why_not : str or None
        """
        try:
            found = self.step(engine_class, **options)
        except Exception as error:
            return (str(error).strip() or type(error).__name__).splitlines()[0]
        expected = self.step(LoopEngine, joint=joint)
        # Rounding is relative to the largest gradient where a parameter's own vanishes.
        largest = max(_largest(gradient) for gradient in expected[1:])
        same = self._close(found[0], expected[0], tolerance=self._epsilon**0.5) and all(
            self._close(one, other, largest)
            for one, other in zip(found[1:], expected[1:], strict=True)
        )
        different = "its hypergradients differ from those of first-order gradients."
        return None if same else different

    def mixing(self):
        """Say whether a row's output depends on other rows, of the batch or before it."""
        together = self._output(self.inputs)
        for row in {0, len(self.inputs) // 2, len(self.inputs) - 1}:
            # As many rows, so that dropout draws the same masks.
            repeated = self._output(self.inputs[[row] * len(self.inputs)])
            largest = _largest(together.logits)
            if not self._close(repeated.logits[row], together.logits[row], largest):
                return "its output for a sample depends on the others in the batch."
            if not all(map(self._close, repeated.later, together.later)):
                return (
                    "it keeps statistics of the rows that it sees, and the validation set "
                    "must not enter them."
                )
        return None

    def step(self, engine_class, **options):
        """Hypergradients and the gradient of each parameter, of unequal weights."""
        twin = self._twin()
        n_val = len(self.inputs) - self.n_batch
        # One player; unequal shares, so that a loss which mixes samples shows as well.
        averages = torch.arange(1, n_val + 1).to(self.inputs)[:, None]
        weights = torch.arange(1, self.n_batch + 1).to(self.inputs)
        losses = self.losses if self.scale == 1 else map(self._scaled, self.losses)
        with self._seeded(), engine_class(twin, *losses, **options) as engine:
            H = engine.hypergradients(
                self.inputs.clone(), self.targets, self.n_batch, averages
            ).hypergradients
            engine.backward(weights)
        return H, *(
            torch.zeros_like(p) if p.grad is None else p.grad.to_dense()
            for p in trained_parameters(twin).values()
        )

    def _check_trains(self):
        try:
            self.step(LoopEngine)
        except Exception as error:
            rows = self.inputs[: self.n_batch].clone(), self.targets[: self.n_batch]
            refusal = cannot_be_trained(self._twin(), self.losses[0], rows, error)
            if refusal is None:
                raise
            raise refusal from error

    def _output(self, inputs):
        twin = self._twin()
        with torch.no_grad(), self._seeded():
            logits = twin(inputs.clone())
            buffers = [b.clone() for b in twin.buffers() if b.is_floating_point()]
            return _Output(logits, [twin.eval()(self.inputs.clone()), *buffers])

    def _twin(self):
        twin = copy_module(self.module).train()
        generator = torch.Generator().manual_seed(0)
        with torch.no_grad():
            for p in twin.parameters():
                if self.moved and p.is_floating_point():
                    noise = torch.rand(p.shape, generator=generator).to(p) - 0.5
                    p += 2 * self.moved * noise * (p.abs() + (p == 0))
        return twin

    def _scaled(self, loss):
        return lambda logits, targets: self.scale * loss(logits, targets)

    def _seeded(self):
        return seeded_torch(0, self.inputs.device)

    @property
    def _epsilon(self):
        return torch.finfo(self.inputs.dtype).eps

    def _close(self, found, expected, largest=0.0, tolerance=None):
        """Whether two tensors agree; where one is not finite, the other must not be."""
        if found.shape != expected.shape:
            return False
        finite = expected.isfinite()
        if not torch.equal(finite, found.isfinite()):
            return False
        tolerance = tolerance or 1e3 * self._epsilon
        bound = tolerance * _largest(expected) + 10 * self._epsilon * largest
        return _largest(found[finite] - expected[finite]) <= bound


class _Output:
    """Logits of a forward pass in training mode, and what it changes of later ones."""

    def __init__(self, logits, later):
        self.logits, self.later = logits, later


def _largest(tensor):
    """Largest finite absolute value, 0 of none."""
    finite = tensor[tensor.isfinite()]
    return float(finite.abs().max()) if finite.numel() else 0.0
