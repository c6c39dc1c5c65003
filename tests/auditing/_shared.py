"""The arguments of an audit of simulated rows."""


def arguments(made, *, tested=True):
    train, audit, test = made
    given = {
        "X": train.data,
        "y": train.target,
        "X_val": audit.data,
        "y_val": audit.target,
        "groups_val": audit.sensitive["group"],
    }
    if tested:
        given |= {
            "X_test": test.data,
            "y_test": test.target,
            "groups_test": test.sensitive["group"],
        }
    return given
