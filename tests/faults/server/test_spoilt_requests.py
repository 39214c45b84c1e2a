"""Whoever accepts what is spoilt is found out, for every way to spoil a request; whoever refuses it is not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from unittest.mock import patch

import pytest
from amazonpay_conformance.clients.tampering import TAMPERINGS
from amazonpay_conformance.mock.service import Service
from amazonpay_conformance.model.actions import Defect
from amazonpay_conformance.model.guards import HasDefect
from amazonpay_conformance.model.rules import RULES_OF
from amazonpay_conformance.model.tampers import TAMPERS, Tamper
from amazonpay_conformance.reading.requests import RequestReading, read_request
from amazonpay_conformance.strategies.generator import Abilities
from amazonpay_conformance.strategies.spoiling import PLACES, Place, spoilings
from amazonpay_conformance.wire.messages import Request, Response

ALONE = [tamper for tamper in TAMPERS.values() if not tamper.signer]
"""Those that take one merchant and one key."""


def fitting(tamper: Tamper) -> list[Place]:
    return [place for place in PLACES if tamper.spoils in place.spoils]


def rules_against(tamper: Tamper, operation: str) -> set[str]:
    """The asserted rules that a spoilt call of an operation breaks."""
    return {
        rule.id
        for rule in RULES_OF[operation]
        if rule.asserted and isinstance(rule.broken, HasDefect) and rule.broken.defect in tamper.defects
    }


def cases() -> Iterator[Any]:
    for number, tamper in enumerate(ALONE):
        places = fitting(tamper)
        # an update of nothing is one that can be carried out whatever its body was
        place = PLACES[0] if Defect.NOT_JSON in tamper.defects else places[number % len(places)]
        if tamper.errors or rules_against(tamper, place.call.operation):
            yield pytest.param(tamper, place, id=tamper.id)


def accepting(tamper: Tamper) -> type[Service]:
    """A server that does not see what is wrong with a request that is spoilt so."""

    def blind(request: Request, *given: Any, **named: Any) -> RequestReading:
        reading = read_request(request, *given, **named)
        if reading.call is None or not tamper.defects <= reading.call.defects:
            return reading
        return replace(reading, call=replace(reading.call, defects=reading.call.defects - tamper.defects))

    class Accepting(Service):
        def handle(self, request: Request) -> Response:
            if tamper.errors and read_request(request, self.merchant).call is None:
                return replace(super().handle(request), status=200, body=b"{}")
            with patch.object(self, "read", blind):
                return super().handle(request)

    return Accepting


def test_the_reference_client_can_spoil_a_request_in_every_way_of_the_model() -> None:
    assert set(TAMPERINGS) == set(TAMPERS)


@pytest.mark.parametrize(("tamper", "place"), list(cases()))
def test_whoever_accepts_what_is_spoilt_is_found_out(tamper: Tamper, place: Place, bench: Any) -> None:
    run = bench.play(place.scenario(tamper.id), accepting(tamper))

    expected = rules_against(tamper, place.call.operation) or {"RSP-006"}
    found = {finding.requirement.id for finding in run.findings}
    assert found
    assert found <= expected


@pytest.mark.parametrize("tamper", ALONE, ids=lambda tamper: tamper.id)
def test_whoever_does_as_the_model_says_is_found_faultless(tamper: Tamper, bench: Any) -> None:
    for place in fitting(tamper):
        run = bench.play(place.scenario(tamper.id), Service)

        spoilt = next(made for made in run.made if made.asked.tamper)
        assert (run.findings, run.skipped, run.unclear) == ((), (), "")
        assert spoilt.seen, "it was never sent"
        call = spoilt.seen[0].reading.call
        assert tamper.errors if call is None else call.defects == tamper.defects


def test_a_client_that_cannot_spoil_requests_is_asked_for_none() -> None:
    assert not list(spoilings(Abilities(), thorough=True))


def test_each_way_is_tried_once_and_a_thorough_run_tries_it_everywhere() -> None:
    able = Abilities(tampers=frozenset(TAMPERS))
    quick = [step.tamper for s in spoilings(able, thorough=False) for step in s.steps if _tamper(step)]
    full = [step.tamper for s in spoilings(able, thorough=True) for step in s.steps if _tamper(step)]

    assert sorted(quick) == sorted(tamper.id for tamper in ALONE)
    assert len(full) == sum(len(fitting(tamper)) for tamper in ALONE)


def _tamper(step: Any) -> Any:
    return getattr(step, "tamper", None)
