"""A machine as a Graphviz graph. Dashed is what is uncertain; each line of a label is one transition."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from amazonpay_conformance.model.machine import Machine, State, Transition
from amazonpay_conformance.specification.arrows import Arrow, arrows, is_uncertain, told, wrapped

START = "start"
WIDTH = 44


def diagram(machine: Machine) -> str:
    """Return a machine in the DOT language."""
    return "\n".join(_lines(machine)) + "\n"


def document(machines: Iterable[Machine]) -> str:
    """Return several machines as one DOT file, which may hold many graphs."""
    return "\n".join(diagram(machine) for machine in machines)


def _lines(machine: Machine) -> Iterator[str]:
    yield f"digraph {machine.name} {{"
    yield f"    graph [label={_quoted(machine.name)}, labelloc=t, rankdir=TB, fontname=sans];"
    yield "    node [shape=box, style=rounded, fontname=sans];"
    yield "    edge [fontname=sans, fontsize=10, arrowhead=vee];"
    yield f'    {START} [shape=point, width=0.15, label=""];'
    yield from (f"    {_node(state)}" for state in machine.states)
    yield from (f"    {_edge(arrow)}" for arrow in arrows(machine))
    yield "}"


def _node(state: State) -> str:
    frames = ", peripheries=2" if state.terminal else ""
    label = _quoted(state.name, *wrapped(state.reasons, WIDTH, ", "))
    return f"{_quoted(state.name)} [label={label}{frames}];"


def _edge(arrow: Arrow) -> str:
    label = "".join(f"{_escaped(_line(row))}\\l" for row in arrow.rows)
    style = ", style=dashed" if arrow.is_uncertain else ""
    source = START if arrow.source is None else _quoted(arrow.source)
    return f'{source} -> {_quoted(arrow.target)} [label="{label}"{style}];'


def _line(row: Transition) -> str:
    mark = (f"[{row.tag}]",) if is_uncertain(row) else ()
    return " ".join((row.id, *told(row), *mark))


def _quoted(*lines: str) -> str:
    return '"' + "\\n".join(_escaped(line) for line in lines) + '"'


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')
