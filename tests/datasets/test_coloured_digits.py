"""Coloured digits: where the colour tells the label, and what the images show."""

import re

import numpy as np
import pytest
from sklearn.datasets import load_digits

from skfairbargain.datasets import make_coloured_digits

PARTS = ("train", "audited", "test")


def cells(digits, part):
    """Images of each colour and label in a part."""
    rows = digits[part]
    return {
        (colour, label): int(
            ((digits.groups[rows] == colour) & (digits.target[rows] == label)).sum()
        )
        for colour in ("red", "green")
        for label in (0, 1)
    }


@pytest.mark.parametrize("per_cell", [1, 10, 100])
def test_colours_agree_in_training_and_are_balanced_elsewhere(per_cell):
    digits = make_coloured_digits(per_cell=per_cell, random_state=0)
    assert set(cells(digits, "audited").values()) == {per_cell}
    of_test = cells(digits, "test")
    assert of_test["red", 0] == of_test["green", 0]
    assert of_test["red", 1] == of_test["green", 1]
    of_train = cells(digits, "train")
    for label, colour, other in ((0, "red", "green"), (1, "green", "red")):
        n_of_label = of_train[colour, label] + of_train[other, label]
        assert of_train[colour, label] == round(0.95 * n_of_label)
    rows = np.concatenate([digits[part] for part in PARTS])
    assert sorted(rows) == list(range(1797))


def test_an_image_is_its_digit_in_one_channel_twice_as_large():
    digits, source = make_coloured_digits(random_state=3), load_digits()
    assert digits.data.dtype == np.uint8
    np.testing.assert_array_equal(digits.digit, source.target)
    np.testing.assert_array_equal(digits.target, source.target > 4)
    channel = (digits.groups == "green").astype(int)
    every = np.arange(1797)
    seen = digits.data[every, channel]
    # 16, the source's highest level, is 255.
    np.testing.assert_array_equal(
        seen[:, ::2, ::2], np.round(source.images * 255 / 16).astype(int)
    )
    for row, column in ((0, 1), (1, 0), (1, 1)):
        np.testing.assert_array_equal(seen[:, ::2, ::2], seen[:, row::2, column::2])
    assert not digits.data[every, 1 - channel].any()
    assert not digits.data[:, 2].any()


@pytest.mark.parametrize(("agreement", "other"), [(0.0, "green"), (1.0, "red")])
def test_agreement_may_be_complete_or_turned_round(agreement, other):
    digits = make_coloured_digits(agreement=agreement, random_state=0)
    rows = digits.train[digits.target[digits.train] == 0]
    assert set(digits.groups[rows]) == {other}
    assert f"{agreement:.0%} of the training images" in digits.DESCR


def test_a_seed_repeats_the_draw_and_another_changes_it():
    once, again, other = (make_coloured_digits(random_state=seed) for seed in (1, 1, 2))
    np.testing.assert_array_equal(once.data, again.data)
    for part in PARTS:
        np.testing.assert_array_equal(once[part], again[part])
        assert (np.diff(once[part]) > 0).all()
    assert set(once.audited) != set(other.audited)


def test_a_larger_share_of_test_images_leaves_fewer_to_train_on():
    few, many = (
        make_coloured_digits(test_share=share, random_state=0) for share in (0.1, 0.5)
    )
    assert len(few.test) == 180
    assert len(many.test) == 898
    assert len(few.train) + len(few.test) == len(many.train) + len(many.test) == 1757


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            {"per_cell": 101},
            "The 'per_cell' parameter of make_coloured_digits must be an int in the range "
            "[1, 100]. Got 101 instead.",
        ),
        (
            {"agreement": 95},
            "The 'agreement' parameter of make_coloured_digits must be a float in the "
            "range [0.0, 1.0]. Got 95 instead.",
        ),
        (
            {"test_share": 0.9},
            "The 'test_share' parameter of make_coloured_digits must be a float in the "
            "range [0.1, 0.5]. Got 0.9 instead.",
        ),
    ],
)
def test_arguments_out_of_range_are_named(options, message):
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        make_coloured_digits(**options)
