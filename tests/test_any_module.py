"""Any module that torch can train is trained; others are refused, with the layer's name."""

import numpy as np
import pytest
import torch
from sklearn.base import clone
from skorch.callbacks import Callback
from torch import nn

from skfairbargain import NashMetaClassifier
from tests.hypergradients.zoo import ZOO, Own, plain
from tests.small_model import raises

RNG = np.random.default_rng(0)
X = RNG.normal(size=(60, 8)).astype(np.float32)
Y = (X[:, 0] > 0).astype(int)
VALIDATION = {
    "X_val": RNG.normal(size=(12, 8)).astype(np.float32),
    "y_val": np.tile([0, 1], 6),
    "groups_val": np.repeat(["a", "b"], 6),
}


def fit(module, **options):
    settings = {"max_epochs": 1, "batch_size": 20, "lr": 0.05, "bargaining": None}
    clf = NashMetaClassifier(module=module, random_state=0, **{**settings, **options})
    return clf.fit(X, Y, **VALIDATION)


@pytest.mark.filterwarnings("ignore:.torch.jit:DeprecationWarning")
@pytest.mark.parametrize("name", ZOO)
def test_modules_of_many_kinds_are_trained(name):
    build, engine = ZOO[name]
    torch.manual_seed(0)
    clf = fit(build())
    # No feature is large enough for the shortcut here.
    assert clf.net_.engine_ == ("ghost" if name == "shortcut" else engine)
    assert np.isfinite(clf.predict_proba(X)).all()
    before = {key: value.clone() for key, value in clf.module_.state_dict().items()}
    clf.partial_fit(X, Y, **VALIDATION)
    changed = [not torch.equal(before[k], v) for k, v in clf.module_.state_dict().items()]
    assert any(changed)


class Head(nn.Module):
    def __init__(self):
        super().__init__()
        self.head = nn.Linear(8, 2)

    def forward(self, X):
        return self.head(X)


class TrainsOtherwise(Head):
    """Returns in training mode what a function makes of the logits."""

    def __init__(self, change):
        super().__init__()
        self._change = change

    def forward(self, X):
        return self._change(super().forward(X)) if self.training else super().forward(X)


def failing(logits):
    raise KeyError("only in training")


def overwritten(self, X):
    hidden = torch.sigmoid(self.inner(X))
    hidden += 1
    return hidden


def holding_a_layer():
    module = plain()
    layer = module[0]
    layer.forward = lambda X: nn.functional.linear(X, 2 * layer.weight)
    return module


def tokens_as_floats():
    return nn.Sequential(nn.Embedding(9, 2), nn.Flatten())


class Complex(Head):
    def __init__(self):
        super().__init__()
        self.spectrum = nn.Parameter(torch.ones(8, dtype=torch.cfloat))


class Locked(Head):
    def __init__(self):
        super().__init__()
        self.rows = (row for row in range(3))  # cannot be copied


