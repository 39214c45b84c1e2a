"""What these tests share: the catalogues of integrations, and shops that have run."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import pytest
from amazonpay_conformance.mutants import integration_faults as faults
from amazonpay_conformance.mutants import integration_seams as seams
from amazonpay_conformance.mutants import integration_variations as variations


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
