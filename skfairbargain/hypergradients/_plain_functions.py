"""Functions that give other numbers in forward mode than in a plain pass."""

import torch
from torch.nn import functional as F
from torch.overrides import TorchFunctionMode

DROPOUT = (F.dropout, torch.dropout, torch.dropout_)
NORMS = (
    *(F.batch_norm, F.group_norm, F.instance_norm, F.layer_norm),
    *(torch.batch_norm, torch.group_norm, torch.instance_norm, torch.layer_norm),
)


class PlainFunctions(TorchFunctionMode):
    """Computes some functions in forward mode as a plain pass does, within a block.

    - Dropout on a CPU draws its mask in the order in which the numbers lie in memory, and
      in forward mode in that of their indices. So the masks of a transposed sequence, or of
      images in ``torch.channels_last``, would not be those of the plain pass.
    - Under autocast the derivatives of a normalised output are in float32, and the output
      is not; the next layer refuses two dtypes. Casts of the output bring them together.

    Examples
    --------
    >>> import torch
    >>> from torch.func import jvp
    >>> from skfairbargain.hypergradients._plain_functions import PlainFunctions
    >>> def masked(X):
    ...     return torch.nn.functional.dropout(X.T)
    >>> X = torch.ones(40, 3)
    >>> with torch.random.fork_rng(devices=[]):
    ...     _ = torch.manual_seed(0)
    ...     plain = masked(X)
    ...     _ = torch.manual_seed(0)
    ...     with PlainFunctions():
    ...         found, derivative = jvp(masked, (X,), (X,))
    >>> torch.equal(found, plain), torch.equal(derivative, plain)
    (True, True)
    """

    def __torch_function__(self, func, types, args=(), kwargs=None):
        kwargs = kwargs or {}
        if func in DROPOUT and args[0].device.type == "cpu":
            inplace = func is torch.dropout_
            return _dropout(*args, **{"inplace": inplace, **kwargs})
        output = func(*args, **kwargs)
        if func in NORMS and output.dtype in (torch.float16, torch.bfloat16):
            return output.float().to(output.dtype)
        return output


def _dropout(input, p=0.5, training=True, inplace=False, train=True):
    """Dropout as torch computes it on a CPU, by the parameter names of all its forms."""
    if p == 0 or not (training and train) or not input.numel():
        return input
    mask = torch.empty_like(input).bernoulli_(1 - p)
    if p < 1:
        mask.div_(1 - p)
    return input.mul_(mask) if inplace else input * mask
