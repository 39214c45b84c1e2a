"""Figures: a machine's boxes, labels and lines with their places, before anything is drawn.

Widths are those of the widest usual font, so that no browser's font makes a text leave its box.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from amazonpay_conformance.model.machine import Machine, State, Transition
from amazonpay_conformance.specification.arrows import Arrow, arrows, told, wrapped
from amazonpay_conformance.specification.layout import (
    PORT_GAP,
    PORT_MARGIN,
    Extent,
    Layout,
    Link,
    Point,
    Route,
    laid_out,
)

START: Final = ""  # no state has this name

NAME_STEP: Final = 20.0
REASON_STEP: Final = 15.0
LINE_STEP: Final = 16.0
STATE_PADDING: Final = 14.0
LABEL_PADDING: Final = 9.0
ID_WIDTH: Final = 86.0  # a label's stroke and id, before the words
DOT: Final = 7.0
LOOP: Final = 34.0  # between a state and the label of what leads back to it
LOOP_RISE: Final = 7.0

NAME_CHARACTER: Final = 9.4
REASON_CHARACTER: Final = 6.6
WORD_CHARACTER: Final = 6.9

REASONS_WIDTH: Final = 46  # characters
WORDS_WIDTH: Final = 32


@dataclass(frozen=True, slots=True)
class Rect:
    """A place on the paper."""

    x: float
    y: float
    width: float
    height: float

    @property
    def right(self) -> float:
        """Its right side."""
        return self.x + self.width

    @property
    def bottom(self) -> float:
        """Its lower side."""
        return self.y + self.height

    @property
    def middle(self) -> Point:
        """Its middle."""
        return self.x + self.width / 2, self.y + self.height / 2


@dataclass(frozen=True, slots=True)
class StateBox:
    """A state with the lines of its reason codes."""

    state: State
    reasons: tuple[str, ...]
    rect: Rect


@dataclass(frozen=True, slots=True)
class LabelBox:
    """The label of an arrow: its transitions, each with its lines of words, and the route of the arrow."""

    arrow: Arrow
    lines: tuple[tuple[Transition, tuple[str, ...]], ...]
    rect: Rect
    route: Route


@dataclass(frozen=True, slots=True)
class Figure:
    """A machine, laid out from (0, 0) to (width, height)."""

    machine: Machine
    start: Point
    states: tuple[StateBox, ...]
    labels: tuple[LabelBox, ...]
    width: float
    height: float


def figure(machine: Machine) -> Figure:
    """Lay a machine out."""
    known = arrows(machine)
    loops = {arrow.target: arrow for arrow in known if arrow.source == arrow.target}
    boxes = {START: Extent(DOT, DOT, 2 * DOT)}
    for state in machine.states:
        lines = sum(state.name in (arrow.source, arrow.target) for arrow in known)
        boxes[state.name] = _state_extent(state, lines, loops.get(state.name))
    through = {_name(arrow): arrow for arrow in known if arrow not in loops.values()}
    links = [Link(name, a.source or START, a.target, _label_extent(a)) for name, a in through.items()]
    layout = laid_out(boxes, links)
    states = tuple(_state_box(state, boxes[state.name], layout) for state in machine.states)
    labels = [_label_box(arrow, layout) for arrow in through.values()]
    labels += [_loop_box(loops[box.state.name], box.rect) for box in states if box.state.name in loops]
    x, y = layout.tops[START]
    return Figure(machine, (x, y + DOT), states, tuple(labels), layout.width, layout.height)


def _name(arrow: Arrow) -> str:
    return f"{arrow.source or START} → {arrow.target}"


def _reasons(state: State) -> tuple[str, ...]:
    return wrapped(state.reasons, REASONS_WIDTH, ", ")


def _words(arrow: Arrow) -> tuple[tuple[Transition, tuple[str, ...]], ...]:
    return tuple((row, wrapped(told(row), WORDS_WIDTH)) for row in arrow.rows)


def _state_extent(state: State, lines: int, loop: Arrow | None) -> Extent:
    """What a state needs for its words, and for as many lines as end at it."""
    widths = [len(state.name) * NAME_CHARACTER, *(len(line) * REASON_CHARACTER for line in _reasons(state))]
    half = max(max(widths) / 2 + STATE_PADDING, (lines - 1) * PORT_GAP / 2 + PORT_MARGIN)
    height = NAME_STEP + len(_reasons(state)) * REASON_STEP + 1.5 * STATE_PADDING
    if loop is None:
        return Extent(half, half, height)
    label = _label_extent(loop)
    return Extent(half, half + LOOP + label.left + label.right, height, room=label.height)


def _label_extent(arrow: Arrow) -> Extent:
    lines = [line for _, lines in _words(arrow) for line in lines]
    half = (ID_WIDTH + max(map(len, lines)) * WORD_CHARACTER) / 2 + LABEL_PADDING
    return Extent(half, half, len(lines) * LINE_STEP + 2 * LABEL_PADDING)


def _state_box(state: State, extent: Extent, layout: Layout) -> StateBox:
    x, y = layout.tops[state.name]
    rect = Rect(x - extent.left, y, 2 * extent.left, extent.height)
    return StateBox(state, _reasons(state), rect)


def _label_box(arrow: Arrow, layout: Layout) -> LabelBox:
    extent = _label_extent(arrow)
    x, y = layout.tops[_name(arrow)]
    rect = Rect(x - extent.left, y, 2 * extent.left, extent.height)
    return LabelBox(arrow, _words(arrow), rect, layout.routes[_name(arrow)])


def _loop_box(arrow: Arrow, state: Rect) -> LabelBox:
    """The label to the right of a state, and the two short lines between them."""
    extent, y = _label_extent(arrow), state.middle[1]
    rect = Rect(state.right + LOOP, y - extent.height / 2, 2 * extent.left, extent.height)
    high, low = y - LOOP_RISE, y + LOOP_RISE
    route = Route(((state.right, high), (rect.x, high)), ((rect.x, low), (state.right, low)))
    return LabelBox(arrow, _words(arrow), rect, route)
