"""Batch normalization in forward mode, by torch's kernel of the backward pass."""

import contextlib

import torch
from torch.autograd import Function, forward_ad
from torch.nn import functional as F
from torch.overrides import TorchFunctionMode

PRECISE = torch.float32, torch.float64
# Below so many numbers, torch's way of several directions at once takes less time.
LARGE = 2**17


class KernelBatchNorm(TorchFunctionMode):
    r"""Computes derivatives of batch normalization in forward mode by a kernel, in a block.

    Torch takes about ten passes over the batch for it, and writes each to memory. The
    normalized values of a channel have a symmetric Jacobian,

    .. math::
        \frac{\partial \hat x}{\partial x}
        = r \left(I - \tfrac{1}{m} 1 1^\top - \tfrac{1}{m} \hat x \hat x^\top\right) ,

    for m values whose inverse standard deviation is r. So the kernel of the backward pass
    gives derivatives along a direction as well. What is computed so has no gradient by a
    backward pass: where the module computes one by itself, torch's function is taken.

    Examples
    --------
    >>> import torch
    >>> from torch.func import jvp
    >>> from skfairbargain.hypergradients._batch_norm import KernelBatchNorm
    >>> def normalized(X):
    ...     return torch.nn.functional.batch_norm(X, None, None, training=True)
    >>> X, direction = torch.randn(2, 40, 3)
    >>> with torch.no_grad():
    ...     _, expected = jvp(normalized, (X,), (direction,))
    ...     with KernelBatchNorm():
    ...         _, found = jvp(normalized, (X,), (direction,))
    >>> torch.allclose(found, expected, atol=1e-6)
    True
    """

    def __torch_function__(self, func, types, args=(), kwargs=None):
        kwargs = kwargs or {}
        if func is F.batch_norm and not torch.is_grad_enabled():
            return _batch_norm(*args, **kwargs)
        return func(*args, **kwargs)


def _batch_norm(
    input,
    running_mean,
    running_var,
    weight=None,
    bias=None,
    training=False,
    momentum=0.1,
    eps=1e-5,
):
    running = running_mean, running_var
    duals = None
    if training and input.dtype in PRECISE:
        with contextlib.suppress(RuntimeError):  # where the module itself vmaps
            duals = [_dual(each) for each in (input, weight, bias)]
    if duals is None:
        return F.batch_norm(input, *running, weight, bias, training, momentum, eps)
    (input, d_input), (weight, d_weight), (bias, d_bias) = duals
    output, mean, inverse_std = torch.native_batch_norm(
        input, weight, bias, *running, True, momentum, eps
    )
    values = d_input, d_weight, d_bias, input, weight, mean, inverse_std
    derivative = None
    if output.numel() >= LARGE:
        with contextlib.suppress(NotImplementedError):  # where the module itself has a jvp
            derivative = _OneByOne.apply(*values)
    if derivative is None:
        derivative = _derivative(*values)
    return forward_ad.make_dual(output, derivative)


def _derivative(d_input, d_weight, d_bias, input, weight, mean, inverse_std):
    by_channel = (-1, *(1 for _ in input.shape[2:]))
    if d_input is None:
        derivative = torch.zeros_like(input)
    else:
        derivative, *_ = torch.ops.aten.native_batch_norm_backward(
            *(d_input, input, weight, None, None, mean, inverse_std, True, 0.0),
            [True, False, False],
        )
    if d_weight is not None:
        scale = d_weight * inverse_std
        derivative = torch.addcmul(derivative, input, scale.view(by_channel))
        derivative = derivative - (mean * scale).view(by_channel)
    if d_bias is not None:
        derivative = derivative + d_bias.view(by_channel)
    return derivative


class _OneByOne(Function):
    """The derivative; along several directions at once, one after another."""

    @staticmethod
    def forward(*values):
        return _derivative(*values)

    @staticmethod
    def setup_context(ctx, inputs, output):
        pass

    @staticmethod
    def vmap(info, in_dims, *values):
        def direction(i):
            return (
                value if dim is None else value.select(dim, i)
                for value, dim in zip(values, in_dims, strict=True)
            )

        along = [_OneByOne.apply(*direction(i)) for i in range(info.batch_size)]
        return torch.stack(along), 0


def _dual(tensor):
    """A tensor and its derivative, None where it has none."""
    return (None, None) if tensor is None else forward_ad.unpack_dual(tensor)
