"""The version, for the package and for whatever it stores."""

__version__ = "0.1.0.dev0"
