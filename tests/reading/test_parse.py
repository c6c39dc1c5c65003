"""Files of any format as tables of texts, and what the user says of them."""

import pandas as pd
import pytest

from skfairbargain._reading import Format, parse_file, read_records

TEXT = "name|height|sex\nZoë|1,5|F\nJürg|1,8|M\n"


def test_how_a_file_was_read_is_one_line(tmp_path):
    path = tmp_path / "people.csv"
    path.write_bytes(TEXT.encode("utf-8-sig"))
    assert parse_file(path).found == (
        "people.csv: 2 rows × 3 columns, UTF-8 with a mark, vertical bars, decimal commas."
    )


def test_what_the_user_says_is_not_guessed(tmp_path):
    path = tmp_path / "people.csv"
    path.write_bytes(TEXT.encode("cp1252"))
    said = parse_file(path, options=Format("|", "latin-1", "."))
    assert said.notes == []
    assert said.frame["name"].tolist() == ["Zoë", "Jürg"]
    assert said.found.endswith("LATIN-1, vertical bars, decimal points.")
    table = read_records(path, "sex", options=Format(decimal=","), keep=["name"])
    assert table.data["height"].tolist() == [1.5, 1.8]
    odd = tmp_path / "odd.csv"
    odd.write_text("a^b\n1^2\n3^4\n")
    assert parse_file(odd, options=Format("^")).frame["b"].tolist() == [2, 4]


@pytest.mark.parametrize(
    ("encoding", "why"), [("ascii", "'ascii' codec"), ("klingon", "unknown encoding")]
)
def test_a_wrong_encoding_is_one_sentence(encoding, why, tmp_path):
    path = tmp_path / "people.csv"
    path.write_text(TEXT, encoding="utf-8")
    with pytest.raises(
        ValueError, match=f"^'people.csv' cannot be read in the .*{why}.*--enc"
    ):
        parse_file(path, options=Format(encoding=encoding))


def test_parquet_is_read_as_text_would_be(tmp_path):
    pytest.importorskip("pyarrow", reason="the extra parquet is not installed")
    frame = pd.DataFrame(
        {
            "age": pd.array([30, None, 40, 50], dtype="Int64"),
            "pay": [1.5, 2.5, None, 3.5],
            "member": [True, False, True, True],
            "when": pd.to_datetime(["2020-01-01", "2021-02-03", None, "2022-03-04"]),
            "kind": pd.Categorical(["a", "b", "a", None]),
            "sex": ["F", "F ", "M", "M"],
            "label": [1, 0, 1, 0],
        }
    )
    frame.to_parquet(tmp_path / "people.parquet")
    table = read_records(tmp_path / "people.parquet", "label", ["sex"])
    assert table.found == "people.parquet: 4 rows × 7 columns, Parquet."
    assert table.data["age"].isna().tolist() == [False, True, False, False]
    assert table.data["pay"].dtype == "float64"
    assert table.data["member"].tolist() == ["True", "False", "True", "True"]
    assert table.data["when"].dt.year.tolist()[:2] == [2020, 2021]
    assert table.data["kind"].tolist()[:3] == ["a", "b", "a"]
    assert table.sensitive["sex"].tolist() == ["F", "F", "M", "M"]
    assert table.target.tolist() == [1, 0, 1, 0]
    (tmp_path / "cut.parquet").write_bytes(b"PAR1 and no more")
    with pytest.raises(ValueError, match=r"^'cut\.parquet' cannot be read as Parquet: "):
        read_records(tmp_path / "cut.parquet", "label", ["sex"])


def test_bins_of_a_sensitive_column(tmp_path):
    path = tmp_path / "people.csv"
    path.write_text("age,x,label\n24.9,1,0\n25,2,1\n44,3,0\n45,4,1\n,5,1\n")
    table = read_records(
        path, "label", ["age"], bins={"age": [45, 25]}, missing_group="keep"
    )
    assert table.sensitive["age"].tolist() == [
        "under 25", "25 to under 45", "25 to under 45", "45 and over", "missing"
    ]  # fmt: skip
    path.write_text("age,x,label\nold,1,0\n25,2,1\n")
    with pytest.raises(
        ValueError, match=r"^--bin age needs numbers in 'age'\. 2 rows have "
    ):
        read_records(path, "label", ["age"], bins={"age": [30]})


def test_scores_are_numbers_in_every_row(tmp_path):
    path = tmp_path / "people.csv"
    path.write_text("score,x,label\n0.5,1,0\n,2,1\n")
    with pytest.raises(
        ValueError, match=r"^The column 'score' of 'people\.csv' should have "
    ):
        read_records(path, "label", numbers=["score"])


def test_recorded_labels_are_spelled_as_the_others(tmp_path):
    path = tmp_path / "people.csv"
    path.write_text("was,x,label\nYES,1,yes\nno,2,yes\nNo,3,no\n")
    like = read_records(path, "label", drop=["was"])
    table = read_records(path, "label", recorded="was", like=like)
    assert table.others["was"].tolist() == ["yes", "no", "no"]
    assert table.target.tolist() == ["yes", "yes", "no"]
