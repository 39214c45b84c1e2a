"""The committed table of detection power is what the kit does: a few faults of each group are measured anew.

It takes some seconds, for two plans are made: one for clients, one for servers.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from amazonpay_conformance import schemas
from amazonpay_conformance.mutants.listing import GROUPS, faults, right_subjects
from amazonpay_conformance.mutants.measuring import Laboratory, laboratory

TABLE = json.loads((Path(__file__).parents[2] / "docs" / "power.json").read_text(encoding="utf-8"))
KNOWN = {row["id"]: row for row in TABLE["faults"]}
FEW = 3
"""Of each group."""
DEAR = 200
"""Requests; what took more is not measured here."""


def _sample() -> list[str]:
    found: list[str] = []
    for group in GROUPS:
        mine = [row for row in KNOWN.values() if row["group"] == group and (row["requests"] or 0) <= DEAR]
        found += [row["id"] for row in mine[:: max(len(mine) // FEW, 1)][:FEW]]
    return found


@pytest.fixture(scope="module")
def bench() -> Iterator[Laboratory]:
    with laboratory(TABLE["profile"], TABLE["seed"]) as made:
        yield made


def test_the_table_is_as_its_schema_says() -> None:
    assert schemas.violations("formats/power", TABLE) == ()


def test_the_table_knows_no_fault_that_there_is_not() -> None:
    assert set(KNOWN) <= {one.id for one in faults()}, "make power"
    assert TABLE["right_subjects"] <= len(right_subjects())


def test_faults_are_found_as_the_table_says(bench: Laboratory) -> None:
    listed = {one.id: one for one in faults()}
    fared = {name: bench.fault(listed[name]) for name in _sample()}

    found: dict[str, Any] = {name: (one.found, one.requirement) for name, one in fared.items()}
    assert found == {name: (KNOWN[name]["found"], KNOWN[name]["requirement"]) for name in found}, "make power"


def test_right_subjects_are_left_alone(bench: Laboratory) -> None:
    mine = [one for one in right_subjects() if one.kind in ("integration", "endpoint")]
    assert {one.id: bench.right(one).alarms for one in mine} == {one.id: () for one in mine}
