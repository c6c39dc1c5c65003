"""Fits that differ in the length of stage 1 alone, with the epochs they share done once."""

from sklearn.base import clone
from sklearn.utils import check_random_state

from .._inputs import training_rows, validation_set, warn_of_preparation
from .._networks import available_device
from .._utils import explains_keywords, scratch_copy, seeded_globals, shortly
from ._branch_points import BranchPoints
from ._run import OWN_SEEDS, check_trained, train
from ._stages import stage_1_epochs


class StageLengthsMixin:
    """``fit_stage_lengths`` for an estimator that trains in two stages."""

    @explains_keywords
    def fit_stage_lengths(
        self,
        X,
        y,
        bargain_epochs,
        X_val=None,
        y_val=None,
        groups_val=None,
        sample_weight=None,
        classes=None,
    ):
        """Fit a clone for each of several lengths of stage 1, which share epochs.

        Two trainings are the same until the shorter stage 1 ends. So the longest is trained
        once, and the others go on from its epochs: lengths of 20, 25, 30, 35 and 40 of 50
        epochs take 150 epochs and not 250. Each clone is, to the bit, what its own `fit`
        makes on one machine.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            Training rows.
        y : array-like of shape (n_samples,)
            Class labels.
        bargain_epochs : list of float or int
            Lengths to try, each as the parameter of that name. The estimator's own is not
            used.
        X_val, y_val, groups_val, sample_weight, classes : array-like, default=None
            As in `fit`.

        Returns
        -------
        fits : list of NashMetaClassifier
            Fitted clones, in the order of `bargain_epochs`. With ``random_state=None`` all
            have the same random numbers, as trainings that are compared should.

        Raises
        ------
        ValueError
            If the estimator has `callbacks`, whose state cannot be shared, or
            `bargain_epochs` is no list of lengths, or as `fit` does.

        Notes
        -----
        `early_stopping` works; a training that it stops in the shared epochs is that of all
        longer stages. Callbacks of scikit-learn (``set_callbacks``) are not called. The
        estimator itself is left as it is.
        """
        _check_no_callbacks(self.callbacks)
        fits = [
            clone(self).set_params(bargain_epochs=length)
            for length in _checked_lengths(bargain_epochs)
        ]
        for each in fits:
            each._validate_params()
        scratch = scratch_copy(fits[0])
        rows = training_rows(scratch, X, y, sample_weight, reset=True)
        rows, validation = validation_set(scratch, rows, X_val, y_val, groups_val, classes)
        if X_val is not None:
            warn_of_preparation(scratch, rows, X_val, validation)
        seed = check_random_state(scratch.random_state).randint(2**30)
        for each, net in zip(fits, _nets(fits, rows, validation, seed), strict=True):
            each._set_fitted(scratch, rows, validation, net, seed, kept_validation=None)
        return fits


def _nets(fits, rows, validation, seed):
    """Yield the trained net of each estimator."""
    epochs = fits[0].max_epochs
    lengths = [stage_1_epochs(each.bargain_epochs, epochs) for each in fits]
    longest = max(lengths)
    points = BranchPoints({length for length in lengths if length < min(longest, epochs)})
    options = {"epochs": epochs, "seed": seed}
    trunk = fits[lengths.index(longest)]
    nets = {longest: train(trunk, rows, validation, **options, tasks=points)}
    for each, length in zip(fits, lengths, strict=True):
        if each is trunk:
            yield nets[longest]
            continue
        if length in points.reached:
            net, state = points.reached.pop(length)
            net.bargain_epochs = length
            with seeded_globals(seed + OWN_SEEDS, available_device(each.device)):
                net.go_on(points.data, state, epochs - length)
        elif length == 0 and longest:  # shares the initial weights alone
            yield train(each, rows, validation, **options)
            continue
        else:  # of equal length, or stopped before stage 1 ended, or never in stage 2
            net = nets.get(length, nets[longest]).continued(bargain_epochs=length)
        nets.setdefault(length, net)
        check_trained(each, net, points.data, net.epochs(), len(rows.classes))
        yield net


def _check_no_callbacks(callbacks):
    if callbacks:
        raise ValueError(
            "`callbacks` should be None for fit_stage_lengths, whose trainings share "
            "epochs, because a callback has one state and cannot serve several trainings. "
            f"Got {shortly(callbacks)}. Call fit once for each length instead."
        )


def _checked_lengths(lengths):
    if isinstance(lengths, str | bytes | dict) or not hasattr(lengths, "__iter__"):
        raise ValueError(
            "`bargain_epochs` should be a list of lengths to try, such as [5, 10, 0.5]. "
            f"Got {shortly(lengths)}."
        )
    lengths = list(lengths)
    if not lengths:
        raise ValueError(
            "`bargain_epochs` should have one length to try or more. Got an empty list."
        )
    return lengths
