"""Every faulty subject there is, whoever it plays: what the matrix in docs/matrix.md and the counts are made of.

A table of faults is a module with `FAULTS`; a row has an `id`, `breaks`, the requirements that it breaks, and
`costs`, what it would cost a merchant.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Collection, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Final, Protocol

HERE: Final = Path(__file__).parent

TABLES: Final[Mapping[str, str]] = {
    "client": "client_faults",
    "server": "server_faults",
    "resources": "resource_faults",
    "integration": "integration_faults",
    "races": "race_faults",
    "endpoint": "endpoint_faults",
}
"""The folder of each table, which is its group, and the module in it."""


class Row(Protocol):
    """What the rows of all tables have in common."""

    @property
    def id(self) -> str:
        """Its name in the table."""

    @property
    def breaks(self) -> Collection[str]:
        """The ids of the requirements that it breaks."""

    @property
    def costs(self) -> str:
        """What it would cost a merchant."""


def tables() -> dict[str, tuple[Row, ...]]:
    """Return the rows of every table by its group."""
    places = [HERE.parent / "mock", *(HERE / group for group in TABLES)]
    sys.path[:0] = [str(place) for place in places if str(place) not in sys.path]
    return {group: importlib.import_module(module).FAULTS for group, module in TABLES.items()}


def breakers() -> dict[str, list[str]]:
    """Return the names of the faulty subjects that break each requirement, as group and id."""
    found: dict[str, list[str]] = {}
    for requirement, name in _pairs(tables().items()):
        found.setdefault(requirement, []).append(name)
    return found


def _pairs(rows_of: Iterable[tuple[str, tuple[Row, ...]]]) -> Iterator[tuple[str, str]]:
    for group, rows in rows_of:
        for row in rows:
            yield from ((requirement, f"{group}: {row.id}") for requirement in sorted(row.breaks))
