"""Who imports whom, read from the source: arrows go one way, packages have one door.

``PARTS`` is the table of the architecture; CONTRIBUTING.md shows the diagram made of it.
Imports inside of functions count, and so does what a module of the package is asked for,
as in ``metrics.get_scorer``; `tests/imports.py` reads them.
"""

import importlib
import statistics

import pytest

from tests.imports import MODULES, PACKAGE, ROOT, dotted, files_of, imports_of

# Every part of the package and the parts that it imports. A part stands below all that it
# imports, so that arrows go one way. A new arrow is a decision: enter it here and draw it
# in CONTRIBUTING.md, whose diagram is checked against this table.
PARTS = {
    "_version": (),
    "exceptions": (),
    "losses": (),
    "distributed": (),
    "datasets": (),
    "bargaining": (),
    "_utils": ("_version", "exceptions"),
    "protocols": ("bargaining",),
    "metrics": ("exceptions", "bargaining", "_utils"),
    "hypergradients": ("losses", "_utils"),
    "simulation": ("bargaining", "_utils", "protocols"),
    "_inputs": ("exceptions", "_utils"),
    "inspection": ("_utils", "metrics", "_inputs"),
    "model_selection": ("exceptions", "_utils", "_inputs"),
    "tables": ("_utils", "_inputs"),
    "audited": ("exceptions", "_utils", "metrics", "_inputs", "tables"),
    "_networks": ("exceptions", "_utils", "_inputs"),
    "_model_file": ("exceptions", "_utils", "protocols", "_inputs"),
    "torchjd": ("_utils", "protocols"),
    "postprocessing": ("exceptions", "_utils"),
    "deployment": ("exceptions", "_utils", "_inputs", "_model_file"),
    "_training": (
        *("exceptions", "losses", "distributed", "bargaining", "_utils"),
        *("protocols", "hypergradients", "_inputs", "_networks"),
    ),
    "classifier": ("_utils", "_inputs", "_networks", "_training"),
    "reweighting": ("_utils", "_inputs", "classifier"),
    "persistence": (
        *("_version", "exceptions", "_utils", "protocols", "_inputs"),
        *("_model_file", "_networks", "_training", "classifier"),
    ),
    "compare": ("_utils",),
    "lale": (
        *("exceptions", "_utils", "protocols", "model_selection"),
        *("metrics", "classifier", "audited"),
    ),
    "_reading": ("_utils",),
    "auditing": (
        *("_version", "_utils", "_inputs", "metrics", "inspection"),
        *("tables", "classifier", "audited"),
    ),
    "_cli": (
        *("_utils", "model_selection", "_reading"),
        *("persistence", "auditing", "tables"),
    ),
    "__main__": ("_cli",),
}

# Parts that must not need torch, which takes a second to import.
WITHOUT_TORCH = (
    "tables",
    "audited",
    "metrics",
    "model_selection",
    "datasets",
    "inspection",
    "protocols",
    "_model_file",
    "deployment",
    "postprocessing",
)
# Code around the package that uses it as anybody does.
USERS = ("experiments", "benchmarks", "examples", "docs/images")
# The one file of these that takes private names: how to write a file whole is no matter of
# the library's users, and is not written twice.
WRITES_AS_THE_PACKAGE = ROOT / "experiments/files.py"


def part_of(module):
    """The part of the package that a module belongs to; "" for the package itself."""
    return module.split(".")[1] if "." in module else ""


FILES = list(MODULES.values())
IMPORTS = [each for file in FILES for each in imports_of(file)]
INTERNAL = [each for each in IMPORTS if each.module.split(".")[0] == PACKAGE]


def target(each):
    """The module that an import statement reads."""
    inner = f"{each.module}.{each.name}"
    return inner if inner in MODULES else each.module


def arrows():
    """Pairs of parts of which the first imports the second."""
    pairs = {(part_of(dotted(each.file)), part_of(target(each))) for each in INTERNAL}
    return {(a, b) for a, b in pairs if a != b and a not in ("", "__init__")}


def public_names(module):
    """What a public module's ``__all__`` lists: some make it from a table, so it is run."""
    if any(part.startswith("_") for part in module.split(".")):
        return set()
    return set(getattr(importlib.import_module(module), "__all__", ()))


def listed(head, faults):
    return "\n  ".join([head, *map(str, faults)])


# -- the arrows -------------------------------------------------------------------------


def test_every_part_is_in_the_table():
    parts = {part_of(module) for module in MODULES} - {""}
    assert parts == set(PARTS)


def test_parts_import_what_the_table_says_and_nothing_else():
    told = {(part, other) for part, others in PARTS.items() for other in others}
    new = [
        each
        for each in INTERNAL
        if (pair := (part_of(dotted(each.file)), part_of(target(each)))) not in told
        and pair[0] not in ("", pair[1])
    ]
    assert not new, listed("Arrows that are not in PARTS:", new)
    assert told == arrows(), f"Arrows in PARTS that nothing uses: {told - arrows()}"


