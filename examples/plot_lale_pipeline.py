"""
Use NashMeta with lale's mitigators
===================================

All of lale's fairness mitigators take the same fairness information, and so does
`NashMeta`. This example trains it like them, tunes it with Hyperopt, and compares the
results for each group. It needs the extra ``skfairbargain[lale]``; without it, it only
shows the data.
"""

# %%
# Data whose bias is known
# ------------------------
# The data are loans to synthetic people. Men between 25 and 64 get a loan more easily than
# their income explains. If sex is removed, working hours still reveal it.
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
# It says which label is favorable, which columns are protected, and which values are the
# reference group. Two attributes give four groups.
fairness_info = {
    "favorable_labels": ["yes"],
    "protected_attributes": [
        {"feature": "sex", "reference_group": ["M"]},
        {"feature": "age", "reference_group": [[25, 64]]},
    ],
}


def prepare():
    """Make a transformer that turns the columns into numbers."""
    return make_column_transformer(
        (StandardScaler(), ["age", "income", "hours"]),
        (OneHotEncoder(sparse_output=False), ["sex", "region"]),
    )


# %%
# Train lale's mitigators and NashMeta
# ------------------------------------
# `NashMeta` gets the raw columns and scales them in `preparation`: after an earlier scaler,
# ages would no longer be in years, and the groups could not be found. It holds a validation
# set out of the training rows, and needs no groups to predict "yes" or "no".
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
# Tune it with Hyperopt
# ---------------------
# The operator defines the ranges of its parameters. This search scores accuracy and
# disparate impact together; `worst_group_auc(**fairness_info)` is also possible.
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
# Compare the results
# -------------------
# The figure shows accuracy; the ratio of the rates of favorable predictions between women
# outside and men inside the ages of 25 to 64 (1: equal rates); and the AUC of the group
# that is ranked worst. The 95 % intervals come from 50 bootstrap samples of the test rows.
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
# Here the ratio changes mainly because the protected columns are removed, which both
# `Redacting` and `NashMeta` do; hours still reveal sex. `NashMeta` has another goal: no
# group's loss should fall at another group's expense. If the groups are not in conflict,
# its results are similar to plain training. The intervals show how uncertain the results of
# a single data set are.
