"""Run the Python code of README.md and of the documentation's pages."""

from doctest import ELLIPSIS, NORMALIZE_WHITESPACE
from importlib.util import find_spec

from sybil import Sybil
from sybil.parsers.myst import PythonCodeBlockParser

# What a build of the documentation leaves are copies; conf.py is Sphinx's to import.
collect_ignore = ["docs/_build", "docs/api", "docs/auto_examples", "docs/conf.py"]
if find_spec("lale") is None:
    collect_ignore += [
        "skfairbargain/lale",
        "docs/user_guide/lale.md",
    ]

# A page is a document and has a namespace of its own.
pytest_collect_file = Sybil(
    parsers=[PythonCodeBlockParser(doctest_optionflags=ELLIPSIS | NORMALIZE_WHITESPACE)],
    patterns=["*.md"],
).pytest()
