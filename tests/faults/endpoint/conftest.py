"""What these tests share: the catalogues of endpoints, and endpoints that were tried."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import pytest
from amazonpay_conformance.mutants import endpoint_faults as faults
from amazonpay_conformance.mutants import endpoint_seams as seams
from amazonpay_conformance.mutants import endpoint_variations as variations


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A test that takes `fault` or `variation` runs for each row of that table."""
    for name, rows in (("fault", faults.FAULTS), ("variation", variations.VARIATIONS)):
        if name in metafunc.fixturenames:
            metafunc.parametrize(name, rows, ids=lambda row: row.id)


@cache
def _tried(row: Any) -> Any:
    return seams.tried(row.shop, getattr(row, "parts", ("endpoint", "order", "accepted")))


@pytest.fixture(scope="module")
def tried() -> Callable[[Any], Any]:
    """From a row to what came of the trials of its endpoint."""
    return _tried
