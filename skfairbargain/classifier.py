"""The estimator: a classifier that learns its training weights from an audited sample."""

from sklearn.base import BaseEstimator, ClassifierMixin, _fit_context
from sklearn.utils import check_random_state

from ._inputs import check_same_cells, training_rows, validation_set, warn_of_preparation
from ._networks import LogitsClassifierMixin
from ._training import PARAMETER_CONSTRAINTS, TrainingMixin, train
from ._utils import VersionedPickleMixin, explains_keywords, scratch_copy, set_fitted

__all__ = ["NashMetaClassifier"]


class NashMetaClassifier(
    TrainingMixin,
    LogitsClassifierMixin,
    ClassifierMixin,
    VersionedPickleMixin,
    BaseEstimator,
):
    """Neural network whose training weights serve every group of a validation set.

    For a team that has many training rows *without* sensitive attributes and a small,
    audited validation set *with* them. While the network trains, every step weighs the
    samples of its minibatch by how much they help the groups of the validation set. In
    stage 1 the players (by default: group × label cells) agree on the weights by Nash
    bargaining; in stage 2 the fairness goal decides.

    Features are standardized inside, by the mean and deviation of the training rows
    (`standardize`), so that columns of any units can be given as they are.

    Parameters
    ----------
    goal : str or Protocol, default="ltr"
        What stage 2 pursues: ``"ltr"`` lowers the average loss of the groups,
        ``"meta_gdro"`` that of the worst group, ``"forml"`` the gap between worst and best.
        Or another name in `skfairbargain.protocols.PROTOCOLS`, or a `Protocol`.
    bargaining : str, Protocol or None, default="nash"
        What stage 1 does. None trains by the goal alone (one-stage).
    bargain_epochs : float or int, default=0.3
        Epochs of stage 1: an int is their number (1 is one), a float from 0 to 1 a share of
        `max_epochs` (1.0 is all), also in `partial_fit`, whose calls are one epoch each.
    max_epochs : int, default=50
        Epochs in all.
    lr : float, default=0.001
        Learning rate. With ``weight_norm="l2"`` a step is about √batch_size times as long
        as one on the mean loss.
    meta_lr : float, default=1.0
        Length of the learned weights, 1e-30 to 1e30.
    anchor : float, default=0.5
        Share of uniform weights, 0 to 1, part of what is bargained over. 0 is the paper's;
        1 is plain training. In between, ranking survives a tiny validation set.
    hidden_layer_sizes : sequence of int, default=(128, 64)
        Widths of the default network's hidden layers.
    dropout : float, default=0.2
        Dropout of the default network, 0 or more and below 1.
    standardize : "auto" or bool, default="auto"
        Whether features are standardized by the weighted mean and deviation of the rows
        trained on: for inputs of more than two dimensions, by channel (axis 1); for sparse
        X, without subtracting the mean. Columns that are constant among these rows become
        0, and values are cut off at 10 √n deviations from the mean of n rows. "auto"
        standardizes two-dimensional X, unless a `module` has embedding layers.
    module : class, callable or torch.nn.Module, default=None
        A network instead of the default one: from inputs of shape (n, n_features, ...) to
        logits of shape (n, n_classes). A class or function is called with those of the
        keywords ``n_features``, ``n_classes`` and ``row_shape`` (the shape of a row) that
        its signature names. An instance is copied.
    optimizer : {"sgd", "adam", "adamw"} or class, default="sgd"
        A class is one of ``torch.optim``'s.
    momentum : float, default=0.9
        Momentum, for optimizers that have it.
    weight_decay : float, default=5e-4
        L2 penalty of the optimizer.
    batch_size : int or "auto", default="auto"
        Samples of a minibatch; "auto" is n_samples / 20, but at least 32 and at most 512. A
        last, partial minibatch is dropped.
    meta_loss : {"cross_entropy", "cross_entropy+f1"} or callable, default="cross_entropy"
        Loss of the validation samples; a callable maps logits and targets to one loss per
        sample. "cross_entropy+f1" is the paper's code.
    weight_norm : {"l2", "l1"} or None, default="l2"
        Norm the step's learned weights are scaled to. None: no scaling; they are lr times
        inner products of gradients.
    harmless_goal : bool or "auto", default="auto"
        Whether a goal is followed only as far as no player loses, where possible. "auto":
        where it raises losses by design (FORML). Then every step measures all players.
    measure_every : int or None, default=1
        In stage 2, for goals that read losses alone: measure influence and conflicts at
        every n-th step; the others take the work of one player. None: never.
    validation_rows_per_step : int or None, default=None
        Audited rows of every cell that a step passes through, in rotation. None: all.
    players : {"cells", "groups"}, default="cells"
        The players that bargain: group × label cells, or whole groups.
    engine : {"auto", "kernel", "ghost", "forward", "autograd", "loop"}, default="auto"
        How hypergradients are computed. "auto" takes the first of these, from fast to slow,
        that equals first-order gradients on a few rows.
    validation_fraction : float, default=0.1
        Where no `X_val` is given, about this share of the rows is held out as validation
        set, the same number of every class and at most 100: every step passes through it.
    early_stopping : bool or int, default=False
        Stop when the worst group's validation loss has not fallen for this many epochs
        (True: 10), and return to the epoch with the lowest.
    callbacks : list of skorch callbacks, default=None
        Schedulers, checkpoints and the like. They are used as they are, not copied.
    device : str or torch.device, default="cpu"
        Where to train.
    warm_start : bool, default=False
        Whether `fit` starts from the weights of the previous fit.
    random_state : int, RandomState or None, default=None
        Initial weights, minibatches, dropout, held-out rows. An int repeats a run to the
        bit on the same machine, if no other thread draws from the global generators of
        torch, NumPy or Python while a `module` or callback of yours does.
    verbose : int, default=0
        1 prints the engine chosen and shows one progress bar over the whole training, which
        is a line now and then where there is no terminal. 2 also prints a line an epoch.

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
        Class labels.
    groups_ : list
        Group labels, sorted; tuples where there are several sensitive columns.
    cells_ : list of tuple
        The (group, class) pairs of the validation set, in the order of the players.
    n_features_in_ : int
        Number of features; of images, that of channels (axis 1).
    feature_names_in_ : ndarray of shape (n_features,)
        Names of the features, where X has them.
    n_iter_ : int
        Epochs done.
    history_ : list of dict
        One per epoch: its stage, the loss of each group, and shares of the steps: with
        agreements, with conflicts. The user guide lists the keys under "The history".
    scaler_ : object or None
        What standardizes the features, with ``mean_``, ``scale_`` and ``transform``. None
        where the network gets them as they are.
    module_ : torch.nn.Module
        The trained network, which takes standardized features.
    net_ : skorch.NeuralNet
        The net that trained it, with optimizer and callbacks.
    cell_influence_ : ndarray of shape (n_samples, n_cells)
        How much each training sample helped (positive) or hurt each cell: lr ⟨∇L_k, ∇ℓ_i⟩
        summed over the measured steps, as if its weight had been 1. 0 for held-out rows.
    sample_influence_ : ndarray of shape (n_samples, n_groups)
        The same for each group: the mean over its cells.
    applied_weight_ : ndarray of shape (n_samples,)
        What each training sample's loss was multiplied by, summed over the steps; only its
        ratio from row to row has a meaning. 0 for held-out rows.

    See Also
    --------
    skfairbargain.model_selection.balanced_validation_split : Make the validation set.
    skfairbargain.metrics : What to look at afterwards.
    skfairbargain.persistence : Store a trained model in a file that runs no code.

    Notes
    -----
    With H the matrix of inner products of training and validation gradients and β from the
    protocol, w = (1 − anchor)·meta_lr·max(Hβ, 0)/‖max(Hβ, 0)‖ + anchor·u are the weights of
    a step, with u the uniform weights of the same norm, and the optimizer takes one step on
    Σ w_i ℓ_i. Where all are zero, the step is skipped and counted.

    A `sample_weight` of 2 counts in H, β, the norm and u as two copies of the row, and 0
    leaves it out. Dividing by their mean m shortens the step: by √m with the l2 norm, by m
    with None in stage 2, and not at all with the l1 norm (full batches train as copies).

    References
    ----------
    Zeng et al., "Fairness-Aware Meta-Learning via Nash Bargaining", NeurIPS 2024,
    Algorithm 1.

    Examples
    --------
    >>> from skfairbargain import NashMetaClassifier
    >>> from skfairbargain.datasets import load_diabetes_progression
    >>> from skfairbargain.model_selection import balanced_validation_split
    >>> diabetes = load_diabetes_progression()
    >>> X_train, X_val, y_train, y_val, _, sex_val = balanced_validation_split(
    ...     diabetes.data, diabetes.target, diabetes.sensitive["sex"], random_state=0
    ... )
    >>> clf = NashMetaClassifier(bargain_epochs=3, max_epochs=5, random_state=0)
    >>> clf = clf.fit(
    ...     X_train, y_train, X_val=X_val, y_val=y_val, groups_val=sex_val
    ... )
    >>> [(row["epoch"], row["stage"]) for row in clf.history_]
    [(1, 1), (2, 1), (3, 1), (4, 2), (5, 2)]
    >>> clf.sample_influence_.shape
    (422, 2)
    """

    # Read by scikit-learn's metadata routing: the validation set travels with `fit`.
    __metadata_request__partial_fit = {"X_val": True, "y_val": True, "groups_val": True}
    __metadata_request__fit = {**__metadata_request__partial_fit, "classes": True}
    _parameter_constraints = PARAMETER_CONSTRAINTS

    def __init__(
        self,
        goal="ltr",
        bargaining="nash",
        *,
        bargain_epochs=0.3,
        max_epochs=50,
        lr=0.001,
        meta_lr=1.0,
        anchor=0.5,
        hidden_layer_sizes=(128, 64),
        dropout=0.2,
        standardize="auto",
        module=None,
        optimizer="sgd",
        momentum=0.9,
        weight_decay=5e-4,
        batch_size="auto",
        meta_loss="cross_entropy",
        weight_norm="l2",
        harmless_goal="auto",
        measure_every=1,
        validation_rows_per_step=None,
        players="cells",
        engine="auto",
        validation_fraction=0.1,
        early_stopping=False,
        callbacks=None,
        device="cpu",
        warm_start=False,
        random_state=None,
        verbose=0,
    ):
        self.goal = goal
        self.bargaining = bargaining
        self.bargain_epochs = bargain_epochs
        self.max_epochs = max_epochs
        self.lr = lr
        self.meta_lr = meta_lr
        self.anchor = anchor
        self.hidden_layer_sizes = hidden_layer_sizes
        self.dropout = dropout
        self.standardize = standardize
        self.module = module
        self.optimizer = optimizer
        self.momentum = momentum
        self.weight_decay = weight_decay
        self.batch_size = batch_size
        self.meta_loss = meta_loss
        self.weight_norm = weight_norm
        self.harmless_goal = harmless_goal
        self.measure_every = measure_every
        self.validation_rows_per_step = validation_rows_per_step
        self.players = players
        self.engine = engine
        self.validation_fraction = validation_fraction
        self.early_stopping = early_stopping
        self.callbacks = callbacks
        self.device = device
        self.warm_start = warm_start
        self.random_state = random_state
        self.verbose = verbose

    @explains_keywords
    @_fit_context(prefer_skip_nested_validation=True)
    def fit(
        self,
        X,
        y,
        X_val=None,
        y_val=None,
        groups_val=None,
        sample_weight=None,
        classes=None,
    ):
        """Train the network.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features, ...)
            Training rows, float32 or float64; the network computes in the dtype of X, and
            float32 takes half the time. float16, integers, lists and polars frames become
            float32; images in uint8, of more dimensions, float32 from 0 to 1.
        y : array-like of shape (n_samples,)
            Class labels.
        X_val : array-like of shape (n_val, n_features), default=None
            Audited validation rows, prepared as X was. None holds rows of X out.
        y_val : array-like of shape (n_val,), default=None
            Their class labels.
        groups_val : array-like of shape (n_val,) or (n_val, n_columns), default=None
            Their groups; several columns become intersections. None, or those equal to
            `y_val`: the classes are the groups.
        sample_weight : array-like of shape (n_samples,), default=None
            Non-negative weights, which multiply the learned ones. Only their ratios count:
            they are divided by their mean over the rows that are trained on. See Notes.
        classes : array-like of shape (n_classes,), default=None
            All labels, where a meta-estimator numbers those of `y`: VotingClassifier does.

        Returns
        -------
        self : NashMetaClassifier

        Raises
        ------
        ValueError
            If an input is malformed or not finite, lengths or columns differ, or y_val has
            a class that y has not, or training diverged to values that are not finite.
        UndefinedGroupError
            If a group of `groups_val` has rows of one class only.
        """
        earlier = getattr(self, "net_", None) if self.warm_start else None
        scratch, anew = scratch_copy(self), earlier is None
        rows = training_rows(scratch, X, y, sample_weight, reset=anew)
        rows, validation = validation_set(scratch, rows, X_val, y_val, groups_val, classes)
        if X_val is not None:
            warn_of_preparation(scratch, rows, X_val, validation)
        seed = check_random_state(scratch.random_state).randint(2**30)
        options = {"epochs": self.max_epochs, "seed": seed, "earlier": earlier}
        with self._epoch_tasks(scratch, X, y, rows.classes) as tasks:
            net = train(self, rows, validation, **options, tasks=tasks)
            self._set_fitted(scratch, rows, validation, net, seed, kept_validation=None)
        return self

    @explains_keywords
    @_fit_context(prefer_skip_nested_validation=True)
    def partial_fit(
        self,
        X,
        y,
        classes=None,
        X_val=None,
        y_val=None,
        groups_val=None,
        sample_weight=None,
    ):
        """Train one more epoch, on these rows; the stages go on where they were.

        The network, its optimizer (`lr`, `momentum`, `weight_decay`), `meta_loss`, `engine`
        and the callbacks stay those of the first call, or of a `fit` before it.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            Training rows.
        y : array-like of shape (n_samples,)
            Class labels.
        classes : array-like of shape (n_classes,), default=None
            All classes; needed in the first call if `y` does not have them all.
        X_val, y_val, groups_val : array-like, default=None
            Validation set, as in `fit`. It is kept in the estimator, and serves later
            calls that give none.
        sample_weight : array-like of shape (n_samples,), default=None
            As in `fit`; only ratios within one call count.

        Returns
        -------
        self : NashMetaClassifier

        Raises
        ------
        ValueError
            As `fit` does, and if a label is not among the classes of the first call.
        """
        earlier = getattr(self, "net_", None)
        scratch, first = scratch_copy(self), earlier is None
        rows = training_rows(scratch, X, y, sample_weight, classes=classes, reset=first)
        audit = X_val, y_val, groups_val
        given = any(part is not None for part in audit)
        validation = None if given else getattr(self, "_kept_validation", None)
        if validation is None:
            rows, validation = validation_set(scratch, rows, *audit, rows.classes)
            check_same_cells(self, validation)
        if first:
            first_seed = seed = check_random_state(scratch.random_state).randint(2**30)
        else:
            # Another one in each call, and repeatable.
            first_seed, seed = self._first_seed, self._first_seed + self.n_iter_
        net = train(
            self, rows, validation, epochs=1, seed=seed, earlier=earlier, restart=False
        )
        self._set_fitted(scratch, rows, validation, net, first_seed, validation)
        return self

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        return tags

    def _set_fitted(self, scratch, rows, validation, net, first_seed, kept_validation):
        """Set all fitted attributes: together and last, so that a failed fit sets none."""
        history, groups = net.epochs(), net.weighting.to_groups
        set_fitted(
            self,
            scratch,
            classes_=rows.classes,
            groups_=validation.players.groups,
            cells_=validation.players.cells,
            net_=net,
            history_=history,
            n_iter_=len(history),
            _first_seed=first_seed,
            _cell_rows=validation.cell_rows,
            _kept_validation=kept_validation,
            _in_bytes=rows.in_bytes or None,
            **net.records_.of_all_rows(rows.rows, rows.X.shape[0], groups),
        )
