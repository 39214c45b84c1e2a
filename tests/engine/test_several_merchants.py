"""Keys are changed in the middle, and merchants kept apart, on both sides of the wire."""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from amazonpay_conformance.clients import reference
from amazonpay_conformance.clients.driver import ClientConfig
from amazonpay_conformance.clients.python_driver import PythonDriver
from amazonpay_conformance.engine.certification import Certification, abilities
from amazonpay_conformance.engine.lane import PREFIXED_KEY_ID, Lane
from amazonpay_conformance.engine.order import PROFILES, Order
from amazonpay_conformance.engine.scenario_files import from_json, to_json
from amazonpay_conformance.engine.setup import Choice, Prepared, prepared
from amazonpay_conformance.strategies.merchants import FORMER, OTHERS, ROTATIONS, rotations, strangers

LANE = Lane("na", "AMZN-PAY-RSASSA-PSS-V2", PREFIXED_KEY_ID)
EVERY = [*ROTATIONS, *FORMER, *OTHERS]


@pytest.fixture(scope="module")
def ready() -> Iterator[Prepared]:
    with prepared(Choice("reference", transport="in-process")) as made:
        yield made


@pytest.mark.parametrize("scenario", EVERY, ids=range(len(EVERY)))
def test_the_reference_client_and_the_mock_keep_merchants_and_keys_apart(
    scenario: Any, ready: Prepared
) -> None:
    run = ready.certification(Order(PROFILES["quick"], seed=0)).run_one(scenario, LANE)

    assert (run.findings, run.skipped, run.unclear) == ((), (), "")


def test_every_request_after_a_change_is_signed_with_the_new_key(ready: Prepared) -> None:
    run = ready.certification(Order(PROFILES["quick"], seed=0)).run_one(ROTATIONS[0], LANE)

    ids = [
        seen.reading.authorization.public_key_id
        for made in run.made
        for seen in made.seen
        if seen.reading.authorization
    ]
    first, second, third = dict.fromkeys(ids)
    assert ids == [first, second, second, third, third]
    assert run.judged["SIG-003"] == run.judged["SIG-004"] == 5


def test_after_a_run_the_client_has_its_first_key_again(ready: Prepared) -> None:
    certification = ready.certification(Order(PROFILES["quick"], seed=0))
    certification.run_one(ROTATIONS[1], LANE)
    run = certification.run_one(OTHERS[0], LANE)

    first = run.made[0].seen[0].reading.authorization
    assert first is not None
    assert first.public_key_id == PREFIXED_KEY_ID


def test_a_client_that_keeps_its_key_is_found_out(ready: Prepared) -> None:
    held: list[ClientConfig] = []

    def connect(config: ClientConfig) -> Any:
        held.append(config)
        return reference.connect(held[0])

    names = ("algorithms", "idempotency_key", "raw_payload", "operations")
    adapter = SimpleNamespace(connect=connect, **{name: getattr(reference, name) for name in names})
    driver = PythonDriver(adapter)
    certification = Certification(
        driver, ready.target, ready.key, ready.key_file, Order(PROFILES["quick"], seed=0)
    )
    run = certification.run_one(ROTATIONS[0], LANE)
    driver.close()

    assert {finding.requirement.id for finding in run.findings} >= {"SIG-003"}


def test_a_scenario_with_other_keys_is_a_file_too() -> None:
    for scenario in EVERY:
        assert from_json(to_json(scenario, LANE)) == (scenario, LANE)


def test_a_client_that_cannot_act_for_others_is_only_given_new_keys(ready: Prepared) -> None:
    hello = ready.driver.hello()
    able = abilities(hello, ready.target)
    plain = abilities(SimpleNamespace(capabilities=_without_tampers(hello.capabilities)), ready.target)  # type: ignore[arg-type]

    assert len(list(strangers(able))) == len(FORMER) + len(OTHERS)
    assert not list(strangers(plain))
    assert len(list(rotations(plain))) == len(ROTATIONS)


def _without_tampers(capabilities: Any) -> Any:
    from dataclasses import replace

    return replace(capabilities, tampers=False)
