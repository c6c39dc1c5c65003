"""Batch normalization in forward mode, by torch's kernel of the backward pass."""

import contextlib

import torch
from torch.autograd import Function
from torch.nn import functional as F
from torch.overrides import TorchFunctionMode

PRECISE = torch.float32, torch.float64


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
    if training and input.dtype in PRECISE:
        # It fails where the module itself vmaps, or differentiates by torch.func.
        with contextlib.suppress(RuntimeError):
            return _BatchNorm.apply(input, weight, bias, *running, momentum, eps)[0]
    return F.batch_norm(input, *running, weight, bias, training, momentum, eps)


class _BatchNorm(Function):
    generate_vmap_rule = True

    @staticmethod
    def forward(input, weight, bias, running_mean, running_var, momentum, eps):
        return torch.native_batch_norm(
            input, weight, bias, running_mean, running_var, True, momentum, eps
        )

    @staticmethod
    def setup_context(ctx, inputs, output):
        input, weight, *_ = inputs
        _, mean, inverse_std = output
        ctx.mark_non_differentiable(mean, inverse_std)
        ctx.save_for_forward(input, weight, mean, inverse_std)

    @staticmethod
    def jvp(ctx, *tangents):
        return _Derivative.apply(*tangents[:3], *ctx.saved_tensors), None, None


class _Derivative(Function):
    """The derivative along a direction; along several, one after another."""

    @staticmethod
    def forward(d_input, d_weight, d_bias, input, weight, mean, inverse_std):
        derivative, *_ = torch.ops.aten.native_batch_norm_backward(
            *(d_input, input, weight, None, None, mean, inverse_std, True, 0.0),
            [True, False, False],
        )
        by_channel = (-1, *(1 for _ in input.shape[2:]))
        if d_weight is not None:
            scale = d_weight * inverse_std
            derivative.addcmul_(input, scale.view(by_channel))
            derivative.sub_((mean * scale).view(by_channel))
        if d_bias is not None:
            derivative.add_(d_bias.view(by_channel))
        return derivative

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

        along = [_Derivative.apply(*direction(i)) for i in range(info.batch_size)]
        return torch.stack(along), 0
