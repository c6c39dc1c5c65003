"""Simulated files for ``skfairbargain audit`` without any."""

from sklearn.utils import Bunch

from ..datasets import make_biased_classification
from ._tables import Tables

N_TRAIN, N_AUDITED, N_TEST = 6000, 200, 4000
SIMULATED = (
    "These data are simulated: 60 % of the positives of group 'g1' are recorded as "
    "negative in the training rows, the groups need different rules, and the audited and "
    "test labels are right. So the report shows what the package is for, and not how it "
    "does on your data."
)


def demonstration(seed):
    """Training rows with wrong labels, and audited and test rows with right ones.

    Returns
    -------
    tables : Tables
    """
    shape = {"n_features": 20, "noise": 0.5}
    made = [
        make_biased_classification(
            n, label_bias=bias, random_state=3 * seed + number, **shape
        )
        for number, (n, bias) in enumerate(
            [(N_TRAIN, 0.6), (N_AUDITED, 0.0), (N_TEST, 0.0)]
        )
    ]
    train, audited, test = (
        _table(one, name)
        for one, name in zip(made, ("training", "audited", "test"), strict=True)
    )
    return Tables(train, audited, test, None, {}, [], False)


def _table(made, name):
    return Bunch(
        name=name,
        sha256=None,
        found=f"Simulated {name} rows: {len(made.data):,} × {made.data.shape[1]}.",
        data=made.data,
        target=made.target,
        sensitive=made.sensitive,
        others=None,
        row=made.data.index.to_numpy() + 1,
        n_without_target=0,
        notes=[],
    )
