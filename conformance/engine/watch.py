"""A watch over an integration that nobody drives: every exchange is judged by what the integration was told.

The one rule: what the service holds is not looked at. An integration is wrong only by what it could know, so
the world that it is judged in is made of the answers that it got. The buyer's acts, where they are known,
only say what became due.
"""

from __future__ import annotations

import copy
import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final, Literal, TypeAlias

from amazonpay_conformance.checks.check import Judgement
from amazonpay_conformance.checks.judge import (
    judge_button,
    judge_end,
    judge_in_place,
    judge_page,
    judge_wire,
)
from amazonpay_conformance.checks.past import Move, Past
from amazonpay_conformance.checks.subject import Configured, Ended, Placed, Seen, Watched
from amazonpay_conformance.engine.buttons import without_payload
from amazonpay_conformance.engine.findings import Cell, Finding
from amazonpay_conformance.model.actions import Advance, BuyerAct, Call
from amazonpay_conformance.model.balances import permission_limit
from amazonpay_conformance.model.money import Price
from amazonpay_conformance.model.operation import Kind
from amazonpay_conformance.model.operations import ALL_OPERATIONS
from amazonpay_conformance.model.requirements import Requirement
from amazonpay_conformance.model.world import Charge, ChargePermission, CheckoutSession, World
from amazonpay_conformance.reading.objects import object_shown, state_of, subject_of
from amazonpay_conformance.reading.requests import Merchant, RequestReading, read_request, region_of
from amazonpay_conformance.wire.messages import Exchange, Request

PATIENCE: Final = 300
"""Seconds after which what is still undone at the end counts as left out, unless somebody says otherwise."""

Verdict: TypeAlias = Literal["pass", "warning", "fail", "not exercised"]

AT_THE_END: Final = "at the end"
BUTTON: Final = "button"
"""Where a finding stands that is of no operation."""

_AMOUNTS: Final = ("chargeAmount", "captureAmount", "refundAmount")
_COMPLETING: Final = ("complete_checkout_session", "finalize_checkout_session")


@dataclass(slots=True)
class Noted:
    """A fault: the first finding of it, and how often it was seen."""

    first: Finding
    count: int = 1


@dataclass(frozen=True, slots=True)
class Noticed:
    """An exchange that was seen: what it says, what the wire's checks say of it, and all that is wrong."""

    exchange: Exchange
    reading: RequestReading
    on_the_wire: tuple[Judgement, ...]
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class Pressed:
    """A button that was pressed: what its checks say of it, and what is wrong."""

    judgements: tuple[Judgement, ...]
    findings: tuple[Finding, ...]


