"""Methods in two rounds, tuned by the worst group of the audited rows."""

import numpy as np
from scipy.optimize import minimize
from scipy.special import expit
from sklearn.model_selection import train_test_split

from skfairbargain.metrics import worst_group_balanced_accuracy_score

from ..rivals import boosting
from .bench import Scores
from .models import hidden_features

# Of JTT: rounds of the first model, and how often its errors count in the second.
FIRST_ROUNDS, COUNTS = 20, (2, 5, 20)
# Of AFR: how fast weights fall with the chance of the label, and what holds weights back.
SHARPNESS, PULLS = (1.0, 4.0, 10.0), (0.0, 0.1)


def just_train_twice(bench):
    """JTT: boosting whose first rounds' errors count more often (Liu et al., 2021).

    Early boosting stands for their early network; how often errors count is chosen by the
    worst group of the audited rows.
    """
    first = boosting(True).set_params(max_iter=FIRST_ROUNDS)
    wrong = bench.fit(first, bench.X, bench.y).predict(bench.X) != bench.y
    return _best_for_the_worst_group(
        bench,
        (bench.trained(boosting(True), np.where(wrong, n, 1.0)) for n in COUNTS),
    )


def automatic_feature_reweighting(bench):
    """AFR: the last layer, retrained where the network does badly (Qiu et al., 2023).

    A fifth of the training rows is held out from the network; the last layer is trained on
    them with weights that fall with the chance of the recorded label, and is pulled
    towards what it was. Both strengths are chosen by the worst group of the audited rows.
    """
    rows = np.arange(len(bench.y))
    kept, held = train_test_split(
        rows, test_size=0.2, stratify=bench.y, random_state=bench.seed
    )
    counts = np.maximum(np.bincount(bench.y, minlength=2), 1)
    module = bench.train_network((len(bench.y) / (2 * counts))[bench.y], kept)
    features = [
        hidden_features(module, X) for X in (bench.X[held], bench.X_val, bench.X_test)
    ]
    start = _last_layer(module)
    y = bench.y[held]
    of_label = expit((2 * y - 1) * (features[0] @ start[:-1] + start[-1]))

    def layers():
        for sharpness in SHARPNESS:
            weights = np.exp(-sharpness * of_label) / counts[y]
            for pull in PULLS:
                yield _pulled_layer(features[0], y, weights / weights.sum(), start, pull)

    return _best_for_the_worst_group(
        bench,
        (Scores(*(each @ w[:-1] + w[-1] for each in features[1:])) for w in layers()),
    )


def _best_for_the_worst_group(bench, candidates):
    """Test scores of the candidate whose worst group of audited rows does best."""
    candidates = list(candidates)
    reached = [
        _worst_group(bench.y_val, each.val > 0, bench.groups_val) for each in candidates
    ]
    return candidates[int(np.argmax(reached))].test


def _worst_group(y, predicted, groups):
    """Balanced accuracy of the worst group among those with rows of both labels."""
    both = [g for g in np.unique(groups) if len(np.unique(y[groups == g])) == 2]
    rows = np.isin(groups, both) if both else slice(None)
    whose = groups[rows] if both else np.zeros(len(y))
    return worst_group_balanced_accuracy_score(
        y[rows], predicted[rows].astype(int), sensitive_features=whose
    )


def _last_layer(module):
    """Weights and bias of the log-odds."""
    weight, bias = (each.detach().numpy().astype(np.float64)
                    for each in (module[-1].weight, module[-1].bias))  # fmt: skip
    return np.append(weight[1] - weight[0], bias[1] - bias[0])


def _pulled_layer(features, y, weights, start, pull):
    """The last layer with the least weighted loss plus its squared way from the start."""
    design = np.column_stack([features, np.ones(len(features))])
    signs = 2 * y - 1

    def loss(w):
        margins = signs * (design @ w)
        slopes = -weights * signs * expit(-margins)
        way = w - start
        value = weights @ np.logaddexp(0, -margins) + pull * way @ way
        return value, design.T @ slopes + 2 * pull * way

    return minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": 100}).x
