"""The table of a comparison."""

import re

import pytest

from experiments.baselines import table_of


def test_a_comparison_in_which_nothing_could_be_trained_says_why():
    message = "No method could be trained in any of these runs: too few rows"
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        table_of([{"method": "ours"}], [{"failure": "too few rows"}], ["method"])
