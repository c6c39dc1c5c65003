"""Files that are there whole or not at all."""

import os
import secrets
from pathlib import Path


def write_at_once(path, data):
    """Write beside the file and rename, so that no reader sees a part of it.

    Parameters
    ----------
    path : path-like
    data : bytes
    """
    path = Path(path)
    part = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        with open(part, "xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(part, path)
    finally:
        part.unlink(missing_ok=True)
