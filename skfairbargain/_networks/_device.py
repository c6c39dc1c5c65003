"""Find the device to compute on, or say that it is not there."""

import torch


def available_device(device):
    """Return a device after a number was put on it and read back.

    Parameters
    ----------
    device : str or torch.device

    Returns
    -------
    device : torch.device

    Raises
    ------
    ValueError
        If torch knows no such device, or the machine has none.
    """
    try:
        found = torch.device(device)
    except RuntimeError as error:
        raise ValueError(
            "`device` should name a device of torch, such as 'cpu', 'cuda' or 'cuda:0'. "
            f"Got {device!r}."
        ) from error
    try:
        torch.zeros(1, device=found).item()
    # torch says in various ways that a device is missing, or holds no numbers ("meta").
    except (AssertionError, ImportError, RuntimeError) as error:
        raise ValueError(
            f"`device` should be one that this machine has. Got {str(found)!r}, which "
            "torch cannot use here. Pass device='cpu', or install torch for that device."
        ) from error
    return found
