"""Validation rows in rotation: a few of every cell for each step, all of them in turn."""

import numpy as np
import pytest

from skfairbargain._training._rotating_rows import RotatingRows, averages
from tests.small_model import VALIDATION, X, Y, fit, make_classifier, make_data

CELLS = np.array([1, 0, 1, 2, 0, 1, 2, 1, 1, 0])  # three, five and two rows


def steps(per_cell, n_steps, seed=0, cells=CELLS):
    draws = RotatingRows(cells, per_cell, seed).epoch()
    return np.array([next(draws) for _ in range(n_steps)])


@pytest.mark.parametrize("per_cell", [1, 2, 3, 4, 9])
def test_a_step_has_as_many_different_rows_of_every_cell(per_cell):
    rotation = RotatingRows(CELLS, per_cell, 0)
    expected = np.minimum(np.bincount(CELLS), per_cell)
    assert np.bincount(rotation.cells).tolist() == expected.tolist()
    for rows in steps(per_cell, 12):
        np.testing.assert_array_equal(CELLS[rows], rotation.cells)
        assert len(set(rows)) == len(rows)


def test_every_row_of_a_cell_comes_before_one_comes_again():
    rows = steps(2, 5)
    largest = rows[:, CELLS[rows[0]] == 1].ravel()
    assert sorted(largest[:5]) == sorted(largest[5:]) == [0, 2, 5, 7, 8]


def test_the_mean_of_a_step_is_an_unbiased_estimate_of_the_cells_mean():
    losses = np.random.default_rng(0).normal(size=len(CELLS))
    of_step = averages(np.repeat([0, 1, 2], 2))
    means = [losses[steps(2, 3, seed)[2]] @ of_step for seed in range(4000)]
    found = np.mean(means, axis=0)
    np.testing.assert_allclose(found, losses @ averages(CELLS), atol=0.05)


def test_epochs_and_seeds_draw_otherwise():
    rotation = RotatingRows(np.zeros(50, int), 50, 0)
    one, other = (next(rotation.epoch()) for _ in range(2))
    assert (one != other).any()
    assert (one != steps(50, 1, 1, np.zeros(50, int))[0]).any()
    np.testing.assert_array_equal(one, steps(50, 1, 0, np.zeros(50, int))[0])


@pytest.mark.parametrize("engine", ["kernel", "ghost", "autograd"])
def test_all_rows_in_rotation_are_all_rows(engine):
    options = {"engine": engine, "dropout": 0.0}
    whole = fit(**options)
    rotated = fit(**options, validation_rows_per_step=4)
    np.testing.assert_allclose(
        rotated.predict_proba(X), whole.predict_proba(X), rtol=0, atol=1e-9
    )
    np.testing.assert_allclose(rotated.cell_influence_, whole.cell_influence_, atol=1e-9)


def test_epochs_are_judged_by_all_rows():
    """With plain weights the training is the same, and so is what is said of it."""
    options = {"anchor": 1.0, "max_epochs": 3, "dropout": 0.0}
    whole, rotated = fit(**options), fit(**options, validation_rows_per_step=1)
    np.testing.assert_allclose(whole.predict_proba(X), rotated.predict_proba(X))
    for one, other in zip(whole.history_, rotated.history_, strict=True):
        assert one["group_losses"] == pytest.approx(other["group_losses"])
    assert (whole.cell_influence_ != rotated.cell_influence_).any()


def test_a_fit_on_few_rows_a_step_serves_the_groups_as_all_rows_do():
    _, _, audited = make_data(per_cell=30, seed=1)
    scores = []
    for rows in (None, 3):
        clf = make_classifier(max_epochs=15, validation_rows_per_step=rows)
        clf.fit(X, Y, **audited)
        scores.append(clf.score(VALIDATION["X_val"], VALIDATION["y_val"]))
    assert scores[1] > scores[0] - 0.1 > 0.55
