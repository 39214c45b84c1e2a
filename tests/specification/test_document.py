"""The JSON document says all that the tables say, as its schema describes it, and a hash of that."""

from __future__ import annotations

import json
import re
from dataclasses import fields, replace
from decimal import Decimal
from hashlib import sha256
from typing import Any

import pytest
from amazonpay_conformance import schemas
from amazonpay_conformance.model.constraints import CONSTRAINTS
from amazonpay_conformance.model.limits import LIMITS
from amazonpay_conformance.model.objects import CHARGE, REFUND
from amazonpay_conformance.model.rules import RULES
from amazonpay_conformance.model.switches import SWITCHES
from amazonpay_conformance.specification import markdown
from amazonpay_conformance.specification.document import document, row_value, text
from amazonpay_conformance.specification.tables import MACHINES, TABLES

TAGS = {"D", "D2", "S", "W", "I", "?"}
TABLE = pytest.mark.parametrize("table", TABLES)


@pytest.fixture(scope="module")
def told() -> dict[str, Any]:
    value: dict[str, Any] = json.loads(text(document("1.2.3")))
    return value


def rows(told: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """All lists of rows of a document."""
    found = dict(told["tables"])
    for machine in told["machines"]:
        found[f"states of {machine['name']}"] = machine["states"]
        found[f"transitions of {machine['name']}"] = machine["transitions"]
    return found


def test_it_obeys_its_schema(told: dict[str, Any]) -> None:
    assert schemas.violations("formats/model", told) == ()


def test_every_row_has_an_id_of_its_own_a_source_and_a_tag(told: dict[str, Any]) -> None:
    for table, known in rows(told).items():
        ids = [row["id"] for row in known]
        assert ids, table
        assert len(set(ids)) == len(ids), table
        for row in known:
            assert re.match(r"§\d|clients\.md|docs/", row["source"]), (table, row)
            assert row["tag"] in TAGS, (table, row)


def test_it_has_every_machine_state_and_transition(told: dict[str, Any]) -> None:
    assert [machine["name"] for machine in told["machines"]] == list(MACHINES)
    for machine in told["machines"]:
        known = MACHINES[machine["name"]]
        assert [row["name"] for row in machine["states"]] == [state.name for state in known.states]
        assert [(row["id"], row["from"], row["to"], row["reason"]) for row in machine["transitions"]] == [
            (row.id, row.source, row.target, row.reason) for row in known.transitions
        ]


@TABLE
def test_it_has_every_row_of_a_table_with_every_field_but_functions(told: dict[str, Any], table: str) -> None:
    for row, value in zip(TABLES[table], told["tables"][table], strict=True):
        known = [f.name for f in fields(row) if not callable(getattr(row, f.name))]  # type: ignore[arg-type]
        assert list(value) == known
        assert value["id"] == row.id


@TABLE
def test_the_schema_describes_every_field_of_a_table_and_lets_no_other_in(
    told: dict[str, Any], table: str
) -> None:
    if table not in schemas.load("formats/model")["properties"]["tables"]["properties"]:
        pytest.fail(f"describe the rows of {table} in schemas/formats/model.json")
    wrong = json.loads(json.dumps(told))
    wrong["tables"][table][0]["surprise"] = 1
    [violation] = schemas.violations("formats/model", wrong)
    assert (violation.path, violation.kind) == (f"/tables/{table}/0/surprise", "unknown")


def test_a_table_of_a_later_version_is_let_in_if_its_rows_say_where_they_come_from(
    told: dict[str, Any],
) -> None:
    told = {
        **told,
        "tables": {**told["tables"], "later": [{"id": "L-1", "source": "§1", "tag": "D", "x": 1}]},
    }
    assert schemas.violations("formats/model", told) == ()
    del told["tables"]["later"][0]["source"]
    assert [v.path for v in schemas.violations("formats/model", told)] == ["/tables/later/0/source"]


def test_functions_are_left_out_and_amounts_are_strings() -> None:
    assert "broken" not in row_value(RULES[0])
    assert "missing" not in row_value(next(iter(CONSTRAINTS.values())))
    share = next(row for row in LIMITS if row.value == Decimal("0.15"))
    assert row_value(share)["value"] == "0.15"
    assert row_value(RULES[0])["errors"] == [[403, "InvalidRequestSignature"]]


def test_the_order_of_choices_is_told_as_the_first_is_the_default() -> None:
    switch = SWITCHES["replay-status"]
    assert [choice["name"] for choice in row_value(switch)["choices"]] == list(switch.choices)
    turned = replace(switch, choices=dict(reversed(switch.choices.items())))
    hashes = {document("1", tables={"switches": (each,)})["model_hash"] for each in (switch, turned)}
    assert len(hashes) == 2


def test_the_hash_is_that_of_the_content_as_the_schema_says(told: dict[str, Any]) -> None:
    content = {key: value for key, value in told.items() if key not in ("kit", "model_hash")}
    canonical = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    assert told["model_hash"] == sha256(canonical.encode()).hexdigest()


def test_another_version_of_the_kit_with_the_same_tables_has_the_same_hash(told: dict[str, Any]) -> None:
    assert document("9.9.9")["model_hash"] == told["model_hash"]


def test_a_changed_row_changes_the_hash(told: dict[str, Any]) -> None:
    rule = replace(RULES[0], statement="Something else.")
    changed = document("1", tables={**TABLES, "rules": (rule, *RULES[1:])})
    assert changed["model_hash"] != told["model_hash"]
    row = replace(CHARGE.transitions[0], tag="?")
    other = replace(CHARGE, transitions=(row, *CHARGE.transitions[1:]))
    machines = {**MACHINES, "Charge": other}.values()
    assert document("1", machines)["model_hash"] not in (told["model_hash"], changed["model_hash"])


def test_markdown_has_a_line_for_every_row() -> None:
    for name, known in TABLES.items():
        lines = list(markdown.table_section(name, known))
        assert [line.split(" | ")[0] for line in lines if line.startswith("| ")][1:] == [
            f"| {row.id}" for row in known
        ]
    section = "\n".join(markdown.machine_section(REFUND, "refund.svg"))
    assert all(f"| {row.id} |" in section for row in REFUND.transitions)
    assert "![State machine of Refund](refund.svg)" in section


def test_a_cell_keeps_a_table_together() -> None:
    assert markdown.cell("a | b\n<c>") == "a \\| b &lt;c>"
    assert [markdown.cell(value) for value in (None, False, True, 0)] == ["", "no", "yes", "0"]
    assert markdown.cell([[400, "A"], [422, "B"]]) == "400 A, 422 B"
    assert markdown.cell([408, 429, *range(500, 600)]) == "408, 429, 500 to 599"
    assert markdown.cell([1, 2, 3]) == "1, 2, 3"
    choices = [{"name": "kept", "value": "yes, always"}, {"name": "lost", "value": "no"}]
    assert markdown.cell(choices) == "*kept*: yes, always; *lost*: no"
    assert markdown.cell([row.id for row in TABLES["operations"]]) == "every operation"


def test_a_table_that_the_schema_does_not_know_is_written_without_meanings() -> None:
    lines = list(markdown.table_section("later_facts", TABLES["timers"]))
    assert lines[:3] == ["## Later facts", "", "| id | name | seconds | statement | source | tag |"]
