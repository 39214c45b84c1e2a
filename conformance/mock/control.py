"""The mock's control API, for whoever plays the buyer or moves the clock from outside the process.

    POST /_mock/buyer    {"deed": "signs_in", "target": "<session or permission id>", "card": "1111"}
    POST /_mock/advance  {"seconds": 30}
    POST /_mock/faults   {"fault": "503", "times": 2, "operation": "create_charge"}
    POST /_mock/faults   {"clear": true}

`times` is 1 where not said, `operation` any. The faults are those of docs/faults.md, and happen in the order
in which they were asked for. Answers 204, or 400 or 409 with {"message"}. It is served on the loopback only.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, get_args

from amazonpay_conformance.mock.faults import Faults
from amazonpay_conformance.mock.service import ImpossibleAct, Service
from amazonpay_conformance.model.actions import BuyerDeed, Product
from amazonpay_conformance.model.faults import FAULT_OF
from amazonpay_conformance.model.operations import ALL_OPERATIONS
from amazonpay_conformance.model.simulation import CARDS
from amazonpay_conformance.wire.messages import Headers, Request, Response

PREFIX: Final = "/_mock/"


class Misused(ValueError):
    """A control request that cannot be meant; the message says what was expected."""


@dataclass(frozen=True, slots=True)
class Controlled:
    """What can be controlled: a service, and what is to go wrong with its answers."""

    service: Service
    faults: Faults


def with_control(service: Service, faults: Faults | None = None) -> Callable[[Request], Response]:
    """Return a handler that answers control requests itself and passes the others to the service.

    Args:
        service: what answers.
        faults: what goes wrong with its answers; none do at first.
    """
    controlled = Controlled(service, faults or Faults())
    answer = controlled.faults.around(service.handle)

    def handle(request: Request) -> Response:
        if not request.path.startswith(PREFIX):
            return answer(request)
        try:
            _control(controlled, request)
        except Misused as problem:
            return _message(400, str(problem))
        except ImpossibleAct as problem:
            return _message(409, str(problem))
        return Response(204)

    return handle


def _control(controlled: Controlled, request: Request) -> None:
    verb = request.path.removeprefix(PREFIX)
    if request.method != "POST" or verb not in _VERBS:
        raise Misused(f"expected POST {' or '.join(PREFIX + name for name in _VERBS)}")
    try:
        body = request.json()
    except ValueError:
        raise Misused("the body is not JSON") from None
    if not isinstance(body, dict):
        raise Misused("the body is not a JSON object")
    _VERBS[verb](controlled, body)


def _buyer(controlled: Controlled, body: Mapping[str, Any]) -> None:
    target, card = body.get("target"), body.get("card")
    deed: Any = body.get("deed")
    if deed not in get_args(BuyerDeed):
        raise Misused(f"deed: expected one of {', '.join(get_args(BuyerDeed))}")
    if not isinstance(target, str):
        raise Misused("target: expected the id of a session or a permission")
    if card is not None and not (isinstance(card, str) and card in CARDS):
        raise Misused(f"card: expected one of {', '.join(CARDS)}")
    product: Any = body.get("product")
    if product is not None and product not in get_args(Product):
        raise Misused(f"product: expected one of {', '.join(get_args(Product))}")
    controlled.service.buyer(deed, target, card, product)


def _advance(controlled: Controlled, body: Mapping[str, Any]) -> None:
    seconds = body.get("seconds")
    if not isinstance(seconds, int) or isinstance(seconds, bool) or seconds < 0:
        raise Misused("seconds: expected a whole number, 0 or more")
    controlled.service.advance(seconds)


def _faults(controlled: Controlled, body: Mapping[str, Any]) -> None:
    if body == {"clear": True}:
        controlled.faults.clear()
        return
    fault, times, operation = body.get("fault"), body.get("times", 1), body.get("operation")
    if not isinstance(fault, str) or fault not in FAULT_OF:
        raise Misused(f"fault: expected one of {', '.join(FAULT_OF)}")
    if not isinstance(times, int) or isinstance(times, bool) or times < 1:
        raise Misused("times: expected a whole number, 1 or more")
    if operation is not None and not (isinstance(operation, str) and operation in ALL_OPERATIONS):
        raise Misused("operation: expected the id of an operation, as create_charge")
    controlled.faults.script(fault, times, operation)


_VERBS: Final[Mapping[str, Callable[[Controlled, Mapping[str, Any]], None]]] = {
    "buyer": _buyer,
    "advance": _advance,
    "faults": _faults,
}


def _message(status: int, text: str) -> Response:
    return Response(
        status, Headers.of({"content-type": "application/json"}), json.dumps({"message": text}).encode()
    )
