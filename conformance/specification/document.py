"""The whole specification as one JSON value, described by schemas/formats/model.json.

It says what the tables say and nothing else. Functions (when a rule is broken, when a constraint holds) have
no form in JSON and are left out; each has a statement in words beside it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import fields, is_dataclass
from decimal import Decimal
from enum import Enum
from hashlib import sha256
from typing import Any, Final

from amazonpay_conformance.model.machine import Machine, State, Transition
from amazonpay_conformance.specification.tables import MACHINES, TABLES, Row, Tables

FORMAT: Final = 1
NAME: Final = "amazonpay-conformance"


def document(
    version: str, machines: Iterable[Machine] = tuple(MACHINES.values()), tables: Tables = TABLES
) -> dict[str, Any]:
    """Return the specification.

    Args:
        version: the kit's version, which is told but does not count as content.
        machines: the machines to tell.
        tables: the tables to tell.
    """
    content = {
        "machines": [machine_value(machine) for machine in machines],
        "tables": {name: [row_value(row) for row in rows] for name, rows in tables.items()},
    }
    kit = {"name": NAME, "version": version}
    return {"format": FORMAT, "kit": kit, "model_hash": _hash({"format": FORMAT, **content}), **content}


def machine_value(machine: Machine) -> dict[str, Any]:
    """Return a machine: its states and transitions in the order of the tables."""
    return {
        "name": machine.name,
        "states": [state_value(machine, state) for state in machine.states],
        "transitions": [transition_value(row) for row in machine.transitions],
    }


def state_value(machine: Machine, state: State) -> dict[str, Any]:
    """Return a state. Where its source has several tags, for state and reasons, `tag` is the last of them."""
    source, _, tags = state.source.partition(" [")
    return {
        "id": f"{machine.name}.{state.name}",
        "name": state.name,
        "terminal": state.terminal,
        "operations": list(state.operations),
        "reasons": list(state.reasons),
        "source": source,
        "tag": tags.rstrip("]").rpartition("[")[2],
    }


def transition_value(row: Transition) -> dict[str, Any]:
    """Return a transition; `from` is null where the object comes into being."""
    return {
        "id": row.id,
        "from": row.source,
        "trigger": row.trigger,
        "guard": row.guard,
        "to": row.target,
        "reason": row.reason,
        "spontaneous": row.spontaneous,
        "source": row.cite,
        "tag": row.tag,
    }


def row_value(row: Row) -> dict[str, Any]:
    """Return a row of any table: its fields in their order, without functions."""
    value: dict[str, Any] = _value(row)
    return value


def text(value: Mapping[str, Any]) -> str:
    """Return a document as it is written: indented, in the order of the tables."""
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"


def _value(value: Any) -> Any:
    if is_dataclass(value):
        known = ((field.name, getattr(value, field.name)) for field in fields(value))
        return {name: _value(each) for name, each in known if not callable(each)}
    if isinstance(value, Decimal):
        return str(value)  # as amounts are on the wire
    if isinstance(value, Mapping):
        return [{"name": key, "value": _value(each)} for key, each in value.items()]  # their order counts
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, frozenset):
        return sorted(map(_value, value))
    return [_value(each) for each in value] if isinstance(value, tuple) else value


def _hash(content: Mapping[str, Any]) -> str:
    canonical = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return sha256(canonical.encode()).hexdigest()
