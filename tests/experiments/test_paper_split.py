"""The paper's own rows, and ours by the same rule."""

import numpy as np
import pandas as pd
import pytest

from experiments.paper_split import FETCHERS, paper_split


@pytest.mark.parametrize(
    ("name", "sensitive", "per_cell", "n_test", "small_cells"),
    [
        # What training keeps, from Table 2 and its caption.
        ("us_crime", "blackgt6pct", 1, 14, {(False, 0): 0, (False, 1): 1002}),
        ("adult", "race", 3, 146, {("Amer-Indian-Eskimo", ">50K"): 1}),
        ("adult", "sex", 3, 366, {}),
        ("bank", "age", 3, 339, {}),
        ("default_credit", "sex", 4, 225, {}),
        ("titanic", "sex", 1, 9, {}),
        ("student_por", "sex", 2, 16, {}),
    ],
)
def test_the_papers_own_rows_are_the_split(
    name, sensitive, per_cell, n_test, small_cells, shared_dir, data_home
):
    folder = shared_dir / "paper/splits"
    split = paper_split(name, sensitive, splits_dir=folder)
    source = FETCHERS[name](data_home=data_home)
    groups = source.sensitive[sensitive]
    for rows, expected in ((split.val, per_cell), (split.test, n_test)):
        counts = pd.crosstab(groups.iloc[rows].to_numpy(), source.target.iloc[rows])
        assert (counts == expected).all(axis=None)
    assert np.array_equal(np.unique(np.concatenate(split)), np.arange(len(source.target)))
    for (group, label), expected in small_cells.items():
        left = (groups.iloc[split.train] == group) & (
            source.target.iloc[split.train] == label
        )
        assert left.sum() == expected


def test_our_own_split_follows_the_same_rule(data_home):
    split = paper_split("us_crime", "blackgt6pct", data_home=data_home)
    crime = FETCHERS["us_crime"](data_home=data_home)
    cells = crime.sensitive["blackgt6pct"] * 2 + crime.target
    assert np.bincount(cells.iloc[split.val]).tolist() == [1, 1, 1, 1]
    # ⌊0.03 · 1994 / 4⌋ draws of each cell, of which one has 6 rows left to draw from.
    assert np.bincount(cells.iloc[split.test]).tolist() == [14, 14, 14, 14]
    assert len(np.unique(split.test)) < 56
    for one, other in ((0, 1), (0, 2), (1, 2)):
        assert not np.intersect1d(split[one], split[other]).size
    assert np.array_equal(np.unique(np.concatenate(split)), np.arange(1994))
    again = paper_split("us_crime", "blackgt6pct", data_home=data_home)
    other = paper_split("us_crime", "blackgt6pct", data_home=data_home, random_state=1)
    assert all(map(np.array_equal, split, again))
    assert not np.array_equal(split.val, other.val)


def test_a_split_that_the_paper_lacks_is_refused():
    with pytest.raises(
        ValueError,
        match=r"^`name` and `sensitive` should be one of \('adult', 'sex'\), .*\. "
        r"Got \('titanic', 'age'\)\.$",
    ):
        paper_split("titanic", "age")
