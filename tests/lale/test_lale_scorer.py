"""Worst-group AUC as a scorer made from fairness information."""

import pickle

import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

from skfairbargain import metrics
from skfairbargain.exceptions import UndefinedGroupError

pytest.importorskip("lale.lib.aif360", reason="needs the extra skfairbargain[lale]")


from skfairbargain.lale import worst_group_auc
from tests.lale._people import INFO, people, prepare

pytestmark = [
    # scikit-learn's searches call predict on the operator that they fitted, which lale
    # supports and deprecates in favor of what its fit returns.
    pytest.mark.filterwarnings(
        "ignore:The `.*` method is deprecated on a trainable:DeprecationWarning:lale"
    ),
]


def test_worst_group_auc_is_that_of_the_metric():
    X, y = people()
    model = make_pipeline(prepare(), LogisticRegression()).fit(X, y)
    scorer = worst_group_auc(**INFO)
    groups = pd.concat([X["sex"] == "M", X["age"].between(25, 64)], axis=1)
    expected = metrics.worst_group_auc(
        y, model.predict_proba(X)[:, 1], sensitive_features=groups
    )
    assert scorer(model, X, y) == expected
    assert scorer.score_estimator(model, X, y) == expected
    assert scorer.score_data(y, model.decision_function(X), X) == expected
    assert pickle.loads(pickle.dumps(scorer))(model, X, y) == expected


def test_worst_group_auc_uses_the_favorable_label_also_if_it_comes_first():
    X, y = people()
    model = make_pipeline(prepare(), LogisticRegression()).fit(X, y)
    turned = worst_group_auc(["no"], INFO["protected_attributes"])
    assert turned(model, X, y) == pytest.approx(worst_group_auc(**INFO)(model, X, y))


def test_worst_group_auc_leaves_out_rows_without_a_group_or_an_outcome():
    X = pd.DataFrame({"race": list("wwbbxww"), "score": [1, 2, 1, 2, 0, 1, 0]})
    y = ["no", "yes", "no", "yes", "yes", "?", "?"]
    race = {"feature": "race", "reference_group": ["w"], "monitored_group": ["b"]}
    assert worst_group_auc(["yes"], [race], ["no"]).score_data(y, X["score"], X) == 1.0


def test_a_group_of_one_label_is_an_error_or_left_out():
    X = pd.DataFrame({"sex": list("FFMM"), "score": [1, 2, 1, 2]})
    y = [0, 1, 1, 1]
    sex = [{"feature": "sex", "reference_group": ["M"]}]
    with pytest.raises(UndefinedGroupError, match="sex=M"):
        worst_group_auc([1], sex).score_data(y, X["score"], X)
    with pytest.warns(UserWarning, match="sex=M"):
        value = worst_group_auc([1], sex, undefined="warn").score_data(y, X["score"], X)
    assert value == 1.0
