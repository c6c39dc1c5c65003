"""Forms of bargaining and of goals: how far each keeps from harm, and what it costs."""

import numpy as np

from skfairbargain import Nash, NashMetaClassifier

from .blind_rows import blind_rows
from .measures import honest_measures
from .networks import fit_quietly

N_EPOCHS = 25
SHARE = 0.4  # of wrong labels
# Of the epochs; the usual share of stage 1.
BARGAIN_SHARE = 0.3
SMALL_NETWORK = {"hidden_layer_sizes": (64, 32), "optimizer": "sgd", "lr": 5e-3}

# A form without this follows its goal whomever that harms.
HARMLESS = {"harmless_goal": True}
LEARNED, APPLIED = Nash(applied=False), Nash()
LOWERED = Nash(lower_anchor=True)
# What a form changes, and the share of the epochs in which the players bargain.
FORMS = {
    "plain": ({"bargaining": None, "anchor": 1.0}, 0.0),
    "one_stage": ({"bargaining": None}, 0.0),
    "one_stage_harmless": ({"bargaining": None, **HARMLESS}, 0.0),
    "two_stage_learned": ({"bargaining": LEARNED}, BARGAIN_SHARE),
    "two_stage": ({"bargaining": APPLIED}, BARGAIN_SHARE),
    "two_stage_harmless": ({"bargaining": APPLIED, **HARMLESS}, BARGAIN_SHARE),
    "two_stage_lowered": ({"bargaining": LOWERED, **HARMLESS}, BARGAIN_SHARE),
    "bargain_learned": ({"bargaining": LEARNED}, 1.0),
    "bargain": ({"bargaining": APPLIED}, 1.0),
    "bargain_lowered": ({"bargaining": LOWERED}, 1.0),
}
TITLES = {
    "plain": "plain training",
    "one_stage": "one-stage",
    "one_stage_harmless": "one-stage, harmless goal",
    "two_stage_learned": "two-stage, bargaining over learned weights",
    "two_stage": "two-stage",
    "two_stage_harmless": "two-stage, harmless goal",
    "two_stage_lowered": "two-stage, harmless goal, anchor lowered",
    "bargain_learned": "bargaining throughout, over learned weights",
    "bargain": "bargaining throughout",
    "bargain_lowered": "bargaining throughout, anchor lowered",
}
# Forms that have no goal are run with one alone.
WITHOUT_GOAL = ("plain",)
# What is compared run by run: a form, and the one that differs from it in one thing.
PAIRS = {
    "harmless goal, one-stage": ("one_stage_harmless", "one_stage"),
    "harmless goal, two-stage": ("two_stage_harmless", "two_stage"),
    "over what is applied, two-stage": ("two_stage", "two_stage_learned"),
    "over what is applied, throughout": ("bargain", "bargain_learned"),
    "anchor lowered, two-stage": ("two_stage_lowered", "two_stage_harmless"),
    "anchor lowered, throughout": ("bargain_lowered", "bargain"),
    "bargaining first": ("two_stage_harmless", "one_stage_harmless"),
    "bargaining throughout": ("bargain", "two_stage"),
    "audited rows at all": ("one_stage", "plain"),
}


def agreement_specs(settings, forms, goals, *, n_groups, per_cell, seeds, epochs):
    """One spec a run, those that differ in the form alone together.

    The first goal, number of groups and number of rows are the usual ones, and one of them
    at a time takes its other values.
    """
    usual = (goals[0], n_groups[0], per_cell[0])
    conditions = [usual]
    conditions += [(goal, *usual[1:]) for goal in goals[1:]]
    conditions += [(usual[0], n, usual[2]) for n in n_groups[1:]]
    conditions += [(*usual[:2], n_val) for n_val in per_cell[1:]]
    return [
        {
            "setting": setting,
            "n_groups": n,
            "per_cell": n_val,
            "goal": goal,
            "form": form,
            "seed": seed,
            "epochs": epochs or N_EPOCHS,
        }
        for seed in range(seeds)
        for goal, n, n_val in conditions
        for setting in settings
        for form in forms
        if goal == usual[0] or form not in WITHOUT_GOAL
    ]


def run_agreement(spec, *, data_home=None):
    """Train one form, and measure it.

    Returns
    -------
    result : dict
        `honest_measures`; ``of_groups``: balanced accuracy of each group; over all steps
        ``conflict`` and ``agreement`` (None where nobody asked), the same of stage 1 and 2.
    """
    rows = (spec["setting"], spec["n_groups"], spec["per_cell"], SHARE)
    train, val, test = blind_rows(*rows, seed=spec["seed"], data_home=data_home)
    changed, share = FORMS[spec["form"]]
    epochs = spec["epochs"]
    clf = NashMetaClassifier(
        goal=spec["goal"],
        max_epochs=epochs,
        bargain_epochs=round(share * epochs),
        random_state=spec["seed"],
        **{"anchor": 0.5, "harmless_goal": False, **SMALL_NETWORK, **changed},
    )
    fit_quietly(clf, train, val)
    scores, labels = clf.decision_function(test.X), clf.predict(test.X)
    return {
        **honest_measures(test.y, scores, labels, test.groups),
        "of_groups": {
            str(group): _balanced_accuracy(test.y, labels, test.groups == group)
            for group in np.unique(test.groups)
        },
        **_rates(clf.history_, ""),
        **_rates([row for row in clf.history_ if row["stage"] == 1], "_stage_1"),
        **_rates([row for row in clf.history_ if row["stage"] == 2], "_stage_2"),
    }


def _balanced_accuracy(y, labels, among):
    return float(np.mean([(labels == y)[among & (y == label)].mean() for label in (0, 1)]))


def _rates(history, ending):
    def mean(key):
        known = [row[key] for row in history if row[key] is not None]
        return float(np.mean(known)) if known else None

    return {
        f"conflict{ending}": mean("conflict_rate"),
        f"agreement{ending}": mean("agreement_rate"),
    }


def largest_losses(specs, results):
    """By how much each run's worst-served group fell against plain training.

    Parameters
    ----------
    specs, results : list of dict

    Returns
    -------
    losses : list of float or None
        The largest fall of a group's balanced accuracy, negative where all rose; None
        without a plain run on the same rows.
    """

    def rows_of(spec):
        return tuple(
            spec[key] for key in ("setting", "n_groups", "per_cell", "seed", "epochs")
        )

    plain = {
        rows_of(spec): result["of_groups"]
        for spec, result in zip(specs, results, strict=True)
        if spec["form"] == "plain"
    }
    losses = []
    for spec, result in zip(specs, results, strict=True):
        before = plain.get(rows_of(spec))
        falls = before and [
            before[group] - now for group, now in result["of_groups"].items()
        ]
        losses.append(max(falls) if falls else None)
    return losses
