"""Checks stay silent on right clients: on ours in every lane, and on all that is legal variation."""

from __future__ import annotations

from typing import Any

from amazonpay_conformance.clients import reference
from amazonpay_conformance.clients.reference import ReferenceClient
from amazonpay_conformance.model.operations import OPERATIONS
from amazonpay_conformance.model.requirements import REQUIREMENTS
from amazonpay_conformance.mutants.client_scenarios import BATTERY, TROUBLES
from amazonpay_conformance.mutants.client_seams import Variation

OURS = Variation("ours", (), "this kit", retries=reference.retries, troubled=True)
WHOLE = (*BATTERY, *TROUBLES)


def test_our_own_client_is_right(bench: Any) -> None:
    assert [finding.requirement.id for finding in bench.findings(OURS)] == []


def test_the_battery_is_taken_to_its_end(bench: Any) -> None:
    assert [(run.skipped, run.unclear) for run in bench.runs(OURS)] == [((), "")] * len(WHOLE)


def test_the_battery_calls_every_operation_and_gets_every_kind_of_answer(bench: Any) -> None:
    made = [made for run in bench.runs(OURS) for made in run.made]
    assert {one.asked.operation.id for one in made} == set(OPERATIONS)
    assert {one.told.status for one in made} >= {200, 201, 202, 400, 404, 409, 422}
    assert any(one.asked.is_repeat for one in made)


def test_the_battery_judges_every_requirement_of_a_client(bench: Any) -> None:
    judged = {requirement for run in bench.runs(OURS) for requirement in run.judged}
    ours = {r.id for r in REQUIREMENTS.values() if r.subject == "client"}
    # no scenario has a button; ours is given its keys, and does not tell how its caller's headers look later
    apart = {requirement for requirement in ours if requirement.startswith(("BTN-", "TLS-"))}
    assert ours - judged - apart == {"IDK-005", "CAL-008"}


def test_a_legal_variation_departs_from_recommendations_at_most(variation: Variation, bench: Any) -> None:
    found = bench.findings(variation)
    assert {finding.requirement.id for finding in found} == set(variation.shows), found[:3]
    assert not any(finding.is_failure for finding in found)


def test_a_legal_variation_is_served_as_ours_is(variation: Variation, bench: Any) -> None:
    runs = bench.runs(variation)[: len(BATTERY)]  # in trouble they differ, and may
    assert [(run.skipped, run.unclear) for run in runs] == [((), variation.ends)] * len(BATTERY)
    if variation.idempotency_key == "both" and not variation.ends:  # else a repeated call is another one
        ours = bench.runs(OURS)[: len(BATTERY)]
        assert [_statuses(run) for run in runs] == [_statuses(run) for run in ours]


def _statuses(run: Any) -> list[int | None]:
    return [made.last.response.status for made in run.made]


def test_variations_change_something(variation: Variation) -> None:
    same = (ReferenceClient, OURS.idempotency_key, OURS.serves)
    assert (variation.make, variation.idempotency_key, variation.serves) != same
