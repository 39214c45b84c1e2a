"""The mock's control API, for whoever plays the buyer or moves the clock from outside the process.

    POST /_mock/buyer    {"deed": "signs_in", "target": "<session or permission id>", "card": "1111"}
    POST /_mock/advance  {"seconds": 30}

Answers 204, or 400 or 409 with {"message"}. It is served on the loopback only.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any, Final, get_args

from amazonpay_conformance.mock.service import ImpossibleAct, Service
from amazonpay_conformance.model.actions import BuyerDeed, Product
from amazonpay_conformance.model.simulation import CARDS
from amazonpay_conformance.wire.messages import Headers, Request, Response

PREFIX: Final = "/_mock/"


class Misused(ValueError):
    """A control request that cannot be meant; the message says what was expected."""


def with_control(service: Service) -> Callable[[Request], Response]:
    """Return a handler that answers control requests itself and passes the others to the service."""

    def handle(request: Request) -> Response:
        if not request.path.startswith(PREFIX):
            return service.handle(request)
        try:
            _control(service, request)
        except Misused as problem:
            return _message(400, str(problem))
        except ImpossibleAct as problem:
            return _message(409, str(problem))
        return Response(204)

    return handle


def _control(service: Service, request: Request) -> None:
    verb = request.path.removeprefix(PREFIX)
    if request.method != "POST" or verb not in _VERBS:
        raise Misused(f"expected POST {' or '.join(PREFIX + name for name in _VERBS)}")
    try:
        body = request.json()
    except ValueError:
        raise Misused("the body is not JSON") from None
    if not isinstance(body, dict):
        raise Misused("the body is not a JSON object")
    _VERBS[verb](service, body)


def _buyer(service: Service, body: Mapping[str, Any]) -> None:
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
    service.buyer(deed, target, card, product)


def _advance(service: Service, body: Mapping[str, Any]) -> None:
    seconds = body.get("seconds")
    if not isinstance(seconds, int) or isinstance(seconds, bool) or seconds < 0:
        raise Misused("seconds: expected a whole number, 0 or more")
    service.advance(seconds)


_VERBS: Final[Mapping[str, Callable[[Service, Mapping[str, Any]], None]]] = {
    "buyer": _buyer,
    "advance": _advance,
}


def _message(status: int, text: str) -> Response:
    return Response(
        status, Headers.of({"content-type": "application/json"}), json.dumps({"message": text}).encode()
    )
