"""Losses of every sample, for training samples and validation samples."""

import torch
from torch.nn.functional import cross_entropy as _cross_entropy

__all__ = ["META_LOSSES", "cross_entropy", "cross_entropy_f1"]


def cross_entropy(logits, target):
    """Compute the cross-entropy of every sample.

    Parameters
    ----------
    logits : Tensor of shape (n_samples, n_classes)
    target : LongTensor of shape (n_samples,)
        Class indices.

    Returns
    -------
    losses : Tensor of shape (n_samples,)

    Examples
    --------
    >>> import torch
    >>> from skfairbargain.losses import cross_entropy
    >>> cross_entropy(torch.zeros(1, 2), torch.tensor([1]))
    tensor([0.6931])
    """
    return _cross_entropy(logits, target, reduction="none")


def cross_entropy_f1(logits, target):
    r"""Compute cross-entropy plus a soft F1 term, the validation loss of the paper's code.

    Cross-entropy keeps falling as the model gets more confident. The added term saturates,
    so it depends mostly on the decision. The paper's code divides by a sum that can be
    zero; this form has the same values wherever that one is defined, and never divides by
    zero.

    Parameters
    ----------
    logits : Tensor of shape (n_samples, n_classes)
    target : LongTensor of shape (n_samples,)
        Class indices.

    Returns
    -------
    losses : Tensor of shape (n_samples,)

    Notes
    -----
    :math:`\ell + \sigma(-2s / (1 + s))` with :math:`\ell` the cross-entropy, σ the logistic
    function and s = σ(the true class's logit): 2s/(1+s) is the F1 score of one sample
    predicted with probability s.

    References
    ----------
    Code released with Zeng et al., "Fairness-Aware Meta-Learning via Nash Bargaining",
    NeurIPS 2024.

    Examples
    --------
    >>> import torch
    >>> from skfairbargain.losses import cross_entropy_f1
    >>> cross_entropy_f1(torch.zeros(1, 2), torch.tensor([1]))  # log 2 + σ(-2/3)
    tensor([1.0324])
    """
    s = torch.sigmoid(logits.gather(1, target[:, None])[:, 0])
    return cross_entropy(logits, target) + torch.sigmoid(-2 * s / (1 + s))


META_LOSSES = {"cross_entropy": cross_entropy, "cross_entropy+f1": cross_entropy_f1}
