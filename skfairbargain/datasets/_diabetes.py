"""The diabetes data that come with scikit-learn."""

import pandas as pd
from sklearn.datasets import load_diabetes
from sklearn.utils import Bunch


def load_diabetes_progression():
    """Load 442 diabetes patients: does the disease progress faster than the median?

    The diabetes data of scikit-learn with a binary target, and with sex as the sensitive
    attribute. No download is needed.

    Returns
    -------
    data : Bunch
        - ``data``: DataFrame of shape (442, 9): age, BMI, blood pressure and six blood
          serum measurements, in their units, without sex.
        - ``target``: Series of int, 1 where progression one year later is above the
          median (221 patients).
        - ``sensitive``: DataFrame with the column "sex", with values "sex=1" and "sex=2":
          the source does not say which of its codes 1 and 2 is which sex.
        - ``feature_names``: list of str.
        - ``favorable_label``: 0, the slower progression.
        - ``DESCR``: str.

    See Also
    --------
    skfairbargain.model_selection.balanced_validation_split : Split a validation set off.

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
            "load_diabetes. The target is 1 if the measure of disease progression one "
            "year after baseline is above its median. Sex, coded 1 and 2, is the sensitive "
            "attribute and is not among the features."
        ),
    )
