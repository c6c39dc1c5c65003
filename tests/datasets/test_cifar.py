"""CIFAR's images from each kind of file, in one form; files of something else."""

import gzip
import hashlib
import json
import pickle
import re
import shutil
import urllib.request

import numpy as np
import pytest

from skfairbargain.datasets import fetch_adult, fetch_cifar10, fetch_cifar100
from skfairbargain.datasets._cifar import CIFAR10_NAMES, CIFAR100_NAMES

rng = np.random.default_rng(0)
# Three images for each of six files, as torchvision's folder has them.
PIXELS = rng.integers(0, 256, size=(6, 3, 3, 32, 32), dtype=np.uint8)
LABELS = rng.integers(0, 10, size=(6, 3))


@pytest.fixture
def no_network():
    nowhere = urllib.request.ProxyHandler({"https": "http://127.0.0.1:9"})
    urllib.request.install_opener(urllib.request.build_opener(nowhere))
    yield
    urllib.request.install_opener(None)


def write_batch(path, pixels, **labels):
    flat = {"data": pixels.reshape(len(pixels), -1)}
    path.write_bytes(pickle.dumps({**flat, **labels}, protocol=2))


@pytest.fixture
def cifar10_folder(tmp_path):
    folder = tmp_path / "cifar-10-batches-py"
    folder.mkdir()
    names = [f"data_batch_{number}" for number in range(1, 6)] + ["test_batch"]
    for name, pixels, labels in zip(names, PIXELS, LABELS, strict=True):
        write_batch(folder / name, pixels, labels=labels.tolist())
    meta = {"label_names": CIFAR10_NAMES, "num_vis": 3072}
    (folder / "batches.meta").write_bytes(pickle.dumps(meta, protocol=2))
    return folder


@pytest.fixture
def cifar100_folder(tmp_path):
    folder = tmp_path / "cifar-100-python"
    folder.mkdir()
    for name, pixels in (("train", PIXELS[:4]), ("test", PIXELS[4])):
        pixels = pixels.reshape(-1, 3, 32, 32)
        numbers = list(range(len(pixels)))
        write_batch(folder / name, pixels, fine_labels=numbers, coarse_labels=[0])
    meta = {"fine_label_names": CIFAR100_NAMES, "coarse_label_names": ["all"]}
    (folder / "meta").write_bytes(pickle.dumps(meta, protocol=2))
    return folder


def write_npz(path, **changes):
    arrays = {
        "X_train": PIXELS[0],
        "y_train": np.array([0, 1, 1]),
        "X_test": PIXELS[1],
        "y_test": np.array([1, 0, 0]),
        "class_names": np.array(["cat", "dog"]),
    }
    arrays |= changes
    kept = {name: value for name, value in arrays.items() if value is not None}
    np.savez(path, **kept)
    return path


@pytest.mark.parametrize("inside", [False, True])
def test_torchvisions_folder_of_cifar10(cifar10_folder, inside):
    images = fetch_cifar10(data_home=cifar10_folder if inside else cifar10_folder.parent)
    np.testing.assert_array_equal(images.data, PIXELS.reshape(18, 3, 32, 32))
    np.testing.assert_array_equal(images.target, LABELS.ravel())
    assert images.target.dtype == np.int64
    assert images.target_names == CIFAR10_NAMES
    assert images.train.tolist() == list(range(15))
    assert images.test.tolist() == [15, 16, 17]
    for heading in ("Source", "Licence", "Known problems", "How it has been misused"):
        assert f"\n{heading}\n" in images.DESCR


def test_torchvisions_folder_of_cifar100(cifar100_folder):
    images = fetch_cifar100(data_home=str(cifar100_folder.parent))
    np.testing.assert_array_equal(images.data, PIXELS[:5].reshape(15, 3, 32, 32))
    assert images.target.tolist() == [*range(12), *range(3)]
    assert images.target_names == CIFAR100_NAMES
    assert images.test.tolist() == [12, 13, 14]


