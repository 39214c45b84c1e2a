"""Every row of the specification cites a section of the fact base that is there."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from amazonpay_conformance.model.requirements import REQUIREMENTS
from amazonpay_conformance.specification.tables import MACHINES, TABLES

FACTS = (Path(__file__).parents[2] / "docs" / "api-facts.md").read_text(encoding="utf-8")


def sections() -> set[str]:
    """The numbers of all headings, and of all rows of numbered tables, as 4.1, 6.3b and 13.5."""
    found = set(re.findall(r"^#+ (\d+(?:\.\d+)?)", FACTS, re.MULTILINE))
    found |= set(re.findall(r"^\| (\d+\.\d+[a-z]?) \|", FACTS, re.MULTILINE))
    contradictions = FACTS[FACTS.index("\n## 13. ") : FACTS.index("\n## 14. ")]
    return found | {f"13.{row}" for row in re.findall(r"^\| (\d+) \|", contradictions, re.MULTILINE)}


def citations(row: Any) -> str:
    return str(getattr(row, "cite", "") or getattr(row, "source", ""))


ROWS = [
    *((row.id, row) for rows in TABLES.values() for row in rows),
    *((row.id, row) for machine in MACHINES.values() for row in machine.transitions),
    *((row.id, row) for row in REQUIREMENTS.values()),
]


@pytest.mark.parametrize("row", [row for _, row in ROWS], ids=[name for name, _ in ROWS])
def test_a_row_cites_what_is_there(row: Any) -> None:
    cited = re.findall(r"§(\d+(?:\.\d+[a-z]?)?)", citations(row))
    assert cited or citations(row).startswith("docs/")
    assert set(cited) <= sections()


ONLY_GATHER = {"2": "2.1 to 2.3 have the facts", "5": "5.1 to 5.6 have the facts"}
"""Sections of behaviour that no row cites, each with the reason."""


def test_every_section_that_tells_of_behaviour_has_a_row() -> None:
    """§1 to §9 and §12: headings, and the rows of numbered tables."""
    cited = {name for _, row in ROWS for name in re.findall(r"§(\d+(?:\.\d+[a-z]?)?)", citations(row))}
    behaviour = {name for name in sections() if name.partition(".")[0] in {*"123456789", "12"}}
    assert behaviour - cited == set(ONLY_GATHER)
