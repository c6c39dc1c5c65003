"""Recognize files that other programs wrote, so that an error can say what they are."""

import io
import zipfile

PICKLE = (
    "it is a pickle, such as joblib.dump writes; if you trust its author, load it with "
    "what wrote it"
)
# How the bytes begin, and what that is.
BEGINNINGS = (
    (b"version https://git-lfs", "it is the pointer of Git LFS; run git lfs pull"),
    (b"\x89HDF", "it is an HDF5 file"),
    (b"\x93NUMPY", "it is an array of NumPy"),
    (b"\x1f\x8b", "it is compressed with gzip; decompress it first"),
    (b"\xfd7zXZ", "it is compressed with xz; decompress it first"),
    (b"BZh", "it is compressed with bzip2; decompress it first"),
    *((bytes([0x80, version]), PICKLE) for version in range(2, 6)),
    *((bytes([0x78, level]), PICKLE) for level in (0x01, 0x5E, 0x9C, 0xDA)),  # in zlib
)
# Files in an archive by which the program that made it is known.
MEMBERS = (
    ("/data.pkl", "it is a file of torch.save; load it with torch.load"),
    ("schema.json", "it is a file of skops; load it with skops.io.load"),
    (".npy", "it is an archive of NumPy's arrays"),
)


def kind_of_foreign_file(data):
    """Return what a file is that certainly holds no model of ours, or None.

    Parameters
    ----------
    data : bytes

    Returns
    -------
    kind : str or None
        A clause, such as "it is empty".
    """
    if not data:
        return "it is empty"
    if data[8:9] == b"{":  # after a length of eight bytes, as a safetensors file has it
        return None
    for beginning, kind in BEGINNINGS:
        if data.startswith(beginning):
            return kind
    return _kind_of_archive(data) if data.startswith(b"PK\x03\x04") else None


def _kind_of_archive(data):
    try:
        names = zipfile.ZipFile(io.BytesIO(data)).namelist()
    except (zipfile.BadZipFile, ValueError):
        return "it is a part of a zip archive"
    for ending, kind in MEMBERS:
        if any(name.endswith(ending) for name in names):
            return kind
    return "it is a zip archive"
