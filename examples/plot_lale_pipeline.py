"""
A mitigator among lale's own
============================

lale's fairness mitigators all take the same fairness information. After this example you
can put `NashMeta` among them, let Hyperopt choose, and compare what each costs whom. It
needs the extra ``skfairbargain[lale]``; without it, it shows the data and says so.
"""

# %%
# Data whose bias is known
# ------------------------
# Loans to made-up people. Men between 25 and 64 get them more easily than their income
# says, and working hours stand in for sex where that is taken out.
import warnings
from importlib.util import find_spec

import numpy as np
import pandas as pd
from matplotlib import pyplot
from sklearn.compose import make_column_transformer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score
from sklearn.preprocessing import OneHotEncoder, StandardScaler

rng = np.random.default_rng(0)
n = 1200
X = pd.DataFrame(
    {
        "sex": rng.choice(["F", "M"], n),
        "age": rng.integers(18, 80, n),
        "income": rng.normal(40, 12, n),
        "region": rng.choice(["north", "south", "west"], n),
    }
)
X["hours"] = rng.normal(36, 5, n) + 6 * (X["sex"] == "M")
prime = X["age"].between(25, 64)
favored = (X["sex"] == "M") & prime
score = X["income"] + 0.5 * X["hours"] + 10 * favored + rng.normal(0, 8, n)
y = pd.Series(np.where(score > 64, "yes", "no"), name="granted")

group = X["sex"] + np.where(prime, ", 25 to 64", ", other age")
rates = (y == "yes").groupby(group).mean()
figure, ax = pyplot.subplots(figsize=(6, 2.4), layout="constrained")
ax.barh(rates.index, rates, color="tab:blue")
ax.set(xlabel="share that got a loan", xlim=(0, 1))
pyplot.show()

# %%
# Fairness information
# --------------------
# Which label is favorable, which columns are protected, and who is the reference group:
# that is all lale wants to know. Two attributes make four groups.
fairness_info = {
    "favorable_labels": ["yes"],
    "protected_attributes": [
        {"feature": "sex", "reference_group": ["M"]},
        {"feature": "age", "reference_group": [[25, 64]]},
    ],
}


def prepare():
    """Numbers out of the columns; of everyone's sex and age too, where they are left."""
    return make_column_transformer(
        (StandardScaler(), ["age", "income", "hours"]),
        (OneHotEncoder(sparse_output=False), ["sex", "region"]),
    )


# %%
# Peers
# -----
# `NashMeta` gets the raw columns and does the scaling in `preparation`: before it, ages
# would no longer be years when the groups are read from them. It holds a validation set
# out of its training rows by itself, and predicts "yes" and "no" without being told a
# group.
HAS_LALE = all(find_spec(name) for name in ("lale", "aif360"))
if not HAS_LALE:
    print('The rest of this example needs: pip install "skfairbargain[lale]"')
else:
    from lale.lib import aif360
    from lale.lib.lale import Hyperopt, NoOp

    from skfairbargain.lale import NashMeta, worst_group_auc

    X_train, X_test, y_train, y_test = aif360.fair_stratified_train_test_split(
        X, y, **fairness_info, test_size=0.4, random_state=0
    )
    regression = prepare() >> NoOp >> LogisticRegression()
    redacted = aif360.Redacting(**fairness_info) >> prepare() >> LogisticRegression()
    nash = NashMeta(
        **fairness_info,
        preparation=prepare(),
        goal="meta_gdro",
        max_epochs=20,
        lr=0.02,
        random_state=0,
    )
    trained = {
        "LogisticRegression": regression.fit(X_train, y_train),
        "Redacting": redacted.fit(X_train, y_train),
        "NashMeta": nash.fit(X_train, y_train),
    }
    print(
        "Groups that bargained:", *trained["NashMeta"].impl.estimator_.groups_, sep="\n  "
    )

# %%
# Let Hyperopt tune it
# --------------------
# The operator brings the ranges of its parameters along. Here the goal of the search is
# accuracy and parity together; `worst_group_auc(**fairness_info)` could be it as well.
if HAS_LALE:
    # lale's search spaces use a call that jsonschema deprecates.
    warnings.filterwarnings("ignore", category=DeprecationWarning, module="jsonschema")
    search = Hyperopt(
        estimator=NashMeta(
            **fairness_info, preparation=prepare(), max_epochs=10, random_state=0
        ),
        max_evals=3,
        cv=aif360.FairStratifiedKFold(
            **fairness_info, n_splits=2, shuffle=True, random_state=0
        ),
        scoring=aif360.accuracy_and_disparate_impact(**fairness_info),
        best_score=1.0,
        show_progressbar=False,
    )
    trained["NashMeta, tuned"] = search.fit(X_train, y_train).get_pipeline()

# %%
# What each costs whom
# --------------------
# Accuracy, the ratio of favorable answers between women outside the working ages and men
# within them (1 is parity), and how well scores rank within the group for which they do so
# worst; with 95 % intervals from test rows that are drawn again 50 times.
if HAS_LALE:
    parity = aif360.symmetric_disparate_impact(**fairness_info)
    ranking = worst_group_auc(**fairness_info)
    measures = {
        "accuracy": lambda y, label, proba, X: accuracy_score(y, label),
        "symmetric disparate impact": lambda y, label, proba, X: parity.score_data(
            y, label, X
        ),
        "worst-group AUC": lambda y, label, proba, X: ranking.score_data(y, proba, X),
    }
    draws = [rng.choice(len(X_test), len(X_test)) for _ in range(50)]
    figure, axes = pyplot.subplots(
        1, 3, figsize=(9, 2.6), sharey=True, layout="constrained"
    )
    for title, op in trained.items():
        label, proba = op.predict(X_test), op.predict_proba(X_test)[:, 1]
        for ax, (name, measure) in zip(axes, measures.items(), strict=True):
            value = measure(y_test, label, proba, X_test)
            drawn = [
                measure(y_test.iloc[rows], label[rows], proba[rows], X_test.iloc[rows])
                for rows in draws
            ]
            low, high = np.quantile(drawn, [0.025, 0.975])
            ax.plot([low, high], [title, title], color="tab:blue")
            ax.plot(value, title, "o", color="tab:blue")
            ax.set(xlabel=name)
            print(f"{title:20s} {name:27s} {value:.3f} ({low:.3f} to {high:.3f})")
    axes[0].margins(y=0.2)
    axes[0].invert_yaxis()
    pyplot.show()

# %%
# Taking the protected columns out, which `Redacting` and `NashMeta` do alike, is most of
# what changes parity here, and hours still stand in for sex. `NashMeta` asks for something
# else: that no group's loss is bought with another's. Where groups are not in conflict, it
# finds about what plain training finds, and the intervals say how much a single data set
# can tell.