@dataclass
class Watch:
    """Is fed the exchanges of an integration one by one, and says what is wrong with each.

    `configured` holds what is known of its configuration; `found` has the faults, one for a requirement and
    operation; `judged` counts judgements by requirement, `called` exchanges by operation. With `any_region`
    an exchange is of the region that it names itself. `read` reads requests.
    """

    merchant: Merchant
    configured: Configured
    patience: int = PATIENCE
    found: dict[Cell, Noted] = field(default_factory=dict)
    judged: Counter[str] = field(default_factory=Counter)
    called: Counter[str] = field(default_factory=Counter)
    exchanges: int = 0
    any_region: bool = False
    read: Callable[..., RequestReading] = read_request

    def __post_init__(self) -> None:
        self._told = World(now=0)
        self._past = Past()
        self._advanced = 0

    @property
    def findings(self) -> tuple[Finding, ...]:
        """The first finding of each fault, in the order in which they appeared."""
        return tuple(noted.first for noted in self.found.values())

    @property
    def verdict(self) -> Verdict:
        """What is to be said of the integration until now; never good where nothing was seen."""
        if any(finding.is_failure for finding in self.findings):
            return "fail"
        if not self.exchanges:
            return "not exercised"
        return "warning" if self.found else "pass"

    def verdict_of(self, requirement: Requirement) -> Verdict:
        """Return the verdict on one requirement."""
        if any(cell.requirement == requirement.id for cell in self.found):
            return "fail" if requirement.level == "MUST" else "warning"
        return "pass" if self.judged[requirement.id] else "not exercised"

    def see(self, exchange: Exchange) -> Noticed:
        """Judge one exchange, as the integration sent it and was answered, and take it down."""
        reading = self.read(exchange.request, self.merchant, received_at=exchange.received_at)
        return self.see_again(exchange, reading, None)

    def see_again(
        self, exchange: Exchange, reading: RequestReading, on_the_wire: tuple[Judgement, ...] | None
    ) -> Noticed:
        """Judge an exchange that was recorded, and take it down.

        Args:
            exchange: what is left of request and answer.
            reading: what the request says.
            on_the_wire: what the wire's checks had to say of the whole of it; None to ask them now.
        """
        at = exchange.received_at + self._advanced
        told = replace(self._told, now=int(at))
        after = _learned(told, reading, exchange, self._past)
        move = _move(self.exchanges, at, reading, exchange, changed=after is not told)
        seen = Seen(exchange, reading, told, (), None, after)
        watched = Watched(
            self.exchanges, (seen,), self._configured(exchange.request, reading), self._past, move
        )
        wire = tuple(judge_wire(watched)) if on_the_wire is None else on_the_wire
        operation = reading.operation.id if reading.operation else "no operation"
        found = tuple(self._findings((*wire, *judge_in_place(watched)), operation, watched))
        self._take_down(after, move)
        self.called[operation] += 1
        self.exchanges += 1
        return Noticed(exchange, reading, wire, found)

    def remember(self) -> tuple[World, Past, int]:
        """Return what it has to know of the past; what it found is no part of that."""
        return self._told, copy.deepcopy(self._past), self._advanced

    def recall(self, memory: tuple[World, Past, int]) -> None:
        """Know what was remembered and nothing else, as the service that is watched was put back."""
        self._told, past, self._advanced = memory
        self._past = copy.deepcopy(past)

    def see_button(self, placed: Placed, signature: str, configured: Configured) -> Pressed:
        """Judge a button that was pressed on a page of the integration.

        Args:
            placed: the button, as the page has it.
            signature: what the page has for its payload.
            configured: with which key and algorithm it had to be signed.
        """
        judged = (*judge_button(placed.payload, signature, configured), *judge_page(placed))
        return self.see_button_again(without_payload(each, placed.payload) for each in judged)

    def see_button_again(self, judgements: Iterable[Judgement]) -> Pressed:
        """Take down what was said of a button."""
        judged = tuple(judgements)
        return Pressed(judged, tuple(self._findings(judged, BUTTON, None)))

    def act(self, action: BuyerAct | Advance) -> None:
        """Take note of what happened beside the wire: an act of the buyer, or time that passed."""
        if isinstance(action, Advance):
            self._advanced += action.seconds
            self._past.now += action.seconds
        elif action.deed == "approves":
            self._past.approved.setdefault(action.target, self._past.now)

    def finish(self, *, patience: int | None = None, at: float | None = None) -> tuple[Finding, ...]:
        """Judge what was left undone.

        Args:
            patience: seconds after which it counts as left out; 0 where nothing more can come.
            at: when the watch ended, in seconds since the epoch; with the last event where None.

        Returns:
            What is wrong at the end.
        """
        if at is not None:
            self._past.now = max(self._past.now, at + self._advanced)
        ended = Ended(self._told, self._past, self.patience if patience is None else patience)
        return tuple(self._findings(judge_end(ended), AT_THE_END, None))

    def _findings(
        self, judgements: Iterable[Judgement], operation: str, watched: Watched | None
    ) -> Iterator[Finding]:
        for judgement in judgements:
            self.judged[judgement.requirement] += 1
            for problem in judgement.problems:
                finding = Finding.of(
                    judgement.requirement, judgement.check, operation, self.exchanges, problem, watched
                )
                self._note(finding)
                yield finding

    def _note(self, finding: Finding) -> None:
        known = self.found.get(finding.cell)
        if known is None:
            self.found[finding.cell] = Noted(finding)
        else:
            known.count += 1

    def _configured(self, request: Request, reading: RequestReading) -> Configured:
        """The configuration with the key that was used, where it is one of the merchant's."""
        used = reading.authorization.public_key_id if reading.authorization else ""
        key, configured = self.merchant.keys.get(used), self.configured
        if self.any_region:
            configured = replace(configured, region=region_of(request, configured.region))
        return replace(configured, public_key_id=used, public_key=key) if key else configured

    def _take_down(self, told: World, move: Move | None) -> None:
        self._told = told
        if move is None:
            return
        for kind in ("CheckoutSession", "ChargePermission", "Charge", "Refund"):
            self._past.kinds.update((name, kind) for name in move.shown if told.find(kind, name))
        self._past.note(move)


