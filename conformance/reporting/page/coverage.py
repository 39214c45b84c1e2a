"""What of the model was covered: figures, the machines in colours, the rest with reasons."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from xml.etree.ElementTree import Element, fromstring, tostring

from amazonpay_conformance.model.coverage import ASPECTS
from amazonpay_conformance.model.machine import Machine
from amazonpay_conformance.model.objects import MACHINES
from amazonpay_conformance.model.operations import ALL_OPERATIONS
from amazonpay_conformance.model.requirements import REQUIREMENTS
from amazonpay_conformance.reporting.page.markup import Markup, details, element, join, text
from amazonpay_conformance.specification.svg import NAMESPACE, diagram

WORDS: Final = {"seen": "covered", "unseen": "not covered", "broken": "a requirement broke here"}


@dataclass(frozen=True, slots=True)
class Colours:
    """How each state (machine, state) and each transition (its id) is shown: a word, and why."""

    states: Mapping[tuple[str, str], tuple[str, str]]
    transitions: Mapping[str, tuple[str, str]]


def coverage(value: Mapping[str, Any], findings: Sequence[Mapping[str, Any]]) -> Markup:
    """Return the section on coverage.

    Args:
        value: `coverage` of report.json.
        findings: those of report.json.
    """
    found = colours(value, findings)
    legend = [
        element("li", element("span", class_=f"swatch {name}"), text(words)) for name, words in WORDS.items()
    ]
    return join(
        _figures(value["aspects"]),
        element("ul", *legend, class_="legend", aria_label="Colours of the diagrams"),
        *(_machine(machine, found) for machine in MACHINES.values()),
        _not_covered(value["aspects"]),
    )


def colours(value: Mapping[str, Any], findings: Sequence[Mapping[str, Any]]) -> Colours:
    """Return how states and transitions are to be shown.

    Args:
        value: `coverage` of report.json.
        findings: those of report.json.
    """
    unseen_states = {row["id"]: row["reason"] for row in value["aspects"]["state"]["not_covered"]}
    unseen_rows = {row["id"]: row["reason"] for row in value["not_covered"]}
    broken = [(finding, set(_places(finding))) for finding in findings]
    states, rows = {}, {}
    for name, machine in MACHINES.items():
        for state in machine.states:
            ids = [f["id"] for f, places in broken if (name, state.name) in places]
            states[name, state.name] = _colour(ids, unseen_states.get(f"{name} {state.name}"))
        for row in machine.transitions:
            ids = [f["id"] for f, places in broken if row.id in places]
            rows[row.id] = _colour(ids, unseen_rows.get(row.id))
    return Colours(states, rows)


def _colour(broken: Sequence[str], unseen: str | None) -> tuple[str, str]:
    if broken:
        return "broken", f"broken: {', '.join(broken)}"
    return ("seen", "covered") if unseen is None else ("unseen", f"not covered: {unseen}")


def _places(finding: Mapping[str, Any]) -> Iterator[tuple[str, str] | str]:
    """The states and transitions that a finding is about. What every message has is about none."""
    requirement = REQUIREMENTS.get(finding["requirement"])
    if requirement is None or requirement.scope == "message":
        return
    for operation in filter(ALL_OPERATIONS.get, finding["operations"]):
        kinds = {ALL_OPERATIONS[operation].target, ALL_OPERATIONS[operation].returns} - {None}
        for name, machine in MACHINES.items():
            if name in kinds:
                yield from ((name, state) for state in finding["states"])
            yield from _fired_by(machine, operation, finding["states"])


def _fired_by(machine: Machine, operation: str, states: Sequence[str]) -> Iterator[str]:
    for row in machine.transitions:
        if row.trigger == operation and (not states or row.source in states):
            yield row.id


def _figures(aspects: Mapping[str, Any]) -> Markup:
    rows = [_figure(ASPECTS.get(name, name), row["covered"], row["of"]) for name, row in aspects.items()]  # type: ignore[call-overload]
    return element(
        "table", element("caption", text("Covered, of what the model has")), *rows, class_="figures"
    )


def _figure(name: str, covered: int, of: int) -> Markup:
    bar = element("meter", min="0", max=str(max(of, 1)), value=str(covered), aria_label=f"{name} covered")
    cells = (
        element("th", text(name), scope="row"),
        element("td", text(f"{covered} of {of}")),
        element("td", bar),
    )
    return element("tr", *cells)


def _machine(machine: Machine, found: Colours) -> Markup:
    rows = [found.transitions[row.id][0] for row in machine.transitions]
    states = [found.states[machine.name, state.name][0] for state in machine.states]
    told = (
        f"{machine.name}: {_counted(states)} of {len(states)} states, "
        f"{_counted(rows)} of {len(rows)} transitions covered"
    )
    figure = element("div", picture(machine, found), class_="scroll", tabindex="0")
    return element("figure", element("figcaption", text(told)), figure, class_="machine")


def _counted(words: Sequence[str]) -> int:
    return sum(word != "unseen" for word in words)


def picture(machine: Machine, found: Colours) -> Markup:
    """Return a machine's diagram with the colours as classes, and in words where a pointer rests.

    Args:
        machine: it.
        found: the colours.
    """
    root = fromstring(diagram(machine).replace(f' xmlns="{NAMESPACE}"', "", 1))  # noqa: S314 - it is our own
    for part in root.iter():
        for name, why in _of_part(part, found):
            part.set("class", f"{part.get('class', '')} {name}".strip())
            title = part.find("title")
            if title is not None:
                title.text = f"{title.text} [{why}]"
    root.set("style", f"max-width:{root.attrib.pop('width')}px")
    del root.attrib["height"]
    return Markup(tostring(root, encoding="unicode"))


def _of_part(part: Element, found: Colours) -> Iterator[tuple[str, str]]:
    state, row, several = (part.get(f"data-{name}") for name in ("state", "transition", "transitions"))
    if state is not None:
        yield found.states[part.get("data-machine", ""), state]
    elif row is not None:
        yield found.transitions[row]
    elif several is not None:
        known = [found.transitions[name] for name in several.split()]
        yield min(known, key=lambda colour: ("broken", "seen", "unseen").index(colour[0]))


def _not_covered(aspects: Mapping[str, Any]) -> Markup:
    reasons: dict[str, list[str]] = {}
    for name, aspect in aspects.items():
        for row in aspect["not_covered"]:
            reasons.setdefault(row["reason"], []).append(f"{name} {row['id']}")
    if not reasons:
        return element("p", text("Everything that the model has was covered."))
    parts = [
        details(text(f"{why} ({len(ids)})"), element("p", text("; ".join(ids))), class_="missed")
        for why, ids in sorted(reasons.items(), key=lambda item: -len(item[1]))
    ]
    return join(element("h3", text("Not covered, and why")), *parts)
