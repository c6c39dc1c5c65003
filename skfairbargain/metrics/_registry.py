"""What touches scikit-learn's private names, all of it: its scorers and their registry."""

import sys

from sklearn.metrics import _scorer as sklearn_scorers

# What a scorer is made of: only one of these shares predictions in a multi-metric search.
BaseScorer = sklearn_scorers._BaseScorer


def add_scorers(scorers):
    """Let scikit-learn find scorers by name, a dict, wherever it takes a name."""
    sklearn_scorers._SCORERS.update(scorers)
    for options in _lists_of_scorer_names():
        options.update(scorers)


def remove_scorers(names):
    """Take names out of scikit-learn again; those that are not there are passed over."""
    for name in names:
        sklearn_scorers._SCORERS.pop(name, None)
    for options in _lists_of_scorer_names():
        options.difference_update(names)


def _lists_of_scorer_names():
    """The sets of names that scikit-learn's functions and classes check `scoring` with."""
    found = {}
    modules = [m for name, m in list(sys.modules.items()) if name.startswith("sklearn.")]
    for member in [member for module in modules for member in vars(module).values()]:
        for attribute in ("_parameter_constraints", "_skl_parameter_constraints"):
            constraints = getattr(member, "__dict__", {}).get(attribute)
            if not isinstance(constraints, dict):
                continue
            for constraint in constraints.get("scoring", ()):
                options = getattr(constraint, "options", ())
                if isinstance(options, set) and "roc_auc" in options:
                    found[id(options)] = options
    return list(found.values())
