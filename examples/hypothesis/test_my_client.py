"""A client is called as the kit would call it, and every message is judged; here the kit's own client."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from amazonpay_conformance.model.scenario import Scenario
from amazonpay_conformance.testing import Conformance, network_settings, scenarios
from hypothesis import given


@pytest.fixture(scope="module")
def amazon_pay() -> Iterator[Conformance]:
    with Conformance("reference", transport="in-process") as started:
        yield started


@network_settings(max_examples=15)
@given(scenario=scenarios(max_steps=6))
def test_my_client(amazon_pay: Conformance, scenario: Scenario) -> None:
    amazon_pay.check(scenario)
