"""Fixtures for users' own tests of a client. Redefine `amazonpay_client` to test another one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from amazonpay_conformance.plugin.settings import settings_of

if TYPE_CHECKING:
    from amazonpay_conformance.clients.driver import Region
    from amazonpay_conformance.testing import Conformance


@pytest.fixture(scope="session")
def amazonpay_client(pytestconfig: pytest.Config) -> str:
    """Which client `amazonpay_conformance` tests: that of --amazonpay-client, else the kit's own."""
    return settings_of(pytestconfig)["client"] or "reference"


@pytest.fixture(scope="session")
def amazonpay_conformance(pytestconfig: pytest.Config, amazonpay_client: str) -> Iterator[Conformance]:
    """The client and what answers it, to check scenarios with (docs/hypothesis.md)."""
    from amazonpay_conformance.testing import Conformance

    settings = settings_of(pytestconfig)
    region: Region = next(iter(settings["regions"]), "na")
    with Conformance(
        amazonpay_client,
        settings["target"],
        transport=settings["transport"],
        region=region,
        switches=settings["switches"],
        strict=settings["strict"],
    ) as started:
        yield started
