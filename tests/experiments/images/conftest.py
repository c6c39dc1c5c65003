"""Files of random images, with the classes that the experiments take."""

import numpy as np
import pytest


@pytest.fixture(scope="session")
def image_file(tmp_path_factory):
    """Write an npz file with so many random images of each of some classes."""

    def write(names, n_train, n_test=4):
        rng = np.random.default_rng(0)
        arrays = {"class_names": np.array(names)}
        for part, n_images in (("train", n_train), ("test", n_test)):
            labels = np.repeat(np.arange(len(names)), n_images)
            shape = (len(labels), 3, 32, 32)
            images = rng.integers(0, 256, size=shape, dtype=np.uint8)
            # The first pixel tells the class, to find an image again.
            images[:, 0, 0, 0] = labels
            arrays |= {f"X_{part}": images, f"y_{part}": labels}
        path = tmp_path_factory.mktemp("images") / "images.npz"
        np.savez(path, **arrays)
        return path

    return write
