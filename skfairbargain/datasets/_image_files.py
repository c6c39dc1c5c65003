"""Files of small images: those that torchvision downloads, and NumPy's."""

import codecs
import pickle
import reprlib

import numpy as np

SIDE = 32
ARRAYS = ("X_train", "y_train", "X_test", "y_test", "class_names")
# Of each of torchvision's folders: training files, and the names of labels and of classes.
BATCHES = {
    "cifar-10-batches-py": (
        [f"data_batch_{number}" for number in range(1, 6)],
        *("test_batch", "batches.meta", "labels", "label_names"),
    ),
    "cifar-100-python": (["train"], "test", "meta", "fine_labels", "fine_label_names"),
}


def find_batches(data_home, name):
    """Return torchvision's folder `name` if it is in the path or is it, else None."""
    if data_home is None:
        return None
    places = data_home / name, data_home
    return next((place for place in places if _is_folder(place, name)), None)


def _is_folder(path, name):
    return path.name == name and path.is_dir()


def read_batches(folder):
    """Read the images of a folder that torchvision downloaded.

    Parameters
    ----------
    folder : Path
        As of `find_batches`.

    Returns
    -------
    data : ndarray of shape (n_images, 3, 32, 32), uint8
    target : ndarray of shape (n_images,), int64
    names : list of str
    is_test : ndarray of shape (n_images,), bool

    Raises
    ------
    OSError
        If a file is missing.
    ValueError
        If a file holds something else.
    """
    training, test, meta, labels, class_names = BATCHES[folder.name]
    batches = [
        _content(folder / name, lambda content: _images_of(content, labels))
        for name in [*training, test]
    ]
    names = _content(folder / meta, lambda content: list(map(str, content[class_names])))
    data, target = (np.concatenate(each) for each in zip(*batches, strict=True))
    if len(target) and not 0 <= target.min() <= target.max() < len(names):
        raise ValueError(
            f"{folder} should have labels below {len(names)}, the number of names in "
            f"{meta}. Got {target.min()} to {target.max()}. Let torchvision download the "
            "images again."
        )
    is_test = np.arange(len(target)) >= len(target) - len(batches[-1][1])
    return data, target, names, is_test


def _images_of(content, labels):
    """Images and numbers of a batch; any error where they are something else."""
    data = content["data"].reshape(len(content[labels]), 3, SIDE, SIDE)
    return data.astype(np.uint8, casting="safe"), np.array(content[labels], dtype=np.int64)


class _PlainUnpickler(pickle.Unpickler):
    """Read lists, texts and arrays only, so that no code of a file is run."""

    ALLOWED = {
        "_reconstruct": np.empty(0).__reduce__()[0],
        "ndarray": np.ndarray,
        "dtype": np.dtype,
        # How Python 3 writes bytes for Python 2.
        "encode": codecs.encode,
    }

    def find_class(self, module, name):
        if module.partition(".")[0] in ("numpy", "_codecs") and name in self.ALLOWED:
            return self.ALLOWED[name]
        raise pickle.UnpicklingError(f"{module}.{name} is no array")


def _content(path, read):
    """What `read` makes of what a file holds."""
    try:
        with path.open("rb") as file:
            # Python 2 wrote the files.
            return read(_PlainUnpickler(file, encoding="latin1").load())
    except OSError as error:
        raise OSError(
            f"{path} cannot be read: {error.strerror}. Let torchvision download the "
            "images again."
        ) from error
    except Exception as error:
        # Of any type: a pickle may end or go wrong anywhere.
        raise ValueError(
            f"{path} does not hold images as torchvision downloads them. Let torchvision "
            "download them again."
        ) from error


def read_npz(path):
    """Read the images of an .npz file.

    Parameters
    ----------
    path : Path
        With arrays as `fetch_cifar10` tells.

    Returns
    -------
    data, target, names, is_test :
        As of `read_batches`.

    Raises
    ------
    OSError
        If the file is missing or cannot be read.
    ValueError
        If it lacks an array, or an array is something else.
    """
    try:
        with np.load(path, allow_pickle=False) as file:
            arrays = {name: file[name] for name in ARRAYS if name in file}
    except OSError as error:
        raise OSError(f"{path} cannot be read: {error.strerror or error}.") from error
    except Exception as error:
        raise ValueError(
            f"{path} should be a file that numpy.savez wrote of plain arrays."
        ) from error
    missing = [name for name in ARRAYS if name not in arrays]
    if missing:
        raise ValueError(
            f"{path} should hold the arrays {', '.join(ARRAYS)}. It lacks "
            f"{', '.join(missing)}."
        )
    names = _class_names(arrays["class_names"], path)
    parts = [
        (
            _channels_first(arrays[f"X_{part}"], f"X_{part}", path),
            _numbers(arrays, part, len(names), path),
        )
        for part in ("train", "test")
    ]
    data, target = (np.concatenate(each) for each in zip(*parts, strict=True))
    is_test = np.arange(len(target)) >= len(parts[0][1])
    return data, target, names, is_test


def _class_names(names, path):
    is_texts = names.dtype.kind == "U" and names.ndim == 1
    if not is_texts or len(np.unique(names)) < len(names):
        raise ValueError(
            f"class_names of {path} should be different texts, one for each class. Got "
            f"{names.dtype} of shape {names.shape}: {reprlib.repr(names.tolist())}."
        )
    return names.tolist()


def _channels_first(images, name, path):
    first = images.shape[1:] == (3, SIDE, SIDE)
    if images.dtype != np.uint8 or not (first or images.shape[1:] == (SIDE, SIDE, 3)):
        raise ValueError(
            f"{name} of {path} should be a uint8 array of shape (n, 3, 32, 32) or "
            f"(n, 32, 32, 3). Got {images.dtype} of shape {images.shape}."
        )
    return images if first else np.ascontiguousarray(images.transpose(0, 3, 1, 2))


def _numbers(arrays, part, n_classes, path):
    n_images, numbers = len(arrays[f"X_{part}"]), arrays[f"y_{part}"]
    if (
        numbers.dtype.kind not in "iu"
        or numbers.shape != (n_images,)
        or (n_images and not 0 <= numbers.min() <= numbers.max() < n_classes)
    ):
        raise ValueError(
            f"y_{part} of {path} should be {n_images} numbers of classes, 0 to "
            f"{n_classes - 1}: one for each image, below the length of class_names. Got "
            f"{numbers.dtype} of shape {numbers.shape}: {reprlib.repr(numbers.tolist())}."
        )
    return numbers.astype(np.int64)
