"""The optimizer's state: what is stored, how it is checked and how it is restored."""

import torch

from .._model_file import is_length, require, require_type
from .._training import OPTIMIZERS

# What each optimizer keeps of a parameter. A step is a count; all else is shaped as the
# parameter is.
STATE = {
    "sgd": {"momentum_buffer"},
    "adam": {"step", "exp_avg", "exp_avg_sq"},
    "adamw": {"step", "exp_avg", "exp_avg_sq"},
}
# Options that the estimator or a scheduler sets; all others have torch's defaults.
LENGTHS = ("lr", "initial_lr", "momentum", "weight_decay")


def stored_optimizer(estimator):
    """Return what is stored of an optimizer: its options, and the state of parameters.

    Nothing, where `optimizer` was set to another one since: a loaded model then begins with
    a fresh one.

    Returns
    -------
    options : list of dict
    state : dict of str to object
        By the number of the parameter and the name, as in ``"0.exp_avg"``.
    """
    optimizer = estimator.net_.optimizer_
    if type(optimizer) is not OPTIMIZERS[estimator.optimizer]:
        return [], {}
    stored = optimizer.state_dict()
    state = {
        f"{place}.{name}": value
        for place, entries in stored["state"].items()
        for name, value in entries.items()
    }
    return stored["param_groups"], state


def check_optimizer(kind, options, state, parameters):
    """Refuse a state that the optimizer cannot have, and return it by parameter.

    Parameters
    ----------
    kind : str
        The estimator's `optimizer`.
    options : list of dict
    state : dict of str to object
    parameters : list of Tensor
        Those of the network, possibly without memory.

    Returns
    -------
    by_parameter : dict of int to dict

    Raises
    ------
    ValueError
        If it is malformed.
    """
    require_type(options, list, "the options of its optimizer")
    for group in options:
        require_type(group, dict, "the options of its optimizer")
        _check_options(group)
    require(len(options) < 2, "its optimizer has several groups of parameters")
    require(options or not state, "its optimizer has a state and no options")
    by_parameter = {}
    for key in sorted(state):
        value = state[key]
        place, _, name = key.partition(".")
        known = place in map(str, range(len(parameters))) and name in STATE[kind]
        require(known, f"`{kind}` has no state `{key}`")
        if value is not None or name != "momentum_buffer":
            _check_entry(key, value, parameters[int(place)])
        by_parameter.setdefault(int(place), {})[name] = value
    for place, entries in by_parameter.items():
        lacking = STATE[kind] - entries.keys()
        require(not lacking, f"the optimizer's state {place} lacks {', '.join(lacking)}")
    return by_parameter


def _check_options(group):
    require("lr" in group, "its optimizer lacks `lr`")
    for name in LENGTHS:
        require(is_length(group.get(name, 0.0)), f"its optimizer has a wrong `{name}`")
    betas = group.get("betas", (0, 0))
    are_shares = type(betas) is tuple and all(is_length(b) and b < 1 for b in betas)
    require(are_shares and len(betas) == 2, "its optimizer has wrong `betas`")


def _check_entry(key, value, parameter):
    name, is_step = f"the optimizer's state `{key}`", key.endswith(".step")
    require_type(value, torch.Tensor, name)
    shape, found = () if is_step else tuple(parameter.shape), tuple(value.shape)
    require(found == shape, f"{name} should have shape {shape}. Got {found}")
    right_type = value.is_floating_point() if is_step else value.dtype == parameter.dtype
    require(right_type, f"{name} is of {value.dtype}")
    # Adam's mean of squares may overflow: its steps are then 0.
    undefined = value.isnan() if key.endswith(".exp_avg_sq") else ~value.isfinite()
    require(not undefined.any(), f"{name} has values that are not finite")
    if is_step or key.endswith(".exp_avg_sq"):
        require((value >= 0).all(), f"{name} is negative")


def restore_optimizer(optimizer, options, by_parameter):
    """Bring a fresh optimizer to a state that was checked; without options, leave it."""
    if not options:
        return
    [stored] = options
    [fresh] = optimizer.state_dict()["param_groups"]
    known = {name: stored[name] for name in (*LENGTHS, "betas") if name in stored}
    optimizer.load_state_dict({"state": by_parameter, "param_groups": [{**fresh, **known}]})
