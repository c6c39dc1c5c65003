"""Build what was read from a file and checked."""

import numpy as np
import torch

from .._inputs import Players
from .._model_file import blamed_on_file
from .._networks import available_device
from .._training import history_of, make_net, run_settings
from ..exceptions import ModelFileError
from ._contents import check_fit
from ._optimizer import restore_optimizer

OTHER_WEIGHTS = "`module` should have the weights that {path} has, but {reason}."


class Builder:
    """Build what was read from one file, on a device and with the user's own network.

    Parameters
    ----------
    path : Path
        Of the file, for messages.
    module : class, callable, torch.nn.Module or None
    device : str, torch.device or None
        None: where each was trained.
    """

    def __init__(self, path, module, device):
        self.path, self.module, self.device = path, module, device
        self.used = False
        if device is not None:
            available_device(device)

    def trained(self, contents):
        """Return the estimator that `Contents` describe."""
        estimator, path = contents.estimator, self.path
        if self.device is None:
            self._check_device(estimator)
        else:
            estimator.device = self.device
        module = self._module_for(contents.module)
        if module is None:
            with blamed_on_file(path):
                net = _built(contents, None)
                _restore(net, contents)
        else:
            net = _built(contents, module)
            with blamed_on_file(path, otherwise=OTHER_WEIGHTS):
                _restore(net, contents)
        estimator.module = module
        # As after unpickling, which warns of another version.
        estimator.__setstate__(
            {**contents.learned, "net_": net, "_skfairbargain_version": contents.version}
        )
        return estimator

    def untrained(self, read):
        """Return the estimator that `Untrained` describes."""
        read.estimator.module = self._module_for(read.module)
        if self.device is not None:
            read.estimator.device = self.device
        return read.estimator

    def check_module_is_used(self):
        """Refuse a `module` where the file has the default network alone."""
        if self.module is not None and not self.used:
            raise ModelFileError(
                f"`module` should be None, because {self.path} has the default network. "
                f"Got {self.module!r}."
            )

    def _module_for(self, name):
        if name is None:
            return None
        if self.module is None:
            raise ModelFileError(
                f"`module` should be the network that was trained, {name}: a file "
                "that runs no code cannot hold it. Got None."
            )
        self.used = True
        return self.module

    def _check_device(self, estimator):
        try:
            available_device(estimator.device)
        except ValueError as error:
            raise ModelFileError(
                f"{self.path} cannot be loaded: it was trained on {estimator.device}, "
                "which is not here; pass device='cpu'. Nothing was loaded."
            ) from error


def _built(contents, module):
    """A net as it was before its training."""
    estimator, learned = contents.estimator, contents.learned
    dtype = np.float64 if contents.dtype == torch.float64 else np.float32
    with torch.random.fork_rng(devices=[]):  # initial weights, about to be replaced
        return make_net(
            estimator,
            np.zeros((2, *contents.row_shape), dtype),
            len(learned["classes_"]),
            module=module,
            earlier_epochs=history_of(learned["history_"]),
            schedule_start=contents.schedule_start,
            **run_settings(
                estimator,
                Players(learned["groups_"], learned["cells_"]),
                n_rows=len(learned["applied_weight_"]),
                epochs=estimator.max_epochs,
            ),
        )


def _restore(net, contents):
    """Bring weights and optimizer of a fresh net to what was stored."""
    optimizer_state = check_fit(contents, net.module_)
    net.module_.load_state_dict({**contents.weights, **contents.module_state})
    net.scaler_ = contents.scaler
    restore_optimizer(net.optimizer_, contents.optimizer_options, optimizer_state)
