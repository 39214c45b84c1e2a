"""A machine as a Mermaid state diagram, which code hosts draw in Markdown.

Mermaid lays it out itself and draws every arrow alike, so what is uncertain carries its tag.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from amazonpay_conformance.model.machine import Machine
from amazonpay_conformance.specification.arrows import Arrow, arrows, is_uncertain, words


def diagram(machine: Machine) -> str:
    """Return a machine as a `stateDiagram-v2`: an arrow for each pair of states, told by its triggers."""
    return "\n".join(_lines(machine)) + "\n"


def document(machines: Iterable[Machine]) -> str:
    """Return machines as Markdown: a Mermaid file holds one diagram only."""
    return "\n".join(f"## {machine.name}\n\n```mermaid\n{diagram(machine)}```\n" for machine in machines)


def _lines(machine: Machine) -> Iterator[str]:
    yield "stateDiagram-v2"
    for arrow in arrows(machine):
        yield f"    {arrow.source or '[*]'} --> {arrow.target}: {', '.join(_labels(arrow))}"
    for state in machine.states:
        if state.terminal:
            yield f"    {state.name} --> [*]"


def _labels(arrow: Arrow) -> Iterator[str]:
    """One label for all rows with the same trigger that are equally sure, guarded ones apart."""
    guards: dict[tuple[str, str, bool], list[str]] = {}
    for row in arrow.rows:
        mark = f" [{row.tag}]" if is_uncertain(row) else ""
        guards.setdefault((words(row.trigger), mark, bool(row.guard)), []).append(row.guard)
    for (trigger, mark, guarded), known in guards.items():
        yield f"{trigger} ({', '.join(known)}){mark}" if guarded else f"{trigger}{mark}"
