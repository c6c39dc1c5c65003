"""Protocols: from the players' losses and hypergradients to how much each player counts."""

from . import _registry
from ._base import Protocol
from ._meta_step import MetaStep
from ._registry import *

__all__ = ["MetaStep", "Protocol", *_registry.__all__]
