"""A directory of scenarios that once showed a fault. Later runs try them first.

A file's name is what it shows and a digest of its steps, so the same scenario is never kept twice, and a name
stays what it is.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from amazonpay_conformance.engine.findings import Group
from amazonpay_conformance.engine.scenario_files import (
    BadScenario,
    Stored,
    read_scenario,
    steps_to_json,
    to_json,
)
from amazonpay_conformance.model.scenario import Scenario


@dataclass(frozen=True, slots=True)
class Corpus:
    """What a directory holds, in the order of the names, and a line on each file that cannot be read."""

    scenarios: tuple[Stored, ...]
    problems: tuple[str, ...]


def read_corpus(directory: Path) -> Corpus:
    """Read every scenario of a directory; one that is not there is empty.

    Args:
        directory: where they are.
    """
    found: list[Stored] = []
    problems: list[str] = []
    for path in sorted(directory.glob("*.json")) if directory.is_dir() else ():
        try:
            found.append(read_scenario(path))
        except BadScenario as problem:
            problems.append(str(problem))
    return Corpus(tuple(found), tuple(problems))


def add_to_corpus(directory: Path, groups: Iterable[Group]) -> list[Path]:
    """Keep the smallest scenario of each finding that showed it again, unless it is there already.

    Returns:
        The files that are new.

    Raises:
        OSError: the directory cannot be written to.
    """
    new = []
    directory.mkdir(parents=True, exist_ok=True)
    for group in groups:
        path = directory / f"{group.key}.{digest(group.scenario)}.json"
        if group.reproduced and not path.exists():
            value = to_json(group.scenario, group.lane, group.cells)
            path.write_text(json.dumps(value, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
            new.append(path)
    return new


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
