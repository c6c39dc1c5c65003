"""Protocols: from the losses and hypergradients of players to how much each counts."""

from ._base import Protocol
from ._cagrad import CAGrad
from ._goals import FORML, GeneralizedMean, LtR, MetaGDRO
from ._mgda import MGDA
from ._nash import Nash
from ._pcgrad import PCGrad
from ._registry import PROTOCOLS, get_protocol

__all__ = [
    "FORML",
    "MGDA",
    "CAGrad",
    "GeneralizedMean",
    "LtR",
    "MetaGDRO",
    "Nash",
    "PCGrad",
    "Protocol",
    "get_protocol",
]
