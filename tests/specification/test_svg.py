"""The SVG shows everything, hides nothing behind anything, and needs nothing from elsewhere."""

from __future__ import annotations

import re
from collections import Counter
from itertools import combinations, pairwise
from xml.etree.ElementTree import Element, fromstring

import pytest
from amazonpay_conformance.model.machine import Machine, State, Transition
from amazonpay_conformance.specification import svg
from amazonpay_conformance.specification.figure import Figure, Rect, figure
from amazonpay_conformance.specification.layout import Point
from amazonpay_conformance.specification.tables import MACHINES

NS = f"{{{svg.NAMESPACE}}}"

# a circle, a way back over two states, states that nothing leads to, one with many loops and reasons
TANGLED = Machine(
    "Tangled",
    states=tuple(
        State(name, (), tuple(f"{name}Reason{n}" for n in range(count)), terminal=name == "D")
        for name, count in (("A", 0), ("B", 12), ("C", 1), ("D", 0), ("E", 2), ("F", 0))
    ),
    transitions=tuple(
        Transition(f"T{n}", source, "do_it", target, guard=f"case {n}", tag="D" if n % 3 else "?")
        for n, (source, target) in enumerate(
            [
                *((None, "A"), (None, "D"), ("A", "B"), ("B", "C"), ("C", "A"), ("C", "D"), ("A", "D")),
                *(("B", "B"), ("B", "B"), ("D", "B"), ("E", "F"), ("F", "E"), ("E", "D"), ("A", "C")),
            ]
        )
    ),
)
DRAWN = pytest.mark.parametrize("machine", [*MACHINES.values(), TANGLED], ids=lambda machine: machine.name)


def parsed(text: str) -> Element:
    """The root of a picture of ours."""
    return fromstring(text)  # noqa: S314, as we wrote it ourselves


def elements(text: str, kind: str) -> list[Element]:
    """The elements of a class."""
    return [each for each in parsed(text).iter() if kind in each.get("class", "").split()]


def boxes(drawn: Figure) -> list[Rect]:
    return [*(box.rect for box in drawn.states), *(label.rect for label in drawn.labels)]


def overlap(one: Rect, other: Rect) -> bool:
    across = one.x < other.right and other.x < one.right
    return across and one.y < other.bottom and other.y < one.bottom


def samples(points: tuple[Point, ...]) -> list[Point]:
    """Points along a line as it is drawn: cubic curves whose handles are half way down."""
    found = []
    for (x, y), (to_x, to_y) in pairwise(points):
        for t in (n / 16 for n in range(17)):
            ease = 3 * t * t - 2 * t * t * t if x != to_x and y != to_y else t
            down = (
                (1.5 * t * (1 - t) * (1 - t) + 1.5 * t * t * (1 - t) + t**3) if x != to_x and y != to_y else t
            )
            found.append((x + (to_x - x) * ease, y + (to_y - y) * down))
    return found


def inside(point: Point, rect: Rect) -> bool:
    return rect.x + 0.5 < point[0] < rect.right - 0.5 and rect.y + 0.5 < point[1] < rect.bottom - 0.5


def on_rim(point: Point, rect: Rect) -> bool:
    x, y = point
    upright = rect.y - 0.1 <= y <= rect.bottom + 0.1 and min(abs(x - rect.x), abs(x - rect.right)) < 0.1
    level = rect.x - 0.1 <= x <= rect.right + 0.1 and min(abs(y - rect.y), abs(y - rect.bottom)) < 0.1
    return upright or level


@DRAWN
def test_every_state_and_every_transition_is_drawn_once_under_its_id(machine: Machine) -> None:
    text = svg.diagram(machine)
    states = {each.get("id"): each.get("data-state") for each in elements(text, "state")}
    assert states == {f"diagram-{machine.name}-{s.name}": s.name for s in machine.states}
    drawn = [(each.get("id"), each.get("data-transition")) for each in elements(text, "transition")]
    assert sorted(drawn) == sorted((f"diagram-{row.id}", row.id) for row in machine.transitions)
    on_arrows = Counter(
        row for each in elements(text, "arrow") for row in each.get("data-transitions", "").split()
    )
    assert on_arrows == {row.id: 2 for row in machine.transitions}  # to the label, and on to the state


@DRAWN
def test_no_two_boxes_overlap_and_none_is_off_the_paper(machine: Machine) -> None:
    drawn = figure(machine)
    for one, other in combinations(boxes(drawn), 2):
        assert not overlap(one, other)
    for box in boxes(drawn):
        assert box.x >= -0.01
        assert box.y >= -0.01
        assert box.right <= drawn.width + 0.01
        assert box.bottom <= drawn.height + 0.01


