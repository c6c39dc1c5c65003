"""A report that all tests of the report read."""

import pytest

from skfairbargain.auditing import audit_report
from skfairbargain.datasets import make_biased_classification
from tests.auditing._shared import arguments


@pytest.fixture(scope="session")
def made():
    """Biased training rows, and right audited and test rows, of three groups."""
    shape = {"n_features": 4, "n_groups": 3}
    return [
        make_biased_classification(n, label_bias=bias, random_state=seed, **shape)
        for seed, (n, bias) in enumerate([(600, 0.6), (240, 0.0), (900, 0.0)])
    ]


@pytest.fixture(scope="session")
def report(made):
    """All methods, a model of today, recorded labels: every section is there."""
    train, audit, test = made
    return audit_report(
        **arguments(made),
        reference_val=audit.data["x0"],
        reference_test=test.data["x0"],
        reference_threshold=0.0,
        recorded_val=audit.target * (audit.data["x1"] > -1),
        n_resamples=200,
        about={
            "files": [{"found": "history.csv: 600 rows × 5 columns.", "sha256": "ab" * 32}],
            "features": list(train.data.columns),
            "left_out": {"id <b>": "another text in every row, as an id has"},
            "notes": ["'x0' & <script>alert(1)</script> was read as it stands."],
        },
    )
