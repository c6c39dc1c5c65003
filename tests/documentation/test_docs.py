"""The documentation says what the code says: every name, parameter and default."""

import ast
import dataclasses
import importlib
import importlib.util
import inspect
import pkgutil
import re
import sys
import types
import warnings
from pathlib import Path

import pytest
from numpydoc.docscrape import ClassDoc, FunctionDoc

import skfairbargain

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "docs"))
from api_reference import API_REFERENCE, api_page
from gallery_order import ORDER

ROOT = Path(__file__).resolve().parents[2]

# Modules that need more than the package's own dependencies, and what that is.
EXTRAS = {"skfairbargain.lale": "lale", "skfairbargain.torchjd": "torchjd"}


def public_module_names():
    """The package, and every module in it whose name has no leading underscore."""
    found = pkgutil.walk_packages(skfairbargain.__path__, "skfairbargain.")
    names = [name for _, name, _ in found]
    return ["skfairbargain"] + [
        name for name in names if not any(part[0] == "_" for part in name.split("."))
    ]


def can_import(name):
    """Whether the extra that a module needs is installed."""
    return all(
        importlib.util.find_spec(extra)
        for module, extra in EXTRAS.items()
        if f"{name}.".startswith(f"{module}.")
    )


def import_public(name):
    if not can_import(name):
        pytest.skip(f"{name} needs an extra that is not installed")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of other packages, while they are imported
        return importlib.import_module(name)


def listed(section):
    return [*section.names, *section.constants]


def lines(head, items):
    """Write a failure out in full; pytest would show the first item of a list."""
    return "\n  ".join([head, *items])


modules = pytest.mark.parametrize("module_name", public_module_names())
sections = pytest.mark.parametrize("title", API_REFERENCE)


@modules
def test_every_public_name_is_in_the_api_reference(module_name):
    module = import_public(module_name)
    assert hasattr(module, "__all__"), f"{module_name} should define __all__."
    # A name that several modules offer needs one entry.
    entries = [
        getattr(import_public(section.module), name, None)
        for section in API_REFERENCE.values()
        if can_import(section.module)
        for name in listed(section)
    ]
    missing = [
        f"{module_name}.{name}"
        for name in module.__all__
        if not any(getattr(module, name) is entry for entry in entries)
    ]
    assert not missing, lines("Add to docs/api_reference.py:", missing)


@sections
def test_every_api_entry_is_public(title):
    section = API_REFERENCE[title]
    assert section.module in public_module_names()
    stale = sorted(set(listed(section)) - set(import_public(section.module).__all__))
    assert not stale, lines("Take out of docs/api_reference.py:", stale)


def test_the_gallery_orders_every_example():
    examples = sorted(path.stem for path in (ROOT / "examples").glob("*.py"))
    assert sorted(ORDER) == examples


def test_no_name_has_two_entries_in_the_api_reference():
    entries = [
        (section.module, name)
        for section in API_REFERENCE.values()
        for name in listed(section)
    ]
    assert len(entries) == len(set(entries))


def test_the_api_page_shows_every_entry():
    page = api_page()
    for section in API_REFERENCE.values():
        shown = page.split(f".. currentmodule:: {section.module}\n")
        for name in section.names:
            assert any(f"\n   {name}\n" in part for part in shown[1:])
        for name, sentence in section.constants.items():
            assert f".. py:data:: {name}\n\n   {sentence}\n" in page


# -- docstrings -------------------------------------------------------------------------


def documented(module):
    """Public classes and functions that a module defines, and the classes' own methods."""
    for name in module.__all__:
        public = getattr(module, name)
        if getattr(public, "__module__", None) is None or not callable(public):
            continue
        if inspect.isfunction(public):
            yield f"{module.__name__}.{name}", public, FunctionDoc(public)
        elif inspect.isclass(public) and not issubclass(public, BaseException):
            yield f"{module.__name__}.{name}", public, ClassDoc(public)
            for method_name, member in vars(public).items():
                method = getattr(public, method_name) if method_name[0] != "_" else None
                if method is not None and isinstance(
                    member, staticmethod | classmethod | types.FunctionType
                ):
                    qualified = f"{module.__name__}.{name}.{method_name}"
                    yield qualified, method, FunctionDoc(method)


def drift(function, doc, namespace):
    """Say how a docstring's parameters differ from the signature."""
    parameters = dict(inspect.signature(function).parameters)
    parameters.pop("self", None)
    # A record that the package makes is read, so its fields may be told as attributes.
    has_fields = dataclasses.is_dataclass(function) or hasattr(function, "_fields")
    is_record = has_fields and not doc["Parameters"]
    told = [
        (name.strip(), entry.type)
        for entry in doc["Attributes" if is_record else "Parameters"]
        for name in entry.name.split(",")
    ]
    if not told and re.match(r"(See|As) `\w+\.\w+`", " ".join(doc["Summary"])):
        return  # the docstring says where the parameters are told
    stars = {inspect.Parameter.VAR_POSITIONAL: "*", inspect.Parameter.VAR_KEYWORD: "**"}
    names = [stars.get(p.kind, "") + name for name, p in parameters.items()]
    if [name for name, _ in told] != names:
        yield f"parameters {[name for name, _ in told]}, but the signature has {names}"
        return
    for (name, kind), parameter in zip(told, parameters.values(), strict=True):
        found = re.search(r"default=(.*)", kind)
        is_optional = parameter.default is not inspect.Parameter.empty
        if found and not is_optional:
            yield f"{name} has no default, but the docstring gives {found[1]}"
        elif found and not is_default(found[1], parameter.default, namespace):
            yield f"{name} has the default {parameter.default!r}, not {found[1]}"
        elif is_optional and not found and kind:
            yield f"{name} should say default={parameter.default!r}"


def is_default(text, default, namespace):
    try:
        value = ast.literal_eval(text)
    except (ValueError, SyntaxError):
        return namespace.get(text, inspect.Parameter.empty) is default
    return type(value) is type(default) and value == default


def reachable(name, *places):
    """Whether a See Also entry names something: near, or by its full path."""
    parent, _, last = name.rpartition(".")
    if any(hasattr(place, name) for place in places):
        return True
    if any(hasattr(getattr(place, parent, None), last) for place in places):
        return True
    try:
        return hasattr(importlib.import_module(parent), last)
    except (ImportError, ValueError):
        return False


@modules
def test_docstrings_and_signatures_agree(module_name):
    module = import_public(module_name)
    drifts = [
        f"{name}: {fault}"
        for name, function, doc in documented(module)
        for fault in drift(function, doc, vars(sys.modules[function.__module__]))
    ]
    assert not drifts, lines("Docstrings that differ from the signature:", drifts)


@modules
def test_see_also_names_what_exists(module_name):
    module = import_public(module_name)
    dangling = [
        f"{name}: {other}"
        for name, owner, doc in documented(module)
        for others, _ in doc["See Also"]
        for other, _ in others
        if not reachable(other, module, sys.modules[owner.__module__], owner)
    ]
    assert not dangling, lines("See Also entries that name nothing:", dangling)
