"""The specification as Markdown: pictures and tables to be read against Amazon's pages, row by row."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from amazonpay_conformance import schemas
from amazonpay_conformance.model.machine import Machine
from amazonpay_conformance.specification import mermaid
from amazonpay_conformance.specification.document import row_value, state_value, transition_value
from amazonpay_conformance.specification.tables import TABLES, Row

STATE_COLUMNS: Final = ("name", "terminal", "reasons", "operations", "source", "tag")
TRANSITION_COLUMNS: Final = ("id", "from", "trigger", "guard", "to", "reason", "spontaneous", "source", "tag")


def machine_section(machine: Machine, picture: str) -> Iterator[str]:
    """Yield the lines of a machine's section.

    Args:
        machine: the machine.
        picture: where its SVG is, from the document.
    """
    yield from (f"## {machine.name}", "", f"![State machine of {machine.name}]({picture})", "")
    yield from ("<details><summary>The same as a Mermaid diagram</summary>", "")
    yield from (f"```mermaid\n{mermaid.diagram(machine)}```", "", "</details>", "")
    yield from ("States:", "")
    yield from table(STATE_COLUMNS, [state_value(machine, state) for state in machine.states])
    yield from ("", "Transitions:", "")
    yield from table(TRANSITION_COLUMNS, [transition_value(row) for row in machine.transitions])
    yield ""


def table_section(name: str, rows: Sequence[Row]) -> Iterator[str]:
    """Yield the lines of a table's section: what its columns mean, then a column a field."""
    values = [row_value(row) for row in rows]
    yield from (f"## {name.replace('_', ' ').capitalize()}", "")
    yield from _meanings(name)
    yield from table(tuple(dict.fromkeys(key for value in values for key in value)), values)
    yield ""


def table(columns: Sequence[str], values: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Yield a table of JSON objects, a row an object."""
    yield f"| {' | '.join(column.replace('_', ' ') for column in columns)} |"
    yield f"|{'---|' * len(columns)}"
    for value in values:
        yield f"| {' | '.join(cell(value.get(column)) for column in columns)} |"


def _meanings(name: str) -> Iterator[str]:
    """What the schema of the document says of a table, and of the columns that not all tables have."""
    schema = schemas.load("formats/model")
    known = schema["properties"]["tables"]["properties"].get(name)
    if known is None:
        return
    columns = schema["$defs"][known["items"]["$ref"].rpartition("/")[2]]["properties"]
    yield from (known["description"], "")
    for column, its in columns.items():
        if column != "id" and "description" in its:
            yield f"* *{column.replace('_', ' ')}*: {its['description']}"
    yield ""


def cell(value: Any) -> str:
    """Return a JSON value as the text of a table's cell; nothing for what is not set."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        if value == [row.id for row in TABLES["operations"]]:
            return "every operation"
        joint = "; " if any(isinstance(each, Mapping) for each in value) else ", "
        return joint.join(map(_item, _shortened(value)))
    return str(value).replace("|", "\\|").replace("<", "&lt;").replace("\n", " ")


def _item(value: Any) -> str:
    """An item of a list: a name with its value, a pair as a status and its reason code, or one word."""
    if isinstance(value, Mapping):
        return f"*{value['name']}*: {cell(value['value'])}"
    return " ".join(map(cell, value)) if isinstance(value, list) else cell(value)


def _shortened(values: Sequence[Any]) -> list[Any]:
    """Values with each row of four or more numbers that follow one another as its ends."""
    runs: list[list[Any]] = []
    for value in values:
        follows = runs and isinstance(value, int) and value == runs[-1][-1] + 1
        if follows:
            runs[-1].append(value)
        else:
            runs.append([value])
    return [v for run in runs for v in ([f"{run[0]} to {run[-1]}"] if len(run) > 3 else run)]