def test_arrows_go_one_way():
    order = list(PARTS)
    upward = [
        (part, other)
        for part, others in PARTS.items()
        for other in others
        if order.index(other) >= order.index(part)
    ]
    assert not upward


def test_files_of_a_package_do_not_import_in_a_circle():
    edges = {
        module: {
            target(each)
            for each in INTERNAL
            if each.file == file and each.at_top and target(each) != module
        }
        for module, file in MODULES.items()
    }
    done, path = set(), []

    def visit(module):
        assert module not in path, " -> ".join([*path[path.index(module) :], module])
        if module in done:
            return
        path.append(module)
        for other in sorted(edges[module]):
            # A door imports its rooms, so whoever reads the door is no room of it.
            visit(other)
        path.pop()
        done.add(module)

    for module in sorted(edges):
        visit(module)


def test_nothing_in_the_package_imports_what_is_around_it():
    around = [
        each for each in IMPORTS if each.module.split(".")[0] in (*USERS, "docs", "tests")
    ]
    assert not around, listed("The package imports what is not part of it:", around)


# -- the doors --------------------------------------------------------------------------


def test_private_modules_are_imported_inside_their_package_only():
    through_the_wall = [
        each
        for each in INTERNAL
        if part_of(target(each)) != part_of(dotted(each.file))
        and len(target(each).split(".")) > 2
    ]
    assert not through_the_wall, listed("Import from the package:", through_the_wall)


def test_private_names_are_used_inside_their_part_only():
    foreign = [
        each
        for each in INTERNAL
        if part_of(target(each)) != part_of(dotted(each.file))
        and (each.name or "").startswith("_")
        and not each.name.startswith("__")
    ]
    assert not foreign, listed("Give it a name without an underscore:", foreign)


def test_packages_export_only_names_that_are_used():
    taken = {(each.module, each.name) for each in INTERNAL}
    unused = []
    for module, file in MODULES.items():
        if file.name != "__init__.py" or module == PACKAGE:
            continue
        own = {
            each.name
            for each in INTERNAL
            if each.file == file and part_of(each.module) == part_of(module)
        }
        unused += [
            f"{module}.{name}"
            for name in sorted(own - public_names(module))
            if (module, name) not in taken and name != "*" and not name.startswith("_")
        ]
    assert not unused, listed("Take out of the package's __init__:", unused)


@pytest.mark.parametrize("folder", USERS)
def test_code_around_the_package_imports_public_names_only(folder):
    private = []
    for each in (each for file in files_of(folder) for each in imports_of(file)):
        if each.module.split(".")[0] != PACKAGE or each.file == WRITES_AS_THE_PACKAGE:
            continue
        parts = each.module.split(".")[1:]
        is_module = f"{each.module}.{each.name}" in MODULES
        if any(part.startswith("_") for part in parts) or not (
            each.name is None
            or each.name == "__version__"
            or (is_module and not each.name.startswith("_"))
            or each.name in public_names(each.module)
        ):
            private.append(each)
    assert not private, listed("Names that are not public:", private)


# -- torch ------------------------------------------------------------------------------


@pytest.mark.parametrize("part", WITHOUT_TORCH)
def test_parts_that_need_no_torch_import_none(part):
    waiting = [m for m in MODULES if part_of(m) == part] + [PACKAGE]
    seen = set()
    while waiting:
        module = waiting.pop()
        if module in seen:
            continue
        seen.add(module)
        for each in imports_of(MODULES[module]):
            if not each.at_top:
                continue
            root = each.module.split(".")[0]
            assert root not in ("torch", "skorch"), f"{part} needs torch by {each}"
            if root == PACKAGE:
                waiting.append(target(each))


# -- sizes ------------------------------------------------------------------------------


def test_packages_are_not_nested():
    assert max(len(file.relative_to(ROOT / PACKAGE).parts) for file in FILES) == 2


def test_files_are_short():
    lengths = {
        file: len(file.read_text(encoding="utf-8").splitlines())
        for folder in (PACKAGE, "experiments")
        for file in files_of(folder)
    }
    too_long = {str(file.relative_to(ROOT)): n for file, n in lengths.items() if n > 400}
    assert not too_long
    assert statistics.median(lengths.values()) < 120


# -- the diagram ------------------------------------------------------------------------


def floors():
    """Height of every part: one above the highest part that it imports."""
    height = {}
    for part, others in PARTS.items():
        height[part] = 1 + max((height[other] for other in others), default=0)
    return height


def diagram():
    """The parts by floor with what each imports, the highest floor first."""
    height = floors()
    ordered = sorted(PARTS, key=lambda part: (-height[part], list(PARTS).index(part)))
    lines = []
    for floor, part in ((height[part], part) for part in ordered):
        below = f"→ {', '.join(PARTS[part])}" if PARTS[part] else ""
        lines.append(f"{floor}  {part:<15} {below}".rstrip())
    return "\n".join(lines)


def test_contributing_shows_the_diagram():
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    assert f"```text\n{diagram()}\n```" in text, f"It should show:\n{diagram()}"
