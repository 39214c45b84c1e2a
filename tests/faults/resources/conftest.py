"""The files beside this one, and the merchant of tests/mock, by their names."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

HERE = Path(__file__).parent


def _named(name: str, folder: Path) -> None:
    """Import a file by its name, which --import-mode=importlib does not do."""
    spec = importlib.util.spec_from_file_location(name, folder / f"{name}.py")
    if spec is None or spec.loader is None:
        raise ImportError(name)
    module = sys.modules[name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)


if "mock_shop" not in sys.modules:
    _named("mock_shop", HERE.parents[1] / "mock")
_named("resource_seams", HERE)
_named("resource_faults", HERE)