def test_names_of_classes_are_in_the_order_of_the_source():
    assert len(CIFAR10_NAMES) == 10
    assert len(CIFAR100_NAMES) == 100
    assert CIFAR10_NAMES == sorted(CIFAR10_NAMES)
    assert CIFAR100_NAMES == sorted(CIFAR100_NAMES)


@pytest.mark.parametrize("last", [False, True])
def test_an_npz_file_may_have_its_channels_first_or_last(tmp_path, last):
    axes = (0, 2, 3, 1) if last else (0, 1, 2, 3)
    path = write_npz(
        tmp_path / "few.npz",
        X_train=PIXELS[0].transpose(axes),
        X_test=PIXELS[1].transpose(axes),
    )
    images = fetch_cifar10(data_home=path)
    np.testing.assert_array_equal(images.data, PIXELS[:2].reshape(6, 3, 32, 32))
    assert images.target.tolist() == [0, 1, 1, 1, 0, 0]
    assert images.target_names == ["cat", "dog"]
    assert images.train.tolist() == [0, 1, 2]
    assert images.test.tolist() == [3, 4, 5]


@pytest.mark.parametrize(
    ("fetch", "name", "n_classes", "n_train", "n_test"),
    [
        (fetch_cifar10, "cifar10_3_classes", 3, 5000, 1000),
        (fetch_cifar100, "cifar100_10_classes", 10, 500, 100),
    ],
)
def test_real_images_have_the_counts_of_the_source(
    fetch, name, n_classes, n_train, n_test, shared_dir, tmp_path
):
    source = shared_dir / f"data/images/{name}.npz"
    if not source.exists():
        pytest.skip("needs the project's reference images, which users do not have")
    images = fetch(data_home=shutil.copyfile(source, tmp_path / "images.npz"))
    assert np.bincount(images.target[images.train]).tolist() == [n_train] * n_classes
    assert np.bincount(images.target[images.test]).tolist() == [n_test] * n_classes
    assert images.data.shape == (n_classes * (n_train + n_test), 3, 32, 32)
    assert set(images.target_names) <= {*CIFAR10_NAMES, *CIFAR100_NAMES}
    # Photographs: neighbours are alike along both axes, which a wrong order would break.
    pixels = images.data[:200].astype(float)
    for axis in (2, 3):
        assert np.abs(np.diff(pixels, axis=axis)).mean() < 20


@pytest.mark.usefixtures("no_network")
def test_openmls_table_is_reshaped_and_the_last_of_each_class_are_test_images(tmp_path):
    # Test images are the last hundred of each class; here, of two classes.
    labels = np.arange(210) % 2
    pixels = np.zeros((210, 3072), dtype=np.uint8)
    pixels[:6] = PIXELS[:2].reshape(6, 3072)
    write_openml(tmp_path, 41983, "CIFAR-100", pixels, labels)
    images = fetch_cifar100(data_home=tmp_path)
    np.testing.assert_array_equal(images.data[:6], PIXELS[:2].reshape(6, 3, 32, 32))
    np.testing.assert_array_equal(images.target, labels)
    assert images.train.tolist() == list(range(10))
    assert images.test.tolist() == list(range(10, 210))
    assert images.target_names == CIFAR100_NAMES


