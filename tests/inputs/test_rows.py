"""What is no table of numbers, no labels and no groups is named in one sentence."""

import datetime

import numpy as np
import pandas as pd
import polars as pl
import pytest
import torch
from scipy import sparse

from tests.small_model import VALIDATION, X, Y, fit, make_classifier, raises

FRAME = pd.DataFrame(X, columns=list("abcde"))
FRAME_VAL = pd.DataFrame(VALIDATION["X_val"], columns=list("abcde"))
GROUPS = VALIDATION["groups_val"]
ENCODE = (
    "Encode it first, for example by skrub's TableVectorizer or scikit-learn's "
    "OneHotEncoder in a ColumnTransformer, in a Pipeline before this step; numbers that "
    "are "
    "written as text with astype(float)."
)
DAYS = "Make numbers of them first, such as days since a date."
ROUTE = ' In a Pipeline, transform_input=["X_val"] takes it through the earlier steps.'
ROW = "`X` should hold a row of numbers for each sample. "
TWO = "`X` should have two dimensions, rows and features. Got "
ONE = " should have one value for each row. Got "
ANY = ". Pass a list, an array or a column of a frame."


def masked(values):
    return np.ma.array(values, mask=np.arange(values.size).reshape(values.shape) < 3)


def of_objects(value):
    rows = X.astype(object)
    rows[0, 0] = value
    return rows


