"""Six data sets of the fairness literature. Each description names its problems."""

import pandas as pd
from sklearn.utils import Bunch

from . import _descriptions as descriptions
from ._openml import fetch_table

BANK_COLUMNS = [
    *["age", "job", "marital", "education", "default", "balance", "housing", "loan"],
    *["contact", "day", "month", "duration", "campaign", "pdays", "previous", "poutcome"],
]


def fetch_adult(*, data_home=None):
    """Fetch Adult, 48842 people of a census survey: is the income above 50,000 dollars?

    scikit-learn downloads it from OpenML and keeps it in its cache. Read `DESCR` first: it
    describes the problems of the data.

    Parameters
    ----------
    data_home : str or path-like, default=None
        Folder of the cache; None: that of scikit-learn, ``~/scikit_learn_data``.

    Returns
    -------
    data : Bunch
        - ``data``: DataFrame of shape (48842, 14), the columns of the source,
          including the sensitive ones.
        - ``target``: Series of str, "<=50K" or ">50K".
        - ``sensitive``: DataFrame with the columns "sex" and "race".
        - ``favorable_label``: ">50K".
        - ``feature_names``: list of str.
        - ``DESCR``: str: source, licence, known problems, and how the data have been
          misused.

    Raises
    ------
    OSError
        If the data are not in the cache and cannot be downloaded.

    See Also
    --------
    fetch_credit_default : Another data set with sex as the sensitive attribute.
    """
    table = fetch_table(1590, data_home=data_home)
    return _bunch(
        table.drop(columns="class"),
        target=table["class"],
        sensitive=table[["sex", "race"]],
        favorable_label=">50K",
        DESCR=descriptions.ADULT,
    )


def fetch_bank_marketing(*, data_home=None):
    """Fetch Bank Marketing, 45211 calls: does the client take a term deposit?

    scikit-learn downloads it from OpenML and keeps it in its cache. Read `DESCR` first: it
    describes the problems of the data.

    Parameters
    ----------
    data_home : str or path-like, default=None
        Folder of the cache; None: that of scikit-learn, ``~/scikit_learn_data``.

    Returns
    -------
    data : Bunch
        - ``data``: DataFrame of shape (45211, 16), the columns of the source,
          including the sensitive ones.
        - ``target``: Series of str, "no" or "yes".
        - ``sensitive``: DataFrame with the column "age", "over 25" or "25 or younger".
        - ``favorable_label``: "no", as in the paper's experiments; others use "yes".
        - ``feature_names``: list of str.
        - ``DESCR``: str: source, licence, known problems, and how the data have been
          misused.

    Raises
    ------
    OSError
        If the data are not in the cache and cannot be downloaded.

    See Also
    --------
    fetch_credit_default : Another data set of a bank.
    """
    table = fetch_table(1461, data_home=data_home)
    data = table.drop(columns="Class").set_axis(BANK_COLUMNS, axis=1)
    older = {True: "over 25", False: "25 or younger"}
    return _bunch(
        data,
        target=table["Class"].map({"1": "no", "2": "yes"}).rename("deposit"),
        sensitive=(data[["age"]] > 25).replace(older),
        favorable_label="no",
        DESCR=descriptions.BANK,
    )


def fetch_credit_default(*, data_home=None):
    """Fetch Credit Default, 30000 card holders: does the client fail to pay next month?

    scikit-learn downloads it from OpenML and keeps it in its cache. Read `DESCR` first: it
    describes the problems of the data.

    Parameters
    ----------
    data_home : str or path-like, default=None
        Folder of the cache; None: that of scikit-learn, ``~/scikit_learn_data``.

    Returns
    -------
    data : Bunch
        - ``data``: DataFrame of shape (30000, 24), the columns of the source,
          including the sensitive ones.
        - ``target``: Series of int, 1 for a default.
        - ``sensitive``: DataFrame with the column "sex", "male" or "female".
        - ``favorable_label``: 0, no default.
        - ``feature_names``: list of str.
        - ``DESCR``: str: source, licence, known problems, and how the data have been
          misused.

    Raises
    ------
    OSError
        If the data are not in the cache and cannot be downloaded.

    See Also
    --------
    fetch_adult : Another data set with sex as the sensitive attribute.
    """
    label = "default.payment.next.month"
    table = fetch_table(43435, data_home=data_home)
    sex = table["SEX"].map({1: "male", 2: "female"})
    return _bunch(
        table.drop(columns=label),
        target=table[label].astype("int64"),
        sensitive=pd.DataFrame({"sex": sex}),
        favorable_label=0,
        DESCR=descriptions.CREDIT,
    )


