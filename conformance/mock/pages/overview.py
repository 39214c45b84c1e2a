"""The first page of the dashboard: objects, findings, exchanges, the newest first."""

from __future__ import annotations

from collections.abc import Iterator
from heapq import nlargest
from typing import Final
from xml.etree.ElementTree import Element

from amazonpay_conformance.mock.journal import Entry, Remark
from amazonpay_conformance.mock.pages.document import Content, element
from amazonpay_conformance.mock.pages.forms import TOKEN_FIELD
from amazonpay_conformance.mock.pages.frame import (
    Place,
    framed,
    mark,
    moment,
    pairs,
    remark_mark,
    remark_marks,
    section,
    status_mark,
    table,
)
from amazonpay_conformance.model.operation import Kind
from amazonpay_conformance.model.world import COLLECTIONS, AnyObject, Charge, CheckoutSession, Refund, World
from amazonpay_conformance.wire.redaction import redact_target

MOST: Final = 100
"""Objects and exchanges that are shown."""

LEAPS: Final = {"30": "30 seconds", "86400": "1 day", "604800": "7 days", "2592000": "30 days"}


def overview(place: Place, kind: str | None, token: str) -> str:
    """Return the page.

    Args:
        place: of which namespace.
        kind: the one kind of object that is shown; all where None.
        token: of the form that moves the clock.
    """
    return framed(
        place,
        "What has happened",
        _summary(place),
        _objects(place, kind),
        _findings(place),
        _exchanges(place),
        _clock(place, token),
    )


def _summary(place: Place) -> Element:
    namespace, world = place.namespace, place.namespace.service.world
    remarks = namespace.journal.remarks
    broken = len({remark.requirement for remark in remarks if remark.level == "MUST"})
    warned = len({remark.requirement for remark in remarks if remark.level == "SHOULD"})
    exchanges = namespace.journal.entries[-1].number if namespace.journal.entries else 0
    counted = sum(len(world.objects(kind)) for kind in _kinds(world))
    verdict = mark(f"{broken} broken", "bad") if broken else mark("nothing broken", "good")
    rows: dict[str, Content] = {
        "Requirements": (verdict, mark(f"{warned} warned of", "warn") if warned else None),
        "Exchanges": str(exchanges),
        "Objects": str(counted),
        "Mock's clock": moment(world.now),
    }
    return section("summary", "At a glance", pairs(rows))


def _objects(place: Place, kind: str | None) -> Element:
    world = place.namespace.service.world
    kinds = _kinds(world)
    chosen = [each for each in kinds if kind in (None, each)]
    held = ((each, value) for each in chosen for value in world.objects(each).values())
    newest = nlargest(MOST, held, key=lambda pair: (pair[1].changed, pair[1].created))
    rows: list[tuple[Content, ...]] = [
        (
            element("a", _short(value.id), href=place.path("objects", each, value.id), title=value.id),
            each,
            mark(value.state, "state") if value.state else "none",
            _amount(value),
            moment(value.changed),
        )
        for each, value in newest
    ]
    links = element(
        "nav", _kind_links(place, kinds, kind, world), aria_label="Kinds of objects", class_="kinds"
    )
    caption = f"The {len(rows)} that changed last" if rows else "There are none yet"
    columns = ("Id", "Kind", "State", "Amount", "Changed")
    return section(
        "objects", "Objects", links, table(columns, rows, caption) if rows else element("p", caption)
    )


def _kind_links(place: Place, kinds: list[Kind], chosen: str | None, world: World) -> Iterator[Element]:
    yield element("a", "All", href=place.path(), aria_current="true" if chosen is None else None)
    for kind in kinds:
        text = f"{kind} ({len(world.objects(kind))})"
        yield element("a", text, href=place.path(kind=kind), aria_current="true" if kind == chosen else None)


def _kinds(world: World) -> list[Kind]:
    return [*COLLECTIONS, *(kind for kind, held in world.records.items() if held and kind not in COLLECTIONS)]


def _short(name: str) -> str:
    return f"{name[:8]}…" if len(name) > 30 else name


def _amount(value: AnyObject) -> str | None:
    price = value.charge_amount if isinstance(value, CheckoutSession) else None
    if isinstance(value, Charge | Refund):
        price = value.amount
    return f"{price.wire()['amount']} {price.currency}" if price else "–"


def _findings(place: Place) -> Element:
    seen: dict[str, list[Remark]] = {}
    for remark in place.namespace.journal.remarks:
        seen.setdefault(remark.requirement, []).append(remark)
    if not seen:
        text = "Nothing is found wrong." if place.namespace.judge else "Nobody judges what is sent here."
        return section("findings", "Findings", element("p", text))
    items = (
        element("li", _finding(place, remarks)) for remarks in sorted(seen.values(), key=lambda r: r[0].level)
    )
    return section("findings", "Findings", element("ul", items, class_="findings"))


def _finding(place: Place, remarks: list[Remark]) -> Iterator[Content]:
    first = remarks[0]
    entry = next((e for e in place.namespace.journal.entries if first in e.remarks), None)
    yield remark_mark(first)
    yield element("span", f" {first.statement} ")
    often = f"{len(remarks)} times" if len(remarks) > 1 else "once"
    yield element("span", f"Seen {often}, {first.operation.replace('_', ' ')}. ", class_="note")
    if entry is not None:
        href = f"{place.path('exchanges', str(entry.number))}#{first.requirement}"
        yield element("a", f"See exchange {entry.number}", href=href)


def _exchanges(place: Place) -> Element:
    entries = list(place.namespace.journal.entries)[-MOST:][::-1]
    rows = [_exchange(place, entry) for entry in entries]
    caption = f"The last {len(rows)}, newest first" if rows else "There are none yet"
    columns = ("Number", "At", "Request", "Answer", "Findings")
    shown = table(columns, rows, caption) if rows else element("p", caption)
    return section("exchanges", "Exchanges", shown)


def _exchange(place: Place, entry: Entry) -> tuple[Content, ...]:
    request = entry.exchange.request
    return (
        element("a", str(entry.number), href=place.path("exchanges", str(entry.number))),
        moment(entry.exchange.received_at, "%H:%M:%S"),
        element("code", f"{request.method} {redact_target(request.target)}"),
        status_mark(entry.exchange.response),
        remark_marks(entry, place) or "none",
    )


def _clock(place: Place, token: str) -> Element:
    buttons = (
        element("button", f"Move on by {words}", type="submit", name="seconds", value=seconds)
        for seconds, words in LEAPS.items()
    )
    form = element(
        "form",
        element("input", type="hidden", name=TOKEN_FIELD, value=token),
        element("div", *buttons, class_="leaps"),
        method="post",
        action=place.path("clock"),
    )
    text = "Whatever comes due until then happens, in order: pending payments settle, sessions expire."
    return section("clock", "The mock's clock", element("p", text), form, live=False)
