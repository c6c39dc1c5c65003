"""
Inspect the training
====================

For a model that decides about people, you should be able to explain how it was trained.
This example shows, for a fitted `NashMetaClassifier`, whether the validation set was good
enough, whether the groups agreed, which rows had high weights, and how well the model works
for each group, with intervals.
"""

# %%
# Data whose bias is known
# ------------------------
# There are three groups, and the direction that predicts the label differs from group to
# group. Outside the largest group, 30 % of the positives are recorded as negative.
from matplotlib import pyplot
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split

from skfairbargain import NashMetaClassifier
from skfairbargain.datasets import make_biased_classification
from skfairbargain.inspection import (
    BargainingHistoryDisplay,
    FairnessFrontierDisplay,
    GroupLossDisplay,
    GroupMetricsDisplay,
    SampleWeightDisplay,
    conflict_report,
    validation_report,
)
from skfairbargain.model_selection import balanced_validation_split

made = make_biased_classification(3000, n_groups=3, label_bias=0.3, random_state=0)
# The audited rows have the true labels: the audit corrects them.
X_rest, X_test, rest, test = train_test_split(
    made.data.to_numpy(), made.data.index, random_state=0
)
group = made.sensitive["group"]
X_train, X_val, train, val, _, group_val = balanced_validation_split(
    X_rest, made.clean_target[rest], group[rest], per_cell=10, random_state=0
)
y_train, y_val = made.target[train.index], val
y_test, group_test = made.clean_target[test], group[test]

# %%
# Is the validation set good enough?
# ----------------------------------
# Check this before training. There are sixty rows, ten in each cell, and their features are
# related to their labels:
print(validation_report(X_val, y_val, group_val, X_train, random_state=0))

# %%
# Did the groups agree?
# ---------------------
# In the first ten epochs the cells bargain; in the others the goal is the worst group's
# loss. ``anchor=0.2`` gives the uniform weights a share of a fifth.
validation = {"X_val": X_val, "y_val": y_val, "groups_val": group_val}
options = {"goal": "meta_gdro", "lr": 0.005, "bargain_epochs": 10, "max_epochs": 25}
clf = NashMetaClassifier(anchor=0.2, **options, random_state=0)
clf.fit(X_train, y_train, **validation)
BargainingHistoryDisplay.from_estimator(clf)
pyplot.show()

# %%
# The blue line shows how often the cells agreed, and the orange line how often the applied
# weights worked against a cell. After an agreement they do so only because uniform weights
# are mixed in; in stage 2, because the goal considers only the worst group. The lower panel
# shows each cell's share of the bargaining weights.
#
# The same for every pair of cells:
print(conflict_report(clf))

# %%
# Cells of different labels are opposed, and cells of the same label are not. So here the
# conflict is about the boundary between the labels, and not between the groups.

# %%
# Does a group's loss stay high?
# ------------------------------
GroupLossDisplay.from_estimator(clf)
pyplot.show()

# %%
# Which rows had high weights?
# ----------------------------
# The training did not use the groups of the training rows. In this example they are known,
# so we can show the weights by group and label afterwards.
SampleWeightDisplay.from_estimator(clf, y_train, group[train.index])
pyplot.show()

# %%
# How does the model do for each group?
# -------------------------------------
# Use rows that were not used to choose anything. The intervals matter: the third group has
# few rows, and these rows cannot show a difference that is smaller than the intervals.
GroupMetricsDisplay.from_estimator(
    clf, X_test, y_test, sensitive_features=group_test, random_state=0
)
pyplot.show()

# %%
# Which model to choose?
# ----------------------
# The figure shows the performance of several models against their fairness. Filled markers
# are on the Pareto front: no other model is better in both.
models = {"logistic regression": LogisticRegression().fit(X_train, y_train)}
for name, parameters in {
    "plain training": {"anchor": 1.0, "bargaining": None},
    "one stage": {"anchor": 0.2, "bargaining": None},
}.items():
    models[name] = NashMetaClassifier(**options, **parameters, random_state=0)
    models[name].fit(X_train, y_train, **validation)
models["two stages"] = clf
FairnessFrontierDisplay.from_estimators(
    models, X_test, y_test, sensitive_features=group_test, n_resamples=100, random_state=0
)
pyplot.show()

# %%
# What we learned
# ---------------
# The displays follow the order of the questions: is the validation set good enough, did the
# groups agree, which rows had high weights, how does the model do for each group, and which
# other models are there? The crosses of the last figure overlap: 750 test rows do not show
# for certain which model is better, and an honest report says so.
