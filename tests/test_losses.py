"""Losses per sample: by hand, against the paper's code, and at the ends of float32."""

import math

import pytest
import torch

from skfairbargain.losses import META_LOSSES, cross_entropy, cross_entropy_f1


def test_cross_entropy_by_hand():
    # Logits (log 3, 0): probabilities 3/4 and 1/4.
    logits = torch.tensor([[math.log(3), 0.0], [math.log(3), 0.0]]).double()
    losses = cross_entropy(logits, torch.tensor([0, 1]))
    assert losses.tolist() == pytest.approx([-math.log(3 / 4), -math.log(1 / 4)])


def test_soft_f1_by_hand():
    # The true class's logits are log 3 and 0, so s = 3/4 and 1/2, and 2s/(1 + s) is 6/7
    # and 2/3.
    logits = torch.tensor([[math.log(3), 0.0], [math.log(3), 0.0]]).double()
    losses = cross_entropy_f1(logits, torch.tensor([0, 1]))
    expected = [
        -math.log(3 / 4) + 1 / (1 + math.exp(6 / 7)),
        -math.log(1 / 4) + 1 / (1 + math.exp(2 / 3)),
    ]
    assert losses.tolist() == pytest.approx(expected)


def soft_f1_of_one_sample(logits, target):
    """2·TP / (2·TP + FP + FN) of one sample, which counts for its true class alone."""
    s = torch.sigmoid(logits)
    one_hot = torch.nn.functional.one_hot(target, logits.shape[1])
    hits, misses = (s * one_hot).sum(1), ((1 - s) * one_hot).sum(1)
    return 2 * hits / (2 * hits + misses)


def test_soft_f1_is_the_f1_score_of_a_single_sample():
    torch.manual_seed(0)
    logits, target = torch.randn(50, 3).double(), torch.randint(3, (50,))
    added = cross_entropy_f1(logits, target) - cross_entropy(logits, target)
    expected = torch.sigmoid(-soft_f1_of_one_sample(logits, target))
    torch.testing.assert_close(added, expected)


@pytest.mark.parametrize("name", sorted(META_LOSSES))
def test_each_sample_has_its_own_loss(name):
    torch.manual_seed(0)
    logits, target = torch.randn(9, 4), torch.randint(4, (9,))
    together = META_LOSSES[name](logits, target)
    alone = [META_LOSSES[name](logits[[i]], target[[i]]) for i in range(9)]
    assert together.shape == (9,)
    torch.testing.assert_close(together, torch.cat(alone))


def test_a_solved_sample_has_loss_zero_and_no_pull():
    logits = torch.tensor([[200.0, -200.0]], requires_grad=True)
    loss = cross_entropy(logits, torch.tensor([0]))
    loss.sum().backward()
    assert loss.item() == 0
    assert logits.grad.tolist() == [[0, 0]]
