"""Problems: which rows are tested on, what is recorded wrong, and what X lacks."""

import re

import numpy as np
import pytest

from experiments.audited.biases import REVERSE, recorded_labels, thinned_rows
from experiments.audited.problem import audited_problem
from experiments.audited.tables import SOURCES, read_table


@pytest.fixture
def draw(data_home, shared_dir):
    def problem(name, **options):
        folders = {"data_home": data_home, "more": shared_dir / "data/more"}
        return audited_problem(name, **folders, **options)

    return problem


def rows_of(problem):
    return [set(X.index) for X in (problem.X, problem.X_val, problem.X_test)]


@pytest.mark.parametrize("name", ["student_por_sex", "german_sex"])
def test_no_row_has_two_uses_and_none_of_a_choice_is_tested_on(draw, name):
    chosen_by, tested = set(), set()
    for seed in range(4):
        for apart in (True, False):
            train, val, test = rows_of(draw(name, seed=seed, apart=apart, per_cell=5))
            assert not (train & val)
            assert not (train & test)
            assert not val & test
            if apart:
                chosen_by |= train | val | test
            else:
                tested |= test
    assert chosen_by
    assert tested
    assert not chosen_by & tested


@pytest.mark.parametrize("name", SOURCES)
def test_the_group_is_not_in_blind_features_and_the_paper_has_it(draw, name):
    blind = draw(name, per_cell=3).X
    paper = draw(name, per_cell=3, layout="paper").X
    assert set(paper.columns) - set(blind.columns) == set(SOURCES[name].stating)


def test_a_balanced_audit_has_equally_many_rows_of_each_cell(draw):
    problem = draw("german_sex", per_cell=7)
    cells = list(zip(problem.groups_val, problem.y_val, strict=True))
    assert {cell: cells.count(cell) for cell in set(cells)} == {
        (group, label): 7 for group in ("female", "male") for label in (0, 1)
    }


def test_a_small_cell_gives_half_of_what_the_test_rows_leave(draw):
    # 50 boys failed: 25 in the tested half, 15 of them tested, 35 left.
    problem = draw("student_por_sex", per_cell=50)
    assert len(problem.y_val) == 4 * 17


def test_a_sample_is_as_common_rows_are(draw):
    balanced, sample = (draw("bank_age", audit=audit) for audit in ("balanced", "sample"))
    assert len(balanced.y_val) == len(sample.y_val) == 200
    young = [np.mean(p.groups_val == "25 or younger") for p in (balanced, sample)]
    assert young[0] == 0.5
    assert young[1] < 0.1


def test_clean_labels_are_those_of_the_table(draw, data_home):
    problem = draw("student_por_sex", share=0.6)
    y = read_table("student_por_sex", data_home=data_home).y
    assert np.array_equal(problem.y_clean, y[problem.X.index])
    assert np.array_equal(problem.y_test, y[problem.X_test.index])
    assert np.array_equal(problem.y_val, y[problem.X_val.index])
    assert (problem.y != problem.y_clean).any()
    assert (problem.y_recorded_val != problem.y_val).any()


def test_nothing_is_turned_at_a_share_of_none(draw):
    problem = draw("german_sex", share=0)
    assert np.array_equal(problem.y, problem.y_clean)
    assert np.array_equal(problem.y_recorded_val, problem.y_val)


def test_a_seed_repeats_a_problem_and_another_draws_another(draw):
    first, again, other = (draw("titanic_sex", seed=seed) for seed in (1, 1, 2))
    assert first.X.equals(again.X)
    assert np.array_equal(first.y, again.y)
    assert set(first.X_test.index) != set(other.X_test.index)


def test_training_and_test_rows_are_capped(draw):
    problem = draw("dutch_sex", max_train=700, max_test=300)
    assert (len(problem.y), len(problem.y_test)) == (700, 300)


def test_a_folder_of_the_user_is_asked_for():
    message = (
        "The data set dutch_sex is read from a folder. Got no folder. Name one that has "
        "dutch.csv.gz by --more, or choose other data sets."
    )
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        audited_problem("dutch_sex")


@pytest.fixture
def people():
    """Labels, who is worse off, and features of which the first tells the label."""
    rng = np.random.default_rng(0)
    Z = rng.normal(size=(4000, 3))
    y = (Z[:, 0] + 0.5 * rng.normal(size=4000) > 0).astype(int)
    return y, rng.random(4000) < 0.4, Z


def turned_of(y, recorded, rows):
    return round(float(np.mean(recorded[rows] != y[rows])), 2)


@pytest.mark.parametrize("kind", ["uniform", "boundary", "region", "both"])
def test_shares_of_turned_labels(people, kind):
    y, worse_off, Z = people
    recorded = recorded_labels(kind, y, worse_off, 0.4, Z, np.random.default_rng(1))
    back = 0.2 if kind == "both" else 0.0
    for rows, share in (
        (worse_off & (y == 1), 0.4),
        (worse_off & (y == 0), back),
        (~worse_off & (y == 0), REVERSE * 0.4),
        (~worse_off & (y == 1), REVERSE * back),
    ):
        assert turned_of(y, recorded, rows) == pytest.approx(share, abs=0.01)


def test_labels_turn_near_the_boundary(people):
    y, worse_off, Z = people
    recorded = recorded_labels("boundary", y, worse_off, 0.3, Z, np.random.default_rng(1))
    rows = worse_off & (y == 1)
    near = np.abs(Z[:, 0]) < 0.5
    # Of favorable labels 0.3 turn in all.
    assert turned_of(y, recorded, rows & near) > 0.5
    assert turned_of(y, recorded, rows & ~near) < 0.25


def test_labels_turn_in_one_half(people):
    y, worse_off, Z = people
    rng = np.random.default_rng(1)
    recorded = recorded_labels("region", y, worse_off, 0.3, Z, rng)
    along = Z @ np.random.default_rng(1).normal(size=3)
    rows, half = worse_off & (y == 1), along > np.median(along)
    assert turned_of(y, recorded, rows & half) > 0.4
    assert turned_of(y, recorded, rows & ~half) == 0.0


def test_a_group_is_thinned_out():
    worse_off = np.arange(100) < 40
    left = thinned_rows(worse_off, 0.9, np.random.default_rng(0))
    assert (np.sum(left < 40), np.sum(left >= 40)) == (4, 60)
    left = thinned_rows(worse_off, 1.0, np.random.default_rng(0))
    assert np.sum(left < 40) == 2
