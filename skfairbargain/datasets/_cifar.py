"""CIFAR-10 and CIFAR-100: small photographs of things, to try methods for images on."""

import numpy as np
from sklearn.utils import Bunch

from ._descriptions import CIFAR
from ._image_files import SIDE, find_batches, read_batches, read_npz
from ._openml import checked_home, fetch_frame

# In the order of their numbers.
# fmt: off
CIFAR10_NAMES = [
    "airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship",
    "truck",
]
CIFAR100_NAMES = [
    "apple", "aquarium_fish", "baby", "bear", "beaver", "bed", "bee", "beetle", "bicycle",
    "bottle", "bowl", "boy", "bridge", "bus", "butterfly", "camel", "can", "castle",
    "caterpillar", "cattle", "chair", "chimpanzee", "clock", "cloud", "cockroach",
    "couch", "crab", "crocodile", "cup", "dinosaur", "dolphin", "elephant", "flatfish",
    "forest", "fox", "girl", "hamster", "house", "kangaroo", "keyboard", "lamp",
    "lawn_mower", "leopard", "lion", "lizard", "lobster", "man", "maple_tree",
    "motorcycle", "mountain", "mouse", "mushroom", "oak_tree", "orange", "orchid",
    "otter", "palm_tree", "pear", "pickup_truck", "pine_tree", "plain", "plate", "poppy",
    "porcupine", "possum", "rabbit", "raccoon", "ray", "road", "rocket", "rose", "sea",
    "seal", "shark", "shrew", "skunk", "skyscraper", "snail", "snake", "spider",
    "squirrel", "streetcar", "sunflower", "sweet_pepper", "table", "tank", "telephone",
    "television", "tiger", "tractor", "train", "trout", "tulip", "turtle", "wardrobe",
    "whale", "willow_tree", "wolf", "woman", "worm",
]
# fmt: on
N_TEST = 10_000
OR_FILES = (
    ", the folder into which torchvision downloaded the images, or an .npz file with the "
    "arrays X_train, y_train, X_test, y_test and class_names"
)


def fetch_cifar10(*, data_home=None):
    """Fetch CIFAR-10: 60,000 photographs of 32 × 32 pixels in ten classes.

    scikit-learn downloads them from OpenML and keeps them in its cache; files that are
    there already can be used instead. Read `DESCR` first: it describes the problems of the
    data.

    Parameters
    ----------
    data_home : str or path-like, default=None
        - None: the cache of scikit-learn, ``~/scikit_learn_data``.
        - A folder with torchvision's ``cifar-10-batches-py``, or that folder.
        - An ``.npz`` file with the uint8 images ``X_train`` and ``X_test``, channels first
          or last, ``y_train`` and ``y_test`` (numbers of classes from 0) and
          ``class_names``. It may have some of the images and classes only.
        - Another folder: scikit-learn's cache is put there.

    Returns
    -------
    images : Bunch
        - ``data``: uint8 array of shape (60000, 3, 32, 32), 0 to 255, channels (red, green,
          blue) first.
        - ``target``: int64 array of shape (60000,), numbers of classes.
        - ``target_names``: list of str, the class of each number.
        - ``train``, ``test``: row numbers of the source's 50,000 training and 10,000 test
          images.
        - ``DESCR``: str: source, licence, known problems, and misuse.

    Raises
    ------
    OSError
        If the data are not in the cache and cannot be downloaded, or a file of `data_home`
        is missing or cannot be read.
    ValueError
        If a file holds something else.

    See Also
    --------
    fetch_cifar100 : Finer classes.
    make_coloured_digits : Images without a download.

    Notes
    -----
    OpenML's table does not mark the test images. They come after the training images in it,
    so the last 1,000 of each class are taken.
    """
    return _images(40927, "cifar-10-batches-py", CIFAR10_NAMES, data_home)


def fetch_cifar100(*, data_home=None):
    """Fetch CIFAR-100: 60,000 photographs of 32 × 32 pixels in a hundred classes.

    scikit-learn downloads them from OpenML and keeps them in its cache; files that are
    there already can be used instead. Read `DESCR` first: it describes the problems of the
    data.

    Parameters
    ----------
    data_home : str or path-like, default=None
        As in `fetch_cifar10`; torchvision's folder is ``cifar-100-python``.

    Returns
    -------
    images : Bunch
        As of `fetch_cifar10`, with a hundred ``target_names`` (the fine classes).

    Raises
    ------
    OSError
        If the data are not in the cache and cannot be downloaded, or a file of `data_home`
        is missing or cannot be read.
    ValueError
        If a file holds something else.

    See Also
    --------
    fetch_cifar10 : Fewer classes, with more images each.

    Notes
    -----
    OpenML's table does not mark the test images. They come after the training images in it,
    so the last 100 of each class are taken.
    """
    return _images(41983, "cifar-100-python", CIFAR100_NAMES, data_home)


def _images(data_id, folder, names, data_home):
    """Read the images from where `data_home` has them; see `fetch_cifar10`."""
    data_home = checked_home(data_home)
    if data_home is not None and data_home.suffix == ".npz":
        data, target, names, is_test = read_npz(data_home)
    elif batches := find_batches(data_home, folder):
        data, target, names, is_test = read_batches(batches)
    else:
        # By half of float64 the table is 700 MB.
        pixels = dict.fromkeys(range(3 * SIDE * SIDE), np.float32)
        options = {"instead": OR_FILES, "dtype": pixels}
        table = fetch_frame(data_id, data_home=data_home, **options)
        target = table.pop("class").astype(str).str.strip("'").astype(np.int64).to_numpy()
        data = table.to_numpy(np.uint8).reshape(-1, 3, SIDE, SIDE)
        is_test = _last_of_each(target, N_TEST // len(names))
    return Bunch(
        data=data,
        target=target,
        target_names=list(names),
        train=np.flatnonzero(~is_test),
        test=np.flatnonzero(is_test),
        DESCR=CIFAR,
    )


def _last_of_each(target, n_rows):
    """Whether a row is among the last `n_rows` of its class."""
    last = np.zeros(len(target), dtype=bool)
    for label in np.unique(target):
        last[np.flatnonzero(target == label)[-n_rows:]] = True
    return last
