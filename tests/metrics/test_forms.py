"""What the decorators make of a signature and a docstring: Python's own words and help."""

import doctest
import inspect
import re
import subprocess
import sys

import pytest

from skfairbargain import metrics


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({}, "worst_group_auc() missing 1 required keyword-only argument: "
         "'sensitive_features'"),
        ({"sensitive_features": [0, 0], "threshold": 0.5},
         "worst_group_auc() got an unexpected keyword argument 'threshold'"),
    ],
)  # fmt: skip
def test_wrong_arguments_are_refused_in_pythons_words(given, message):
    with pytest.raises(TypeError, match=f"^{re.escape(message)}$"):
        metrics.worst_group_auc([0, 1], [0.1, 0.2], **given)


def test_examples_and_signature_of_every_form_are_found():
    finder = doctest.DocTestFinder(exclude_empty=True)
    names = [name.removeprefix("neg_") for name in metrics.get_scorer_names()]
    assert len(names) > 30
    for name in names:
        module = sys.modules[getattr(metrics, name).__module__]
        found = {test.name.rpartition(".")[2] for test in finder.find(module)}
        assert name in found
    parameters = inspect.signature(metrics.worst_group_auc).parameters
    assert list(parameters) == ["y_true", "y_score", "sensitive_features", "sample_weight",
                                "undefined", "labels"]  # fmt: skip


def test_every_public_name_is_documented_and_needs_no_torch():
    for name in metrics.__all__:
        text = getattr(metrics, name).__doc__
        assert "<parameters>" not in text
        assert "Examples\n" in text, name
    code = "import sys, skfairbargain.metrics; sys.exit('torch' in sys.modules)"
    child = subprocess.run([sys.executable, "-c", code], check=False, timeout=60)
    assert child.returncode == 0
