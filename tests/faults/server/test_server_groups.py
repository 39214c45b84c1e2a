"""One bug, one finding: what a hundred scenarios show of one fault is one group, two faults are two."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from amazonpay_conformance.engine.findings import Cell, Groups
from amazonpay_conformance.engine.lane import PREFIXED_KEY_ID, Lane
from amazonpay_conformance.mock.service import Service
from amazonpay_conformance.model.actions import Action, Call
from amazonpay_conformance.model.requirements import REQUIREMENTS
from amazonpay_conformance.model.step import Outcome
from amazonpay_conformance.model.world import World
from amazonpay_conformance.mutants import server_seams

SOME = (
    "payment",
    "charged in full",
    "charge canceled",
    "refund",
    "pending, declined",
    "rejected charge",
)
LANE = Lane("na", "AMZN-PAY-RSASSA-PSS-V2", PREFIXED_KEY_ID)


def grouped(bench: Any, service: type[Service]) -> Groups:
    """What some scenarios of the catalogue find wrong with a server."""
    groups = Groups()
    for name in SOME:
        run = bench.run(name, service)
        groups.held |= run.held
        for finding in run.findings:
            groups.add(finding, run.scenario, LANE)
    groups.merge()
    return groups


@pytest.fixture(scope="module")
def wrong_status(bench: Any) -> Callable[..., Groups]:
    """From (operation, state) pairs to the groups of a server that answers those with another success."""

    def found(*places: tuple[str, str]) -> Groups:
        return grouped(bench, server_seams.decides(lambda w, a, p: _another_success(places, w, a, p)))

    return found


def _another_success(
    places: tuple[tuple[str, str], ...], world: World, action: Action, permitted: tuple[Outcome, ...]
) -> tuple[Outcome, ...]:
    if not isinstance(action, Call):
        return permitted
    charge = world.charges.get(action.target or "")
    if (action.operation, charge.state if charge else "") not in places:
        return permitted
    return tuple(replace(o, status=203) if o.status == 200 else o for o in permitted)


READS = tuple(
    ("get_charge", state)
    for state in (
        "AuthorizationInitiated",
        "Authorized",
        "CaptureInitiated",
        "Captured",
        "Canceled",
        "Declined",
    )
)


def test_a_fault_that_shows_everywhere_is_one_finding_with_a_count(
    wrong_status: Callable[..., Groups],
) -> None:
    (group,) = wrong_status(*READS)

    assert group.key == Cell("CHG-002", "get_charge")
    assert group.count > len(group.states) > 2


def test_faults_in_two_states_are_two_findings(wrong_status: Callable[..., Groups]) -> None:
    groups = wrong_status(("get_charge", "Captured"), ("get_charge", "Canceled"))

    assert {str(group.key) for group in groups} == {
        "CHG-002-get_charge-Captured",
        "CHG-002-get_charge-Canceled",
    }


def test_the_scenario_that_took_fewest_steps_is_the_one_that_is_kept(
    wrong_status: Callable[..., Groups], bench: Any
) -> None:
    (group,) = wrong_status(("get_charge", "Captured"))

    steps = [
        finding.step
        for name in SOME
        for finding in bench.run(
            name,
            server_seams.decides(lambda w, a, p: _another_success((("get_charge", "Captured"),), w, a, p)),
        ).findings
    ]
    assert group.first.step == min(steps)
    assert group.count == len(steps)


def test_a_fault_in_every_message_is_one_finding_of_no_state(bench: Any, catalogue: Any) -> None:
    fault = next(fault for fault in catalogue.FAULTS if fault.id == "no request id")
    (group,) = grouped(bench, fault.service)

    assert (str(group.key), group.states) == ("RSP-001", [])
    assert len(group.operations) > 3


def test_a_kind_of_object_is_told_from_another(bench: Any, catalogue: Any) -> None:
    found = {}
    for id_ in ("a charge lacks a key", "a refund lacks a key"):
        fault = next(fault for fault in catalogue.FAULTS if fault.id == id_)
        found[id_] = [str(group.key) for group in grouped(bench, fault.service)]

    assert found == {"a charge lacks a key": ["RSP-003-Charge"], "a refund lacks a key": ["RSP-003-Refund"]}


def test_what_one_code_writes_or_reads_is_no_matter_of_an_operation() -> None:
    apart = {r.id for r in REQUIREMENTS.values() if r.subject == "client" and r.scope != "message"}

    assert apart >= {"CAL-001", "URL-001"}
    assert not [id_ for id_ in apart if id_.startswith(("HDR", "SIG", "BDY"))]


def test_merging_twice_changes_nothing(wrong_status: Callable[..., Groups]) -> None:
    groups = wrong_status(*READS, ("capture_charge", "Authorized"))
    once = [str(group.key) for group in groups]
    groups.merge()

    assert [str(group.key) for group in groups] == once
