"""Tell that training diverged, and refuse to predict with what it left."""

import math

import torch

from .._utils import warn_user
from ..exceptions import DivergenceWarning

# Times the loss of guessing. Noisy labels that a network does not follow cost less.
FAR_ABOVE = 10
ADVICE = "Train again with a lower `lr`, or scale the features."


def check_finite_parameters(module):
    """Refuse to compute with parameters that are infinite or NaN.

    Raises
    ------
    ValueError
        If there are such parameters; the message names them.
    """
    broken = [
        name
        for name, p in module.named_parameters()
        # One that is not trained may be infinite on purpose, as masks are.
        if p.requires_grad and not torch.isfinite(p).all()
    ]
    if broken:
        raise ValueError(
            f"The network has infinite or NaN values in its parameters {broken}, so it "
            f"cannot predict: its training diverged. {ADVICE}"
        )


def bounded_logits(logits):
    """Return logits within half of the range of their dtype: their differences are finite.

    Parameters
    ----------
    logits : Tensor of shape (n_samples, n_classes)

    Returns
    -------
    logits : Tensor of shape (n_samples, n_classes)

    Raises
    ------
    ValueError
        If NaN, or infinity for several classes, leaves open which class has the largest.
    """
    infinite = (logits == math.inf).sum(dim=1) > 1
    undefined = logits.isnan().any(dim=1) | infinite | (logits == -math.inf).all(dim=1)
    if undefined.any():
        dtype = str(logits.dtype).removeprefix("torch.")
        raise ValueError(
            "The network's logits should be finite. Got infinite or NaN ones for "
            f"{int(undefined.sum())} of {len(logits)} rows: values of `X` or parameters "
            f"are too large to compute with in {dtype}. {ADVICE}"
        )
    limit = torch.finfo(logits.dtype).max / 2
    return logits.clamp(-limit, limit)


def warn_of_divergence(rows, n_classes, restored):
    """Warn if the training loss of the epoch that counts is far above that of guessing.

    Parameters
    ----------
    rows : list of dict
        Some of `history_`.
    n_classes : int
    restored : bool
        Whether the model is that of the epoch with the lowest loss of the worst group, and
        not that of the last.

    Returns
    -------
    warned : bool
    """
    if not rows:
        return False
    guess = math.log(n_classes)
    row = min(rows, key=lambda row: row["worst_group_loss"]) if restored else rows[-1]
    loss = row["train_loss"]
    if loss is not None and loss <= FAR_ABOVE * guess:
        return False
    found = "too large to compute with" if loss is None else f"{loss:.3g}"
    warn_user(
        f"Training diverged: the training loss of epoch {row['epoch']} is {found}, and "
        f"guessing has {guess:.3g}. {ADVICE}",
        DivergenceWarning,
    )
    return True
