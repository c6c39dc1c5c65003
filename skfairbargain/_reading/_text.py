"""The text of a user's file: compression and encoding."""

import bz2
import gzip
import io
import lzma
import re
import zipfile
import zlib
from typing import NamedTuple


class Text(NamedTuple):
    """The text of a file.

    Parameters
    ----------
    text : str
    notes : list of str
        What was guessed and may be wrong, a sentence each.
    found : str
        Compression and encoding, in a few words.
    """

    text: str
    notes: list
    found: str


def decode(source, encoding=None):
    """Make text of a file's bytes, whatever its compression and encoding.

    Parameters
    ----------
    source : Source
        Text, or one text file compressed by gzip, bzip2, xz or zip.
    encoding : str, default=None
        The encoding, where it is known.

    Returns
    -------
    text : Text

    Raises
    ------
    ValueError
        If the bytes hold no text, or none of this encoding.
    """
    data, packed = _decompressed(source.data, source.name)
    if encoding is None:
        text, encoding = _decoded(data, source.name)
        notes = _notes(text, encoding, source.name)
    else:
        text, notes = _decoded_as(data, encoding, source.name), []
    found = ENCODINGS.get(encoding, encoding.upper())
    return Text(text, notes, f"{packed}, {found}" if packed else found)


def _decompressed(data, name):
    for start, (packed, decompress) in DECOMPRESS.items():
        if data.startswith(start):
            try:
                return decompress(data), packed
            except (OSError, EOFError, RuntimeError, zlib.error, lzma.LZMAError,
                    zipfile.BadZipFile, NotImplementedError) as error:  # fmt: skip
                raise ValueError(
                    f"{name!r} is compressed and cannot be unpacked: "
                    f"{str(error).rstrip('.')}. Unpack it, and name the CSV file."
                ) from error
    return data, ""


def _unzipped(data):
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        names = [name for name in archive.namelist() if not name.endswith("/")]
        if "[Content_Types].xml" in names:
            raise OSError("it is a workbook and no table. In Excel, save it as CSV UTF-8")
        if len(names) != 1:
            raise OSError(f"it should hold one file. It holds {len(names)}")
        return archive.read(names[0])


# By the first bytes, because a name may say anything.
DECOMPRESS = {
    b"\x1f\x8b": ("gzip", gzip.decompress),
    b"BZh": ("bzip2", bz2.decompress),
    b"\xfd7zXZ\x00": ("xz", lzma.decompress),
    b"PK\x03\x04": ("zip", _unzipped),
}

# UTF-32's mark begins with that of UTF-16, so it goes first.
MARKS = {
    b"\xff\xfe\x00\x00": "utf-32",
    b"\x00\x00\xfe\xff": "utf-32",
    b"\xff\xfe": "utf-16",
    b"\xfe\xff": "utf-16",
    b"\xef\xbb\xbf": "utf-8-sig",
}
ENCODINGS = {
    "utf-8-sig": "UTF-8 with a mark",
    "utf-16-le": "UTF-16",
    "utf-16-be": "UTF-16",
    "cp1252": "Windows-1252",
}
CONTROL = re.compile("[\x00-\x08\x0e-\x1a\x1c-\x1f]")


def _decoded(data, name):
    marked = [encoding for mark, encoding in MARKS.items() if data.startswith(mark)]
    for encoding in [*marked[:1], *_utf_16_unmarked(data[:4]), "utf-8", "cp1252"]:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if not CONTROL.search(text):
            return text, encoding
    raise ValueError(f"{name!r} should be text. Got other bytes. Save it as CSV UTF-8.")


def _decoded_as(data, encoding, name):
    """The text in the encoding that the user names, without a byte-order mark."""
    try:
        return data.decode(encoding).removeprefix("\ufeff")
    except (UnicodeDecodeError, LookupError) as error:
        raise ValueError(
            f"{name!r} cannot be read in the encoding {encoding!r}: {error}. Leave "
            "--encoding out to have it guessed."
        ) from error


def _utf_16_unmarked(start):
    """UTF-16 whose first characters are Latin: every second byte is 0."""
    zeros = [i for i, byte in enumerate(start) if byte == 0]
    return {(1, 3): ["utf-16-le"], (0, 2): ["utf-16-be"]}.get(tuple(zeros), [])


def _notes(text, encoding, name):
    if encoding.startswith("utf"):
        return []
    example = re.search(r"\w*[^\x00-\x7f]\w*", text)[0]
    return [
        f"{name!r} is not in UTF-8. It was read as Windows-1252 (latin-1). Check words "
        f"such as {example[:40]!r}."
    ]
