"""That the architecture is read from all ways to import."""

import os
import subprocess
import sys

import pytest

import skfairbargain
from tests.imports import PACKAGE, ROOT, imports_in


@pytest.mark.parametrize(
    ("source", "module", "name"),
    [
        ("import skfairbargain.compare", "skfairbargain.compare", None),
        ("from skfairbargain.compare import a", "skfairbargain.compare", "a"),
        ("from ..compare import a as b", "skfairbargain.compare", "a"),
        ("from .. import compare", "skfairbargain", "compare"),
        ("from . import _auc", "skfairbargain.metrics", "_auc"),
        ("import skfairbargain\nskfairbargain.compare", "skfairbargain", "compare"),
        ("import skfairbargain\nskfairbargain.compare.a", "skfairbargain.compare", "a"),
        ("import skfairbargain.compare as c\nc.a", "skfairbargain.compare", "a"),
        ("from .. import compare as c\nc.a", "skfairbargain.compare", "a"),
        ("import_module('..compare', __package__)", "skfairbargain.compare", None),
        ("importlib.import_module('torch')", "torch", None),
        ("__import__('torch')", "torch", None),
    ],
)
@pytest.mark.parametrize("inside", [False, True])
def test_all_ways_to_import_are_read(source, module, name, inside):
    if inside:
        source = "def function():\n    " + source.replace("\n", "\n    ")
    found = imports_in(source, ROOT / PACKAGE / "metrics/_forms.py")
    assert (module, name, not inside) in [(i.module, i.name, i.at_top) for i in found]


def in_a_fresh_process(code):
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        timeout=120,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


def test_the_package_alone_imports_nothing_that_is_slow():
    code = (
        "import sys, skfairbargain; skfairbargain.__version__;"
        "print(*{m.partition('.')[0] for m in sys.modules})"
    )
    slow = {"torch", "sklearn", "pandas", "scipy", "numpy", "matplotlib", "skorch"}
    assert not slow & set(in_a_fresh_process(code))


@pytest.mark.parametrize(
    "name",
    ["Nash", "protocols", "exceptions", "bargaining", "NoAgreementWarning", "get_protocol"],
)
def test_a_name_is_imported_when_it_is_asked_for_and_without_torch(name):
    code = f"import sys, skfairbargain; skfairbargain.{name}; print('torch' in sys.modules)"
    assert in_a_fresh_process(code) == ["False"]


def test_public_names_are_listed_and_can_all_be_imported():
    code = (
        "from skfairbargain import *; import skfairbargain as s;"
        "print(*[n for n in s.__all__ if globals()[n] is not getattr(s, n)]);"
        "print(len(s.__all__));"
        "print(set(s.__all__) <= set(dir(s)))"
    )
    number, listed = in_a_fresh_process(code)
    assert int(number) >= 20
    assert listed == "True"


def test_an_unknown_name_is_an_attribute_error():
    for name in ("Unknown", "_unknown", "__wrapped__"):
        with pytest.raises(
            AttributeError, match=f"^module 'skfairbargain' has no attribute '{name}'$"
        ):
            getattr(skfairbargain, name)


@pytest.mark.parametrize("optimizer", ["sgd", "adam", "adamw"])
def test_a_fit_does_not_import_the_compiler_of_torch(optimizer):
    code = (
        "import sys; from tests.small_model import VALIDATION, X, Y, make_classifier;"
        f"model = make_classifier(optimizer={optimizer!r}, max_epochs=2, bargain_epochs=1);"
        "model.fit(X, Y, **VALIDATION).partial_fit(X, Y, **VALIDATION).predict(X);"
        "print(type(model.net_.optimizer_).__name__, 'torch._dynamo' in sys.modules)"
    )
    kind, imported = in_a_fresh_process(code)
    assert (kind.lower(), imported) == (optimizer, "False")
