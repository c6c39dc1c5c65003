"""TorchJD's weightings as protocols, and protocols as weightings of TorchJD.

Needs the extra ``skfairbargain[torchjd]``.
"""

import numpy as np
import torch

from ._utils import first_line, import_optional
from .protocols import MetaStep, Nash, Protocol

aggregation = import_optional("torchjd.aggregation", extra="torchjd")
WeightedAggregator, Weighting = aggregation.WeightedAggregator, aggregation.Weighting

__all__ = ["ProtocolWeighting", "TorchJDProtocol"]


class TorchJDProtocol(Protocol):
    """Any weighting of TorchJD as `goal` or `bargaining` of the estimator.

    TorchJD has some twenty rules that combine the gradients of several objectives, such as
    ``UPGradWeighting`` and ``IMTLGWeighting``. Here the objectives are the players,
    and their gradients the hypergradients.

    Parameters
    ----------
    weighting : torchjd.aggregation.Weighting or WeightedAggregator
        An instance; of an aggregator, such as ``UPGrad()``, its weighting. It gets float64,
        in units of the longest hypergradient, so that its tolerances mean the same in every
        step.
    reads : {"gram", "hypergradients"}, default="gram"
        What a weighting is called with: the inner products of the hypergradients, or the
        matrix with one row for each player. TorchJD's documentation says it: a
        ``Weighting[PSDMatrix]`` reads the Gramian, and a ``Weighting[Matrix]`` the matrix.
        The weighting of an aggregator always gets the matrix.

    See Also
    --------
    ProtocolWeighting : The other way round.

    Notes
    -----
    Where all hypergradients are 0 and where a weighting gives values that are not finite,
    the players count as not agreed. Weightings that draw random numbers use torch's
    generator, which `fit` seeds. Weightings with a state, such as ``GradVacWeighting``,
    keep it from fit to fit: call their ``reset`` before a fit that should repeat another.

    The aggregators ``ConFIG``, ``GradDrop`` and ``TrimmedMean`` combine gradients otherwise
    than by one weight each, and are refused. ``MoDoWeighting`` and ``SDMGradWeighting``
    expect products of the gradients of two independent batches; here both are those of the
    audited rows, for which their papers prove nothing.

    References
    ----------
    Quinton and Rey, "Jacobian Descent for Multi-Objective Optimization", 2024, for TorchJD
    and UPGrad.

    Examples
    --------
    >>> from torchjd.aggregation import IMTLGWeighting
    >>> from skfairbargain.protocols import MetaStep
    >>> from skfairbargain.torchjd import TorchJDProtocol
    >>> step = MetaStep([0.5, 0.9], hypergradients=[[1.0, -1.0], [0.0, 1.0]])
    >>> gains = step.gram @ TorchJDProtocol(IMTLGWeighting()).weights(step)
    >>> shares = gains / step.gram.diagonal() ** 0.5
    >>> bool(abs(shares[0] - shares[1]) < 1e-9)  # the same cosine for both
    True
    """

    acts_on = "players"

    def __init__(self, weighting, reads="gram"):
        self.weighting = weighting
        self.reads = reads

    def weights(self, step):
        """See `Protocol.weights`.

        Raises
        ------
        TypeError
            If `weighting` is no weighting of TorchJD, nor an aggregator with one.
        ValueError
            If `reads` is unknown, or the weighting cannot take what it reads, or gives
            other than one weight a player.
        """
        rule, reads = self.weighting, self.reads
        if reads not in ("gram", "hypergradients"):
            raise ValueError(
                f"`reads` should be 'gram' or 'hypergradients'. Got {reads!r}."
            )
        if isinstance(rule, WeightedAggregator):
            rule, reads = rule.weighting, "hypergradients"
        if not isinstance(rule, Weighting):
            raise TypeError(
                "`weighting` should be a weighting of TorchJD, as IMTLGWeighting() is, or "
                "an aggregator that gives each gradient one weight, as IMTLG() does. Got "
                f"{self.weighting!r}."
            )
        gram = step.gram_in_range()
        longest = gram.diagonal().max()
        if not longest > 0:
            return None
        given = gram / longest
        if reads == "hypergradients":
            if step.hypergradients is None:
                raise ValueError(
                    f"`step` should have the hypergradients, which {rule!r} reads. Got a "
                    "step with their inner products alone."
                )
            given = step.hypergradients.T / abs(step.hypergradients).max()
        try:
            # Some rules compute with NumPy; what comes out is checked below.
            with torch.no_grad(), np.errstate(all="ignore"):
                weights = rule(torch.tensor(given, dtype=torch.float64))
        except (LookupError, RuntimeError, TypeError, ValueError) as error:
            raise ValueError(
                f"`weighting` should take the {reads} of {len(gram)} players, but "
                f"{type(self.weighting).__name__} raised "
                f"{type(error).__name__}: {first_line(error)}"
            ) from error
        beta = weights.detach().cpu().numpy().astype(np.float64)
        if beta.shape != (len(gram),):
            raise ValueError(
                f"`weighting` should give one weight for each of {len(gram)} players. Got "
                f"shape {beta.shape}."
            )
        return beta if np.isfinite(beta).all() and beta.any() else None


