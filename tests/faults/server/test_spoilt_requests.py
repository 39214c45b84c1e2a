"""Whoever accepts what is spoilt is found out, for every way to spoil a request; whoever refuses it is not."""

from __future__ import annotations

from typing import Any

import pytest
from amazonpay_conformance.clients.tampering import TAMPERINGS
from amazonpay_conformance.mock.service import Service
from amazonpay_conformance.model.tampers import TAMPERS, Tamper
from amazonpay_conformance.strategies.generator import Abilities
from amazonpay_conformance.strategies.spoiling import Place, spoilings
from spoilt_cases import ALONE, accepting, fitting, rules_against, spoilt_cases


def test_the_reference_client_can_spoil_a_request_in_every_way_of_the_model() -> None:
    assert set(TAMPERINGS) == set(TAMPERS)


@pytest.mark.parametrize(("tamper", "place"), list(spoilt_cases()))
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