ROWS = {
    "text": (np.where(X > 0, "hi", "lo"), f"`X` should hold numbers. Got text. {ENCODE}"),
    "numbers as text": (X.astype(str), f"`X` should hold numbers. Got text. {ENCODE}"),
    "text among objects": (
        of_objects("1.5"), f"`X` should hold numbers. Got text. {ENCODE}"
    ),
    "bytes": (X.astype("S"), f"`X` should hold numbers. Got text. {ENCODE}"),
    "a column of text": (
        FRAME.assign(f="x"),
        f"`X` should hold numbers. Got text in the column 'f'. {ENCODE}"
    ),
    "columns of text": (
        FRAME.astype(str).assign(f="x"),
        "`X` should hold numbers. Got text in the columns 'a', 'b', 'c', 'd', 'e' and 1 "
        f"more. {ENCODE}",
    ),
    "categories of text": (
        FRAME.assign(f=pd.Categorical(np.where(Y, "x", "y"))),
        f"`X` should hold numbers. Got text in the column 'f'. {ENCODE}",
    ),
    "string dtype": (
        FRAME[["a"]].astype("string"),
        f"`X` should hold numbers. Got text in the column 'a'. {ENCODE}",
    ),
    "polars text": (
        pl.DataFrame({"a": ["x"] * 120}), f"`X` should hold numbers. Got text. {ENCODE}"
    ),
    "dates": (
        FRAME.assign(f=pd.Timestamp("2020-01-01"), g=pd.Timestamp("2020", tz="UTC")),
        f"`X` should hold numbers. Got dates or times in the columns 'f', 'g'. {DAYS}",
    ),
    "days": (
        np.zeros((120, 5), "datetime64[D]"),
        f"`X` should hold numbers. Got dates or times. {DAYS}",
    ),
    "complex": (
        X + 1j,
        "`X` should hold numbers. Got complex numbers. Complex data not supported: pass "
        "real and imaginary parts as two columns.",
    ),
    "sparse complex": (
        sparse.csr_array(X + 1j),
        "`X` should hold numbers. Got complex numbers. Complex data not supported: pass "
        "real and imaginary parts as two columns.",
    ),
    "records": (
        FRAME.to_records(index=False),
        "`X` should hold numbers. Got records. Pass a DataFrame of them.",
    ),
    "masked": (
        masked(X),
        "`X` should have no masked values. Got 3. Fill them, as with `X.filled(...)`, or "
        "leave these rows out.",
    ),
    "beyond float64": (of_objects(10**400), f"{ROW}int too large to convert to float"),
    "one dimension": (
        X[:, 0],
        f"{TWO}shape (120,). Reshape your data: `X.reshape(-1, 1)` for one feature, "
        "`X.reshape(1, -1)` for one sample.",
    ),
    "three dimensions": (
        X[:, :, None],
        f"{TWO}shape (120, 5, 1). A NashMetaClassifier with a `module` of your own takes "
        "rows of more dimensions, such as images; `X.reshape(len(X), -1)` makes features "
        "of them.",
    ),
    "a number": (3, f"{TWO}3. Pass a DataFrame, an array or a list of rows."),
    "None": (None, f"{TWO}None. Pass a DataFrame, an array or a list of rows."),
    "no rows": (
        X[:0],
        f"{ROW}Found array with 0 sample(s) (shape=(0, 5)) while a minimum of 1 is "
        "required "
        "by NashMetaClassifier.",
    ),
    "no columns": (
        X[:, :0],
        f"{ROW}Found array with 0 feature(s) (shape=(120, 0)) while a minimum of 1 is "
        "required by NashMetaClassifier.",
    ),
    "gradient": (
        torch.tensor(X, requires_grad=True),
        f"{ROW}Can't call numpy() on Tensor that requires grad. Use "
        "tensor.detach().numpy() instead.",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("rows", "message"), ROWS.values(), ids=ROWS)
def test_rows_that_are_no_numbers(rows, message):
    with raises(message):
        make_classifier().fit(rows, Y, **VALIDATION)


@pytest.mark.parametrize("kind", ["text", "a number", "complex", "masked"])
def test_audited_rows_and_rows_to_predict_are_checked_alike(kind):
    rows, message = ROWS[kind]
    audited = message.replace("`X`", "`X_val`").replace("X.", "X_val.")
    if kind == "a number":
        rows = "3"
        audited = f"`X_val` should hold numbers. Got text. {ENCODE}"
    with raises(f"`X_val` should be prepared as `X` was. {audited}{ROUTE}"):
        make_classifier().fit(X, Y, **{**VALIDATION, "X_val": rows})
    rows, message = ROWS[kind]
    with raises(message):
        fit().predict(rows)


def test_rows_of_unequal_lengths():
    with pytest.raises(ValueError, match=r"^`X` should hold a row of numbers for"):
        make_classifier().fit([[1, 2], [3]] * 60, Y, **VALIDATION)


def test_a_share_is_no_audited_rows():
    message = (
        "`X_val` should hold the audited rows, prepared as `X` was. Got the number 0.1. To "
        "hold a share of the rows of `X` out, leave `X_val` away and set "
        "`validation_fraction` in the constructor."
    )
    for y_val in (None, Y):
        with raises(message):
            make_classifier().fit(X, Y, X_val=0.1, y_val=y_val)


@pytest.mark.parametrize(
    "convert",
    [lambda rows: rows.astype(object), lambda rows: torch.tensor(rows), memoryview,
     lambda rows: pl.DataFrame(rows), np.ma.array, lambda rows: rows.astype(">f8"),
     sparse.csr_array, sparse.coo_matrix, sparse.lil_array, sparse.dok_matrix,
     lambda rows: pd.DataFrame(rows).astype("Float64"),
     lambda rows: pd.DataFrame.sparse.from_spmatrix(sparse.csr_matrix(rows))],
    ids=["objects", "tensor", "memoryview", "polars", "masked array without a mask",
         "big-endian", "csr", "coo", "lil", "dok", "Float64", "sparse frame"],
)  # fmt: skip
def test_numbers_in_other_containers_give_the_same_model(convert):
    validation = {**VALIDATION, "X_val": convert(VALIDATION["X_val"])}
    # Sparse columns are scaled without centring, so that scaling would tell them apart.
    clf = make_classifier(standardize=False).fit(convert(X), Y, **validation)
    plain = fit(standardize=False)
    np.testing.assert_allclose(
        clf.predict_proba(convert(X)), plain.predict_proba(X), rtol=1e-3
    )


def test_categories_that_are_numbers_are_numbers():
    frame = FRAME.assign(a=pd.Categorical(Y + 1.5))
    val = FRAME_VAL.assign(
        a=pd.Categorical(VALIDATION["y_val"] + 1.5, categories=[2.5, 1.5])
    )
    clf = make_classifier().fit(frame, Y, **{**VALIDATION, "X_val": val})
    plain = make_classifier().fit(
        FRAME.assign(a=Y + 1.5), Y,
        **{**VALIDATION, "X_val": FRAME_VAL.assign(a=VALIDATION["y_val"] + 1.5)},
    )  # fmt: skip
    # Categories become float32, as lists and object arrays do.
    np.testing.assert_allclose(
        clf.predict_proba(frame), plain.predict_proba(frame), rtol=1e-4
    )


TARGETS = (
    "`{}` should have a label in every row. Got missing values in {} rows. Leave these "
)
LABELS = {
    "a name": ("income", f"{ONE}'income'. Pass the values of the column, as in "
               "frame['income']."),
    "a number": (1, f"{ONE}1{ANY}"),
    "a set": ({0}, f"{ONE}{{0}}{ANY}"),
    "a dict": ({"y": 0}, f"{ONE}{{'y': 0}}. Pass a DataFrame of them."),
    "complex": ([0, 1j] * 8, " should hold class labels. Got complex numbers. Complex data "
                "not supported."),
    "two columns": (np.zeros((16, 2)), " should have one label for each row, of shape "
                    "(n_samples,). Got shape (16, 2)."),
    "ragged": ([[1], [1, 2]] * 8, " should have one label for each row. Got rows of "
               "unequal lengths."),
    "None": ([None, "a"] * 8, " should have a label in every row. Got missing values in 8 "
             "of 16 rows. Leave these rows out."),
    "NaN": (np.tile([np.nan, 1, 2, 3], 4), " should have a label in every row. Got missing "
            "values in 4 of 16 rows. Leave these rows out."),
    "NA": (pd.Series([pd.NA, 1] * 8, dtype="Int64"), " should have a label in every row. "
           "Got missing values in 8 of 16 rows. Leave these rows out."),
    "lists": (pd.Series([[1], "a"] * 8), " should hold class labels: text, integers or "
              "booleans. Got [1] among them."),
    "masked": (masked(np.arange(16)), " should have no masked values. Got 3. Fill them, as "
               "with `{}.filled(...)`, or leave these rows out."),
}  # fmt: skip


@pytest.mark.parametrize(("labels", "message"), LABELS.values(), ids=LABELS)
def test_what_is_no_column_of_labels(labels, message):
    with raises(f"`y`{message.replace('{}', 'y')}"):
        make_classifier().fit(X[:16], labels, **VALIDATION)
    with raises(f"`y_val`{message.replace('{}', 'y_val')}"):
        make_classifier().fit(X, Y, **{**VALIDATION, "y_val": labels})


def test_labels_that_are_sparse():
    message = "`y` should be dense. Got a sparse csr_array. Pass `y.toarray()`."
    with raises(message, TypeError):
        make_classifier().fit(X, sparse.csr_array(Y[:, None]), **VALIDATION)


@pytest.mark.parametrize(("labels", "kind", "found"), [
    (X[:, 0], "continuous", "float, in an array of dtype float64"),
    (np.array(["a", 1] * 60, object), "mixed",
     "int and str, in an array of dtype object"),
    (Y.astype(object), "unknown", "int, in an array of dtype object"),
])  # fmt: skip
def test_labels_of_no_class(labels, kind, found):
    message = (
        f"Unknown label type: {kind}. `y` should hold class labels: text, integers or "
        f"booleans, all of one kind. Got values of type {found}. Convert them, as with "
        "y.astype(str)."
    )
    with raises(message):
        make_classifier().fit(X, labels, **VALIDATION)


def test_many_unknown_labels_are_shown_in_part():
    with raises(
        "`y_val` should have no other classes than [0, 1]. Got [10, 11, 12, 13, 14, 15, 2, "
        "3] and 6 more as well. A meta-estimator, such as VotingClassifier, numbers the "
        "labels of `y` and leaves `y_val` as it is: pass all labels to its `fit` as "
        "`classes`, beside `y_val`."
    ):
        make_classifier().fit(X, Y, **{**VALIDATION, "y_val": np.arange(16)})


WEIGHTS = {
    "NaN for all": (np.nan, "Input sample_weight contains NaN."),
    "infinity for all": (np.inf, "Input sample_weight contains infinity or a value too "
                         "large for dtype('float64')."),
    "a complex number": (1j, f"`sample_weight`{ONE}1j{ANY}"),
    "a name": ("balanced", f"`sample_weight`{ONE}'balanced'. Pass the values of the "
                           "column, "
               "as in frame['balanced']."),
    "a dict": ({0: 1.0}, f"`sample_weight`{ONE}{{0: 1.0}}. Pass a DataFrame of them."),
    "text": (["1"] * 120, "`sample_weight` should hold numbers. Got text. Convert it by "
             "astype(float)."),
    "two dimensions": (np.ones((120, 1)), "`sample_weight` should hold a number for each "
                       "row. Sample weights must be 1D array or scalar"),
    "masked": (masked(np.ones(120)), "`sample_weight` should have no masked values. Got 3. "
               "Fill them, as with `sample_weight.filled(...)`, or leave these rows out."),
}  # fmt: skip


@pytest.mark.parametrize(("weight", "message"), WEIGHTS.values(), ids=WEIGHTS)
def test_what_are_no_weights(weight, message):
    with raises(message):
        make_classifier().fit(X, Y, **VALIDATION, sample_weight=weight)


SENSITIVE = {
    "a name": ("sex", f"{ONE}'sex'. Pass the values of the column, as in frame['sex']."),
    "a number": (3, f"{ONE}3{ANY}"),
    "a dict": ({"sex": [0]}, f"{ONE}{{'sex': [0]}}. Pass a DataFrame of them."),
    "a generator": (range, f"{ONE}<class 'range'>{ANY}"),
    "three dimensions": (
        np.zeros((16, 2, 2)),
        " should have one or two dimensions. Got shape (16, 2, 2).",
    ),
    "ragged": (
        [[1], [1, 2]] * 8,
        " should have one group for each row, or one row of values. Got rows of unequal "
        "lengths.",
    ),
    "dicts": (
        pd.Series([{1: 2}] * 16),
        " should have groups that are numbers, text or the like. Got {1: 2}.",
    ),
    "masked": (
        masked(np.arange(16)),
        " should have no masked values. Got 3. Fill them, as with "
        "`groups_val.filled(...)`, or leave these rows out.",
    ),
    "missing in two columns": (
        pd.DataFrame(
            {"sex": ["f", None] * 8, "age": [1] * 16, "race": [None] + ["a"] * 15}
        ),
        " should have a group for every row. Got missing values in 9 of 16 rows (8 in "
        "'sex', 1 in 'race'). Give these rows a group of their own, such as 'unknown', or "
        "leave them out.",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("groups", "message"), SENSITIVE.values(), ids=SENSITIVE)
def test_what_are_no_groups(groups, message):
    with raises(f"`groups_val`{message}"):
        make_classifier().fit(X, Y, **{**VALIDATION, "groups_val": groups})


def test_groups_of_one_class_are_named_together():
    groups = np.where(VALIDATION["y_val"] == 0, "a", GROUPS)
    message = (
        "Group 'F' has 4 rows in the validation set, all of class 1; likewise 'M' (4 of "
        "class 1), 'a' (8 of class 0). Every group needs rows of two classes or more: use "
        "balanced_validation_split(..., per_cell=5), or merge the group with another."
    )
    with raises(message):
        make_classifier().fit(X, Y, **{**VALIDATION, "groups_val": groups})


@pytest.mark.parametrize("convert", [
    list, pd.Index, pl.Series, lambda g: pl.DataFrame({"sex": g}),
    lambda g: torch.tensor(g == "M"), lambda g: pd.cut(np.where(g == "M", 5, 1), [0, 3, 9]),
    lambda g: pd.Categorical(g, categories=["X", "M", "F"]),
    lambda g: [datetime.date(2020, 1 + (each == "M"), 1) for each in g],
    lambda g: np.where(g == "M", 2j, 1j), np.char.encode,
    lambda g: pd.Series(g, index=np.arange(16)[::-1], dtype="string"),
    lambda g: [("a", each) for each in g],
], ids=["list", "index", "polars series", "polars frame", "tensor", "intervals",
        "categories", "dates", "complex", "bytes", "other index", "tuples"])  # fmt: skip
def test_groups_of_every_kind_are_the_same_two(convert):
    clf = make_classifier().fit(X, Y, **{**VALIDATION, "groups_val": convert(GROUPS)})
    np.testing.assert_array_equal(clf.predict_proba(X), fit().predict_proba(X))
    assert len(clf.groups_) == 2


@pytest.mark.parametrize(("name", "hint"), [
    ("sensitive_features", " Groups and labels of audited rows are `groups_val`, `y_val` "
     "and `X_val`; the training rows need no groups."),
    ("eval_set", " Validation rows are `X_val`, `y_val` and `groups_val`."),
    ("epochs", " Settings are parameters of the constructor."),
    ("foo", ""),
])  # fmt: skip
def test_an_unknown_keyword_is_explained(name, hint):
    message = (
        f"NashMetaClassifier.fit takes no `{name}`. Its arguments are X, y, X_val, y_val, "
        f"groups_val, sample_weight, classes.{hint}"
    )
    with raises(message, TypeError):
        make_classifier().fit(X, Y, **{name: 1})
    with pytest.raises(
        TypeError, match=f"^NashMetaClassifier.partial_fit takes no `{name}`"
    ):
        make_classifier().partial_fit(X, Y, **{name: 1})
