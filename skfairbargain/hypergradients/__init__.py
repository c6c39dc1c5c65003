"""Hypergradients: how much each training sample's weight would lower each player's loss.

With ε the weights of an inner step of unit learning rate, unrolled at ε = 0 (Theorem 3.5),

    H[i, k] = −∂ L_k(θ − ∇θ Σ_j ε_j ℓ_j) / ∂ε_i = ⟨∇θ L_k, ∇θ ℓ_i⟩ .

Engines compute it and then the gradient of the weighted loss Σ w_i ℓ_i. They are given the
minibatch and the validation set as one tensor, the minibatch's rows first.
"""

from ._auto import AutoEngine
from ._autograd import AutogradEngine
from ._choice import make_engine
from ._forward import ForwardEngine
from ._ghost import GhostEngine
from ._kernel import KernelEngine
from ._loop import LoopEngine
from ._step_gradients import StepGradients

__all__ = [
    "AutoEngine",
    "AutogradEngine",
    "ForwardEngine",
    "GhostEngine",
    "KernelEngine",
    "LoopEngine",
    "StepGradients",
    "make_engine",
]
