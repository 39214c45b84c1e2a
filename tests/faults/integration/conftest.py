"""What these tests share: the catalogues beside this file, and shops that have run."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

HERE = Path(__file__).parent


def _beside(name: str) -> ModuleType:
    """Import a file of this folder by its name, which --import-mode=importlib does not do."""
    spec = importlib.util.spec_from_file_location(name, HERE / f"{name}.py")
    if spec is None or spec.loader is None:
        raise ImportError(name)
    module = sys.modules[name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


seams = _beside("integration_seams")
faults = _beside("integration_faults")
variations = _beside("integration_variations")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A test that takes `fault` or `variation` runs for each row of that table."""
    for name, rows in (("fault", faults.FAULTS), ("variation", variations.VARIATIONS)):
        if name in metafunc.fixturenames:
            metafunc.parametrize(name, rows, ids=lambda row: row.id)


@cache
def _ran(row: Any) -> Any:
    till = seams.Till.open(row.region, row.key_id)
    row.shop(till)
    till.watch.finish()
    return till


@pytest.fixture(scope="module")
def ran() -> Callable[[Any], Any]:
    """From a row to the till of its shop, once the shop has done its work."""
    return _ran
