"""What is installed is what is on the disk, and it costs a user's pytest next to nothing."""

from __future__ import annotations

import subprocess
import sys
import tarfile
import tomllib
import zipfile
from pathlib import Path
from typing import Any, Protocol

import pytest

ROOT = Path(__file__).parents[2]
OURS = "amazonpay_conformance"
PYPROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
FOLDERS = {folder: package for package, folder in PYPROJECT["tool"]["setuptools"]["package-dir"].items()}
HEAVY = {"cryptography", "h11", "hypothesis", "jsonschema", "jsonschema_rs", "requests", "responses"}


class Built(Protocol):
    """The fixture of conftest.py."""

    wheel: Path
    sdist: Path
    files: frozenset[str]


def run(*words: str, cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, *words], cwd=cwd, capture_output=True, text=True)


def test_the_packages_that_are_listed_are_those_on_the_disk() -> None:
    on_disk = {
        ".".join([package, *path.parent.relative_to(ROOT / folder).parts])
        for folder, package in FOLDERS.items()
        for path in (ROOT / folder).rglob("__init__.py")
    }
    assert sorted(on_disk) == PYPROJECT["tool"]["setuptools"]["packages"]


def test_no_folder_of_code_lacks_its_init() -> None:
    folders = {path.parent for folder in FOLDERS for path in (ROOT / folder).rglob("*.py")}
    assert [str(folder) for folder in folders if not (folder / "__init__.py").is_file()] == []


def test_the_wheel_holds_every_module_and_every_schema_and_nothing_else(built: Built) -> None:
    expected = {
        "/".join([*package.split("."), *Path(name).relative_to(folder).parts])
        for folder, package in FOLDERS.items()
        for name in built.files
        if name.startswith(f"{folder}/") and name.endswith((".py", ".json", ".css", ".js", "py.typed"))
    }
    with zipfile.ZipFile(built.wheel) as wheel:
        inside = {name for name in wheel.namelist() if ".dist-info/" not in name}
    assert inside == expected


def test_the_wheel_carries_the_licence_the_command_and_the_plugin(built: Built) -> None:
    with zipfile.ZipFile(built.wheel) as wheel:
        texts = {
            Path(name).name: wheel.read(name).decode() for name in wheel.namelist() if ".dist-info/" in name
        }
    assert texts["LICENSE"] == (ROOT / "LICENSE").read_text(encoding="utf-8")
    assert "License-Expression: Apache-2.0" in texts["METADATA"]
    assert "amazonpay-conformance = amazonpay_conformance.cli:main" in texts["entry_points.txt"]
    assert "amazonpay_conformance.plugin = amazonpay_conformance.plugin" in texts["entry_points.txt"]


def test_the_sdist_holds_every_tracked_file(built: Built) -> None:
    with tarfile.open(built.sdist) as sdist:
        inside = {name.partition("/")[2] for name in sdist.getnames()}
    assert sorted(built.files - inside) == []


def test_the_plugin_imports_nothing_heavy() -> None:
    done = run("-c", f"import sys, {OURS}.plugin; print(*sorted(sys.modules))")
    assert done.returncode == 0, done.stderr
    loaded = {name.partition(".")[0] for name in done.stdout.split()}
    assert sorted(loaded & HEAVY) == []


def test_the_plugin_imports_little_of_ours() -> None:
    done = run("-c", f"import sys, {OURS}.plugin; print(*sys.modules)")
    ours = {name for name in done.stdout.split() if name.partition(".")[0] == OURS}
    above = {name for name in ours if not name.startswith(f"{OURS}.plugin")}
    assert above == {OURS, f"{OURS}.engine", f"{OURS}.engine.configuration"}


@pytest.mark.parametrize("folder", sorted(FOLDERS))
def test_a_top_folder_refuses_to_be_imported_under_its_own_name(folder: str) -> None:
    done = run("-c", f"import {folder}")
    assert done.returncode == 1
    assert f"this package is installed as '{FOLDERS[folder]}'" in done.stderr
