"""A finding's scenario as a sequence diagram: who did what, and where it went wrong."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from amazonpay_conformance.reporting.page.markup import Markup, element, text
from amazonpay_conformance.reporting.page.shown import ShownFinding, Step

WIDTH: Final = 760
BUYER, CLIENT, SERVER = 90, 300, 640
ROW: Final = 30
TOP: Final = 52
LONGEST: Final = 46
MOST: Final = 8
"""Exchanges of one step that are drawn: a client that repeats without end would fill the page."""


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the diagram. From `start` to `end` where it is an arrow, else a note at `start`."""

    words: str
    start: int
    end: int | None = None
    kind: str = ""


def sequence(finding: ShownFinding) -> Markup:
    """Return the diagram of a finding; it has the steps that led there."""
    rows = list(_rows(finding))
    height = TOP + ROW * len(rows) + 16
    ways = [(CLIENT, "client"), (SERVER, "server")]
    if any(step.kind == "buyer" for step in finding.steps):
        ways.insert(0, (BUYER, "buyer"))
    drawn = [*(_lifeline(x, name, height) for x, name in ways)]
    drawn += [_row(row, TOP + ROW * number) for number, row in enumerate(rows)]
    label = f"Sequence diagram of {finding.value['id']}: the steps are listed beside it"
    size = {"viewBox": f"0 0 {WIDTH} {height}", "class_": "sequence", "role": "img", "aria_label": label}
    return element("svg", *drawn, **size)


def _rows(finding: ShownFinding) -> Iterator[Row]:
    for number, step in enumerate(finding.steps):
        shows = number == finding.shows_at
        words = f"{number + 1}. {step.words.partition('{')[0]}"  # the list beside it tells the rest
        if step.kind == "buyer":
            yield Row(words, BUYER, SERVER, "step")
        elif step.kind == "call":
            yield Row(words, CLIENT, kind="step")
            yield from _exchanges(step, shows=shows)
        else:
            yield Row(words, SERVER, kind="step server")
    sign = "FAIL" if finding.is_failure else "WARNING"
    yield Row(
        f"{sign} {finding.value['id']}", CLIENT, kind="verdict" if finding.is_failure else "verdict warn"
    )


def _exchanges(step: Step, *, shows: bool) -> Iterator[Row]:
    kind = "shows" if shows else ""
    for one in step.exchanges[:MOST]:
        request, response = one["request"], one["response"]
        yield Row(f"{request['method']} {request['target']}", CLIENT, SERVER, kind)
        yield Row(_answer(response), SERVER, CLIENT, f"back {kind}")
    if len(step.exchanges) > MOST:
        yield Row(f"… and {len(step.exchanges) - MOST} more", CLIENT)


def _answer(response: Any) -> str:
    if response is None:
        return "no answer"
    body = response["body"]
    code = body.get("reasonCode") if isinstance(body, dict) else None
    return f"{response['status']} {code}" if isinstance(code, str) else str(response["status"])


def _lifeline(x: int, name: str, height: int) -> Markup:
    place = {"x1": str(x), "x2": str(x), "y1": "30", "y2": str(height)}
    return element("g", element("line", **place), _text(name, x, 22, "middle"), class_="lifeline")


def _row(row: Row, y: int) -> Markup:
    if row.end is None:
        anchor = "end" if row.start == SERVER else "middle"
        words = _text(_shortened(row.words, LONGEST * 2), row.start, y + 6, anchor)
        return element("g", words, class_=row.kind)
    forward = row.end > row.start
    tip, back = row.end, row.end - 9 if forward else row.end + 9
    line = element("path", d=f"M{row.start} {y + 8}H{tip}", class_="line")
    head = element("path", d=f"M{tip} {y + 8}L{back} {y + 4}V{y + 12}Z", class_="head")
    room = LONGEST if abs(row.end - row.start) < SERVER - BUYER else LONGEST + 24
    label = _text(_shortened(row.words, room), (row.start + row.end) // 2, y + 2, "middle")
    return element("g", line, head, label, class_=f"arrow {row.kind}".strip())


def _text(words: str, x: int, y: int, anchor: str) -> Markup:
    return element("text", text(words), x=str(x), y=str(y), text_anchor=anchor)


def _shortened(words: str, most: int) -> str:
    return words if len(words) <= most else f"{words[: most - 1]}…"


def steps_in_words(steps: Sequence[Step], shows_at: int | None) -> Markup:
    """Return the steps as a list; the one that shows the fault is marked."""
    items = [
        element("li", element("code", text(step.words)), class_="shows" if number == shows_at else None)
        for number, step in enumerate(steps)
    ]
    return element("ol", *items, class_="steps")
