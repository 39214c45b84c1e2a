"""Imports run one way: each layer imports what its row in docs/architecture.md allows, and nothing else."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
OURS = "amazonpay_conformance"
FOLDERS = {"conformance": OURS, "schemas": f"{OURS}.schemas", "strategies": f"{OURS}.strategies"}
TOP = ("plugin", "cli")

ROW = re.compile(r"^\| `(?P<layer>[a-z]+)` \| (?P<ours>.*) \| (?P<others>.*) \|$", re.MULTILINE)
QUOTED = re.compile(r"`([a-z0-9_.]+)`")


@dataclass(frozen=True)
class Allowed:
    """What a layer may import: layers or modules of ours, and packages of others."""

    ours: frozenset[str]
    others: frozenset[str]


def rows() -> dict[str, Allowed]:
    """The table of docs/architecture.md."""
    text = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    return {row["layer"]: Allowed(_names(row["ours"]), _names(row["others"])) for row in ROW.finditer(text)}


def _names(cell: str) -> frozenset[str]:
    return frozenset(QUOTED.findall(cell))


def modules() -> dict[str, Path]:
    """Every module of ours by its dotted name below the root package, as `engine.setup`."""
    found = {}
    for folder, package in FOLDERS.items():
        for path in (ROOT / folder).rglob("*.py"):
            inner = path.relative_to(ROOT / folder).with_suffix("").parts
            parts = [*package.split(".")[1:], *(part for part in inner if part != "__init__")]
            found[".".join(parts)] = path
    return found


def imports(path: Path, module: str) -> Iterator[str]:
    """Every name that a module imports, wherever in it, as a dotted path."""
    package = module if path.stem == "__init__" else module.rpartition(".")[0]
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            source = node.module or ""
            if node.level:
                above = package.split(".")[: len(package.split(".")) - node.level + 1]
                source = ".".join([OURS, *above, *filter(None, [source])])
            yield from (f"{source}.{alias.name}" for alias in node.names)


def layer_of(module: str) -> str:
    """The layer of a module: the first part of its name."""
    return module.partition(".")[0]


MODULES = modules()
ROWS = rows()


def test_every_layer_has_a_row_and_every_row_a_layer() -> None:
    layers = {layer_of(module) for module in MODULES} - {""}
    assert set(ROWS) == layers, "docs/architecture.md and the folders disagree"


@pytest.mark.parametrize("module", sorted(MODULES))
def test_a_module_imports_only_what_its_layer_may(module: str) -> None:
    allowed = ROWS.get(layer_of(module), Allowed(frozenset(), frozenset()))
    path = MODULES[module]
    for name in imports(path, module):
        root, _, rest = name.partition(".")
        if root in sys.stdlib_module_names:
            continue
        where = f"{path.relative_to(ROOT)} imports {name}"
        if root != OURS:
            assert root in allowed.others, f"{where}: its layer may import {sorted(allowed.others)} of others"
        elif layer_of(rest) != layer_of(module):
            assert any(f"{rest}.".startswith(f"{known}.") for known in allowed.ours), (
                f"{where}: its layer may import {sorted(allowed.ours)} of ours"
            )


@pytest.mark.parametrize("top", TOP)
def test_nothing_imports_what_is_on_top(top: str) -> None:
    importers = [
        module
        for module, path in MODULES.items()
        if layer_of(module) != top
        and any(f"{name}.".startswith(f"{OURS}.{top}.") for name in imports(path, module))
    ]
    assert importers == []


def test_the_layers_can_be_put_in_an_order() -> None:
    """No layer may, over any way round, import one that may import it."""
    left = {layer: {layer_of(name) for name in allowed.ours} for layer, allowed in ROWS.items()}
    while left:
        free = {layer for layer, below in left.items() if not below & set(left)}
        assert free, f"these import each other in a circle: {sorted(left)}"
        left = {layer: below for layer, below in left.items() if layer not in free}


def test_every_package_that_is_imported_is_a_dependency_and_the_other_way_round() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    lines = [*project["dependencies"], *project["optional-dependencies"]["redis"]]
    declared = {re.split(r"[<>=~!\[; ]", line)[0].replace("-", "_") for line in lines}
    assert declared == set().union(*(allowed.others for allowed in ROWS.values()))
