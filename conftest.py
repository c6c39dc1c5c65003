"""Run the Python code of README.md and of the documentation's pages."""

from doctest import ELLIPSIS, NORMALIZE_WHITESPACE
from importlib.util import find_spec

import pytest
from sybil import Sybil
from sybil.example import SybilFailure
from sybil.parsers.myst import PythonCodeBlockParser

# What a build of the documentation leaves are copies; conf.py is Sphinx's to import.
collect_ignore = ["docs/_build", "docs/api", "docs/auto_examples", "docs/conf.py"]
if find_spec("lale") is None:
    collect_ignore += [
        "skfairbargain/lale",
        "docs/user_guide/lale.md",
    ]
if find_spec("skl2onnx") is None or find_spec("onnxruntime") is None:
    collect_ignore += [
        "skfairbargain/deployment/_to_onnx.py",
        "docs/user_guide/deployment.md",
    ]
if find_spec("torchjd") is None:
    collect_ignore += ["skfairbargain/torchjd.py", "docs/user_guide/torch_loops.md"]
if find_spec("skrub") is None or find_spec("imblearn") is None:
    collect_ignore += ["docs/user_guide/other_packages.md"]
if find_spec("mapie") is None:
    collect_ignore += ["docs/user_guide/thresholds.md"]

PAGES = Sybil(
    parsers=[PythonCodeBlockParser(doctest_optionflags=ELLIPSIS | NORMALIZE_WHITESPACE)]
)


def pytest_collect_file(file_path, parent):
    """Make one test of a page: its examples build on each other, so none runs alone."""
    if file_path.suffix == ".md":
        return Page.from_parent(parent, path=file_path)
    return None


class Page(pytest.File):
    """A page with examples."""

    def collect(self):
        examples = list(PAGES.parse(self.path).examples())
        if examples:
            yield PageExamples.from_parent(self, name="examples", examples=examples)


class PageExamples(pytest.Item):
    """All examples of a page, in order, in one namespace."""

    def __init__(self, *, examples, **kwargs):
        super().__init__(**kwargs)
        self.examples = examples

    def runtest(self):
        for example in self.examples:
            example.evaluate()

    def repr_failure(self, excinfo):
        """Show what was expected and found, where an example's output differs."""
        if excinfo.errisinstance(SybilFailure):
            return str(excinfo.value)
        return super().repr_failure(excinfo)

    def reportinfo(self):
        return self.path, None, f"examples of {self.path.name}"