@DRAWN
def test_no_line_runs_through_a_box(machine: Machine) -> None:
    drawn = figure(machine)
    for label in drawn.labels:
        for point in (*samples(label.route.out), *samples(label.route.into)):
            hidden = [rect for rect in boxes(drawn) if inside(point, rect)]
            assert not hidden, (label.arrow.source, label.arrow.target, point)


@DRAWN
def test_every_arrow_goes_from_its_state_over_its_label_to_its_state(machine: Machine) -> None:
    drawn = figure(machine)
    states = {box.state.name: box.rect for box in drawn.states}
    for label in drawn.labels:
        out, into = label.route.out, label.route.into
        if label.arrow.source is not None:
            assert on_rim(out[0], states[label.arrow.source])
        else:
            assert abs(out[0][0] - drawn.start[0]) < 0.1
        assert on_rim(out[-1], label.rect)
        assert on_rim(into[0], label.rect)
        assert on_rim(into[-1], states[label.arrow.target])


@DRAWN
def test_lines_that_meet_a_state_keep_apart(machine: Machine) -> None:
    labels = figure(machine).labels
    ends = [label.route.into[-1] for label in labels]
    ends += [label.route.out[0] for label in labels if label.arrow.source is not None]
    assert all(max(abs(x - u), abs(y - v)) >= 13 for (x, y), (u, v) in combinations(ends, 2))


def test_ids_are_unique_in_a_picture_of_all_and_on_a_page_with_a_picture_each() -> None:
    together = svg.document((*MACHINES.values(), TANGLED))
    apart = "".join(map(svg.diagram, MACHINES.values()))
    for page in (together, apart):
        ids = re.findall(r'\bid="([^"]*)"', page)
        assert max(Counter(ids).values()) == 1


def test_terminal_states_have_two_frames_and_others_one() -> None:
    for machine in MACHINES.values():
        text = svg.diagram(machine)
        frames = {each.get("data-state"): len(each.findall(f"{NS}rect")) for each in elements(text, "state")}
        assert frames == {state.name: 2 if state.terminal else 1 for state in machine.states}


def test_rows_that_are_not_sure_are_marked_and_no_others() -> None:
    for machine in MACHINES.values():
        marked = {
            each.get("data-transition")
            for each in elements(svg.diagram(machine), "transition")
            if "uncertain" in each.get("class", "").split()
        }
        assert marked == {row.id for row in machine.transitions if row.tag in ("I", "?")}


def test_all_machines_are_one_picture_one_below_another() -> None:
    root = parsed(svg.document(tuple(MACHINES.values())))
    tops = [
        float(each.get("transform", "").rstrip(")").split()[1])
        for each in root.findall(f"{NS}g")
        if each.get("transform")
    ]
    heights = [figure(machine).height for machine in MACHINES.values()]
    assert len(tops) == len(MACHINES)
    assert all(top + height < below for top, below, height in zip(tops, tops[1:], heights, strict=False))
    assert tops[-1] + heights[-1] < float(root.get("viewBox", "").split()[3])


def test_it_is_told_to_those_who_cannot_see_it() -> None:
    root = parsed(svg.diagram(MACHINES["Charge"]))
    assert root.get("role") == "img"
    title, description = root.findall(f"{NS}title") + root.findall(f"{NS}desc")
    assert root.get("aria-labelledby") == f"{title.get('id')} {description.get('id')}"
    assert (title.text or "").endswith(": Charge")
    assert all(row.id in (description.text or "") for row in MACHINES["Charge"].transitions)


def test_it_has_a_dark_form_and_nothing_that_runs_or_is_fetched() -> None:
    text = svg.document(tuple(MACHINES.values()))
    assert "@media (prefers-color-scheme: dark)" in text
    tags = {each.tag.removeprefix(NS) for each in parsed(text).iter()}
    assert tags == {"svg", "title", "desc", "style", "rect", "g", "path", "circle", "text"}
    assert re.findall(r"https?:[^\s\"]*", text) == [svg.NAMESPACE]
    assert not re.search(r"url\(|@import|href|\bon\w+=", text)


def test_colours_are_known_to_more_programs_than_browsers() -> None:
    assert "var(" not in svg.STYLE
    named = re.findall(r"(?:fill|stroke): ([^;]+);", svg.STYLE)
    assert named
    assert all(colour == "none" or re.fullmatch("#[0-9a-f]{6}", colour) for colour in named)


def test_a_picture_is_the_same_every_time() -> None:
    assert svg.diagram(MACHINES["Charge"]) == svg.diagram(MACHINES["Charge"])
