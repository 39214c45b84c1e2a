"""Servers that are right in another way than our mock: whatever the facts leave open is decided otherwise.

The kit must have nothing to say of any of them, in any scenario.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, Final, TypeAlias

from amazonpay_conformance.mock.bodies import Body
from amazonpay_conformance.mock.service import Service
from amazonpay_conformance.model.balances import balance
from amazonpay_conformance.model.observable import SYNONYMS, StateReason
from amazonpay_conformance.model.operations import ObjectKind
from amazonpay_conformance.model.switches import SWITCHES, Settings
from amazonpay_conformance.model.world import Charge, ChargePermission, CheckoutSession, World
from amazonpay_conformance.mutants.server_seams import Faulty, Outcomes, decides
from amazonpay_conformance.wire.messages import Headers, Request, Response

Show: TypeAlias = Callable[[World, Any, Body], None]


@dataclass(frozen=True, slots=True)
class Variation:
    """A right server, and where it is said, or left unsaid, that it may be so.

    `switch` is the open question that it answers otherwise, "" where it is not one of those.
    """

    id: str
    source: str
    service: type[Service]
    switch: str = ""


def answers_otherwise(switch: str, choice: str) -> type[Service]:
    """A service that answers one open question in another way than the mock does."""

    class Otherwise(Service):
        def __init__(self, *given: Any, **named: Any) -> None:
            super().__init__(*given, **{**named, "settings": Settings.of({switch: choice})})

    return Otherwise


def _of_switches() -> Iterator[Variation]:
    for switch in SWITCHES.values():
        for choice in [choice for choice in switch.choices if choice != switch.default]:
            service = answers_otherwise(switch.id, choice)
            yield Variation(f"{switch.id}={choice}", switch.source, service, switch.id)


class SaysItInOtherWords(Faulty):
    """The other state or reason code, wherever two are known for the same thing; and no limits."""

    def show(self, world: World, kind: ObjectKind, object_id: str, *, host: str) -> Body:
        value: Any = world.objects(kind)[object_id]
        for state, reason in _other_words(world, kind, value):
            world = world.with_object(kind, replace(value, state=state, reason=reason))
        body = super().show(world, kind, object_id, host=host)
        if kind == "ChargePermission":
            body["limits"] = {"amountLimit": None, "amountBalance": None}
        return body


class ShowsItOtherwise(Faulty):
    """Whatever OTHERWISE holds, all at once; its JSON looks otherwise each time, and its messages are not ours."""

    indent = 0

    def show(self, world: World, kind: ObjectKind, object_id: str, *, host: str) -> Body:
        body = super().show(world, kind, object_id, host=host)
        for change in OTHERWISE[kind]:
            change(world, world.objects(kind)[object_id], body)
        return body

    def reply(self, request: Request, response: Response) -> Response:
        headers = Headers.of([(name.upper(), value) for name, value in response.headers])
        if not response.body:
            return replace(response, headers=headers)
        body = dict(reversed(response.json().items())) | {"colour": "red"}
        if response.status >= 400:
            body["message"] = "拒否されました"
        self.indent = 1 - self.indent
        return replace(response, headers=headers, body=json.dumps(body, indent=self.indent).encode())


def _other_words(world: World, kind: ObjectKind, value: Any) -> Iterator[StateReason]:
    for state, reason in SYNONYMS.get((kind, value.state, value.reason), ()):
        if value.state != "Closed" or state == "Closed":  # what is shown open must take a charge, too
            yield state, reason
    in_question = (
        isinstance(value, ChargePermission) and value.type == "OneTime" and value.state == "Chargeable"
    )
    if in_question and world.charges_of(value.id):
        yield "NonChargeable", "ChargeInProgress"


def _canceled_may_be_bare(_: World, session: CheckoutSession, body: Body) -> None:
    if session.state == "Canceled":
        details = body["statusDetails"]
        body.clear()
        body["statusDetails"] = {"state": details["state"], "reasonCode": details["reasonCode"]}


def _constraints_may_be_null(_: World, __: Any, body: Body) -> None:
    body["constraints"] = body["constraints"] or None


def _balance_may_hold_nothing_back(world: World, permission: ChargePermission, body: Body) -> None:
    left = balance(world, permission, reserved=False)
    if permission.limit is not None and left is not None:
        body["limits"]["amountBalance"] = permission.limit.of(max(left, Decimal(0))).wire()


def _refunds_may_count_when_done(world: World, charge: Charge, body: Body) -> None:
    if body["refundedAmount"] is not None:
        done = world.refunded_of(charge.id, frozenset({"Refunded"}))
        body["refundedAmount"] = charge.amount.of(done).wire()


def _pending_capture_may_be_shown(_: World, charge: Charge, body: Body) -> None:
    if charge.state == "CaptureInitiated" and charge.captured is not None:
        body["captureAmount"] = charge.captured.wire()


def _unset_metadata_may_be_null(_: World, shown: Any, body: Body) -> None:
    body["merchantMetadata"] = body["merchantMetadata"] if shown.data.get("merchantMetadata") else None


OTHERWISE: Final[Mapping[ObjectKind, tuple[Show, ...]]] = {
    "CheckoutSession": (
        _constraints_may_be_null,  # §5.1 [W]
        _canceled_may_be_bare,  # §3.1 [D2]
    ),
    "ChargePermission": (_balance_may_hold_nothing_back,),  # §3.2 [?]
    "Charge": (
        _refunds_may_count_when_done,  # §4.3, not said
        _pending_capture_may_be_shown,  # §3.3, not said
        _unset_metadata_may_be_null,  # §3.3
    ),
    "Refund": (),
}


def _the_last(_: World, __: Any, permitted: Outcomes) -> Outcomes:
    return permitted[::-1]


VARIATIONS: Final[tuple[Variation, ...]] = (
    *_of_switches(),
    Variation("does the unusual", "every outcome that is permitted beside the usual one", decides(_the_last)),
    Variation("says it in other words", "§13.3, §4.2 [?], §8.2 [?], §14.2", SaysItInOtherWords),
    Variation("shows it otherwise", "§3, §5.1, §7, and as OTHERWISE says", ShowsItOtherwise),
)
"""The catalogue."""