def write_openml(home, number, name, pixels, labels):
    """Write the files that scikit-learn keeps of a data set."""
    columns = [f"a{place}" for place in range(3072)]
    lines = [f"@RELATION {name}", *(f"@ATTRIBUTE {column} NUMERIC" for column in columns)]
    lines += ["@ATTRIBUTE class {0,1}", "@DATA"]
    rows = np.column_stack([pixels, labels])
    lines += [",".join(map(str, row)) for row in rows.tolist()]
    table = "\n".join(lines).encode()
    description = {
        "id": str(number), "name": name, "version": "1", "format": "ARFF",
        "status": "active", "file_id": str(number), "default_target_attribute": "class",
        "url": f"https://api.openml.org/data/v1/download/{number}/{name}.arff",
        "md5_checksum": hashlib.md5(table).hexdigest(), "description": "",
    }  # fmt: skip
    features = [
        {
            "index": str(index), "name": column, "is_ignore": "false",
            "data_type": "nominal" if column == "class" else "numeric",
            "is_target": str(column == "class").lower(), "is_row_identifier": "false",
            "number_of_missing_values": "0",
        }
        for index, column in enumerate([*columns, "class"])
    ]  # fmt: skip
    features[-1]["nominal_value"] = ["0", "1"]
    root = home / "openml/openml.org"
    for place, content in (
        (f"api/v1/json/data/{number}", {"data_set_description": description}),
        (f"api/v1/json/data/features/{number}", {"data_features": {"feature": features}}),
        (f"api/v1/json/data/qualities/{number}", {"data_qualities": {"quality": []}}),
        (f"data/v1/download/{number}/{name}.arff", table),
    ):
        path = root / f"{place}.gz"
        path.parent.mkdir(parents=True, exist_ok=True)
        is_table = isinstance(content, bytes)
        data = content if is_table else json.dumps(content).encode()
        path.write_bytes(gzip.compress(data, compresslevel=1))


@pytest.mark.usefixtures("no_network")
@pytest.mark.parametrize(
    ("fetch", "number"), [(fetch_cifar10, 40927), (fetch_cifar100, 41983)]
)
def test_offline_the_error_names_everything_that_can_be_given(fetch, number, tmp_path):
    message = (
        f"Data set {number} of OpenML is not in the cache {tmp_path}, or is damaged there, "
        "and could not be downloaded: <urlopen error [Errno 111] Connection refused>. "
        "Connect to https://openml.org and try again, or pass as `data_home` a folder into "
        "which scikit-learn downloaded it on another machine, the folder into which "
        "torchvision downloaded the images, or an .npz file with the arrays X_train, "
        "y_train, X_test, y_test and class_names."
    )
    with pytest.raises(OSError, match=f"^{re.escape(message)}$"):
        fetch(data_home=tmp_path)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        (
            {"y_test": None, "class_names": None},
            "{path} should hold the arrays X_train, y_train, X_test, y_test, class_names. "
            "It lacks y_test, class_names.",
        ),
        (
            {"X_test": PIXELS[1] / 255},
            "X_test of {path} should be a uint8 array of shape (n, 3, 32, 32) or "
            "(n, 32, 32, 3). Got float64 of shape (3, 3, 32, 32).",
        ),
        (
            {"X_train": PIXELS[0].reshape(3, -1)},
            "X_train of {path} should be a uint8 array of shape (n, 3, 32, 32) or "
            "(n, 32, 32, 3). Got uint8 of shape (3, 3072).",
        ),
        (
            {"y_train": np.array([0, 1, 2])},
            "y_train of {path} should be 3 numbers of classes, 0 to 1: one for each image, "
            "below the length of class_names. Got int64 of shape (3,): [0, 1, 2].",
        ),
        (
            {"y_train": np.array([0, 1])},
            "y_train of {path} should be 3 numbers of classes, 0 to 1: one for each image, "
            "below the length of class_names. Got int64 of shape (2,): [0, 1].",
        ),
        (
            {"y_test": np.array(["cat", "dog", "dog"])},
            "y_test of {path} should be 3 numbers of classes, 0 to 1: one for each image, "
            "below the length of class_names. Got <U3 of shape (3,): ['cat', 'dog', "
            "'dog'].",
        ),
        (
            {"class_names": np.array(["cat", "cat"])},
            "class_names of {path} should be different texts, one for each class. Got <U3 "
            "of shape (2,): ['cat', 'cat'].",
        ),
        (
            {"class_names": np.array(2)},
            "class_names of {path} should be different texts, one for each class. Got "
            "int64 of shape (): 2.",
        ),
        (
            {"X_train": np.array([None])},
            "{path} should be a file that numpy.savez wrote of plain arrays.",
        ),
    ],
)
def test_an_npz_file_of_something_else_is_refused(changes, sentence, tmp_path):
    path = write_npz(tmp_path / "other.npz", **changes)
    with pytest.raises(ValueError, match=f"^{re.escape(sentence.format(path=path))}$"):
        fetch_cifar10(data_home=path)


