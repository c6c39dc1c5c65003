"""The protocols by name: the table in which a new protocol is entered."""

from ._base import Protocol
from ._cagrad import CAGrad
from ._goals import FORML, GeneralizedMean, LtR, MetaGDRO
from ._mgda import MGDA
from ._nash import Nash
from ._pcgrad import PCGrad

# These are the names that `goal`, `bargaining`, the command line and saved models take. The
# packages' exports and the documentation's list are read from this table as well.
PROTOCOLS = {
    "ltr": LtR,
    "meta_gdro": MetaGDRO,
    "forml": FORML,
    "generalized_mean": GeneralizedMean,
    "nash": Nash,
    "pcgrad": PCGrad,
    "cagrad": CAGrad,
    "mgda": MGDA,
}


__all__ = ["PROTOCOLS", "get_protocol", *(kind.__name__ for kind in PROTOCOLS.values())]


def get_protocol(protocol):
    """Return the protocol that a name stands for, or the object itself.

    Parameters
    ----------
    protocol : str or Protocol
        A name in ``PROTOCOLS``, or an instance.

    Returns
    -------
    protocol : Protocol

    Raises
    ------
    ValueError
        If the name is unknown; the message lists the known ones.
    TypeError
        If it is neither a name nor an instance of `Protocol`.

    Examples
    --------
    >>> from skfairbargain.protocols import get_protocol
    >>> get_protocol("nash")
    Nash()
    """
    if isinstance(protocol, Protocol):
        return protocol
    known = ", ".join(f"'{name}'" for name in sorted(PROTOCOLS))
    if isinstance(protocol, str):
        if protocol not in PROTOCOLS:
            raise ValueError(
                f"A protocol should be one of {known}, or an instance of a Protocol "
                f"subclass. Got {protocol!r}."
            )
        return PROTOCOLS[protocol]()
    raise TypeError(
        f"A protocol should be one of {known}, or an instance of a Protocol subclass. "
        f"Got {protocol!r}."
    )
