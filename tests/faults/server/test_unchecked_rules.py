"""A server that does not look at one rule of a request schema is found out, whichever rule it is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from amazonpay_conformance.mock.service import Service
from amazonpay_conformance.model.operations import ALL_OPERATIONS
from amazonpay_conformance.model.resources import RESOURCE_OPERATIONS
from amazonpay_conformance.model.scenario import Scenario
from amazonpay_conformance.reading.requests import read_request
from amazonpay_conformance.strategies.flaws import Break, broken
from amazonpay_conformance.strategies.spoiling import Place
from amazonpay_conformance.strategies.steps import created
from amazonpay_conformance.strategies.validation import VALIDATED, rules_of
from amazonpay_conformance.wire.messages import Request, Response

RULES = {"missing": "REQ-R06", "unknown": "REQ-R07"}


def sample() -> Iterator[Any]:
    """The first and the last of each kind, for each operation."""
    for place in VALIDATED:
        rules = [rule for rule in rules_of(place) if broken(place.call.body or {}, rule)]
        if place.call.operation in RESOURCE_OPERATIONS:  # which of their fields are mandatory is not known
            rules = [rule for rule in rules if rule.kind != "missing"]
        ends = {rule.kind: rule for rule in reversed(rules)}, {rule.kind: rule for rule in rules}
        for rule in dict.fromkeys(rule for end in ends for rule in end.values()):
            yield pytest.param(place, rule, id=f"{rule.operation} {rule.kind} {rule.path} {rule.value[:20]}")


def unaware_of(rule: Break) -> type[Service]:
    """A server that takes a body that breaks one rule, and does nothing with it."""
    operation = ALL_OPERATIONS[rule.operation]

    class Unaware(Service):
        shown: Response

        def handle(self, request: Request) -> Response:
            response = super().handle(request)
            if response.status < 400:
                self.shown = response
                return response
            reading = read_request(request, self.merchant)
            taken = reading.operation is operation and rule.path in {v.path for v in reading.violations}
            return replace(self.shown, status=operation.success[0]) if taken else response

    return Unaware


@pytest.mark.parametrize(("place", "rule"), list(sample()))
def test_a_server_that_does_not_look_at_a_rule_is_found_out(place: Place, rule: Break, bench: Any) -> None:
    body = broken(place.call.body or {}, rule)
    before = place.before or (created(),)
    call = replace(place.call, body=body, key=place.call.key and "key#9", makes={})
    run = bench.play(Scenario((*before, *place.reads, call)), unaware_of(rule))

    found = {finding.requirement.id for finding in run.findings} - {"RSP-003"}  # it shows another object
    at_stake = {outcome.requirement for outcome in run.made[-1].seen[0].permitted if outcome.required}
    assert RULES.get(rule.kind, "REQ-R08") in at_stake
    assert found
    assert found <= at_stake  # no currency is that of the permission, no such id is of an object