def test_a_file_that_is_no_archive_is_refused(tmp_path):
    path = tmp_path / "text.npz"
    path.write_text("no archive")
    message = f"{path} should be a file that numpy.savez wrote of plain arrays."
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        fetch_cifar100(data_home=path)


def test_a_missing_npz_file_is_named(tmp_path):
    path = tmp_path / "none.npz"
    message = f"{path} cannot be read: No such file or directory."
    with pytest.raises(OSError, match=f"^{re.escape(message)}$"):
        fetch_cifar100(data_home=path)


def test_a_missing_batch_is_named(cifar10_folder):
    path = cifar10_folder / "data_batch_3"
    path.unlink()
    message = (
        f"{path} cannot be read: No such file or directory. Let torchvision download the "
        "images again."
    )
    with pytest.raises(OSError, match=f"^{re.escape(message)}$"):
        fetch_cifar10(data_home=cifar10_folder)


def test_labels_without_a_name_are_refused(cifar10_folder):
    names = {"label_names": CIFAR10_NAMES[:4]}
    (cifar10_folder / "batches.meta").write_bytes(pickle.dumps(names))
    message = (
        f"{cifar10_folder} should have labels below 4, the number of names in "
        f"batches.meta. Got {LABELS.min()} to {LABELS.max()}. Let torchvision download the "
        "images again."
    )
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        fetch_cifar10(data_home=cifar10_folder)


def test_the_users_folder_has_a_short_name(cifar10_folder, monkeypatch):
    monkeypatch.setenv("HOME", str(cifar10_folder.parent))
    monkeypatch.setenv("USERPROFILE", str(cifar10_folder.parent))
    assert fetch_cifar10(data_home="~").data.shape == (18, 3, 32, 32)


@pytest.mark.parametrize("home", [3, b"folder"])
@pytest.mark.parametrize("fetch", [fetch_cifar10, fetch_adult])
def test_what_is_no_path_is_refused(fetch, home):
    message = f"`data_home` should be a path: a text, a Path or None. Got {home!r}."
    with pytest.raises(TypeError, match=f"^{re.escape(message)}$"):
        fetch(data_home=home)


def test_a_cache_needs_a_folder(tmp_path):
    path = tmp_path / "notes.txt"
    path.write_text("no folder")
    message = (
        f"The cache of scikit-learn cannot be in {path}: File exists. Pass as `data_home` "
        "a folder that can be written, the folder into which torchvision downloaded the "
        "images, or an .npz file with the arrays X_train, y_train, X_test, y_test and "
        "class_names."
    )
    with pytest.raises(OSError, match=f"^{re.escape(message)}$"):
        fetch_cifar10(data_home=path)


class Runs:
    """What unpickles by a call."""

    def __reduce__(self):
        return print, ("this ran",)


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(pickle.dumps({"data": Runs(), "labels": []}, 2), id="a call"),
        pytest.param(pickle.dumps({"data": PIXELS[0]}, 2), id="no labels"),
        pytest.param(pickle.dumps([1, 2], 2), id="a list"),
        pytest.param(pickle.dumps({"data": PIXELS[0], "labels": [1]}, 2), id="lengths"),
        pytest.param(
            pickle.dumps({"data": PIXELS[0] / 255, "labels": [1, 2, 3]}, 2), id="floats"
        ),
        pytest.param(b"no pickle", id="a text"),
        pytest.param(pickle.dumps({"data": PIXELS[0]}, 2)[:500], id="cut short"),
    ],
)
def test_a_batch_of_something_else_is_refused_and_runs_nothing(
    content, cifar10_folder, capsys
):
    path = cifar10_folder / "data_batch_2"
    path.write_bytes(content)
    message = (
        f"{path} does not hold images as torchvision downloads them. Let torchvision "
        "download them again."
    )
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        fetch_cifar10(data_home=cifar10_folder)
    assert capsys.readouterr().out == ""
