"""
Would more audited rows help?
=============================

An audit is there: rows with checked labels and groups. Is it large enough to train with, or
should more rows be audited? We train with fewer and fewer of its rows and watch the worst
group's AUC on audited rows that were set aside. If the curve still rises at its end, more
rows are likely to help; if it is flat, they are not.
"""

# %%
# The data
# --------
#
# Of the 1,500 training rows, 40 % of group ``g1``'s positives are recorded as negative. The
# audit has 800 rows with the right labels; half of it is set aside to measure with.

import numpy as np
import pandas as pd
from matplotlib import pyplot as plt
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split

from skfairbargain import NashMetaClassifier
from skfairbargain.datasets import make_biased_classification
from skfairbargain.inspection import validation_report
from skfairbargain.metrics import worst_group_auc
from skfairbargain.model_selection import balanced_validation_indices, encode_cells

bias = {"group_shares": [2, 1], "label_bias": 0.4, "shift": 0.8}
train = make_biased_classification(1500, **bias, random_state=0)
audit = make_biased_classification(800, **bias, random_state=1)
X, y, group = audit.data, audit.clean_target, audit.sensitive["group"]
rows, aside = train_test_split(
    np.arange(len(X)), test_size=0.5, stratify=encode_cells(group, y).codes, random_state=0
)

# %%
# How exactly the rows that were set aside can measure is a question of its own. Here they
# would show gaps of 19 percentage points between the groups' true-positive rates and more,
# and no smaller ones:
report = validation_report(X.iloc[aside], y.iloc[aside], group.iloc[aside], random_state=0)
print(report.detectable_gaps)

# %%
# Train with a part of the audit
# ------------------------------
#
# Each size is drawn three times, with equally many rows of each group and label. The rows
# teach two methods: `NashMetaClassifier`, which weighs the recorded rows by them, and a
# logistic regression on the audited rows alone. The logistic regression on all recorded
# rows needs no audit and so has one value.


def weighted(some):
    """The network whose training weights come from the audited rows."""
    clf = NashMetaClassifier(lr=0.005, bargain_epochs=3, max_epochs=8, random_state=0)
    audited = {
        "X_val": X.iloc[some],
        "y_val": y.iloc[some],
        "groups_val": group.iloc[some],
    }
    return clf.fit(train.data, train.target, **audited)


def alone(some):
    """A regression on the audited rows and nothing else."""
    return LogisticRegression().fit(X.iloc[some], y.iloc[some])


def worst_auc(clf):
    """AUC of the worst group of the rows that were set aside."""
    score = clf.predict_proba(X.iloc[aside])[:, 1]
    return worst_group_auc(y.iloc[aside], score, sensitive_features=group.iloc[aside])


methods = {"NashMetaClassifier": weighted, "audited rows alone": alone}
records = []
for per_cell in (2, 5, 15, 40):
    for draw in range(3):
        _, chosen = balanced_validation_indices(
            y.iloc[rows], group.iloc[rows], per_cell=per_cell, random_state=draw
        )
        for name, method in methods.items():
            auc = worst_auc(method(rows[chosen]))
            records.append({"method": name, "per_cell": per_cell, "auc": auc})
curve = pd.DataFrame(records).groupby(["method", "per_cell"])["auc"]
curve = curve.agg(["mean", "min", "max"]).round(3)
print(curve)

# %%
# The learning curve
# ------------------
#
# The band is the range of the three draws.

recorded_alone = worst_auc(LogisticRegression().fit(train.data, train.target))
figure, ax = plt.subplots(figsize=(6.4, 4), layout="constrained")
for (name, values), color, marker in zip(
    curve.groupby(level="method"), ("#0072B2", "#D55E00"), "os", strict=True
):
    values = values.droplevel("method")
    ax.plot(values.index, values["mean"], color=color, marker=marker, label=name)
    ax.fill_between(values.index, values["min"], values["max"], color=color, alpha=0.15)
ax.axhline(recorded_alone, color="#6b6b6b", linestyle="--", label="recorded rows alone")
ax.set_xscale("log")
ax.set_xticks([2, 5, 15, 40], ["2", "5", "15", "40"])
ax.minorticks_off()
ax.set_xlabel("audited rows of each group and label")
ax.set_ylabel("worst group's AUC on the rows set aside")
ax.spines[["top", "right"]].set_visible(False)
ax.legend(frameon=False)

# %%
# Two rows of each group and label are too few for either method: the recorded rows alone do
# better. From five rows on the network gains, and from fifteen on the audited rows alone do
# as well as it does. Between fifteen and forty rows both curves are nearly flat: these
# hundred rows would be better spent on the test set, which sees large gaps only.
#
# The band shows which rows were drawn, not which were set aside: these are the same
# everywhere. So compare the curves with each other, and do not take their height as exact.
