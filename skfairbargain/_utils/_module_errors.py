"""Which layer of a torch module an error came from."""

import traceback


def layer_of_error(error, module):
    """Name the innermost module in whose forward an error was raised.

    Parameters
    ----------
    error : Exception
    module : torch.nn.Module
        It, or a copy of it, was called.

    Returns
    -------
    layer : str or None
        As of `layer_name`. None if it was raised in no forward of its.
    """
    from torch import nn  # not at the top: metrics use this package without torch

    modules = [
        frame.f_locals["self"]
        for frame, _ in traceback.walk_tb(error.__traceback__)
        if isinstance(frame.f_locals.get("self"), nn.Module)
    ]
    # A loss can be a module as well.
    while modules and type(modules[0]) is not type(module):
        del modules[0]
    if not modules:
        return None
    names = {part: name for name, part in modules[0].named_modules()}
    # A module may call one that it does not hold.
    return layer_name(names.get(modules[-1], ""), modules[-1])


def first_line(error):
    """First line of what an error says, or its type where it says nothing.

    It ends with a full stop, as a sentence does.
    """
    lines = str(error).strip().splitlines() or [type(error).__name__]
    return lines[0].removesuffix(".") + "."


def layer_name(name, part):
    """Say which part of a module is meant, as the subject of a sentence.

    Parameters
    ----------
    name : str
        In the module; empty for the whole.
    part : torch.nn.Module

    Returns
    -------
    subject : str
    """
    return f"its layer {name!r} ({type(part).__name__})" if name else "it"
