"""Requirement, check, faulty subject: no cell of the matrix is empty, and docs/matrix.md shows it."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from amazonpay_conformance.checks.judge import judged_by
from amazonpay_conformance.model.requirements import REQUIREMENTS, Requirement
from amazonpay_conformance.mutants.catalogue import breakers, tables

HELD_TO = [r for r in REQUIREMENTS.values() if r.level != "MAY"]
BREAKERS = breakers()
MATRIX = Path(__file__).parents[2] / "docs" / "matrix.md"


@pytest.mark.parametrize("requirement", HELD_TO, ids=lambda requirement: requirement.id)
def test_a_requirement_has_a_check_and_a_faulty_subject(requirement: Requirement) -> None:
    assert judged_by(requirement.id), "no check judges it"
    assert requirement.id in BREAKERS, "no faulty subject breaks it"


def test_every_faulty_subject_breaks_requirements_that_somebody_is_held_to() -> None:
    assert set(BREAKERS) <= {requirement.id for requirement in HELD_TO}


def test_a_faulty_subject_is_named_once_in_its_table() -> None:
    for group, rows in tables().items():
        assert [name for name, times in Counter(row.id for row in rows).items() if times > 1] == [], group


def test_the_document_has_a_row_for_each_requirement_and_no_empty_cell() -> None:
    rows = [
        line.split("|")[1:-1] for line in MATRIX.read_text("utf-8").splitlines() if line.startswith("| [")
    ]
    assert len(rows) == len(HELD_TO)
    assert not [cells for cells in rows if not all(cell.strip() for cell in cells)]
