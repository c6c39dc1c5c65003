"""Embedded data: 442 diabetes patients."""

import pandas as pd
from sklearn.datasets import load_diabetes
from sklearn.utils import Bunch


def load_diabetes_progression():
    """Load 442 diabetes patients: does the disease progress faster than the median?

    Scikit-learn's diabetes data made binary, with sex as the sensitive attribute. It comes
    with scikit-learn, so no network is needed.

    Returns
    -------
    data : Bunch
        - ``data``: DataFrame of shape (442, 9), age, BMI, blood pressure and six blood
          serum measurements, in their units; sex is not among them.
        - ``target``: Series of int, 1 where progression one year later is above the
          median (221 patients).
        - ``sensitive``: DataFrame with the column "sex"; the source codes it 1 and 2
          without saying which is which, hence "sex=1" and "sex=2".
        - ``feature_names``: list of str.
        - ``favorable_label``: 0, the slower progression.
        - ``DESCR``: str.

    See Also
    --------
    skfairbargain.model_selection.balanced_validation_split : Make a validation set of it.

    References
    ----------
    Efron, Hastie, Johnstone, Tibshirani, "Least Angle Regression", Annals of Statistics,
    2004.

    Examples
    --------
    >>> import pandas as pd
    >>> from skfairbargain.datasets import load_diabetes_progression
    >>> diabetes = load_diabetes_progression()
    >>> diabetes.data.shape
    (442, 9)
    >>> pd.crosstab(diabetes.sensitive["sex"], diabetes.target)
    progression_above_median    0    1
    sex
    sex=1                     118  117
    sex=2                     103  104
    """
    source = load_diabetes(as_frame=True, scaled=False)
    target = (source.target > source.target.median()).astype("int64")
    sex = "sex=" + source.data["sex"].astype(int).astype(str)
    data = source.data.drop(columns="sex")
    return Bunch(
        data=data,
        target=target.rename("progression_above_median"),
        sensitive=pd.DataFrame({"sex": sex}),
        feature_names=data.columns.tolist(),
        favorable_label=0,
        DESCR=(
            "442 diabetes patients (Efron et al., 2004), as in sklearn.datasets."
            "load_diabetes. The target is 1 where the measure of disease progression one "
            "year after baseline is above its median. Sex, coded 1 and 2, is the sensitive "
            "attribute and not a feature."
        ),
    )
