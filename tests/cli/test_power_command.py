"""`power` tells of each fault whether it was found, goes on where it stopped, and tells when it cannot."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from amazonpay_conformance import schemas
from amazonpay_conformance.commands import power
from amazonpay_conformance.mutants import listing

FEW = ("--only", "trusts every")
"""Two endpoints: they take no plan, and so no time."""


def test_each_fault_is_a_line_and_the_totals_are_told(command: Callable[..., Any]) -> None:
    ran = command("power", *FEW)

    assert ran.code == 0, ran.err
    assert "  found   endpoint: trusts every host: NTF-005, " in ran.out
    assert "  found   endpoint: trusts every file: NTF-007, " in ran.out
    assert "0 false alarms on 0 right subjects" in ran.out


def test_programs_get_json_as_its_schema_says(command: Callable[..., Any]) -> None:
    ran = command("power", "--only", "ordinary", "--json")
    value = json.loads(ran.out)

    assert schemas.violations("formats/power", value) == ()
    assert (value["faults"], value["right_subjects"], value["false_alarms"]) == ([], 1, 0)


def test_a_fault_in_json_says_what_found_it_and_what_it_costs(command: Callable[..., Any]) -> None:
    value = json.loads(command("power", *FEW, "--json").out)

    assert schemas.violations("formats/power", value) == ()
    row = next(row for row in value["faults"] if row["id"] == "endpoint: trusts every host")
    assert (row["group"], row["found"], row["requirement"], row["others"]) == (
        "endpoint",
        True,
        "NTF-005",
        [],
    )
    assert row["requests"] >= 1
    assert row["ticket"] == "novuhq/novu PR #11056, robbiet480/go.sns #2"


def test_a_second_run_goes_on_where_the_first_stopped(
    command: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    first = command("power", "--only", "trusts every file", "--out", "rows.jsonl")
    assert first.code == 0, first.err
    asked: list[str] = []

    def measured(subjects: Any, *_: Any) -> Any:
        asked.extend(one.id for one in subjects)
        return iter(())

    monkeypatch.setattr("amazonpay_conformance.mutants.shifts.measured", measured)
    again = command("power", *FEW, "--out", "rows.jsonl")
    assert asked == ["endpoint: trusts every host"]
    assert "trusts every file: NTF-007" in again.out


@pytest.mark.parametrize("text", ["{}\n", "no JSON\n", '{"setting": {"profile": "full"}}\n'])
def test_a_file_of_something_else_gets_one_line(
    text: str, command: Callable[..., Any], tmp_path: Path
) -> None:
    (tmp_path / "rows.jsonl").write_text(text, encoding="utf-8")
    ran = command("power", *FEW, "--out", "rows.jsonl")
    assert (ran.code, len(ran.error_lines)) == (3, 1)


def test_nothing_that_is_meant_is_no_success(command: Callable[..., Any]) -> None:
    ran = command("power", "--only", "there is no such fault")
    assert (ran.code, len(ran.error_lines)) == (5, 1)


def test_what_was_missed_or_a_false_alarm_fails_the_run() -> None:
    good: dict[str, Any] = {"faults": [{"found": True}], "false_alarms": 0}
    assert power.is_good(good)
    assert not power.is_good({**good, "faults": [{"found": True}, {"found": False}]})
    assert not power.is_good({**good, "false_alarms": 1})


def test_the_groups_of_the_command_are_those_of_the_catalogue() -> None:
    assert power.GROUPS == listing.GROUPS
