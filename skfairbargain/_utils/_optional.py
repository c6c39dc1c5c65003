"""Import an optional dependency, or say how to install it."""

from importlib import import_module


def import_optional(module, *, extra):
    """Import `module`, or name the extra that installs it.

    Parameters
    ----------
    module : str
        Dotted name of the module.
    extra : str
        The extra of this package that installs it.

    Raises
    ------
    ImportError
        If `module` is not installed; the message has the ``pip install`` line to run.
    """
    try:
        return import_module(module)
    except ModuleNotFoundError as error:
        root = module.partition(".")[0]
        if error.name is None or error.name.partition(".")[0] != root:
            raise
        raise ImportError(
            f"{root} is needed here and is not installed. "
            f'Run: pip install "skfairbargain[{extra}]"'
        ) from error
