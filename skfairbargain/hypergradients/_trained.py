"""Which parameters are trained, and when an engine cannot serve a step."""

import torch


class NotExactError(Exception):
    """An engine would be wrong for a step; the message says why."""


def trained_parameters(module):
    """Return the parameters that are not frozen at the moment, by name.

    They are asked for at every step, because a callback may freeze or unfreeze some.

    Parameters
    ----------
    module : torch.nn.Module

    Returns
    -------
    parameters : dict of str to Parameter

    Raises
    ------
    ValueError
        If there is none.
    """
    parameters = {name: p for name, p in module.named_parameters() if p.requires_grad}
    if not parameters:
        raise ValueError(
            "`module` should have a parameter to train at every step. Got one whose "
            "parameters are all frozen. Leave requires_grad=True for at least one of them."
        )
    return parameters


def lay_out_gradients(parameters):
    """Give gradients the strides of their parameters, as torch's ``backward`` does.

    Fused optimizers go through both in the order in which they lie in memory.

    Parameters
    ----------
    parameters : iterable of Parameter
    """
    for parameter in parameters:
        gradient = parameter.grad
        if gradient is not None and gradient.stride() != parameter.stride():
            parameter.grad = torch.empty_like(parameter).copy_(gradient)
