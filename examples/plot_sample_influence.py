"""
Find the rows that harm a group, repair them, and retrain
=========================================================

Labels come from people's decisions, and some of these were unjust: here 60 % of the
positives of a smaller group are recorded as negative. A few audited rows tell which
training rows work against that group. We rank them, have the worst ones checked, retrain,
and measure what it brought.
"""

# %%
# Unjust records
# --------------
# `make_biased_classification` keeps the true labels, so that we can mark our own work.
# Seven rows in ten are of the group "g0". Of the positives of "g1" 60 % are recorded as
# negative. Twenty rows of each cell were audited, and the test labels are true as well.
import numpy as np
import pandas as pd
from matplotlib import pyplot
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import train_test_split

from skfairbargain import NashMetaClassifier
from skfairbargain.datasets import make_biased_classification
from skfairbargain.inspection import GroupMetricsDisplay
from skfairbargain.metrics import group_metrics
from skfairbargain.model_selection import balanced_validation_split

made = make_biased_classification(
    6000, group_shares=[0.7, 0.3], label_bias=0.6, shift=0.5, random_state=0
)
X, truth, group = made.data.to_numpy(), made.clean_target, made.sensitive["group"]
rest, test = train_test_split(np.arange(len(X)), random_state=0)
X_train, X_val, y_true, y_val, group_train, group_val = balanced_validation_split(
    X[rest], truth[rest], group[rest], per_cell=20, random_state=0
)
y_train = made.target[y_true.index]
validation = {"X_val": X_val, "y_val": y_val, "groups_val": group_val}
groups_test = {"sensitive_features": group[test]}

# %%
# Audit
# -----
# With ``anchor=1`` the training is plain: every row counts the same, and what each would
# have done to each cell is noted along the way.
audit = NashMetaClassifier(anchor=1.0, bargaining=None, max_epochs=15, random_state=0)
audit.fit(X_train, y_train, **validation)
cell = audit.cells_.index(("g1", 1))
harm = -audit.cell_influence_[:, cell]

# %%
# Suspects are the rows of "g1" that are recorded as negative. How far do harm to the
# positives of "g1", and the training loss, put the wrong records first?
suspect = ((group_train == "g1") & (y_train == 0)).to_numpy()
wrong = (y_train != y_true).to_numpy()
proba = audit.predict_proba(X_train)[np.arange(len(y_train)), y_train]
rankings = {"harm to g1's positives": harm, "training loss": -np.log(proba)}
figure, (left, right) = pyplot.subplots(1, 2, figsize=(9, 3.8), layout="constrained")
bins = np.linspace(*np.quantile(harm[suspect], [0, 1]), 40)
left.hist(harm[suspect & ~wrong], bins, color="#0072B2", alpha=0.6, label="true negative")
left.hist(harm[suspect & wrong], bins, color="#D55E00", alpha=0.6, label="wrong record")
left.axvline(0, color="0.4", linewidth=1, linestyle="--")
left.set(xlabel="harm to the positives of g1, summed over the run", ylabel="training rows")
left.legend(frameon=False)
checked = np.arange(1, suspect.sum() + 1)
for (name, score), color in zip(rankings.items(), ["#D55E00", "#0072B2"], strict=True):
    auc = roc_auc_score(wrong[suspect], score[suspect])
    found = np.cumsum(wrong[suspect][np.argsort(-score[suspect])]) / wrong[suspect].sum()
    right.plot(checked, found, color=color, label=f"{name} (AUC {auc:.2f})")
right.plot([0, suspect.sum()], [0, 1], color="0.4", linestyle="--", label="by chance")
right.set(xlabel="suspects checked", ylabel="share of the wrong records found")
right.legend(frameon=False)
for ax in (left, right):
    ax.spines[["top", "right"]].set_visible(False)
pyplot.show()

# %%
# Both rankings put wrong records first, and they are about as good. What the loss does not
# say is *whom* a row harms: the same rows' influence on the other group, whose labels are
# right, is there as well.
influence = pd.DataFrame(
    audit.cell_influence_, columns=[f"{group}, {label}" for group, label in audit.cells_]
)
print(influence[suspect].groupby(wrong[suspect]).mean().round(3).rename_axis("wrong"))

# %%
# Repair
# ------
# Somebody looks at the 400 suspects that harm most, and corrects what was recorded wrongly.
# Nobody's label is changed because a ranking says so: the ranking says whom to look at.
worst = np.flatnonzero(suspect)[np.argsort(-harm[suspect])[:400]]
y_repaired = y_train.to_numpy().copy()
y_repaired[worst] = y_true.to_numpy()[worst]
n_wrong = wrong[worst].sum()
print(f"{n_wrong} of the 400 were wrong; {wrong.sum()} wrong records were there in all")

# %%
# Retrain
# -------
# As recorded, as repaired, and for comparison with 400 other suspects checked at random.
drawn = np.random.default_rng(0).choice(np.flatnonzero(suspect), 400, replace=False)
y_drawn = y_train.to_numpy().copy()
y_drawn[drawn] = y_true.to_numpy()[drawn]
labels = {"as recorded": y_train, "400 at random": y_drawn, "400 by harm": y_repaired}
tables, models = {}, {}
for name, y in labels.items():
    models[name] = NashMetaClassifier(max_epochs=15, bargain_epochs=5, random_state=0)
    models[name].fit(X_train, y, **validation)
    tables[name] = group_metrics(
        truth[test],
        models[name].predict_proba(X[test]),
        metrics=["auc", "true_positive_rate", "accuracy"],
        random_state=0,
        **groups_test,
    )
print(
    pd.concat(tables)
    .reset_index(level=0, names="labels")
    .pivot_table(index="labels", columns=["metric", "group"], values="value", sort=False)
    .round(3)
    .to_string()
)

# %%
figure, axes = pyplot.subplots(
    3, 2, figsize=(8.5, 6.6), sharex="col", sharey=True, layout="constrained"
)
for row, (name, table) in zip(axes, tables.items(), strict=True):
    some = table[table["metric"].isin(["auc", "true_positive_rate"])]
    GroupMetricsDisplay(some).plot(row)
    row[0].set_title(name, loc="left", fontweight="bold")
for ax in axes[:-1].ravel():
    ax.set_xlabel("")
pyplot.show()

# %%
# What was learnt
# ---------------
# Checking the rows that harm a cell most repairs more than checking as many at random, and
# the group that the records wronged is found far more often when it should be. The audit
# took one training run and no sensitive attribute of any training row but those that were
# looked at; the audited validation rows did the rest.
