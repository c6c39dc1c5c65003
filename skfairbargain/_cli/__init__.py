"""The command line. Torch is imported by the commands that train, once they train."""

from ._app import app

__all__ = ["app"]
