"""Tables 2 and 5."""

import numpy as np

from experiments.split_tables import cuts


def test_columns_are_cut_at_the_median_or_between_their_two_values():
    X = np.array([[0, 1, 5], [1, 1, 1], [1, 1, 2], [1, 1, 9], [1, 1, 3.0]])
    assert cuts(X).tolist() == [0.5, 1, 3]
