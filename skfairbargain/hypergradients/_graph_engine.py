"""What the engines have in common that keep a graph until the weighted gradient."""


class GraphEngine:
    """An engine whose losses keep their graph until the weighted backward pass.

    Subclasses have a `name` and a method `hypergradients`, which leaves the losses of the
    minibatch in `_losses`.

    Parameters
    ----------
    module : torch.nn.Module
    train_loss, meta_loss : callable
        ``(logits, target) -> losses``, one per sample.
    """

    def __init__(self, module, train_loss, meta_loss):
        self.module = module
        self.train_loss = train_loss
        self.meta_loss = meta_loss
        self._losses = None

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self._losses = None

    def backward(self, weights):
        """As `GhostEngine.backward`."""
        for parameter in self.module.parameters():
            parameter.grad = None
        # A forward pass may leave out all that is trained.
        if self._losses.requires_grad:
            (weights @ self._losses).backward()
        for parameter in self.module.parameters():
            # Optimizers cannot add a dense penalty to a sparse gradient.
            if parameter.grad is not None and parameter.grad.is_sparse:
                parameter.grad = parameter.grad.to_dense()
        self._losses = None
