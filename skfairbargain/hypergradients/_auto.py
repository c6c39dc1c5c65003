"""The engine of a training, taken anew where it does not serve any more."""

from .._utils import first_line, layer_of_error
from ._choice import make_engine
from ._failures import cannot_be_trained, cannot_serve
from ._trained import NotExactError


class AutoEngine:
    """An engine that `make_engine` takes, and takes anew when other parameters are trained.

    A callback may freeze or unfreeze layers, and a module may use its layers otherwise in
    some steps than on the rows that the engines were compared on.

    Parameters
    ----------
    engine : {"auto", "kernel", "ghost", "forward", "autograd", "loop"}
    module : torch.nn.Module
    train_loss, meta_loss : callable
        ``(logits, target) -> losses``, one per sample.
    example : tuple of (Tensor of shape (n, ...), LongTensor of shape (n,))
    n_batch, n_rows : int, default=None
        As of `make_engine`.
    tell : callable, default=None
        Is called with a sentence when "auto" has taken an engine.

    excluded : dict of str to str, default=None
        As of `make_engine`.

    Attributes
    ----------
    excluded : dict of str to str
        Engines that "auto" does not take, or left, and why.
    name : str
        Of the engine in use.

    Raises
    ------
    ValueError
        As by `make_engine`.
    """

    def __init__(
        self,
        engine,
        module,
        train_loss,
        meta_loss,
        example,
        n_batch=None,
        n_rows=None,
        tell=None,
        excluded=None,
    ):
        self._asked_for = engine
        self._arguments = (module, train_loss, meta_loss, example, n_batch, n_rows)
        self._parameters = list(module.parameters())
        self._tell = tell
        self._entered = False
        # A forward pass may change its input in place, and the validation rows with it.
        self._clones = None
        self.excluded = dict(excluded or {})
        self._take()

    @property
    def name(self):
        """Name of the engine in use."""
        return self._engine.name

    def __enter__(self):
        self._engine.__enter__()
        self._entered = True
        return self

    def __exit__(self, *exception):
        self._entered = False
        self._engine.__exit__(*exception)

    def hypergradients(self, inputs, targets, n_batch, averages):
        """As `GhostEngine.hypergradients`."""
        if [p.requires_grad for p in self._parameters] != self._trained:
            self._take()
        while True:
            try:
                return self._step(inputs, targets, n_batch, averages)
            except Exception as error:
                self._leave(error)

    def backward(self, weights):
        """As `GhostEngine.backward`."""
        self._engine.backward(weights)

    def _step(self, inputs, *others):
        given = inputs if self._clones is False else inputs.clone()
        gradients = self._engine.hypergradients(given, *others)
        if self._clones is None:
            self._clones = given._version > 0
        return gradients

    def _leave(self, error):
        """Take another engine for this step and those that follow, or raise an error."""
        may_serve = self.name != "loop" and isinstance(error, RuntimeError)
        if isinstance(error, NotExactError) or may_serve:
            reason = first_line(error)
            if self._asked_for != "auto":
                raise cannot_serve(self._asked_for, reason) from error
            self.excluded[self.name] = reason
            self._take()
            return
        layer = layer_of_error(error, self._arguments[0])
        if layer is None:
            raise error
        raise cannot_be_trained(layer, error) from error

    def _take(self):
        entered = self._entered
        if entered:
            self.__exit__(None, None, None)  # the hooks are no part of the module
        self._trained = [p.requires_grad for p in self._parameters]
        self._engine, reason = make_engine(
            self._asked_for, *self._arguments, excluded=self.excluded
        )
        if entered:
            self.__enter__()
        if self._tell is not None and reason:
            self._tell(f"Took engine='{self.name}': {reason}")
