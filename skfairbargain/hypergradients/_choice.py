"""Which engine serves a module."""

from ._autograd import AutogradEngine
from ._exactness import unsupported
from ._ghost import GhostEngine


def make_engine(engine, module, train_loss, meta_loss, example):
    """Return the engine of that name; ``"auto"`` takes ghost where it is exact.

    Parameters
    ----------
    engine : {"auto", "ghost", "autograd"}
    module : torch.nn.Module
    train_loss, meta_loss : callable
        ``(logits, target) -> losses``, one per sample.
    example : tuple of (Tensor of shape (n, ...), LongTensor of shape (n,))
        A few real rows and their classes, n at least 2, to check the ghost engine on.

    Returns
    -------
    engine : GhostEngine or AutogradEngine
    reason : str
        Why "auto" took it, as one sentence; empty where the caller named the engine.

    Raises
    ------
    ValueError
        If ``"ghost"`` was asked for and is not exact for this module; the message says why.
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
