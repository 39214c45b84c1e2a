"""The mock's control API, for whoever plays the buyer or moves the clock from outside the process.

    POST /_mock/buyer    {"deed": "signs_in", "target": "<session or permission id>", "card": "1111"}
    POST /_mock/advance  {"seconds": 30}
    POST /_mock/faults   {"fault": "503", "times": 2, "operation": "create_charge"}
    POST /_mock/faults   {"clear": true}

`times` is 1 where not said, `operation` any. The faults are those of docs/faults.md, and happen in the order
in which they were asked for. Answers 204, or 400 or 409 with {"message"}. It is served on the loopback only.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, TypeAlias, get_args

from amazonpay_conformance.mock.namespaces import Mock, Namespace, NoSuchNamespace
from amazonpay_conformance.mock.routes import Answer, Route, message
from amazonpay_conformance.mock.service import ImpossibleAct
from amazonpay_conformance.model.actions import BuyerDeed, Product
from amazonpay_conformance.model.faults import FAULT_OF
from amazonpay_conformance.model.operations import ALL_OPERATIONS
from amazonpay_conformance.model.simulation import CARDS
from amazonpay_conformance.wire.messages import Request, Response

PREFIX: Final = "/_mock/"

Verb: TypeAlias = Callable[[Namespace, Mapping[str, Any]], None]


class Misused(ValueError):
    """A control request that cannot be meant; the message says what was expected."""


def control_routes(mock: Mock) -> tuple[Route, ...]:
    """Return the routes of the control API."""
    return tuple(Route("POST", PREFIX + verb, _answering(mock, perform)) for verb, perform in _VERBS.items())


def _answering(mock: Mock, perform: Verb) -> Answer:
    def answer(request: Request, _: Mapping[str, str]) -> Response:
        try:
            with mock.lock:
                perform(mock.namespace_of(request), _body(request))
        except (Misused, NoSuchNamespace) as problem:
            return message(400, str(problem))
        except ImpossibleAct as problem:
            return message(409, str(problem))
        return Response(204)

    return answer


def _body(request: Request) -> Mapping[str, Any]:
    try:
        body = request.json()
    except (ValueError, RecursionError):
        raise Misused("the body is not JSON") from None
    if not isinstance(body, dict):
        raise Misused("the body is not a JSON object")
    return body


def _buyer(namespace: Namespace, body: Mapping[str, Any]) -> None:
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
    namespace.service.buyer(deed, target, card, product)


def _advance(namespace: Namespace, body: Mapping[str, Any]) -> None:
    seconds = body.get("seconds")
    if not isinstance(seconds, int) or isinstance(seconds, bool) or seconds < 0:
        raise Misused("seconds: expected a whole number, 0 or more")
    namespace.service.advance(seconds)


def _faults(namespace: Namespace, body: Mapping[str, Any]) -> None:
    if body == {"clear": True}:
        namespace.faults.clear()
        return
    fault, times, operation = body.get("fault"), body.get("times", 1), body.get("operation")
    if not isinstance(fault, str) or fault not in FAULT_OF:
        raise Misused(f"fault: expected one of {', '.join(FAULT_OF)}")
    if not isinstance(times, int) or isinstance(times, bool) or times < 1:
        raise Misused("times: expected a whole number, 1 or more")
    if operation is not None and not (isinstance(operation, str) and operation in ALL_OPERATIONS):
        raise Misused("operation: expected the id of an operation, as create_charge")
    namespace.faults.script(fault, times, operation)


_VERBS: Final[Mapping[str, Verb]] = {
    "buyer": _buyer,
    "advance": _advance,
    "faults": _faults,
}
