"""The frame of the dashboard's pages: heading, links, what is live in them, and the words that all use."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import quote, urlencode
from xml.etree.ElementTree import Element

from amazonpay_conformance.mock.journal import Entry, Remark
from amazonpay_conformance.mock.namespaces import DEFAULT, Namespace
from amazonpay_conformance.mock.pages.document import STYLE, Content, document, element
from amazonpay_conformance.wire.messages import Response
from amazonpay_conformance.wire.redaction import redact_body

TOP: Final = "/dashboard"
STYLES: Final = (STYLE, "/pages/dashboard.css", "/pages/machines.css")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page of the dashboard is: in which namespace of those that there are."""

    namespace: Namespace
    names: tuple[str, ...] = (DEFAULT,)

    def path(self, *segments: str, **query: str) -> str:
        """Return the path of another page of the same namespace."""
        named = {} if self.namespace.name == DEFAULT else {"namespace": self.namespace.name}
        asked = urlencode({**query, **named})
        return "/".join((TOP, *(quote(each, safe="") for each in segments))) + (f"?{asked}" if asked else "")

    @property
    def version(self) -> str:
        """What changes whenever a page may."""
        journal = self.namespace.journal
        last = journal.entries[-1].number if journal.entries else 0
        return f"{last}.{len(journal.remarks)}.{self.namespace.history.steps}"


def framed(place: Place, title: str, *content: Content, kind: str = "") -> str:
    """Return a document of the dashboard; whatever in it has the attribute data-live is kept up to date."""
    head = element(
        "header",
        element("a", "Skip to the content", href="#content", class_="skip"),
        element("p", element("a", "Amazon Pay mock", href=place.path()), class_="brand"),
        _namespaces(place),
        element(
            "p",
            element("span", "Not live: scripts are off.", id="live", role="status"),
            element("button", "Pause", type="button", id="pause", hidden=True, aria_pressed="false"),
            class_="live",
        ),
    )
    main = element(
        "main", element("h1", title), *content, id="content", tabindex="-1", data_version=place.version
    )
    scripts = ("/pages/dashboard.js",)
    return document(title, head, main, scripts=scripts, styles=STYLES, kind=f"dashboard {kind}".strip())


def _namespaces(place: Place) -> Element | None:
    if len(place.names) < 2:
        return None
    links = (
        element(
            "a",
            name,
            href=TOP if name == DEFAULT else f"{TOP}?{urlencode({'namespace': name})}",
            aria_current="page" if name == place.namespace.name else None,
        )
        for name in place.names
    )
    return element("nav", *links, aria_label="Namespaces")


def section(name: str, heading: str, *content: Content, live: bool = True) -> Element:
    """Return a part of a page with a heading of its own."""
    titled = element("h2", heading, id=f"{name}-heading")
    return element(
        "section", titled, *content, id=name, aria_labelledby=f"{name}-heading", data_live=live or None
    )


def table(columns: tuple[str, ...], rows: list[tuple[Content, ...]], caption: str) -> Element:
    """Return a table; on a narrow screen its style makes each row a block, with the columns' names in it."""
    head = element("tr", (element("th", name, scope="col") for name in columns))
    lines = (
        element(
            "tr", (element("td", cell, data_column=name) for name, cell in zip(columns, row, strict=True))
        )
        for row in rows
    )
    return element("table", element("caption", caption), element("thead", head), element("tbody", lines))


def pairs(rows: Mapping[str, Content]) -> Element:
    """Return names and values; those that are None are left out."""
    shown = {name: value for name, value in rows.items() if value is not None}
    return element(
        "dl", (element("div", element("dt", name), element("dd", value)) for name, value in shown.items())
    )


def mark(text: str, kind: str) -> Element:
    """Return a word in a frame: a state, a verdict. It says by itself what its colour says, too."""
    return element("span", text, class_=f"mark {kind}")


def remark_marks(entry: Entry, place: Place) -> list[Element]:
    """Return a mark for each thing that is wrong with an exchange, leading to it."""
    href = place.path("exchanges", str(entry.number))
    return [element("a", remark_mark(each), href=f"{href}#{each.requirement}") for each in entry.remarks]


def remark_mark(remark: Remark) -> Element:
    """Return the mark of something that is wrong."""
    failed = remark.level == "MUST"
    return mark(f"{'fail' if failed else 'warning'} {remark.requirement}", "bad" if failed else "warn")


def status_mark(response: Response | None) -> Element:
    """Return the mark of an answer."""
    if response is None:
        return mark("no answer", "bad")
    return mark(str(response.status), "good" if response.status < 400 else "bad")


def moment(seconds: float, form: str = "%Y-%m-%d %H:%M:%S") -> Element:
    """Return a time, as a person and as a program reads it."""
    at = datetime.fromtimestamp(seconds, UTC)
    return element("time", at.strftime(form), datetime=at.isoformat(timespec="seconds"))


def code_block(value: Any, label: str) -> Element:
    """Return a JSON value, without what is a buyer's or secret; it can be scrolled by keyboard."""
    text = json.dumps(redact_body(value), indent=2, ensure_ascii=False)
    return element("pre", element("code", text), tabindex="0", role="region", aria_label=label)
