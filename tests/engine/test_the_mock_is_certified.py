"""The mock is certified as any server is, in each way that it is reached, and is found the same."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest
from amazonpay_conformance.engine.order import PROFILES, Order
from amazonpay_conformance.engine.setup import Choice, prepared
from amazonpay_conformance.mock.serving import Place, served
from amazonpay_conformance.model.requirements import REQUIREMENTS

REQUESTS = 200
"""After so many a run ends: what comes first is the same each time."""


def verdicts(choice: Choice) -> Mapping[str, str]:
    """The verdict on each requirement of a server that was exercised."""
    order = Order(PROFILES["quick"], 1, subjects=frozenset({"server"}), max_requests=REQUESTS)
    with prepared(choice) as ready:
        result = ready.certify(order)
    assert result.requests >= min(REQUESTS, 100)
    found = {r.id: result.verdict_of(r) for r in REQUIREMENTS.values() if r.subject == "server"}
    return {name: verdict for name, verdict in found.items() if verdict in ("pass", "fail", "warning")}


@pytest.fixture(scope="module")
def in_process() -> Mapping[str, str]:
    return verdicts(Choice(transport="in-process"))


def test_it_conforms_in_process(in_process: Mapping[str, str]) -> None:
    assert set(in_process.values()) == {"pass"}
    assert len(in_process) > 50


def test_it_is_found_the_same_over_https(in_process: Mapping[str, str]) -> None:
    assert verdicts(Choice(transport="https")) == in_process


def test_it_conforms_as_it_is_served_with_a_state_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with served(tmp_path, place=Place(keeps_ca=True, state=tmp_path / "state.sqlite")) as mock:
        monkeypatch.setenv("AMAZON_PAY_PUBLIC_KEY_ID", mock.public_key_id)
        monkeypatch.setenv("AMAZON_PAY_PRIVATE_KEY", str(mock.private_key_file))
        found = verdicts(Choice(target=mock.base_url, ca_file=mock.ca_file))
    assert set(found.values()) == {"pass"}
    assert len(found) > 10
