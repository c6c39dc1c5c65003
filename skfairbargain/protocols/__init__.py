"""Protocols: from the losses and hypergradients of players to how much each counts."""

from ._aggregators import MGDA, CAGrad, GeneralizedMean, PCGrad
from ._base import Protocol
from ._registry import FORML, PROTOCOLS, LtR, MetaGDRO, Nash, get_protocol

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
