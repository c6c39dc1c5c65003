"""Hypergradients by forward-mode differentiation along the players' gradients."""

import contextlib
import warnings

import torch
from torch.func import functional_call, jvp
from torch.nn.attention import SDPBackend, sdpa_kernel

from ._batch_norm import KernelBatchNorm
from ._drawn_numbers import DrawnNumbers
from ._graph_engine import GraphEngine
from ._plain_functions import PlainFunctions
from ._step_gradients import StepGradients, averages_of
from ._trained import trained_parameters

# Several players at once share the minibatch's own outputs. Past about 64 MB, which leave a
# processor's cache, more than two cost more than they save, and two may take 256 MB.
FAST, MOST = 2**26, 2**28
# How many times its largest output a player's derivatives take on their way.
COPIES = 4


class ForwardEngine(GraphEngine):
    """Hypergradients by forward mode: any module whose operations have directional ones.

    An entry of H is ⟨∇ℓ_i, ∇L_k⟩, the derivative of ℓ_i along the gradient of player k. So
    there is one backward pass a player over the validation set, and one forward-mode pass a
    player over the minibatch, which gives the derivatives of all its losses. Batch
    statistics are differentiated as they are. The gradients of a few players are held at a
    time: as many as take 64 MB on their way through the module, or two.

    Parameters
    ----------
    module : torch.nn.Module
        Anything that torch can differentiate in forward mode.
    train_loss, meta_loss : callable
        ``(logits, target) -> losses``, one per sample.

    See Also
    --------
    GhostEngine : One backward pass, for modules made of common layers.
    AutogradEngine : Where an operation has no derivative in forward mode.
    """

    name = "forward"

    def __init__(self, module, train_loss, meta_loss):
        super().__init__(module, train_loss, meta_loss)
        self._at_once = self._measured_for = None

    def hypergradients(self, inputs, targets, n_batch, averages):
        """As `GhostEngine.hypergradients`, by forward-mode differentiation."""
        parameters = trained_parameters(self.module)
        buffers = {name: b.clone() for name, b in self.module.named_buffers()}
        drawn = DrawnNumbers(self.module, inputs.device)
        before = drawn.state()
        batch = inputs[:n_batch], targets[:n_batch]
        logits = self._passed(batch[0].clone())
        losses = self.train_loss(logits, batch[1]).to(averages.dtype)
        validation = inputs[n_batch:], targets[n_batch:]
        val_losses = self._validated(parameters, buffers, *validation).to(averages.dtype)
        players = averages_of(averages, val_losses).T @ val_losses
        after = drawn.state()

        def derivatives(*tangents):
            drawn.restore(before)  # the same dropout masks as above
            return self._along(parameters, buffers, batch, tangents).to(averages.dtype)

        columns = []
        for some in players.split(self._players_at_once(parameters)):
            last = len(columns) + len(some) == len(players)
            gradients = [
                _gradient(loss, parameters, keep=not last or i < len(some) - 1)
                for i, loss in enumerate(some)
            ]
            with _torch_silent():
                columns += self._columns(derivatives, gradients)
        drawn.restore(after)
        self._losses = losses
        return StepGradients(
            torch.stack(columns, dim=1).detach(),
            losses.detach(),
            val_losses.detach(),
            logits.detach(),
        )

    def _validated(self, parameters, buffers, inputs, targets):
        """Losses of the validation set, with their graph."""
        given = {**parameters, **_copies(buffers)}
        return self.meta_loss(
            functional_call(self.module, given, (inputs.clone(),)), targets
        )

    def _along(self, parameters, buffers, batch, tangents):
        """The derivatives of the minibatch's losses along one direction."""
        inputs, targets = batch

        def losses(*values):
            given = dict(zip(parameters, values, strict=True))
            logits = functional_call(
                self.module, {**given, **_copies(buffers)}, (inputs.clone(),)
            )
            return self.train_loss(logits, targets)

        values = tuple(p.detach() for p in parameters.values())
        # Only the formula of attention has a derivative in forward mode.
        formula = sdpa_kernel(SDPBackend.MATH)
        with torch.no_grad(), formula, PlainFunctions(), KernelBatchNorm():
            return jvp(losses, values, tangents)[1]

    def _columns(self, derivatives, gradients):
        """The columns of some players, at once where all operations can be batched."""
        if len(gradients) == 1:
            return [derivatives(*gradients[0])]
        try:
            stacked = [torch.stack(each) for each in zip(*gradients, strict=True)]
            return list(torch.vmap(derivatives, randomness="same")(*stacked))
        except RuntimeError:
            self._at_once = 1
            return [derivatives(*each) for each in gradients]

    def _passed(self, inputs):
        """Logits of the minibatch; in the first step the sizes of outputs are noted."""
        if self._measured_for == inputs.shape:
            return self.module(inputs)
        sizes = [inputs.nbytes]

        def note(_, inputs, output):
            if isinstance(output, torch.Tensor):
                sizes.append(output.nbytes)

        hooks = [
            part.register_forward_hook(note)
            for part in self.module.modules()
            if not isinstance(part, torch.jit.ScriptModule)  # it takes no hooks
        ]
        try:
            logits = self.module(inputs)
        finally:
            for hook in hooks:
                hook.remove()
        self._measured_for, self._largest = inputs.shape, max(sizes)
        return logits

    def _players_at_once(self, parameters):
        if self._at_once == 1:
            return 1
        own = sum(p.nbytes for p in parameters.values())
        each = own + COPIES * self._largest
        return max(1, min(MOST // each, max(2, FAST // each)))


@contextlib.contextmanager
def _torch_silent():
    """Without warnings of how torch computes derivatives, which nobody can act on."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "There is a performance drop")
        warnings.filterwarnings("ignore", ".torch.jit.script. is deprecated")
        yield


def _gradient(loss, parameters, keep):
    """Gradient of a player's loss by the parameters, 0 where it does not depend on one."""
    found = [None] * len(parameters)
    if loss.requires_grad:
        found = torch.autograd.grad(
            loss, list(parameters.values()), retain_graph=keep, allow_unused=True
        )
    return [
        torch.zeros_like(p) if gradient is None else gradient.to_dense()
        for p, gradient in zip(parameters.values(), found, strict=True)
    ]


def _copies(buffers):
    return {name: buffer.clone() for name, buffer in buffers.items()}
