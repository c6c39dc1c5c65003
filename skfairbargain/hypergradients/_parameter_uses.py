"""Which parameters a loss depends on, and how many operations of its graph use each."""

from collections import Counter

from torch import nn

# Modules with code that uses parameters in the same way at every step.
KNOWN = (nn.__name__, __name__.partition(".")[0])


def parameter_uses(total):
    """Count the uses of every parameter in the graph of a loss.

    Parameters
    ----------
    total : Tensor
        Has a graph.

    Returns
    -------
    uses : Counter of int to int
        By the ``id`` of a parameter.

    Examples
    --------
    >>> import torch
    >>> from skfairbargain.hypergradients._parameter_uses import parameter_uses
    >>> a, b, c = torch.ones(3, requires_grad=True), torch.ones(3, requires_grad=True), 1
    >>> uses = parameter_uses((a * b + c * a.exp()).sum())
    >>> uses[id(a)], uses[id(b)]
    (2, 1)
    """
    uses = Counter()
    # The nodes themselves, because the id of a node that is forgotten is given out again.
    seen, ahead = {total.grad_fn}, [total.grad_fn]
    while ahead:
        for node, _ in ahead.pop().next_functions:
            if node is None:
                continue
            if hasattr(node, "variable"):
                uses[id(node.variable)] += 1
            elif node not in seen:
                seen.add(node)
                ahead.append(node)
    return uses


def only_known_code(module):
    """Whether the forward pass of a module runs no code but torch's and this package's.

    Then all passes use the parameters in the same way, and one of them tells of all.

    Parameters
    ----------
    module : torch.nn.Module

    Returns
    -------
    only : bool
    """
    return all(
        getattr(type(part).forward, "__module__", "").startswith(KNOWN)
        and "forward" not in vars(part)
        and not part._forward_hooks
        and not part._forward_pre_hooks
        for part in module.modules()
    )