LOGITS = (
    "`module` should map inputs of shape (3, 8) to logits of shape (3, 2), one per class. "
)
TRAIN = "`module` should be a module that torch can train, on the loss of each sample, but "
MODES = (
    "`module` should return logits in training mode as in evaluation mode, of shape (4, 2) "
    "for 4 rows. Got "
)
REFUSED = {
    "tuple": (
        Own(lambda self, X: (self.a(X), X), a=nn.Linear(8, 2)), LOGITS + "Got a tuple."),
    "one logit": (nn.Linear(8, 1), LOGITS + "Got shape (3, 1)."),
    "transposed": (
        Own(lambda self, X: self.a(X).T, a=nn.Linear(8, 2)), LOGITS + "Got shape (2, 3)."),
    "labels": (
        Own(lambda self, X: (self.a(X) > 0).long(), a=nn.Linear(8, 2)),
        LOGITS + "Got int64."),
    "wrong width": (
        nn.Sequential(nn.Linear(8, 3), nn.Linear(4, 2)),
        LOGITS + "But its layer '1' (Linear) raised RuntimeError: mat1 and mat2 shapes "
        "cannot be multiplied (3x3 and 4x2)."),
    "floats for tokens": (
        tokens_as_floats,
        LOGITS + "But its layer '0' (Embedding) raised RuntimeError: Expected tensor for "
        "argument #1 'indices' to have one of the following scalar types: Long, Int; but "
        "got torch.FloatTensor instead (while checking arguments for embedding). A "
        "network gets floats: call `.long()` on what are tokens, in its forward."),
    "no forward": (
        nn.ModuleList([nn.Linear(8, 2)]),
        LOGITS + "But it raised NotImplementedError: Module [ModuleList] is missing the "
        'required "forward" function.'),
    "no parameters": (
        nn.Flatten(),
        "`module` should have parameters to train. Got one without, or with all of them "
        "frozen."),
    "complex": (
        Complex,
        "`module` should have real parameters. Got a complex one, 'spectrum'. Keep its "
        "real and imaginary parts in two parameters, or use torch.view_as_complex in the "
        "forward."),
    "no values": (
        nn.Linear(8, 2, device="meta"),
        "`module` should have parameters with values. Got one on the device 'meta', "
        "'weight'. Make the module on the CPU."),
    "overwrites what backward needs": (
        nn.Sequential(nn.Linear(8, 4), Own(overwritten, inner=nn.Linear(4, 4)),
                      nn.Linear(4, 2)),
        TRAIN + "its layer '1' (Own) raised RuntimeError: one of the variables needed for "
        "gradient computation has been modified by an inplace operation: "
        "[torch.FloatTensor [4, 4]], which is output 0 of Sigmoid, is at version 1; "
        "expected version 0 instead. Hint: enable anomaly detection to find the operation "
        "that failed to compute its gradient, with "
        "torch.autograd.set_detect_anomaly(True, check_nan=False)."),
    "holds a layer in a function": (
        holding_a_layer,
        "`module` should use its own parameters alone, also when it is copied. Got one "
        "whose copy uses those of another module, as a function that holds a layer does. "
        "Reach layers by self."),
    "fails in training": (
        TrainsOtherwise(failing), TRAIN + "it raised KeyError: 'only in training'."),
    "tuple in training": (TrainsOtherwise(lambda logits: (logits,)), MODES + "a tuple."),
    "one logit in training": (
        TrainsOtherwise(lambda logits: logits[:, :1]), MODES + "shape (4, 1)."),
    "detached": (
        TrainsOtherwise(torch.Tensor.detach),
        "`module` should compute its logits from parameters that are trained. Got logits "
        "that do not depend on any, or are detached from them."),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_modules_that_cannot_be_trained_are_refused(case):
    module, message = REFUSED[case]
    with raises(message):
        fit(module)


def test_batch_statistics_of_one_row_are_refused():
    module = nn.Sequential(nn.Linear(8, 4), nn.BatchNorm1d(4), nn.Linear(4, 2))
    message = (
        TRAIN + "its layer '1' (BatchNorm1d) raised ValueError: Expected more than 1 value "
        "per channel when training, got input size torch.Size([1, 4]). Statistics of a "
        "batch need two rows or more: of a minibatch (`batch_size`), and of the audited "
        "rows."
    )
    with raises(message):
        fit(module, batch_size=1)
    assert fit(module, batch_size=59).n_iter_ == 1  # the last row is left out


class NeedsWidth(nn.Linear):
    def __init__(self, width, depth, n_classes):
        super().__init__(width * depth, n_classes)


@pytest.mark.parametrize(
    ("module", "message"),
    [
        (NeedsWidth,
         "`module` should be a class or function that needs no other arguments than "
         "n_features, n_classes and row_shape. Got one that needs width, depth. Bind them "
         "with functools.partial."),
        (lambda n_features: str(n_features),
         "`module` should be a class or function that makes a torch.nn.Module. Got one "
         "that makes a str."),
        (Locked(),
         "`module` should be a module that copy.deepcopy can copy, or a class or function "
         "that makes one. Got a Locked, which cannot be copied: cannot pickle 'generator' "
         "object"),
    ],
)  # fmt: skip
def test_what_makes_no_module_is_refused(module, message):
    with raises(message, TypeError):
        fit(module)


def changed_input(self, X):
    X *= 2
    return self.a(X)


CHANGED = {
    "always": Own(changed_input, a=nn.Linear(8, 2)),
    "in training": nn.Sequential(nn.Dropout(0.5, inplace=True), nn.Linear(8, 2)),
}


class Forget(Callback):
    """Forgets what was seen before the training."""

    def __init__(self, seen):
        self.seen = seen

    def on_epoch_begin(self, net, **kwargs):
        if len(net.history) == 1:
            self.seen.clear()


@pytest.mark.parametrize("case", CHANGED)
@pytest.mark.parametrize("engine", ["ghost", "forward", "autograd", "loop"])
def test_a_module_that_changes_its_input_changes_no_rows(case, engine):
    seen = []

    class Watched(nn.Module):
        def __init__(self):
            super().__init__()
            self.inner = CHANGED[case]

        def forward(self, X):
            if len(X) in (12, 32):  # the audited rows, alone or after a minibatch
                seen.append(X[-12:].clone())
            return self.inner(X)

    fit(Watched, engine=engine, max_epochs=3, callbacks=[Forget(seen)])
    assert len(seen) >= 9
    assert all(torch.equal(rows, seen[0]) for rows in seen)


@pytest.mark.filterwarnings("ignore:.torch.jit:DeprecationWarning")
def test_a_compiled_module_is_trained_as_what_it_was_made_from():
    torch.manual_seed(0)
    module = plain()
    expected = fit(module).predict_proba(X)
    clf = fit(torch.compile(module))
    assert type(clf.module_) is nn.Sequential
    np.testing.assert_array_equal(clf.predict_proba(X), expected)
    inner = nn.Sequential(torch.compile(module[0]), *module[1:])
    np.testing.assert_array_equal(fit(inner).predict_proba(X), expected)


class WithoutGraph(Head):
    """Has a graph in training mode only."""

    def forward(self, X):
        with torch.set_grad_enabled(self.training and torch.is_grad_enabled()):
            return super().forward(X)


def test_a_module_may_have_no_graph_in_evaluation():
    clf = fit(WithoutGraph, bargaining="nash", bargain_epochs=1, max_epochs=2)
    assert clf.history_[0]["bargaining_success_rate"] > 0
    assert clf.history_[0]["safe_meta_lr"] is None


class WithExtraState(Head):
    def __init__(self):
        super().__init__()
        self.n_calls = 0

    def forward(self, X):
        self.n_calls += 1
        return super().forward(X)

    def get_extra_state(self):
        return {"n_calls": self.n_calls}

    def set_extra_state(self, state):
        self.n_calls = state["n_calls"]


def test_a_module_may_have_extra_state():
    clf = fit(WithExtraState(), early_stopping=True, max_epochs=2)
    before = clf.module_.n_calls
    clf.partial_fit(X, Y, **VALIDATION)
    assert clf.module_.n_calls > before > 0


class Recording(Head):
    """Uses an embedding that has no row for large features."""

    def __init__(self):
        super().__init__()
        self.table = nn.Embedding(9, 2)

    def forward(self, X):
        return super().forward(X) + self.table(X[:, 0].abs().long())


def test_rows_that_a_layer_cannot_take_are_refused():
    late, raised = X.copy(), "raised IndexError: index out of range in self."
    late[7, 0] = 1e6
    clf = NashMetaClassifier(module=Recording, max_epochs=1, batch_size=20, random_state=0)
    with raises(f"{TRAIN}its layer 'table' (Embedding) {raised}"):
        clf.fit(late, Y, **VALIDATION)
    clf.fit(X, Y, **VALIDATION)
    message = "`X` should hold rows that `module` maps to logits, but its layer 'table' "
    with raises(f"{message}(Embedding) {raised}"):
        clf.predict(late)


def test_weight_norm_of_parametrizations_can_be_cloned():
    """The way out that the user guide names, where torch's older one cannot be copied."""
    module = nn.Sequential(nn.utils.parametrizations.weight_norm(nn.Linear(2, 2)))
    assert isinstance(clone(NashMetaClassifier(module=module)).module, nn.Sequential)
