"""Records are sums over the steps, whenever they are added up, row by row."""

import numpy as np
import pytest

from skfairbargain._training import _records
from skfairbargain._training._records import RECORDS, Records

TO_GROUPS = np.array([[0.5, 0], [0.5, 0], [0, 1.0]])


def steps(n_epochs=3, n_rows=12, batch=5):
    """Minibatches of which no two in an epoch have a row in common."""
    rng = np.random.default_rng(0)
    for _ in range(n_epochs):
        order = rng.permutation(n_rows)
        for start in range(0, n_rows - batch + 1, batch):
            index = order[start : start + batch]
            weights, sample_weight = rng.random(batch), rng.integers(1, 4, batch)
            yield index, rng.normal(size=(batch, 3)), weights, sample_weight
        yield None


def recorded(weighted):
    records = Records(12, 3)
    for step in steps():
        if step is None:
            records.add_up()
        else:
            records.add(*(step if weighted else step[:3]))
    return records


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("most_waiting", [0, 7, 2**16])
def test_records_are_sums_over_the_steps(weighted, most_waiting, monkeypatch):
    monkeypatch.setattr(_records, "MOST_WAITING", most_waiting)
    influence, applied = np.zeros((12, 3)), np.zeros(12)
    for step in filter(None, steps()):
        for place, row in enumerate(step[0]):
            copies = step[3][place] if weighted else 1
            influence[row] += copies * step[1][place]
            applied[row] += step[2][place]
    records = recorded(weighted)
    np.testing.assert_allclose(records.cell_influence, influence, rtol=1e-12)
    np.testing.assert_allclose(records.applied_weight, applied, rtol=1e-12)


def test_rows_that_were_not_trained_on_have_zeros():
    records = recorded(weighted=False)
    rows = np.delete(np.arange(15), [1, 4, 14])
    of_all = records.of_all_rows(rows, 15, TO_GROUPS)
    assert tuple(of_all) == RECORDS
    np.testing.assert_array_equal(of_all["cell_influence_"][rows], records.cell_influence)
    np.testing.assert_array_equal(of_all["applied_weight_"][rows], records.applied_weight)
    means = of_all["cell_influence_"][:, :2].mean(axis=1)
    np.testing.assert_allclose(of_all["sample_influence_"][:, 0], means)
    for values in of_all.values():
        assert len(values) == 15
        assert not values[[1, 4, 14]].any()


def test_records_of_all_rows_in_their_order_are_not_copied():
    """They are as large as a file of ten columns."""
    records = recorded(weighted=False)
    of_all = records.of_all_rows(np.arange(12), 12, TO_GROUPS)
    assert of_all["cell_influence_"] is records.cell_influence
    assert of_all["applied_weight_"] is records.applied_weight
    turned = records.of_all_rows(np.arange(12)[::-1], 12, TO_GROUPS)
    np.testing.assert_array_equal(turned["cell_influence_"], records.cell_influence[::-1])


def test_no_more_wait_than_they_should(monkeypatch):
    """Waiting steps take memory, and adding up each one takes time."""
    monkeypatch.setattr(_records, "MOST_WAITING", 7)
    records, added_up = Records(12, 3), []
    for first in (0, 4, 8):
        records.add(np.arange(first, first + 4), np.ones((4, 3)), np.ones(4))
        added_up.append(records.applied_weight.sum())
    # The eighth row makes them more than seven; the count begins anew after it.
    assert added_up == [0, 8, 8]
