"""Draw candidates.png, the figure of the user guide; takes some seconds.

Run as ``python docs/images/candidates.py`` where the package is installed.
"""

from pathlib import Path

import matplotlib as mpl

mpl.use("Agg")

from skfairbargain import AuditedClassifier
from skfairbargain.datasets import make_biased_classification
from skfairbargain.inspection import CandidatesDisplay


def main():
    """Train a small model and draw its candidates."""
    recorded = make_biased_classification(1500, label_bias=0.8, random_state=0)
    audit = make_biased_classification(160, random_state=1)
    clf = AuditedClassifier(random_state=0).fit(
        recorded.data,
        recorded.target,
        X_val=audit.data,
        y_val=audit.target,
        groups_val=audit.sensitive["group"],
    )
    display = CandidatesDisplay.from_estimator(clf)
    display.figure_.savefig(Path(__file__).with_suffix(".png"), dpi=150)


if __name__ == "__main__":
    main()
