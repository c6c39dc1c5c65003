"""Which candidates there are, by what the audited rows can carry."""

from ._candidates import Boosting, FeatureRegression, ScoreStack

# Models of all features need as many rows in every cell.
FEWEST_FOR_FEATURES = 5
# How strongly the mix is drawn to equal weights, in nats; from the study of the library.
ENTROPY = 0.3


def candidate_library(models, others, fewest):
    """Make the candidates, not fitted.

    Parameters
    ----------
    models : list of BaseModel
    others : list of str
        Scores beside theirs.
    fewest : int
        Rows of the smallest cell of the audited rows.

    Returns
    -------
    candidates : dict of str to candidate
    """
    plain = [model.name for model in models if not model.by_group] + others
    by_group = [model.name for model in models if model.by_group]
    by_group += others if by_group else []

    def stack():
        return ScoreStack(plain, groups=False)

    def group_stack():
        return ScoreStack(plain, groups=True)

    candidates = {"stack": stack(), "boosting_on_stack": Boosting(stack())}
    if by_group:
        candidates |= {
            "group_stack": group_stack(),
            "by_group_stack": ScoreStack(by_group, groups=True),
            "boosting_on_group_stack": Boosting(group_stack()),
        }
    if fewest >= FEWEST_FOR_FEATURES:
        candidates |= {
            "features_and_stack": FeatureRegression("features", stack()),
            "audited_boosting": Boosting(),
        }
        if by_group:
            candidates["features_and_group_stack"] = FeatureRegression(
                "features", group_stack()
            )
    return candidates
