"""The bench on which servers are tried."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from amazonpay_conformance.mutants import resource_seams as seams
from amazonpay_conformance.wire.keys import generate_private_key


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """One client and one target for all tests."""
    with ExitStack() as closing:
        yield seams.Bench(generate_private_key(), tmp_path_factory.mktemp("bench"), closing)
