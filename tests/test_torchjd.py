"""TorchJD's weightings train the estimator, and protocols weigh objectives of TorchJD."""

import copy

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

# TorchJD's NashMTL states its problem so that cvxpy compiles it anew in every step.
pytestmark = pytest.mark.filterwarnings("ignore:.*a parameterized problem that is not DPP")

# What those are called with that cannot be made without. All names come from what TorchJD
# exports, so none that a later release adds is missed.
ARGUMENTS = {
    "CAGrad": {"c": 0.5},
    "CRMOGM": {"weighting": aggregation.MGDAWeighting()},
    "Constant": {"weights": torch.tensor([0.2, 0.3, 0.4, 0.1])},
    "FairGrad": {"alpha": 1.0},
    "Krum": {"n_byzantine": 1},
    "NashMTL": {"n_tasks": 4},
    "TrimmedMean": {"trim_number": 1},
}
BASES = {"Aggregator", "WeightedAggregator", "GramianWeightedAggregator", "Weighting"}
EXPORTED = sorted(set(aggregation.__all__) - BASES)
WITHOUT_WEIGHTS = ["ConFIG", "GradDrop", "TrimmedMean"]
RULES = [name for name in EXPORTED if name not in WITHOUT_WEIGHTS]
# These read the matrix of hypergradients; of the others the Gramian is enough.
READS = {"ExcessMTLWeighting": "hypergradients"}


def made(name):
    arguments = ARGUMENTS.get(name.removesuffix("Weighting"), {})
    return getattr(aggregation, name)(**copy.deepcopy(arguments))


def adapted(name):
    return TorchJDProtocol(made(name), reads=READS.get(name, "gram"))


RNG = np.random.default_rng(0)
H = RNG.normal(size=(32, 4)) + 0.3


@pytest.mark.filterwarnings("ignore:.*players agreed in no step")
@pytest.mark.filterwarnings("ignore:.*steps were skipped")
@pytest.mark.parametrize("name", RULES)
def test_every_weighting_trains_the_estimator(name):
    train = make_biased_classification(200, label_bias=0.6, random_state=0)
    audit = make_biased_classification(100, random_state=1)
    audited = {"X_val": audit.data, "y_val": audit.target}
    audited["groups_val"] = audit.sensitive["group"]

    def fitted():
        rule = adapted(name)
        clf = NashMetaClassifier(rule, rule, max_epochs=2, random_state=0)
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
        beta = TorchJDProtocol(made(f"{name}Weighting")).weights(step)
        # In units of the longest: what follows is the direction, not its length.
        found = H @ beta
        expected = GramianWeightedAggregator(made(f"{name}Weighting"))(jacobian).numpy()
        cosine = found @ expected / np.linalg.norm(found) / np.linalg.norm(expected)
        assert cosine > 1 - 1e-6
    reading_rows = TorchJDProtocol(aggregation.MeanWeighting(), reads="hypergradients")
    np.testing.assert_allclose(reading_rows.weights(step), 0.25)


@pytest.mark.parametrize("name", RULES)
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
        beta = adapted(name).weights(step)
        assert beta is None or np.isfinite(beta).all(), kind
        if kind == "zero":
            assert beta is None


def test_a_protocol_of_torchjd_is_cloned_with_its_weighting():
    rule = clone(TorchJDProtocol(aggregation.CAGradWeighting(c=0.25)))
    assert rule.weighting.c == 0.25
    assert rule.get_params() == {"weighting": rule.weighting, "reads": "gram"}


@pytest.mark.parametrize("name", WITHOUT_WEIGHTS)
def test_aggregators_that_give_no_weights(name):
    step, rule = MetaStep(np.zeros(4), hypergradients=H), made(name)
    with raises(
        "`weighting` should be a weighting of TorchJD, as IMTLGWeighting() is, or an "
        f"aggregator that gives each gradient one weight, as IMTLG() does. Got {rule!r}.",
        TypeError,
    ):
        TorchJDProtocol(rule).weights(step)


def test_an_aggregator_has_the_weights_of_its_weighting():
    step = MetaStep(np.zeros(4), hypergradients=H)
    for name in ("IMTLG", "CAGrad", "UPGrad", "Krum"):
        by_gram = TorchJDProtocol(made(f"{name}Weighting")).weights(step)
        by_rows = TorchJDProtocol(made(name)).weights(step)
        ratio = by_rows / by_gram if name != "Krum" else np.ones(4)
        # Both are in units of their own, and CAGrad's regularizer is not.
        np.testing.assert_allclose(ratio / ratio.mean(), 1, rtol=0.01)


def test_a_step_without_the_hypergradients_that_a_rule_reads():
    with raises(
        "`step` should have the hypergradients, which MeanWeighting() reads. Got a step "
        "with their inner products alone."
    ):
        rule = TorchJDProtocol(aggregation.MeanWeighting(), reads="hypergradients")
        rule.weights(MetaStep(np.zeros(4), H.T @ H))


def test_what_is_no_weighting():
    step = MetaStep(np.zeros(4), hypergradients=H)
    with raises(
        "`weighting` should be a weighting of TorchJD, as IMTLGWeighting() is, or an "
        "aggregator that gives each gradient one weight, as IMTLG() does. Got 'upgrad'.",
        TypeError,
    ):
        TorchJDProtocol("upgrad").weights(step)
    with raises("`reads` should be 'gram' or 'hypergradients'. Got 'losses'."):
        TorchJDProtocol(aggregation.MeanWeighting(), reads="losses").weights(step)
    two = aggregation.ConstantWeighting(torch.ones(2))
    with raises(
        "`weighting` should take the gram of 4 players, but "
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
