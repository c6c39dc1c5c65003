"""The goals follow their rule, and the generalised mean is the gradient of a mean."""

import numpy as np
import pytest

from skfairbargain.protocols import FORML, GeneralizedMean, LtR, MetaGDRO, MetaStep

LOSSES = np.array([0.4, 0.1, 0.9, 0.9])


@pytest.mark.parametrize(
    ("protocol", "expected"),
    [
        (LtR(), [0.25, 0.25, 0.25, 0.25]),
        (FORML(), [0, -1, 1, 0]),
        (MetaGDRO(), [0, 0, 1, 0]),
    ],
)
def test_goals_follow_their_rule(protocol, expected):
    np.testing.assert_array_equal(protocol.weights(MetaStep(LOSSES, np.eye(4))), expected)
    assert protocol.acts_on == "groups"


@pytest.mark.parametrize("protocol", [LtR(), FORML(), MetaGDRO()])
def test_one_group_alone_gains(protocol):
    assert protocol.weights(MetaStep([0.3], [[1.0]])) == pytest.approx([1.0])


def test_of_equal_losses_the_first_is_taken():
    step = MetaStep([0.5, 0.1, 0.9, 0.1, 0.9])
    np.testing.assert_array_equal(FORML().weights(step), [0, -1, 1, 0, 0])
    np.testing.assert_array_equal(MetaGDRO().weights(step), [0, 0, 1, 0, 0])


def test_forml_without_a_gap_takes_the_average():
    np.testing.assert_array_equal(
        FORML().weights(MetaStep(np.ones(2), np.eye(2))), [0.5, 0.5]
    )


@pytest.mark.parametrize("power", [-3.0, -1.0, 0.0, 0.5, 1.0, 2.0, 3.7, 30.0])
def test_generalized_mean_is_the_gradient_of_the_power_mean(power):
    losses = np.array([0.3, 1.1, 0.7, 2.0])

    def mean(x):
        return np.exp(np.log(x).mean()) if power == 0 else np.mean(x**power) ** (1 / power)

    steps = 1e-5 * np.eye(4)
    expected = [(mean(losses + h) - mean(losses - h)) / 2e-5 for h in steps]
    beta = GeneralizedMean(power).weights(MetaStep(losses, np.eye(4)))
    np.testing.assert_allclose(beta, expected, rtol=1e-7, atol=1e-10)
    # The mean has degree 1, so that by Euler's theorem Σ β_k L_k is the mean itself.
    assert beta @ losses == pytest.approx(mean(losses))


@pytest.mark.parametrize("scale", [1e-300, 1e-8, 1e8, 1e300])
def test_generalized_mean_does_not_care_about_the_unit_of_losses(scale):
    losses = np.array([0.3, 1.1, 0.7])
    expected = GeneralizedMean(3).weights(MetaStep(losses, np.eye(3)))
    np.testing.assert_allclose(
        GeneralizedMean(3).weights(MetaStep(scale * losses, np.eye(3))),
        expected,
        rtol=1e-12,
    )


@pytest.mark.parametrize("power", [-1000, -2, 0, 0.5, 1, 2, 1000])
@pytest.mark.parametrize("losses", [[0.0, 0.0], [0.0, 1.0], [1e-320, 1.0], [5.0, 5.0]])
def test_generalized_mean_of_losses_of_zero_is_finite(power, losses):
    beta = GeneralizedMean(power).weights(MetaStep(np.array(losses), np.eye(2)))
    assert np.isfinite(beta).all()
    assert (beta >= 0).all()
    assert beta.any()
    if losses[0] == losses[1]:
        assert beta == pytest.approx([0.5, 0.5])


def test_generalized_mean_goes_from_the_average_to_the_worst():
    losses = np.array([0.3, 1.1, 0.7])
    average = GeneralizedMean(1).weights(MetaStep(losses, np.eye(3)))
    np.testing.assert_allclose(average, np.full(3, 1 / 3), rtol=1e-15)
    shares = GeneralizedMean(1000).weights(MetaStep(losses, np.eye(3)))
    np.testing.assert_allclose(shares / shares.sum(), [0, 1, 0], atol=1e-9)
