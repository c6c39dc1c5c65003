"""Seed an estimator and all within it."""


def seeded(estimator, draw):
    """Set every ``random_state`` among the parameters.

    Parameters
    ----------
    estimator : estimator
        It is changed.
    draw : callable
        Returns the next seed.

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
    estimator.set_params(**{name: draw() for name in names})
    return estimator
