"""What the graph of a loss shows: uses of parameters, and operations of one derivative."""

from collections import Counter

from torch import nn

# Names of the nodes that torch puts where there is no derivative.
DEAD_ENDS = ("torch::autograd::Error", "torch::autograd::NotImplemented")
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
    >>> from skfairbargain.hypergradients._graphs import parameter_uses
    >>> a, b = (torch.nn.Parameter(torch.ones(3)) for _ in range(2))
    >>> uses = parameter_uses((a * b + a.exp()).sum())
    >>> uses[id(a)], uses[id(b)]
    (2, 1)
    """
    return Counter(
        id(node.variable)
        for node in _nodes([total])
        if isinstance(getattr(node, "variable", None), nn.Parameter)
    )


def has_dead_end(gradients):
    """Whether an operation that makes gradients cannot be differentiated itself.

    torch raises an error where such an operation is reached. But its node has no inputs, so
    a derivative by something behind it does not reach it, and comes out without its part.

    Parameters
    ----------
    gradients : iterable of (Tensor or None)

    Returns
    -------
    has : bool
    """
    return any(node.name() in DEAD_ENDS for node in _nodes(gradients))


def _nodes(tensors):
    """The nodes of graphs, a parameter's as often as it is used."""
    ahead = [t.grad_fn for t in tensors if t is not None and t.grad_fn is not None]
    # The nodes themselves, because the id of a node that is forgotten is given out again.
    seen = set(ahead)
    while ahead:
        node = ahead.pop()
        yield node
        for following, _ in node.next_functions:
            if following is None:
                continue
            if hasattr(following, "variable"):
                yield following
            elif following not in seen:
                seen.add(following)
                ahead.append(following)


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
