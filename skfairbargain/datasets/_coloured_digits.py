"""Handwritten digits in two colours, where the colour nearly tells the label."""

from numbers import Integral, Real

import numpy as np
from sklearn.datasets import load_digits
from sklearn.utils import Bunch, check_random_state
from sklearn.utils._param_validation import Interval, validate_params

COLOURS = ("red", "green")
# The 8 × 8 pixels of scikit-learn's digits have 17 levels, 0 to 16.
HIGHEST = 16
# The smallest label has 896 images, and test images and training images need some too.
MOST_PER_CELL = 100


@validate_params(
    {
        "agreement": [Interval(Real, 0, 1, closed="both")],
        "per_cell": [Interval(Integral, 1, MOST_PER_CELL, closed="both")],
        "test_share": [Interval(Real, 0.1, 0.5, closed="both")],
        "random_state": ["random_state"],
    },
    prefer_skip_nested_validation=True,
)
def make_coloured_digits(*, agreement=0.95, per_cell=10, test_share=0.4, random_state=None):
    """Colour scikit-learn's digits so that the colour nearly tells the label in training.

    A task with a spurious correlation, in the manner of Waterbirds, and without a download.
    The label is whether a digit is 5 or more. In the training images its colour agrees with
    the label nearly always (5 to 9 are green, 0 to 4 red), so a network learns the colour
    and fails on the images where it misleads. In the audited and test images both colours
    are equally frequent with either label. The groups are the colours.

    Parameters
    ----------
    agreement : float, default=0.95
        Share of the training images of either label whose colour agrees with it, rounded
        to whole images; 0.5 is no correlation.
    per_cell : int, default=10
        Audited images of each colour and label, 1 to 100.
    test_share : float, default=0.4
        Share of the images to test on, 0.1 to 0.5. Of each label equally many of both
        colours, so one image of a label may move to training.
    random_state : int, RandomState or None, default=None
        Which images are in which part, and their colours. The same int gives the same
        data.

    Returns
    -------
    digits : Bunch
        - ``data``: uint8 array of shape (1797, 3, 16, 16), 0 to 255, channels (red, green,
          blue) first: each pixel of the source is four, in its colour's channel.
        - ``target``: int64 array of shape (1797,), 1 for digits of 5 or more.
        - ``groups``: array of shape (1797,), "red" or "green".
        - ``digit``: int64 array of shape (1797,), 0 to 9.
        - ``train``, ``audited``, ``test``: row numbers of the three parts, sorted.
        - ``DESCR``: str.

    See Also
    --------
    fetch_cifar10 : Photographs.
    make_biased_classification : Tabular data of known bias.

    Notes
    -----
    An audit of colours is a model of what is audited in practice: of rows where a property
    that should not matter is recorded by hand.

    References
    ----------
    Arjovsky, Bottou, Gulrajani, Lopez-Paz, "Invariant Risk Minimization", 2019, section
    5.2, whose colours of MNIST are the model; the digits are those of
    `sklearn.datasets.load_digits`.

    Examples
    --------
    >>> import pandas as pd
    >>> from skfairbargain.datasets import make_coloured_digits
    >>> digits = make_coloured_digits(random_state=0)
    >>> digits.data.shape
    (1797, 3, 16, 16)
    >>> cells = pd.Series(digits.groups[digits.train]).groupby(digits.target[digits.train])
    >>> cells.value_counts().to_dict()
    {(0, 'red'): 495, (0, 'green'): 26, (1, 'green'): 492, (1, 'red'): 26}
    >>> len(digits.audited), len(digits.test)
    (40, 718)
    """
    source = load_digits()
    target = (source.target >= 5).astype(np.int64)
    rng = check_random_state(random_state)
    colour = np.empty(len(target), dtype=np.int64)
    parts = {"train": [], "audited": [], "test": []}
    for label in (0, 1):
        rows = rng.permutation(np.flatnonzero(target == label))
        # An even number, so that both colours are equally frequent.
        n_test = round(test_share * len(rows) / 2) * 2
        n_audited = 2 * per_cell
        test, audited, train = np.split(rows, [n_test, n_test + n_audited])
        for part in (test, audited):
            colour[part] = np.arange(len(part)) % 2
        colour[train] = 1 - label
        colour[train[: round(agreement * len(train))]] = label
        for name, of_label in (("train", train), ("audited", audited), ("test", test)):
            parts[name].append(of_label)
    pixels = np.kron(source.images, np.ones((2, 2))) * (255 / HIGHEST)
    data = np.zeros((len(target), 3, 16, 16), dtype=np.uint8)
    data[np.arange(len(target)), colour] = pixels.round()
    return Bunch(
        data=data,
        target=target,
        groups=np.array(COLOURS)[colour],
        digit=source.target.astype(np.int64),
        **{name: np.sort(np.concatenate(rows)) for name, rows in parts.items()},
        DESCR=(
            "1,797 handwritten digits (sklearn.datasets.load_digits) in red or green. The "
            f"label is 1 for digits of 5 or more; {agreement:.0%} of the training images "
            "have the colour of their label. Audited and test images have both colours "
            "equally often. A task made to show what methods do about a spurious "
            "correlation; it says nothing about people."
        ),
    )
