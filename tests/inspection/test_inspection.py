"""Errors and imports of the inspection package."""

import re
import subprocess
import sys

import pytest
from matplotlib import pyplot
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skfairbargain import inspection
from skfairbargain.inspection import (
    FairnessFrontierDisplay,
    GroupLossDisplay,
    SampleWeightDisplay,
    conflict_report,
)
from tests.inspection._shared import HISTORY


def test_misuse_is_explained():
    with pytest.raises(NotFittedError) as error:
        conflict_report(make_pipeline(StandardScaler(), LogisticRegression()))
    assert str(error.value) == (
        "`estimator` should be a fitted NashMetaClassifier, or a pipeline or search that "
        "ends in one. Got LogisticRegression without `history_`. Call fit first; "
        "a search needs refit=True."
    )
    _, axes = pyplot.subplots(3)
    message = "`ax` should be 1 Axes, one per panel, or None. Got 3."
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        GroupLossDisplay.from_history(HISTORY, ax=axes)
    message = (
        "`weight` should have no negative values and at least one above zero. Got weights "
        "from -1 to 1."
    )
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        SampleWeightDisplay.from_weights([-1, 1], [0, 1])
    with pytest.raises(ValueError, match=r"^A metric should be among \[.*\]. Got 'auc'\.$"):
        FairnessFrontierDisplay.from_predictions(
            [0, 1], {}, sensitive_features=[0, 1], fairness="auc"
        ).plot()


def run_python(code):
    return subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def test_inspection_needs_no_estimator_no_torch_and_no_matplotlib_to_import():
    code = (
        "import sys, skfairbargain.inspection\n"
        "unwanted = {'torch', 'skorch', 'matplotlib', 'skfairbargain.classifier'}\n"
        "print(sorted(unwanted & set(sys.modules)))"
    )
    assert run_python(code).stdout.strip() == "[]"


def test_a_missing_matplotlib_is_named_with_its_extra():
    code = (
        "import sys\n"
        "sys.modules['matplotlib'] = None\n"
        "from skfairbargain.inspection import SampleWeightDisplay\n"
        "SampleWeightDisplay.from_weights([1, 1], [0, 1])"
    )
    assert run_python(code).stderr.strip().split("\n")[-1] == (
        "ImportError: matplotlib is needed here and is not installed. "
        'Run: pip install "skfairbargain[plot]"'
    )


def test_every_public_name_is_there():
    assert sorted(inspection.__all__) == inspection.__all__
    assert all(hasattr(inspection, name) for name in inspection.__all__)
