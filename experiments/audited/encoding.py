"""Tables as arrays of float32, for methods that need numbers."""

import numpy as np

from skfairbargain.tables import TableEncoder


def encode_tables(train, *others):
    """One-hot codes and standardized numbers, learned from the training rows.

    Parameters
    ----------
    train, *others : DataFrame
        With the same columns.

    Returns
    -------
    arrays : list of ndarray, float32
        One for each table.
    """
    encoder = TableEncoder().fit(train)
    return [encoder.transform(table).astype(np.float32) for table in (train, *others)]
