"""TorchJD's weightings train the estimator, and protocols weigh objectives of TorchJD."""

import numpy as np
import pytest
import torch
from sklearn.base import clone

pytest.importorskip("torchjd", reason="the extra torchjd is not installed")

from torchjd import aggregation
from torchjd.aggregation import GramianWeightedAggregator

from skfairbargain import FORML, MGDA, CAGrad, Nash, NashMetaClassifier, PCGrad
from skfairbargain.datasets import make_biased_classification
from skfairbargain.protocols import MetaStep
from skfairbargain.torchjd import ProtocolWeighting, TorchJDProtocol
from tests.small_model import raises

# Those that take one matrix and need no solver that TorchJD leaves to extras of its own.
WEIGHTINGS = {
    "AlignedMTL": aggregation.AlignedMTLWeighting,
    "CAGrad": lambda: aggregation.CAGradWeighting(c=0.5),
    "Constant": lambda: aggregation.ConstantWeighting(torch.tensor([0.2, 0.3, 0.4, 0.1])),
    "FairGrad": lambda: aggregation.FairGradWeighting(alpha=1.0),
    "GradVac": aggregation.GradVacWeighting,
    "IMTLG": aggregation.IMTLGWeighting,
    "MGDA": aggregation.MGDAWeighting,
    "Mean": aggregation.MeanWeighting,
    "PCD": aggregation.PCDWeighting,
    "PCGrad": aggregation.PCGradWeighting,
    "Random": aggregation.RandomWeighting,
    "Sum": aggregation.SumWeighting,
}
RNG = np.random.default_rng(0)
H = RNG.normal(size=(32, 4)) + 0.3


@pytest.mark.filterwarnings("ignore:.*players agreed in no step")
@pytest.mark.filterwarnings("ignore:.*steps were skipped")
@pytest.mark.parametrize("name", WEIGHTINGS)
def test_every_weighting_trains_the_estimator(name):
    train = make_biased_classification(400, label_bias=0.6, random_state=0)
    audit = make_biased_classification(100, random_state=1)
    audited = {"X_val": audit.data, "y_val": audit.target}
    audited["groups_val"] = audit.sensitive["group"]

    def fitted():
        rule = TorchJDProtocol(WEIGHTINGS[name]())
        clf = NashMetaClassifier(rule, rule, max_epochs=3, random_state=0)
        return clf.fit(train.data, train.target, **audited)

    clf = fitted()
    assert np.isfinite(clf.predict_proba(audit.data)).all()
    assert clf.history_[0]["bargaining_success_rate"] > 0
    np.testing.assert_array_equal(
        clf.predict_proba(audit.data), fitted().predict_proba(audit.data)
    )


def test_weights_are_those_of_torchjd():
    jacobian = torch.tensor(H.T)
    step = MetaStep(np.zeros(4), hypergradients=H)
    for name in ("IMTLG", "MGDA", "AlignedMTL"):
        beta = TorchJDProtocol(WEIGHTINGS[name]()).weights(step)
        # In units of the longest: what follows is the direction, not its length.
        found = H @ beta
        expected = GramianWeightedAggregator(WEIGHTINGS[name]())(jacobian).numpy()
        cosine = found @ expected / np.linalg.norm(found) / np.linalg.norm(expected)
        assert cosine > 1 - 1e-6
    reading_rows = TorchJDProtocol(aggregation.MeanWeighting(), reads="hypergradients")
    np.testing.assert_allclose(reading_rows.weights(step), 0.25)


@pytest.mark.parametrize("name", WEIGHTINGS)
def test_hard_steps_give_finite_weights_or_none(name):
    hard = {
        "zero": np.zeros((6, 4)),
        "one of zero": H * [1, 0, 1, 1],
        "opposed": np.stack([H[:, 0], -2 * H[:, 0], H[:, 1], -H[:, 1]], axis=1),
        "rank one": np.outer(H[:, 0], [1.0, 2.0, 0.5, 0.1]),
        "tiny": H * 1e-120,
        "huge": H * 1e120,
    }
    for kind, hypergradients in hard.items():
        step = MetaStep(np.ones(4), hypergradients=hypergradients)
        beta = TorchJDProtocol(WEIGHTINGS[name]()).weights(step)
        assert beta is None or np.isfinite(beta).all(), kind
        if kind == "zero":
            assert beta is None


def test_a_protocol_of_torchjd_is_cloned_with_its_weighting():
    rule = clone(TorchJDProtocol(aggregation.CAGradWeighting(c=0.25)))
    assert rule.weighting.c == 0.25
    assert rule.get_params() == {"weighting": rule.weighting, "reads": "gram"}


def test_what_is_no_weighting():
    step = MetaStep(np.zeros(4), hypergradients=H)
    with raises(
        "`weighting` should be an instance of torchjd.aggregation.Weighting, such as "
        "IMTLGWeighting(). Got 'upgrad'.",
        TypeError,
    ):
        TorchJDProtocol("upgrad").weights(step)
    with raises("`reads` should be 'gram' or 'hypergradients'. Got 'losses'."):
        TorchJDProtocol(aggregation.MeanWeighting(), reads="losses").weights(step)
    two = aggregation.ConstantWeighting(torch.ones(2))
    with raises(
        "`weighting` should take a matrix of 4 players, as `reads='gram'` says, but "
        "ConstantWeighting raised ValueError: Parameter `matrix` should have 2 rows (the "
        "number of specified weights). Found `matrix` with 4 rows."
    ):
        TorchJDProtocol(two).weights(step)


# -- the other way round ----------------------------------------------------------------


def test_nash_in_an_aggregator_of_torchjd():
    jacobian = torch.tensor(H.T)
    direction = GramianWeightedAggregator(ProtocolWeighting())(jacobian)
    gains = jacobian @ direction
    assert (gains > 0).all()
    # Nash's solution over the ball: of length √K, each gain the inverse of its weight.
    assert torch.linalg.norm(direction).item() == pytest.approx(2.0)
    alpha = ProtocolWeighting()(jacobian @ jacobian.T)
    torch.testing.assert_close(gains, 1 / alpha)


@pytest.mark.parametrize("protocol", [PCGrad(random_state=0), CAGrad(), MGDA()])
def test_protocols_weigh_as_they_do_here(protocol):
    gram = torch.tensor(H.T @ H, dtype=torch.float32)
    weights = ProtocolWeighting(clone(protocol))(gram)
    assert weights.dtype == torch.float32
    step = MetaStep(np.zeros(4), gram.double().numpy())
    torch.testing.assert_close(weights.double(), torch.tensor(protocol.weights(step)),
                               rtol=1e-6, atol=1e-7)  # fmt: skip


def test_without_an_agreement_the_weights_are_zero():
    opposed = torch.tensor([[1.0, -1.0], [-1.0, 1.0]])
    weighting = ProtocolWeighting()
    assert weighting.agreed is None
    assert weighting(opposed).tolist() == [0.0, 0.0]
    assert weighting.agreed is False
    weighting(torch.eye(2))
    assert weighting.agreed is True


def test_protocols_that_a_gramian_is_too_little_for():
    with raises(
        "`protocol` should read inner products alone, as Nash(feasible='ball'), PCGrad(), "
        "CAGrad() and MGDA() do. Got FORML()."
    ):
        ProtocolWeighting(FORML())
    with raises(
        "`protocol` should bargain over the ball, as Nash(feasible='ball') does: a Gramian "
        "has no training weights. Got Nash()."
    ):
        ProtocolWeighting(Nash())
