"""The files beside this one by their names, and the bench on which servers are tried."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from amazonpay_conformance.wire.keys import generate_private_key

HERE = Path(__file__).parent


def _named(name: str) -> Any:
    """Import a file by its name, which --import-mode=importlib does not do."""
    spec = importlib.util.spec_from_file_location(name, HERE / f"{name}.py")
    if spec is None or spec.loader is None:
        raise ImportError(name)
    module = sys.modules[name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


seams = _named("resource_seams")
_named("resource_faults")


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """One client and one target for all tests."""
    with ExitStack() as closing:
        yield seams.Bench(generate_private_key(), tmp_path_factory.mktemp("bench"), closing)
