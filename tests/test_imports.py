"""That the architecture is read from all ways to import."""

import pytest

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
