"""Load a model: read and check the file, then build the model of it."""

from .._model_file import (
    StoredNetwork,
    StoredParameters,
    blamed_on_file,
    bytes_of_file,
    checked_names,
    checked_path,
    exchanged,
    is_archive,
    object_in_archive,
)
from ._build import Builder
from ._contents import Contents
from ._network import Untrained, checked_network, checked_untrained


def load(path, *, module=None, device=None, trusted=()):
    """Read a model that `save` wrote.

    Nothing in the file is executed. A network's file is checked as a whole before anything
    is made of it: types, lengths, and the shapes of the weights, so that it takes no more
    memory than its size asks for. Of other estimators, the types of all objects are checked
    against those that are known to be harmless. Checksums find damage; they do not tell who
    wrote the file.

    Parameters
    ----------
    path : str or Path
    module : class, callable or torch.nn.Module, default=None
        The `module` of the network, where it had one of its own.
    device : str or torch.device, default=None
        Where networks are put. None: where each was trained.
    trusted : sequence of str, default=()
        Types of your own, or of other packages, that a file may have, with their module, as
        in ``"my_package.features.Binner"``. Restoring them may run their code.

    Returns
    -------
    estimator : estimator
        Of the class that was saved. Predictions equal those of the one that was saved to
        the bit, on the same kind of machine.

    Raises
    ------
    ModelFileError
        If the file is damaged or something else, is of a newer version, holds weights that
        are not finite, has objects of types that are not trusted, or was trained on a
        device that is not here; or if `module` is missing or does not fit the file. It is a
        ValueError.
    ValueError
        If `device` is not here, or `module` is no network for the rows of the model.
    FileNotFoundError
        If there is no such file.

    Warns
    -----
    ModelVersionWarning
        If another version of this package wrote the file.
    InconsistentVersionWarning
        If parts were trained with another version of scikit-learn.

    See Also
    --------
    save : Write the file, with an example.
    """
    path, trusted = checked_path(path), checked_names(trusted)
    with blamed_on_file(path):
        data = bytes_of_file(path)
        if is_archive(data):
            readers = {
                StoredNetwork: lambda stored: checked_network(stored.data),
                StoredParameters: checked_untrained,
            }
            read = object_in_archive(data, readers, trusted)
        else:
            read = checked_network(data)
    builder = Builder(path, module, device)
    builders = {Contents: builder.trained, Untrained: builder.untrained}
    estimator = exchanged(read, builders)
    builder.check_module_is_used()
    return estimator
