"""The dashboard's page of one object, and that of one exchange."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from xml.etree.ElementTree import Element

from amazonpay_conformance.mock.bodies import render
from amazonpay_conformance.mock.history import Turn
from amazonpay_conformance.mock.journal import Entry, Remark
from amazonpay_conformance.mock.pages.document import Content, element
from amazonpay_conformance.mock.pages.drawing import drawing, machines
from amazonpay_conformance.mock.pages.frame import (
    Place,
    code_block,
    framed,
    mark,
    moment,
    pairs,
    remark_mark,
    section,
    status_mark,
)
from amazonpay_conformance.model.operation import Kind
from amazonpay_conformance.model.operations import ALL_OPERATIONS
from amazonpay_conformance.model.world import (
    COLLECTIONS,
    AnyObject,
    Charge,
    ChargePermission,
    CheckoutSession,
    Refund,
    World,
)
from amazonpay_conformance.wire.messages import Headers, Request, Response
from amazonpay_conformance.wire.redaction import redact_headers, redact_target


def object_page(place: Place, kind: Kind, value: AnyObject) -> str:
    """Return the page of an object."""
    machine = machines().get(kind)
    own = frozenset(row.id for row in machine.transitions) if machine is not None else frozenset()
    turns = tuple(
        replace(each, used=tuple(name for name in each.used if name in own))
        for each in place.namespace.history.of(kind, value.id)
    )
    drawn = drawing(machine, value.state, turns) if machine is not None else None
    legend = element("p", "Where it is, and the way that it has gone, are drawn bold.", class_="note")
    return framed(
        place,
        f"{kind} {value.id}",
        section("now", "Now", pairs(_facts(place, value))),
        section("history", "History", _history(turns)),
        section("machine", "State machine", legend, drawn) if drawn is not None else None,
        section("body", "As the API shows it", _body(place, kind, value)),
        kind="two-columns",
    )


def _facts(place: Place, value: AnyObject) -> dict[str, Content]:
    facts: dict[str, Content] = {
        "State": mark(value.state, "state") if value.state else "it has none",
        "Reason": value.reason,
        "Created": moment(value.created),
        "Changed": moment(value.changed),
    }
    related = list(_related(place, value))
    if related:
        facts["Belongs to"] = element("ul", (element("li", link) for link in related))
    if isinstance(value, CheckoutSession) and value.state == "Open":
        facts["Buyer"] = element("a", "Be the buyer", href=f"/checkout/{value.id}")
    return facts


def _related(place: Place, value: AnyObject) -> Iterator[Element]:
    world = place.namespace.service.world
    for kind, name in _names(world, value):
        if name in world.objects(kind):
            yield element("a", f"{kind} {name}", href=place.path("objects", kind, name))


def _names(world: World, value: AnyObject) -> Iterator[tuple[Kind, str]]:
    if isinstance(value, CheckoutSession):
        yield "ChargePermission", value.permission or ""
        yield "Charge", value.charge or ""
    elif isinstance(value, ChargePermission):
        yield "CheckoutSession", value.session or ""
        yield from (("Charge", charge.id) for charge in world.charges_of(value.id))
    elif isinstance(value, Charge):
        yield "ChargePermission", value.permission
        yield from (("Refund", refund.id) for refund in world.refunds_of(value.id))
    elif isinstance(value, Refund):
        yield "Charge", value.charge


def _history(turns: tuple[Turn, ...]) -> Element:
    if not turns:
        return element("p", "The mock did not see how it came to be.")
    pairs_ = zip((None, *turns), turns, strict=False)
    return element("ol", (element("li", _turn(before, turn)) for before, turn in pairs_), class_="history")


def _turn(before: Turn | None, turn: Turn) -> Iterator[Content]:
    came = "" if before is None or before.state == turn.state else f"{before.state} → "
    reason = f" ({turn.reason})" if turn.reason else ""
    yield moment(turn.at)
    yield element("span", f" {_words(turn.cause)}: {came}")
    yield mark(f"{turn.state}{reason}", "state")
    if turn.used:
        yield element("span", f" {', '.join(turn.used)}", class_="note")


def _words(cause: str) -> str:
    if cause in ALL_OPERATIONS:
        return ALL_OPERATIONS[cause].title
    return "Time passed" if cause == "time" else f"The {cause.replace('_', ' ')}"


def _body(place: Place, kind: Kind, value: AnyObject) -> Element:
    if kind not in COLLECTIONS:
        return element("p", "See the exchange that read it last.")
    service = place.namespace.service
    return code_block(render(service.world, kind, value.id, host=service.host), f"JSON of this {kind}")


def exchange_page(place: Place, entry: Entry) -> str:
    """Return the page of an exchange."""
    request, response = entry.exchange.request, entry.exchange.response
    facts: dict[str, Content] = {
        "At": moment(entry.exchange.received_at),
        "Request": element("code", f"{request.method} {redact_target(request.target)}"),
        "Operation": (entry.operation or "none that the API has").replace("_", " "),
        "Answer": status_mark(response),
        "Spoilt on purpose": entry.exchange.injected.fault if entry.exchange.injected else None,
    }
    return framed(
        place,
        f"Exchange {entry.number}",
        section("now", "In short", pairs(facts), live=False),
        section("wrong", "Findings", *_remarks(entry), live=False),
        section("request", "Request", *_message(request, "request"), live=False),
        section("answer", "Answer", *_message(response, "answer"), live=False),
        kind="two-columns",
    )


def _remarks(entry: Entry) -> Iterator[Element]:
    if not entry.remarks:
        yield element("p", "Nothing is wrong with it.")
    shown = set()
    for remark in entry.remarks:
        anchor = remark.requirement if remark.requirement not in shown else None
        shown.add(remark.requirement)
        yield element("article", *_remark(remark), id=anchor, class_="remark")


def _remark(remark: Remark) -> Iterator[Element]:
    yield element("h3", remark_mark(remark), f" {remark.statement}")
    hint = remark.hint() if callable(remark.hint) else remark.hint
    told = {"Expected": remark.expected, "Received": remark.received, "What to do": hint}
    yield pairs({name: element("pre", text) if text else None for name, text in told.items()})
    yield element("p", "More: ", element("code", f"amazonpay-conformance explain {remark.requirement}"))


def _message(message: Request | Response | None, name: str) -> Iterator[Element]:
    """The headers and the body, without what is secret or a buyer's."""
    if message is None:
        yield element("p", "The connection was cut before one was sent.")
        return
    yield _headers(redact_headers(message.headers))
    if not message.body:
        yield element("p", "It has no body.")
        return
    value = _parsed(message)
    yield (
        code_block(value, f"Body of the {name}")
        if value is not None
        else element("p", "Its body is not JSON.")
    )


def _headers(headers: Headers) -> Element:
    return pairs({name: element("code", value) for name, value in headers})


def _parsed(message: Request | Response) -> Any:
    try:
        return message.json()
    except (ValueError, RecursionError):
        return None
