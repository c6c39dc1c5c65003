"""
See what the training did
=========================

A model that decides about people should come with an account of how it was made. After
this example you can say of a fitted `NashMetaClassifier` whether its validation set could
carry it, whether the groups came to an agreement, whose rows were listened to, and how
each group is served in the end, with the noise that all of this is seen through.
"""

# %%
# Data whose bias is known
# ------------------------
# Three groups; what predicts the label turns from group to group, and of the positives
# outside the largest group three in ten are recorded as negative.
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
# The audited rows carry the true labels: that is what an audit is for.
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
# Can the validation set carry the method?
# ----------------------------------------
# Ask before training. Sixty rows, ten in each cell, and their features do say something
# about their labels:
print(validation_report(X_val, y_val, group_val, X_train, random_state=0))

# %%
# Did the groups agree?
# ---------------------
# The first ten epochs bargain, the others serve the worst group. ``anchor=0.2`` mixes
# a fifth of uniform weights in.
validation = {"X_val": X_val, "y_val": y_val, "groups_val": group_val}
options = {"goal": "meta_gdro", "lr": 0.005, "bargain_epochs": 10, "max_epochs": 25}
clf = NashMetaClassifier(anchor=0.2, **options, random_state=0)
clf.fit(X_train, y_train, **validation)
BargainingHistoryDisplay.from_estimator(clf)
pyplot.show()

# %%
# The blue line says how often the cells agreed, the orange one how often the weights that
# were applied worked against some cell all the same: after an agreement only because of
# the uniform weights that are mixed in, in stage 2 because the goal looks at the worst
# group alone. The lower panel shows the weight of each cell's hypergradient in the bargain.
#
# In words, pair by pair:
print(conflict_report(clf))

# %%
# Cells of different labels pull against each other, and cells of the same label do not:
# here the conflict is about where the line between the labels runs. It is not one group
# against another.

# %%
# Is a group left behind?
# -----------------------
GroupLossDisplay.from_estimator(clf)
pyplot.show()

# %%
# Whose rows were listened to?
# ----------------------------
# The training saw no groups. We know those of the training rows here, and can look at the
# weights by group and label after the fact.
SampleWeightDisplay.from_estimator(clf, y_train, group[train.index])
pyplot.show()

# %%
# How is each group served?
# -------------------------
# On rows that nothing was chosen by. The intervals matter: the third group has few rows,
# and a difference that the intervals swallow is none that these rows can show.
GroupMetricsDisplay.from_estimator(
    clf, X_test, y_test, sensitive_features=group_test, random_state=0
)
pyplot.show()

# %%
# Which model to take?
# --------------------
# Several models in the plane of performance and fairness. Filled markers are on the Pareto
# front: none of the others is better in both respects.
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
# What was learnt
# ---------------
# The displays answer in the order in which one should ask: is there enough to learn from,
# was there an agreement, who was heard, who is served, and what else could be had. The
# crosses of the last figure overlap: with one draw of 750 test rows these models cannot be
# told apart for certain, and an honest report says so.
