"""Read with `ast` what the files of this repository import; no module is run for it."""

import ast
from importlib.util import resolve_name
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = "skfairbargain"
# Functions that import the module of a name.
IMPORTERS = ("__import__", "import_module", "import_optional")


class Import(NamedTuple):
    """One imported name, and where."""

    file: Path
    line: int
    module: str  # absolute, dotted
    name: str | None  # None for ``import module``
    at_top: bool  # run when the file is imported

    def __str__(self):
        what = f"{self.module}.{self.name}" if self.name else self.module
        return f"{self.file.relative_to(ROOT)}:{self.line}: {what}"


def dotted(file):
    """Name of a file's module."""
    parts = list(file.relative_to(ROOT).with_suffix("").parts)
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def files_of(folder):
    """Python files of a folder and those below it, without what is built."""
    return sorted(
        file
        for file in (ROOT / folder).rglob("*.py")
        if not {"_build", "auto_examples", "__pycache__"} & set(file.parts)
    )


MODULES = {dotted(file): file for file in files_of(PACKAGE)}


def imports_of(file):
    """What a file imports, and takes from modules; relative names are made absolute."""
    return imports_in(file.read_text(encoding="utf-8"), file)


def imports_in(source, file):
    """The same for the text of a file."""
    tree = ast.parse(source)
    at_top = {id(node) for node in _module_level(tree)}
    package = (
        dotted(file) if file.name == "__init__.py" else dotted(file).rpartition(".")[0]
    )
    modules = _modules(tree, package)
    return [
        Import(file, node.lineno, module, name, id(node) in at_top)
        for node in ast.walk(tree)
        for module, name in _taken(node, package, modules)
    ]


def _modules(tree, package):
    """The package's modules that a file imports, by the name that it gives them."""
    given = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                root = alias.name.split(".")[0]
                given[alias.asname or root] = alias.name if alias.asname else root
        elif isinstance(node, ast.ImportFrom):
            base = _absolute(node, package)
            for alias in node.names:
                given[alias.asname or alias.name] = f"{base}.{alias.name}"
    return {name: module for name, module in given.items() if module in MODULES}


def _taken(node, package, modules):
    """Module and name of all that a node takes; the name is None for the module itself."""
    if isinstance(node, ast.Import):
        return [(alias.name, None) for alias in node.names]
    if isinstance(node, ast.ImportFrom):
        return [(_absolute(node, package), alias.name) for alias in node.names]
    if isinstance(node, ast.Call) and node.args:
        function = getattr(node.func, "attr", getattr(node.func, "id", None))
        name = getattr(node.args[0], "value", None)
        if function in IMPORTERS and isinstance(name, str):
            return [(resolve_name(name, package), None)]
    if isinstance(node, ast.Attribute) and (module := _meant(node.value, modules)):
        return [(module, node.attr)]
    return []


def _absolute(node, package):
    return resolve_name("." * node.level + (node.module or ""), package)


def _meant(node, modules):
    """The module of the package that an expression such as ``skfairbargain.metrics`` is."""
    if isinstance(node, ast.Name):
        return modules.get(node.id)
    if isinstance(node, ast.Attribute) and (outer := _meant(node.value, modules)):
        return inner if (inner := f"{outer}.{node.attr}") in MODULES else None
    return None


def _module_level(tree):
    """Statements that run on import: all but those inside of functions."""
    waiting = list(tree.body)
    while waiting:
        node = waiting.pop()
        yield node
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            waiting += ast.iter_child_nodes(node)
