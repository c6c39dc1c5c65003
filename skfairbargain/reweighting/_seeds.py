"""Seed an estimator and all within it."""


def seeded(estimator, rng):
    """Set every ``random_state`` among the parameters to a number of its own.

    Parameters
    ----------
    estimator : estimator
        It is changed.
    rng : RandomState

    Returns
    -------
    estimator : estimator
    """
    names = [
        name
        for name in sorted(estimator.get_params())
        if name == "random_state" or name.endswith("__random_state")
    ]
    # A FrozenEstimator's set_params returns None.
    estimator.set_params(**{name: rng.randint(2**31 - 1) for name in names})
    return estimator
