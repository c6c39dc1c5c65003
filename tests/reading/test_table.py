"""Files as programs write them: encodings, compression, separators, uneven rows."""

import bz2
import gzip
import io
import lzma
import zipfile

import pytest

from skfairbargain._reading._source import read_source
from skfairbargain._reading._table import parse_table
from skfairbargain._reading._text import decode

TEXT = "name,sex\nZoë,F\nJürg,M\n"


@pytest.fixture
def path(tmp_path):
    return tmp_path / "people.csv"


def read_text(path):
    text, notes, _ = decode(read_source(path))
    return text, notes


def refusal(function, *arguments):
    with pytest.raises(ValueError) as caught:  # noqa: PT011
        function(*arguments)
    return str(caught.value)


def zipped(**members):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return file.getvalue()


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"]
)
def test_unicode_is_read_as_it_is(path, encoding):
    path.write_bytes(TEXT.encode(encoding))
    assert read_text(path) == (TEXT, [])


def test_windows_text_is_told(path):
    path.write_bytes(TEXT.encode("cp1252"))
    assert read_text(path) == (
        TEXT,
        [
            "'people.csv' is not in UTF-8. It was read as Windows-1252 (latin-1). Check "
            "words such as 'Zoë'."
        ],
    )


@pytest.mark.parametrize(
    "compress",
    [gzip.compress, bz2.compress, lzma.compress, lambda data: zipped(people=data)],
)
def test_compressed_text_is_unpacked_whatever_its_name(path, compress):
    path.write_bytes(compress(TEXT.encode()))
    assert read_text(path) == (TEXT, [])


NOT_UNPACKED = (
    "'people.csv' is compressed and cannot be unpacked: {}. Unpack it, and name the CSV "
    "file."
)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"\x00\x01\x02\x03", "'people.csv' should be text. Got other bytes. Save it as "
         "CSV UTF-8."),
        (b"PAR1\x15\x04\x15\x10", "'people.csv' should be text. Got other bytes. Save it "
         "as CSV UTF-8."),
        (gzip.compress(TEXT.encode(), mtime=0)[:-9], NOT_UNPACKED.format(
            "Compressed file ended before the end-of-stream marker was reached")),
        (b"PK\x03\x04 and no more", NOT_UNPACKED.format("File is not a zip file")),
        (zipped(a="1", b="2"), NOT_UNPACKED.format("it should hold one file. It holds 2")),
        (zipped(**{"[Content_Types].xml": "", "xl": ""}), NOT_UNPACKED.format(
            "it is a workbook and no table. In Excel, save it as CSV UTF-8")),
    ],
)  # fmt: skip
def test_what_is_no_text_is_one_sentence(path, data, message):
    path.write_bytes(data)
    assert refusal(read_text, path) == message


def test_what_is_no_file_is_one_sentence(path):
    assert refusal(read_text, path) == f"There is no file {str(path)!r}."
    assert refusal(read_text, path.parent) == (
        f"{str(path.parent)!r} is a folder. Name a CSV file."
    )


@pytest.mark.parametrize(
    ("separator", "title"), [(";", "semicolons"), ("\t", "tabs"), ("|", "vertical bars")]
)
def test_the_separator_is_found_and_told(separator, title):
    text = 'a,b;c"\n1,5;2\n3;4\n'.replace(";", separator).replace('"', "")
    frame, found, _, notes = parse_table(text, "x.csv")
    assert found == separator
    assert frame.to_dict("list") == {"a,b": ["1,5", "3"], "c": ["2", "4"]}
    assert notes == [f"'x.csv' was read with {title} between values."]


@pytest.mark.parametrize("line", ["sep=;", '"SEP=;"\r'])
def test_a_line_that_names_the_separator_is_no_header(line):
    frame, separator, *_ = parse_table(f"{line}\na\n1\n2\n", "x.csv")
    assert separator == ";"
    assert frame.to_dict("list") == {"a": ["1", "2"]}


def test_separators_within_quotes_and_lines_within_values():
    text = 'a,note\r\n1,"x; y; z\r\nand ""w"", too"\r\n2, "b"\r\n'
    frame, separator, _, notes = parse_table(text, "x.csv")
    assert separator == ","
    assert frame["note"].tolist() == ['x; y; z\r\nand "w", too', "b"]
    assert notes == []


def test_values_are_texts_and_only_blanks_are_missing():
    frame, *_ = parse_table("a,b\n01,NA\n,None\n\n1.50, x\n", "x.csv")
    assert frame.to_dict("list") == {"a": ["01", "", "1.50"], "b": ["NA", "None", "x"]}


def test_columns_without_a_name():
    frame, *_ = parse_table(",a,, b \n0,1,7,2\n1,3,,4\n", "x.csv")
    assert frame.columns.tolist() == ["Unnamed: 0", "a", "Unnamed: 2", "b"]
    frame, *_, notes = parse_table("a,b,,\n1,2,,\n3,4,,,, \n", "x.csv")
    assert frame.to_dict("list") == {"a": ["1", "3"], "b": ["2", "4"]}
    assert notes == []


def test_short_rows_are_told():
    frame, *_, notes = parse_table("a,b,c\n1,2,3\n4\n5,6\n", "x.csv")
    assert frame["c"].tolist() == ["3", "", ""]
    assert notes == [
        "2 rows of 'x.csv' have fewer values than its header has names; the values at the "
        "end are missing."
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "'x.csv' is empty. It should have a header line and rows."),
        (" \n\n", "'x.csv' is empty. It should have a header line and rows."),
        ("a,b\n", "'x.csv' has a header line and no row below it."),
        ("a,b,a \n1,2,3\n", "The columns of 'x.csv' should have different names. Got 'a' "
         "more than once. Rename or remove one."),
        ("a,b\n1,2\n\n3,4,5,6\n", "The rows of 'x.csv' should have as many values as its "
         "header has names, 2. The row that ends in line 4 has 4. Name every column in "
         "the first line, and put values that contain commas in quotes."),
        ('a,b\n1,"2\n3,4\n', "'x.csv' cannot be read as CSV: Error tokenizing data. C "
         "error: EOF inside string starting at row 1. A quote may lack its second one."),
        ("a,b\n1," + "x" * 140_000, "'x.csv' cannot be read as CSV: field larger than "
         "field limit (131072). A quote may lack its second one."),
    ],
)  # fmt: skip
def test_what_is_no_table_is_one_sentence(text, message):
    assert refusal(parse_table, text, "x.csv") == message
    # As texts alone, and with numbers read as such.
    assert refusal(parse_table, text, "x.csv", []) == message
