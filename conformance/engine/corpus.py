"""Scenarios that once showed a fault, in a directory or in Redis (`stores`). Later runs try them first.

A scenario's name is what it shows and a digest of its steps, so the same scenario is never kept twice, and a
name stays what it is.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from amazonpay_conformance.engine.findings import Group
from amazonpay_conformance.engine.scenario_files import (
    MAX_BYTES,
    BadScenario,
    Stored,
    steps_to_json,
    stored_from_bytes,
    to_json,
)
from amazonpay_conformance.engine.stores import Store
from amazonpay_conformance.model.scenario import Scenario


@dataclass(frozen=True, slots=True)
class Corpus:
    """What a store holds, in the order of the names, and a line on each text that cannot be read."""

    scenarios: tuple[Stored, ...]
    problems: tuple[str, ...]


def read_corpus(store: Store) -> Corpus:
    """Read every scenario of a store; one that is not there is empty.

    Args:
        store: where they are.

    Raises:
        OSError: it cannot be reached.
    """
    found: list[Stored] = []
    problems: list[str] = []
    for name in store.names():
        try:
            found.append(stored_from_bytes(store.read(name, MAX_BYTES), store.told(name)))
        except BadScenario as problem:
            problems.append(str(problem))
        except OSError as problem:
            problems.append(f"{store.told(name)}: {problem.strerror}")
    return Corpus(tuple(found), tuple(problems))


def add_to_corpus(store: Store, groups: Iterable[Group]) -> list[str]:
    """Keep the smallest scenario of each finding that showed it again, unless it is there already.

    Returns:
        The names that are new.

    Raises:
        OSError: the store cannot be reached or written to.
    """
    new = []
    for group in groups:
        name = f"{group.key}.{digest(group.scenario)}.json"
        value = to_json(group.scenario, group.lane, group.cells)
        text = json.dumps(value, indent=2, ensure_ascii=False) + "\n"
        if group.reproduced and store.keep(name, text.encode()):
            new.append(name)
    return new


def corpus_hash(scenarios: Iterable[Stored]) -> str | None:
    """Return a hash of what a run tries first, whatever the order; None where that is nothing.

    Args:
        scenarios: as they were read.
    """
    kept = sorted(f"{digest(one.scenario)} {one.lane}" for one in scenarios)
    return hashlib.sha256("\n".join(kept).encode()).hexdigest() if kept else None


def digest(scenario: Scenario) -> str:
    """Return a digest that is equal for scenarios which differ in the numbers of their symbols only."""
    numbers: Counter[str] = Counter()
    names: dict[str, str] = {}

    def renumbered(found: re.Match[str]) -> str:
        if found[0] not in names:
            numbers[found[1]] += 1
            names[found[0]] = f"{found[1]}#{numbers[found[1]]}"
        return names[found[0]]

    text = json.dumps(_sorted(steps_to_json(scenario.steps)), ensure_ascii=False)
    return hashlib.sha256(_SYMBOL.sub(renumbered, text).encode()).hexdigest()[:12]


_SYMBOL: Final = re.compile(r"\b(session|permission|charge|refund|key)#[0-9]+")


def _sorted(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _sorted(value[name]) for name in sorted(value)}
    return [_sorted(item) for item in value] if isinstance(value, list) else value