def fetch_us_crime(*, data_home=None):
    """Fetch Communities and Crime, 1994 places: is violent crime below 0.70?

    scikit-learn downloads it from OpenML and keeps it in its cache. Read `DESCR` first: it
    describes the problems of the data.

    Parameters
    ----------
    data_home : str or path-like, default=None
        Folder of the cache; None: that of scikit-learn, ``~/scikit_learn_data``.

    Returns
    -------
    data : Bunch
        - ``data``: DataFrame of shape (1994, 127), the columns of the source,
          including the sensitive ones.
        - ``target``: Series of int, 1 for a rate below 0.70.
        - ``sensitive``: DataFrame with the column "blackgt6pct", whether `racepctblack`
          is above 0.06.
        - ``favorable_label``: 1.
        - ``feature_names``: list of str.
        - ``DESCR``: str: source, licence, known problems, and how the data have been
          misused.

    Raises
    ------
    OSError
        If the data are not in the cache and cannot be downloaded.

    See Also
    --------
    fetch_student_performance : Another small data set.
    """
    label = "ViolentCrimesPerPop"
    table = fetch_table(315, data_home=data_home)
    return _bunch(
        table.drop(columns=label),
        target=(table[label] < 0.70).astype("int64").rename("violent_crime_below_70"),
        sensitive=pd.DataFrame({"blackgt6pct": table["racepctblack"] > 0.06}),
        favorable_label=1,
        DESCR=descriptions.US_CRIME,
    )


def fetch_titanic(*, data_home=None):
    """Fetch Titanic, 1309 passengers: did the passenger survive?

    scikit-learn downloads it from OpenML and keeps it in its cache. Read `DESCR` first: it
    describes the problems of the data.

    Parameters
    ----------
    data_home : str or path-like, default=None
        Folder of the cache; None: that of scikit-learn, ``~/scikit_learn_data``.

    Returns
    -------
    data : Bunch
        - ``data``: DataFrame of shape (1309, 13), the columns of the source,
          including the sensitive ones.
        - ``target``: Series of int, 1 for survival.
        - ``sensitive``: DataFrame with the column "sex".
        - ``favorable_label``: 1.
        - ``feature_names``: list of str.
        - ``DESCR``: str: source, licence, known problems, and how the data have been
          misused.

    Raises
    ------
    OSError
        If the data are not in the cache and cannot be downloaded.

    See Also
    --------
    fetch_student_performance : Another small data set.
    """
    table = fetch_table(40945, data_home=data_home)
    return _bunch(
        table.drop(columns="survived"),
        target=table["survived"].astype("int64"),
        sensitive=table[["sex"]],
        favorable_label=1,
        DESCR=descriptions.TITANIC,
    )


def fetch_student_performance(*, data_home=None):
    """Fetch Student Performance, 649 students: is the final grade 10 of 20 or better?

    scikit-learn downloads it from OpenML and keeps it in its cache. Read `DESCR` first: it
    describes the problems of the data.

    Parameters
    ----------
    data_home : str or path-like, default=None
        Folder of the cache; None: that of scikit-learn, ``~/scikit_learn_data``.

    Returns
    -------
    data : Bunch
        - ``data``: DataFrame of shape (649, 32), the columns of the source,
          including the sensitive ones.
        - ``target``: Series of int, 1 for a grade of 10 or more.
        - ``sensitive``: DataFrame with the column "sex", "F" or "M".
        - ``favorable_label``: 1.
        - ``feature_names``: list of str.
        - ``DESCR``: str: source, licence, known problems, and how the data have been
          misused.

    Raises
    ------
    OSError
        If the data are not in the cache and cannot be downloaded.

    See Also
    --------
    fetch_us_crime : Another small data set.
    """
    table = fetch_table(42351, data_home=data_home)
    return _bunch(
        table.drop(columns="G3"),
        target=(table["G3"] >= 10).astype("int64").rename("passed"),
        sensitive=table[["sex"]],
        favorable_label=1,
        DESCR=descriptions.STUDENT,
    )


def _bunch(data, *, target, sensitive, favorable_label, DESCR):
    return Bunch(
        data=data,
        target=target,
        sensitive=sensitive,
        favorable_label=favorable_label,
        feature_names=data.columns.tolist(),
        DESCR=DESCR,
    )
