"""Every faulty subject there is, whoever it plays: what the matrix in docs/matrix.md and the counts are made of.

A table of faults is a module with `FAULTS`; a row has an `id`, `breaks`, the requirements that it breaks, and
`costs`, what it would cost a merchant.
"""

from __future__ import annotations

import importlib
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Final, Protocol

TABLES: Final[Mapping[str, str]] = {
    "client": "client_faults",
    "server": "server_faults",
    "resources": "resource_faults",
    "integration": "integration_faults",
    "races": "race_faults",
    "endpoint": "endpoint_faults",
}
"""The module of each table by its group; they are imported when they are wanted."""


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
    return {
        group: importlib.import_module(f"{__package__}.{module}").FAULTS for group, module in TABLES.items()
    }


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
