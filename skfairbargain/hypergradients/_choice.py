"""Which engine serves a module."""

from functools import partial

from torch.nn.modules.conv import _ConvNd

from .._utils import first_line
from ._autograd import AutogradEngine
from ._chain import kernel_obstacle
from ._failures import cannot_serve
from ._forward import ForwardEngine
from ._ghost import GhostEngine
from ._kernel import KernelEngine
from ._loop import LoopEngine
from ._obstacles import structural_obstacle
from ._plain_networks import is_plain_network
from ._probe import Probe

# How many times as fast as double backward forward mode has to be where a clock decides,
# and what it has to save at each step: below that, whatever else runs decides.
MARGIN, LEAST_SECONDS = 2, 0.1
# Why "auto" takes the first engine.
EXACT = "its hypergradients are exact for this module."


def make_engine(
    engine,
    module,
    train_loss,
    meta_loss,
    example,
    n_batch=None,
    n_rows=None,
    excluded=None,
):
    """Return the engine of that name; ``"auto"`` takes the cheapest that is exact.

    A plain network is known to be one for the kernel or the ghost engine. Of others the
    structure is looked at first; and because a ``forward`` may do anything, a step in
    training mode on a copy of the module is then compared with first-order gradients.

    Parameters
    ----------
    engine : {"auto", "kernel", "ghost", "forward", "autograd", "loop"}
    module : torch.nn.Module
    train_loss, meta_loss : callable
        ``(logits, target) -> losses``, one per sample.
    example : tuple of (Tensor of shape (n, ...), LongTensor of shape (n,))
        A few real rows and their classes, n at least 2, to check the engines on.
    n_batch : int, default=None
        How many of them stand for a minibatch; half by default.
    n_rows : int, default=None
        How many rows a step has; as many as the example by default.
    excluded : dict of str to str, default=None
        Engines that "auto" should not take, and why.

    Returns
    -------
    engine : KernelEngine, GhostEngine, ForwardEngine, AutogradEngine or LoopEngine
    reason : str
        Why "auto" took it, in one sentence or two; empty where the caller named the engine.

    Raises
    ------
    ValueError
        If the module cannot be trained, or the engine that was asked for is not exact for
        it; the message says why.
    """
    losses = (train_loss, meta_loss)
    excluded, exact = excluded or {}, EXACT if engine == "auto" else ""
    if engine in ("auto", "kernel") and "kernel" not in excluded:
        why_not = kernel_obstacle(module, losses, example)
        if why_not is None:
            return KernelEngine(module, *losses), exact
        if engine == "kernel":
            raise cannot_serve(engine, why_not)
    may_be_ghost = engine in ("auto", "ghost") and "ghost" not in excluded
    if may_be_ghost and is_plain_network(module, losses):
        return GhostEngine(module, *losses), exact
    probe = Probe(module, losses, example, n_batch, n_rows)
    reasons = []
    for name in ENGINES if engine == "auto" else (engine,):
        if name in excluded:
            reasons.append(excluded[name])
            continue
        taken, why_not = ENGINES[name](probe)
        if name == "forward" and engine == "auto" and why_not is None:
            why_not = _why_not_faster(probe)
        if why_not is None:
            return taken(module, *losses), exact and (" ".join(reasons) or exact)
        reasons.append(why_not)
    raise cannot_serve(engine, reasons[0])


def _ghost(probe):
    why_not = (
        structural_obstacle(probe.module)
        or probe.mixing()
        or probe.difference(GhostEngine, joint=True)
    )
    return GhostEngine, why_not


def _forward(probe):
    why_not = probe.difference(ForwardEngine, n_players=2)
    return ForwardEngine, why_not and f"By forward mode: {why_not}"


def _why_not_faster(probe):
    """Say that double backward is preferred to forward mode, or None.

    Convolutions are known to take less time by forward mode. A clock decides over others,
    and only where the difference is large, so that a seed gives the same model every time.
    """
    convolves = any(isinstance(part, _ConvNd) for part in probe.module.modules())
    if convolves or _autograd(probe)[1] is not None:
        return None
    try:
        by_forward = probe.seconds(ForwardEngine)
    except RuntimeError as error:  # kernels of larger steps may have no forward mode
        return f"By forward mode: {first_line(error)}"
    by_autograd = probe.seconds(_autograd(probe)[0])
    faster = MARGIN * by_forward < by_autograd
    faster = faster and by_autograd - by_forward > LEAST_SECONDS
    return None if faster else "Forward mode is no faster."


def _autograd(probe):
    why_not = probe.difference(AutogradEngine)
    if why_not is None:
        return AutogradEngine, None
    by_formula = partial(AutogradEngine, math_attention=True)
    still = probe.difference(by_formula)
    return by_formula, still and f"By autograd: {why_not}"


def _loop(probe):
    return LoopEngine, None


# From cheap to dear: each returns an engine's class, and why it is not exact or None.
ENGINES = {"ghost": _ghost, "forward": _forward, "autograd": _autograd, "loop": _loop}