class ProtocolWeighting(Weighting):
    """A protocol as a weighting of TorchJD, for any training loop of torch.

    Its engine (``torchjd.autogram``) calls a weighting with the Gramian of the objectives'
    gradients.

    Parameters
    ----------
    protocol : Protocol, default=None
        One that reads the inner products alone: None is ``Nash(feasible="ball")``, and
        `PCGrad`, `CAGrad` and `MGDA` are others.

    Attributes
    ----------
    agreed : bool or None
        Whether the players agreed in the last call. Where they did not, the weights are 0.

    Raises
    ------
    ValueError
        If the protocol is a goal, which reads the objectives' losses, or `Nash` over the
        training weights: a Gramian has neither.

    See Also
    --------
    skfairbargain.bargaining.nash_bargaining : The same bargain without TorchJD, with its
        certificate.

    Examples
    --------
    >>> import torch
    >>> from skfairbargain.torchjd import ProtocolWeighting
    >>> jacobian = torch.tensor([[4.0, 0.0], [-1.0, 1.0]], dtype=torch.float64)
    >>> gram = jacobian @ jacobian.T
    >>> weighting = ProtocolWeighting()
    >>> alpha = weighting(gram)
    >>> torch.allclose(gram @ alpha, 1 / alpha), weighting.agreed
    (True, True)
    """

    def __init__(self, protocol=None):
        super().__init__()
        protocol = Nash(feasible="ball") if protocol is None else protocol
        over_weights = isinstance(protocol, Nash) and protocol.feasible != "ball"
        if not isinstance(protocol, Protocol) or protocol.acts_on != "players":
            raise ValueError(
                "`protocol` should read inner products alone, as Nash(feasible='ball'), "
                f"PCGrad(), CAGrad() and MGDA() do. Got {protocol!r}."
            )
        if over_weights:
            raise ValueError(
                "`protocol` should bargain over the ball, as Nash(feasible='ball') does: a "
                f"Gramian has no training weights. Got {protocol!r}."
            )
        self.protocol = protocol
        self.agreed = None

    def forward(self, gramian, /):
        """Return one weight for each objective.

        Parameters
        ----------
        gramian : Tensor of shape (n_objectives, n_objectives)

        Returns
        -------
        weights : Tensor of shape (n_objectives,)
            Of its dtype and on its device.
        """
        gram = gramian.detach().cpu().double().numpy()
        beta = self.protocol.weights(MetaStep(np.zeros(len(gram)), gram))
        self.agreed = beta is not None
        beta = beta if self.agreed else np.zeros(len(gram))
        return torch.as_tensor(beta, dtype=gramian.dtype, device=gramian.device)
