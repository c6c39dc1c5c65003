"""The solver's arguments: checked, and brought to hypergradients of unit norm."""

from numbers import Integral, Real

import numpy as np

from ._lengths import Lengths
from ._problems import Ball, Orthant


def check_settings(feasible, tol, max_iter, min_stake):
    """Refuse settings that are out of range."""
    if feasible not in ("ball", "weights"):
        raise ValueError(f"`feasible` should be 'ball' or 'weights'. Got {feasible!r}.")
    for name, value in (("tol", tol), ("min_stake", min_stake)):
        if not isinstance(value, Real) or not 0 <= value < 1:
            raise ValueError(f"`{name}` should lie in [0, 1). Got {value!r}.")
    if not isinstance(max_iter, Integral) or max_iter < 1:
        raise ValueError(f"`max_iter` should be 1 or more. Got {max_iter!r}.")


def problem_and_lengths(gram, hypergradients, feasible):
    """Return the bargain among unit-norm hypergradients, and their lengths.

    Returns
    -------
    problem : Ball or Orthant
    lengths : Lengths
    """
    if feasible == "weights" and hypergradients is None:
        raise ValueError(
            "feasible='weights' needs to know which samples help which player: pass "
            "`hypergradients` of shape (n_samples, n_players) instead of `gram`."
        )
    if (gram is None) == (hypergradients is None):
        raise ValueError("Pass either `gram` or `hypergradients`, and not both.")
    if hypergradients is None:
        cosines, lengths = _cosines(finite_array(gram, "gram"))
        return Ball(cosines), lengths
    players, lengths = unit_rows(finite_array(hypergradients, "hypergradients").T)
    return Ball(players @ players.T) if feasible == "ball" else Orthant(players), lengths


def checked_given(given, feasible, n_players):
    """Return the gains from a fixed part as an array, or None where there is none."""
    if given is None:
        return None
    if feasible != "weights":
        raise ValueError(
            "`given` should come with feasible='weights': only weights are applied beside "
            f"a fixed part. Got feasible={feasible!r}."
        )
    given = finite_array(given, "given", ndim=1)
    if len(given) != n_players:
        raise ValueError(
            f"`given` should have a number for each of the {n_players} columns of "
            f"`hypergradients`. Got {len(given)}."
        )
    return given


def finite_array(values, name, ndim=2):
    """Return the values as an array of float64, or say what is wrong with them.

    Parameters
    ----------
    values : array-like
    name : str
        Name of the argument, for the message.
    ndim : int, default=2
        The number of dimensions that it should have.

    Returns
    -------
    array : ndarray

    Raises
    ------
    ValueError
        If they are not real numbers, not finite, or of other dimensions.
    """
    array = values
    # Every step of a training passes arrays of float64, which need no conversion.
    if type(values) is not np.ndarray or values.dtype != np.float64:
        array = _converted(values, name)
    if array.ndim != ndim:
        kind = {1: "vector (one dimension)", 2: "matrix (two dimensions)"}[ndim]
        raise ValueError(f"`{name}` should be a {kind}. Got shape {array.shape}.")
    if not np.isfinite(array).all():
        raise ValueError(f"`{name}` should be finite. It contains NaN or infinity.")
    return array


def _converted(values, name):
    try:
        if np.iscomplexobj(values):
            raise TypeError
        with np.errstate(over="ignore"):  # what becomes infinite is refused as such
            return np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError, OverflowError, RuntimeError) as error:
        raise ValueError(
            f"`{name}` should be an array of real numbers, all rows of the same length. "
            f"Got {type(values).__name__}."
        ) from error


def unit_rows(vectors):
    """Return vectors at unit norm, and their lengths; a row of zeros stays one.

    Parameters
    ----------
    vectors : ndarray of shape (n_players, n_samples)
        Finite.

    Returns
    -------
    units : ndarray of shape (n_players, n_samples)
    lengths : Lengths
    """
    _, exponents = np.frexp(np.abs(vectors).max(axis=1, initial=0.0))
    # Divided by a power of two first, which is exact, no square leaves float64's range.
    units = np.ldexp(vectors, -exponents[:, None], order="C")
    mantissas = np.sqrt(np.einsum("kn,kn->k", units, units))
    units /= np.where(mantissas > 0, mantissas, 1)[:, None]
    return units, Lengths(mantissas, exponents)


def _cosines(gram):
    """Cosines between the hypergradients, and the hypergradients' lengths."""
    if gram.shape[0] != gram.shape[1]:
        raise ValueError(f"`gram` should be a square matrix. Got shape {gram.shape}.")
    diagonal = gram.diagonal()
    # Squares in the subnormal range have lost their digits, and count as zero.
    known = diagonal >= np.finfo(np.float64).tiny
    exponents = np.where(known, np.frexp(diagonal)[1] // 2, 0)
    mantissas = np.sqrt(np.where(known, np.ldexp(diagonal, -2 * exponents), 0.0))
    with np.errstate(over="ignore"):  # what becomes infinite is no product of lengths
        cosines = np.ldexp(gram, -exponents[:, None] - exponents)
    safe = np.where(known, mantissas, 1)
    cosines = np.where(known & known[:, None], cosines / safe[:, None] / safe, 0.0)
    cosines = np.clip(cosines, -2, 2)
    if (diagonal < 0).any() or not np.abs(cosines - cosines.T).max(initial=0.0) <= 1e-6:
        raise ValueError(
            "`gram` should be symmetric with a non-negative diagonal, as HᵀH is. "
            f"Got {gram!r}."
        )
    cosines = (cosines + cosines.T) / 2
    if np.linalg.eigvalsh(cosines).min(initial=0) < -1e-6:
        raise ValueError(
            f"`gram` should have no negative eigenvalue, as HᵀH has none. Got {gram!r}."
        )
    return cosines, Lengths(mantissas, exponents)
