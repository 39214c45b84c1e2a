"""Servers that do not see what is wrong with a request that is spoilt on purpose, one for each way to spoil it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from unittest.mock import patch

import pytest
from amazonpay_conformance.mock.service import Service
from amazonpay_conformance.model.actions import Defect
from amazonpay_conformance.model.guards import HasDefect
from amazonpay_conformance.model.rules import RULES_OF
from amazonpay_conformance.model.tampers import TAMPERS, Tamper
from amazonpay_conformance.reading.requests import RequestReading, read_request
from amazonpay_conformance.strategies.spoiling import PLACES, Place
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


def spoilt_cases() -> Iterator[Any]:
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
