"""The rounding of the least precise numbers that a forward pass computes with."""

import torch
from torch.overrides import TorchFunctionMode


class LeastPrecise(TorchFunctionMode):
    """Notes the least precise dtype that torch's functions return within a block.

    Modules cast inside of a forward, as by ``X.float()`` or under autocast, and their
    engines agree no better than such a part is rounded.

    Parameters
    ----------
    dtype : torch.dtype
        Of the inputs.

    Attributes
    ----------
    eps : float
        The distance of 1 from the next number of that dtype.

    Examples
    --------
    >>> import torch
    >>> from skfairbargain.hypergradients._least_precise import LeastPrecise
    >>> with LeastPrecise(torch.float64) as least:
    ...     result = torch.ones(3, dtype=torch.float64).float().double()
    >>> least.eps == torch.finfo(torch.float32).eps
    True
    """

    def __init__(self, dtype):
        super().__init__()
        self.eps = torch.finfo(dtype).eps

    def __torch_function__(self, func, types, args=(), kwargs=None):
        output = func(*args, **(kwargs or {}))
        for each in output if isinstance(output, tuple) else (output,):
            if isinstance(each, torch.Tensor) and each.is_floating_point():
                self.eps = max(self.eps, torch.finfo(each.dtype).eps)
        return output