def _move(
    number: int, at: float, reading: RequestReading, exchange: Exchange, *, changed: bool
) -> Move | None:
    call, response = reading.call, exchange.response
    if call is None:
        return None
    subject, kind = subject_of(call), ALL_OPERATIONS[call.operation].returns
    body = _answer(exchange)
    prices = (Price.parse(call.body.get(name)) for name in _AMOUNTS)
    reason = body.get("reasonCode") if response and response.status >= 400 else None
    return Move(
        number,
        at,
        call.operation,
        subject[1] if subject else None,
        call.key,
        hashlib.sha256(call.fingerprint.encode("utf-8", "surrogatepass")).hexdigest(),
        _status(exchange, kind),
        reason if isinstance(reason, str) else None,
        next(filter(None, prices), None),
        tuple(_ids(body)) if reason is None else (),
        state_of(kind, body) if kind is not None else None,
        changed,
    )


def _status(exchange: Exchange, kind: Kind | None) -> int | None:
    """What the integration was told; None where that cannot be read, as nothing or half of it came."""
    response = exchange.response
    if response is None:
        return None
    unreadable = kind is not None and response.status < 300 and not _answer(exchange)
    return None if unreadable else response.status


def _ids(body: Mapping[str, Any]) -> Iterator[str]:
    for name in ("checkoutSessionId", "chargePermissionId", "chargeId", "refundId"):
        if isinstance(body.get(name), str):
            yield body[name]


def _answer(exchange: Exchange) -> Mapping[str, Any]:
    try:
        body = exchange.response.json() if exchange.response else None
    except ValueError:
        body = None
    return body if isinstance(body, Mapping) else {}


def _learned(told: World, reading: RequestReading, exchange: Exchange, past: Past) -> World:
    """Return the world as the integration knows it once it has the answer."""
    call, response, body = reading.call, exchange.response, _answer(exchange)
    if call is None or response is None:
        return told
    known = told.sessions.get(call.target or "")
    if known is not None and body.get("reasonCode") == "CheckoutSessionCanceled":
        return told.with_object("CheckoutSession", replace(known, state="Canceled"))
    operation = ALL_OPERATIONS[call.operation]
    kind, first = operation.returns, past.with_key(call.key) if operation.method == "POST" else None
    if response.status >= 300 or kind is None or (first is not None and first.is_good):
        return told  # a stored answer shows what was then: api-facts §9
    value = object_shown(told, kind, body)
    if value is None or value == told.find(kind, value.id):
        return told
    told = told.with_object(kind, value)
    if isinstance(value, CheckoutSession) and call.operation in _COMPLETING:
        return _with_what_it_made(told, value, call, response.status)
    return told


def _with_what_it_made(told: World, session: CheckoutSession, call: Call, status: int) -> World:
    """Add the permission and the charge that completing made, as far as that says what they are: §4.5."""
    name = session.permission or ""
    if name and name not in told.permissions:
        limit = permission_limit(session)
        permission = replace(
            ChargePermission.of_unknown_history(name, told.now),
            type=session.permission_type,
            limit=limit,
            currency=limit.currency if limit else None,
        )
        told = told.with_object("ChargePermission", permission)
    amount = Price.parse(call.body.get("chargeAmount"))
    intent = call.body.get("paymentIntent") or session.intent
    if session.charge is None or amount is None or intent not in ("Authorize", "AuthorizeWithCapture"):
        return told
    captured = amount if intent == "AuthorizeWithCapture" else None
    state = "AuthorizationInitiated" if status == 202 else "Captured" if captured else "Authorized"
    charge = Charge(session.charge, state, told.now, told.now, name, amount, captured=captured)
    return told.with_object("Charge", charge)
