"""A step on a few rows and a copy of the module, by two engines."""

import time

import torch

from .._utils import copy_module, first_line, layer_of_error, seeded_globals
from ._failures import cannot_be_trained, layer_without_gradient
from ._graphs import parameter_uses
from ._least_precise import LeastPrecise
from ._loop import LoopEngine
from ._trained import trained_parameters

# How far the parameters of the copy are moved, relative to themselves. Where a layer starts
# with zeros, nothing that is wrong before it would show.
MOVED = 0.1
# Times the losses. Gradients that are clipped, which are no derivatives, show when they are
# large.
LARGER = 1e3
# Rows of a step that is timed.
MOST_TIMED = 64


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
    n_rows : int, default=None
        How many rows a step has; as many as the example by default.

    Raises
    ------
    ValueError
        If the module cannot be trained, or has nothing to train.
    """

    def __init__(self, module, losses, example, n_batch=None, n_rows=None):
        trained_parameters(module)
        self.module, self.losses = module, losses
        self.inputs, self.targets = example
        self.n_batch = n_batch or (len(self.inputs) + 1) // 2
        self.n_rows = max(n_rows or 0, len(self.inputs))
        self.moved, self.scale = 0.0, 1.0
        own = self.inputs.dtype
        self._check_logits()
        self._check_backward(own)
        self.moved, self.scale = MOVED, LARGER
        if not self._is_finite(own):
            self.moved, self.scale = 0.0, 1.0
        # In the module's own dtype its own kernels show, in float64 small parts of a sum.
        self.dtypes = (own,)
        if own != torch.float64 and self._is_finite(torch.float64):
            self.dtypes = (own, torch.float64)
        self.rounding = {dtype: self._rounding(dtype) for dtype in self.dtypes}

    def difference(self, engine_class, joint=False, n_players=1, **options):
        """Say how an engine's step differs from first-order gradients, or None.

        Parameters
        ----------
        engine_class : class
        joint : bool, default=False
            Whether minibatch and validation set are to pass as one tensor.
        n_players : int, default=1
        **options : dict
            Parameters of the engine.

        Returns
        -------
        why_not : str or None
        """
        for dtype in self.dtypes:
            try:
                found = self.step(engine_class, dtype, n_players, **options)
            except Exception as error:
                return first_line(error)
            expected = self.step(LoopEngine, dtype, n_players, joint=joint)
            if not _same_step(found, expected, self.rounding[dtype]):
                return "its hypergradients differ from those of first-order gradients."
        return None

    def seconds(self, engine_class):
        """Time that a step for two players takes an engine, the shortest of three."""
        rows = torch.arange(min(self.n_rows, MOST_TIMED)) % len(self.inputs)
        data = self.inputs[rows], self.targets[rows], (len(rows) + 1) // 2
        averages = self.inputs.new_ones(len(rows) - data[2], 2)
        # Of other processes a CPU's own clock sees less.
        on_cpu = self.inputs.device.type == "cpu"
        clock, taken = time.process_time if on_cpu else time.perf_counter, []
        with self._seeded(), engine_class(self._twin(), *self.losses) as engine:
            for _ in range(4):
                start = clock()
                step = engine.hypergradients(*data, averages)
                step.hypergradients.cpu()  # waits for a GPU
                taken.append(clock() - start)
        return min(taken[1:])

    def mixing(self):
        """Say whether a row's output depends on other rows, of the batch or before it."""
        try:
            return self._mixing()
        except Exception as error:  # at the size of a step
            return first_line(error)

    def step(self, engine_class, dtype, n_players=1, **options):
        """Hypergradients and the gradient of each parameter, of unequal weights."""
        twin, inputs = self._twin().to(dtype), self.inputs.to(dtype, copy=True)
        n_val = len(inputs) - self.n_batch
        # Unequal shares, so that a loss which mixes samples shows as well.
        averages = torch.arange(1, n_val * n_players + 1).to(inputs).view(-1, n_players)
        weights = torch.arange(1, self.n_batch + 1).to(inputs)
        losses = map(self._scaled, self.losses)
        with self._seeded(), engine_class(twin, *losses, **options) as engine:
            step = engine.hypergradients(inputs, self.targets, self.n_batch, averages)
            engine.backward(weights)
        return step.hypergradients, *(
            torch.zeros_like(p) if p.grad is None else p.grad.to_dense()
            for p in trained_parameters(twin).values()
        )

    def _check_logits(self):
        """Hold that a forward pass in training mode gives logits that can be trained."""
        rows, twin = self.inputs[: self.n_batch], self._twin()
        try:
            with torch.enable_grad(), self._seeded():
                logits = twin(rows.clone())
        except Exception as error:
            raise cannot_be_trained(layer_of_error(error, twin) or "it", error) from error
        with torch.no_grad():
            shape = (len(rows), *self._twin().eval()(rows.clone()).shape[1:])
        is_tensor = isinstance(logits, torch.Tensor)
        if not is_tensor or logits.shape != shape:
            got = (
                f"shape {tuple(logits.shape)}"
                if is_tensor
                else f"a {type(logits).__name__}"
            )
            raise ValueError(
                "`module` should return logits in training mode as in evaluation mode, of "
                f"shape {shape} for {len(rows)} rows. Got {got}."
            )
        if not logits.requires_grad:
            raise ValueError(
                "`module` should compute its logits from parameters that are trained. Got "
                "logits that do not depend on any, or are detached from them."
            )
        own = set(map(id, twin.parameters()))
        if not own.issuperset(parameter_uses(logits.sum())):
            raise ValueError(
                "`module` should use its own parameters alone, also when it is copied. Got "
                "one whose copy uses those of another module, as a function that holds a "
                "layer does. Reach layers by self."
            )

    def _check_backward(self, dtype):
        try:
            self.step(LoopEngine, dtype)
        except Exception as error:
            rows = self.inputs[: self.n_batch].clone(), self.targets[: self.n_batch]
            layer = layer_without_gradient(self._twin(), self.losses[0], rows)
            if layer is None:  # a loss is to blame
                raise
            raise cannot_be_trained(layer, error) from error

    def _is_finite(self, dtype):
        try:
            return all(value.isfinite().all() for value in self.step(LoopEngine, dtype))
        except Exception:  # some modules compute in one dtype only
            return False

    def _rounding(self, dtype):
        """Rounding of the least precise numbers on the way: under autocast of bfloat16.

        Autocast leaves float64 as it is, so there such a module is compared as all are.
        """
        twin, rows = self._twin().to(dtype), self.inputs[: self.n_batch]
        rows = rows.to(dtype, copy=True)  # not in the block, which notes casts
        with torch.no_grad(), self._seeded(), LeastPrecise(dtype) as least:
            twin(rows)
        return least.eps

    def _output(self, rows):
        """Logits of some rows in training mode, and what the pass changes of later ones."""
        twin = self._twin()
        with torch.no_grad(), self._seeded():
            logits = twin(self.inputs[rows])
            buffers = [b.clone() for b in twin.buffers() if b.is_floating_point()]
            return logits, [twin.eval()(self.inputs.clone()), *buffers]

    def _mixing(self):
        eps = torch.finfo(self.inputs.dtype).eps
        # As many rows as in a step, because a forward pass may ask how many there are.
        rows = torch.arange(self.n_rows) % len(self.inputs)
        together, later = self._output(rows)
        for row in {0, len(self.inputs) // 2, len(self.inputs) - 1}:
            alone, after = self._output(torch.full_like(rows, row))
            if not _close(alone[row], together[row], eps, largest=_largest(together)):
                return "its output for a sample depends on the others in the batch."
            if not all(_close(*pair, eps) for pair in zip(after, later, strict=True)):
                return (
                    "it keeps statistics of the rows that it sees, and the validation set "
                    "must not enter them."
                )
        return None

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
        return seeded_globals(0, self.inputs.device)


def _same_step(found, expected, eps):
    # Rounding is relative to the largest gradient where a parameter's own vanishes.
    largest = max(map(_largest, expected[1:]))
    return _close(found[0], expected[0], eps, tolerance=eps**0.5) and all(
        _close(one, other, eps, largest=largest)
        for one, other in zip(found[1:], expected[1:], strict=True)
    )


def _close(found, expected, eps, tolerance=None, largest=0.0):
    """Whether two tensors agree; where one is not finite, the other must not be."""
    if found.shape != expected.shape:
        return False
    finite = expected.isfinite()
    if not torch.equal(finite, found.isfinite()):
        return False
    bound = (tolerance or 1e3 * eps) * _largest(expected) + 10 * eps * largest
    return _largest(found[finite] - expected[finite]) <= bound


def _largest(tensor):
    """Largest finite absolute value, 0 of none."""
    finite = tensor[tensor.isfinite()]
    return float(finite.abs().max()) if finite.numel() else 0.0
