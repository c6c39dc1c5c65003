"""Make one error of whatever a model file causes."""

from contextlib import contextmanager

from ..exceptions import ModelFileError

DAMAGED = (
    "{path} cannot be loaded: {reason}. It is damaged, or not a file that "
    "skfairbargain.persistence.save wrote. Nothing was loaded."
)


@contextmanager
def blamed_on_file(path, otherwise=DAMAGED):
    """Raise a `ModelFileError` that names the file, for all errors that damage causes.

    Parameters
    ----------
    path : Path
    otherwise : str
        What is said of errors of other kinds, of `path` and a `reason`.
    """
    try:
        yield
    except ModelFileError as error:
        raise ModelFileError(
            f"{path} cannot be loaded: {error}. Nothing was loaded."
        ) from error
    except (
        ArithmeticError, AttributeError, LookupError, MemoryError, RuntimeError, TypeError,
        ValueError,
    ) as error:  # fmt: skip
        reason = str(error).rstrip(".")
        raise ModelFileError(otherwise.format(path=path, reason=reason)) from error
