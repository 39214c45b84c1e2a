"""Machines as one self-contained SVG: no script, nothing from elsewhere, light and dark.

Each state has the id `diagram-<machine>-<state>`, each transition `diagram-<its id>` and its id as
`data-transition`, each line of an arrow its transitions' ids as `data-transitions`: whoever shows the picture
may colour them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Final
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from amazonpay_conformance.model.machine import Machine, Transition
from amazonpay_conformance.specification.arrows import is_uncertain, told, words
from amazonpay_conformance.specification.figure import (
    DOT,
    ID_WIDTH,
    LABEL_PADDING,
    LINE_STEP,
    NAME_STEP,
    REASON_STEP,
    STATE_PADDING,
    Figure,
    LabelBox,
    Rect,
    StateBox,
    figure,
)
from amazonpay_conformance.specification.layout import Point

NAMESPACE: Final = "http://www.w3.org/2000/svg"

MARGIN: Final = 24.0
HEADING: Final = 44.0  # a machine's name above it
BETWEEN: Final = 56.0  # machines one below another
LEGEND: Final = 60.0
FRAME: Final = 4.0  # between the two frames of a terminal state
STROKE: Final = 18.0  # the sample of a line before a transition's id

_SHAPE: Final = """
.machines { font-family: Arial, "Liberation Sans", sans-serif; }
.machines text { font-size: 12px; }
.machines .heading { font-size: 20px; font-weight: bold; }
.machines .name { font-size: 14px; font-weight: bold; text-anchor: middle; }
.machines .reason { font-size: 11px; text-anchor: middle; }
.machines .id { font-size: 11px; }
.machines .box { stroke-width: 1.6; }
.machines .spontaneous .words { font-style: italic; }
.machines .arrow, .machines .stroke { stroke-width: 1.6; }
.machines .uncertain.arrow, .machines .uncertain .stroke { stroke-dasharray: 5 3; }
"""
_COLOURS: Final = """
.machines .paper { fill: paper; }
.machines text { fill: ink; }
.machines .reason, .machines .id, .machines .legend text { fill: soft; }
.machines .box { fill: state; stroke: frame; }
.machines .inner { fill: none; stroke: frame; }
.machines .label .back { fill: label; stroke: rim; }
.machines .arrow, .machines .stroke { fill: none; stroke: line; }
.machines .start, .machines .head { fill: line; }
"""
_LIGHT: Final = {
    "paper": "#ffffff",
    "ink": "#1c2128",
    "soft": "#59636e",
    "line": "#6b7683",
    "state": "#e8f1fb",
    "frame": "#2f6cab",
    "label": "#f5f6f8",
    "rim": "#c6ccd3",
}
_DARK: Final = {
    "paper": "#0f1318",
    "ink": "#e8ecf0",
    "soft": "#a3adb8",
    "line": "#8b96a3",
    "state": "#16304c",
    "frame": "#6ca8e6",
    "label": "#1b2129",
    "rim": "#46505c",
}


def _coloured(colours: Mapping[str, str]) -> str:
    """No CSS variables: only browsers know them, other programs would draw all in black."""
    return re.sub(r": (\w+);", lambda found: f": {colours.get(found[1], found[1])};", _COLOURS)


STYLE: Final = f"{_SHAPE}{_coloured(_LIGHT)}@media (prefers-color-scheme: dark) {{{_coloured(_DARK)}}}\n"

LEGEND_ROWS: Final = (
    ("", "documented or seen"),
    ("uncertain", "not sure (tags I and ?)"),
    ("spontaneous", "in italics: may happen without a call"),
)


def diagram(machine: Machine) -> str:
    """Return one machine as an SVG document."""
    return document((machine,))


def document(machines: Sequence[Machine]) -> str:
    """Return machines as one SVG document, one below another."""
    root = picture(machines)
    indent(root, " ")
    return tostring(root, encoding="unicode") + "\n"


def picture(machines: Sequence[Machine], *, styled: bool = True) -> Element:
    """Return machines as one SVG element, one below another.

    Args:
        machines: what is drawn.
        styled: whether `STYLE` is in it; otherwise the page that it becomes a part of has it.
    """
    figures = [figure(machine) for machine in machines]
    width = max(max(each.width for each in figures), 640.0) + 2 * MARGIN
    tops = [MARGIN + HEADING]
    for each in figures:
        tops.append(tops[-1] + each.height + BETWEEN + HEADING)
    height = tops[-1] - BETWEEN - HEADING + LEGEND
    root = _root(machines, width, height, styled=styled)
    for each, top in zip(figures, tops, strict=False):
        _draw(SubElement(root, "g", {"transform": f"translate({_n(MARGIN)} {_n(top)})"}), each)
    _legend(SubElement(root, "g", {"class": "legend"}), height - LEGEND / 2)
    return root


def _root(machines: Sequence[Machine], width: float, height: float, *, styled: bool) -> Element:
    size = {"viewBox": f"0 0 {_n(width)} {_n(height)}", "width": _n(width), "height": _n(height)}
    names = [machine.name for machine in machines]
    title, description = (f"diagram-{what}-{'-'.join(names)}" for what in ("title", "description"))
    named = {"role": "img", "aria-labelledby": f"{title} {description}", "class": "machines"}
    root = Element("svg", {"xmlns": NAMESPACE, **size, **named})
    _text(root, "title", f"State machines of the Amazon Pay API v2: {', '.join(names)}", id=title)
    _text(root, "desc", " ".join(map(_description, machines)), id=description)
    if styled:
        _text(root, "style", STYLE)
    SubElement(root, "rect", {"class": "paper", "width": "100%", "height": "100%"})
    return root


def _description(machine: Machine) -> str:
    states = ", ".join(state.name for state in machine.states)
    rows = "; ".join(map(_sentence, machine.transitions))
    return f"{machine.name} has the states {states}. Its transitions: {rows}."


def _sentence(row: Transition) -> str:
    start = f"from {row.source}" if row.source else "at first"
    return f"{row.id}, {start} to {row.target}: {' '.join(told(row))}"


def _draw(parent: Element, drawn: Figure) -> None:
    name = drawn.machine.name
    _text(parent, "text", name, **{"class": "heading", "x": "0", "y": _n(-HEADING / 2)})
    for label in drawn.labels:
        _arrow(parent, label)
    x, y = drawn.start
    SubElement(parent, "circle", {"class": "start", "cx": _n(x), "cy": _n(y), "r": _n(DOT)})
    for box in drawn.states:
        _state(SubElement(parent, "g", _state_attributes(name, box)), box)
    for label in drawn.labels:
        _label(SubElement(parent, "g", {"class": "label"}), label)


def _arrow(parent: Element, label: LabelBox) -> None:
    """The two lines of an arrow. The second has a head, drawn by itself as markers need ids of their own."""
    kind = "arrow uncertain" if label.arrow.is_uncertain else "arrow"
    ids = " ".join(row.id for row in label.arrow.rows)
    for points in (label.route.out, label.route.into):
        SubElement(parent, "path", {"class": kind, "data-transitions": ids, "d": _path(points)})
    head = {"class": "head", "data-transitions": ids, "d": _head(*label.route.into[-2:])}
    SubElement(parent, "path", head)


def _path(points: Sequence[Point]) -> str:
    """Straight where only one coordinate changes, an S that leaves and arrives upright elsewhere."""
    steps = [f"M{_n(points[0][0])} {_n(points[0][1])}"]
    for (x, y), (to_x, to_y) in pairwise(points):
        if x == to_x or y == to_y:
            steps.append(f"L{_n(to_x)} {_n(to_y)}")
        else:
            middle = _n((y + to_y) / 2)
            steps.append(f"C{_n(x)} {middle} {_n(to_x)} {middle} {_n(to_x)} {_n(to_y)}")
    return " ".join(steps)


def _head(before: Point, end: Point) -> str:
    """A triangle whose tip is the end of a line."""
    x, y = end
    dx, dy = (max(-1.0, min(1.0, there - here)) for here, there in zip(before, end, strict=True))
    back_x, back_y = x - 10 * dx, y - 10 * dy
    side_x, side_y = 4.5 * dy, 4.5 * dx
    one, other = (back_x + side_x, back_y + side_y), (back_x - side_x, back_y - side_y)
    return f"M{_n(x)} {_n(y)} L{_n(one[0])} {_n(one[1])} L{_n(other[0])} {_n(other[1])} Z"


def _state_attributes(machine: str, box: StateBox) -> dict[str, str]:
    name = box.state.name
    kind = "state terminal" if box.state.terminal else "state"
    return {"id": f"diagram-{machine}-{name}", "class": kind, "data-machine": machine, "data-state": name}


def _state(group: Element, box: StateBox) -> None:
    operations = ", ".join(map(words, box.state.operations))
    _text(group, "title", f"{box.state.name}: {operations}")
    _rect(group, box.rect, "box", 10)
    if box.state.terminal:
        inner = Rect(
            box.rect.x + FRAME, box.rect.y + FRAME, box.rect.width - 2 * FRAME, box.rect.height - 2 * FRAME
        )
        _rect(group, inner, "inner", 7)
    x, y = _n(box.rect.middle[0]), box.rect.y + STATE_PADDING + 10
    _text(group, "text", box.state.name, **{"class": "name", "x": x, "y": _n(y)})
    for i, line in enumerate(box.reasons):
        at = _n(y + NAME_STEP - 2 + i * REASON_STEP)
        _text(group, "text", line, **{"class": "reason", "x": x, "y": at})


def _label(group: Element, label: LabelBox) -> None:
    _rect(group, label.rect, "back", 5)
    y = label.rect.y + LABEL_PADDING + LINE_STEP / 2
    for row, lines in label.lines:
        _row(SubElement(group, "g", _row_attributes(row)), row, lines, (label.rect.x + LABEL_PADDING, y))
        y += len(lines) * LINE_STEP


def _row_attributes(row: Transition) -> dict[str, str]:
    marks = {"uncertain": is_uncertain(row), "spontaneous": row.spontaneous}
    kinds = ["transition", *(mark for mark, holds in marks.items() if holds)]
    return {"id": f"diagram-{row.id}", "class": " ".join(kinds), "data-transition": row.id}


def _row(group: Element, row: Transition, lines: Sequence[str], at: Point) -> None:
    x, y = at
    _text(group, "title", f"{_sentence(row)} ({row.cite} [{row.tag}])")
    SubElement(group, "path", {"class": "stroke", "d": _path(((x, y), (x + STROKE, y)))})
    _text(group, "text", row.id, **{"class": "id", "x": _n(x + STROKE + 8), "y": _n(y + 4)})
    for i, line in enumerate(lines):
        place = {"class": "words", "x": _n(x + ID_WIDTH), "y": _n(y + 4 + i * LINE_STEP)}
        _text(group, "text", line, **place)


def _legend(group: Element, y: float) -> None:
    x = MARGIN
    for kind, text in LEGEND_ROWS:
        entry = SubElement(group, "g", {"class": kind} if kind else {})
        if kind != "spontaneous":
            SubElement(entry, "path", {"class": "stroke", "d": _path(((x, y), (x + STROKE, y)))})
            x += STROKE + 8
        _text(entry, "text", text, **{"class": "words", "x": _n(x), "y": _n(y + 4)})
        x += len(text) * 6.2 + 24


def _rect(parent: Element, rect: Rect, kind: str, radius: float) -> None:
    place = {"x": _n(rect.x), "y": _n(rect.y), "width": _n(rect.width), "height": _n(rect.height)}
    SubElement(parent, "rect", {"class": kind, **place, "rx": _n(radius)})


def _text(parent: Element, tag: str, text: str, **attributes: str) -> None:
    SubElement(parent, tag, attributes).text = text


def _n(number: float) -> str:
    """A number with one place at most: pictures that are the same are written the same."""
    return f"{round(number, 1):g}" if abs(number) < 1e5 else str(round(number))
