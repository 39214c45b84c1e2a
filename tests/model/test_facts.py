"""Every fact of api-facts §1 to §12 is ticked off: a row states it, or it is said why none does."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from amazonpay_conformance import schemas
from amazonpay_conformance.model.facts import FACTS, Fact
from amazonpay_conformance.model.machine import Transition
from amazonpay_conformance.model.objects import MACHINES
from amazonpay_conformance.model.requirements import REQUIREMENTS
from amazonpay_conformance.model.resources import RESOURCE_MACHINES
from amazonpay_conformance.model.switches import SWITCHES
from amazonpay_conformance.specification.tables import TABLES

DOCUMENT = Path(__file__).parents[2] / "docs" / "api-facts.md"
FIRST, LAST = 1, 12
"""Sections that hold facts; §0 says how to read them, §13 and later ones have tests of their own."""

HEADING = re.compile(r"#+ (\d+(?:\.\d+)?)\.? ")
RULE = re.compile(r"\|[-| ]+\|$")
ITEM = re.compile(r"^(?:\* |\d+\. )")


def facts_of(text: str) -> Iterator[tuple[str, str]]:
    """Yield section and text of each row, bullet and paragraph, without marks."""
    section, inside, gathered = "", False, list[str]()
    lines = [*text.splitlines(), ""]
    for line, following in zip(lines, [*lines[1:], ""], strict=True):
        inside ^= line.startswith("```")
        heading = HEADING.match(line)
        begins = line.startswith(("|", "```")) or heading or ITEM.match(line) or line.strip() in ("", "---")
        if begins and gathered:
            yield section, plain(" ".join(gathered))
            gathered.clear()
        if heading:
            section = heading[1]
        elif line.startswith("|"):
            if not RULE.match(line) and not RULE.match(following):
                yield section, plain(" | ".join(cell.strip() for cell in line.strip().strip("|").split("|")))
        elif not inside and line.strip() not in ("", "---", "```"):
            gathered.append(ITEM.sub("", line.strip(), count=1))


def plain(text: str) -> str:
    return " ".join(re.sub(r"[`*]", "", text).split())


@cache
def documented() -> tuple[tuple[str, str], ...]:
    found = facts_of(DOCUMENT.read_text(encoding="utf-8"))
    return tuple((f"§{s}", text) for s, text in found if s and FIRST <= int(s.split(".")[0]) <= LAST)


@cache
def rows() -> dict[str, Any]:
    """Whatever has an id, by it."""
    of_tables = {row.id: row for table in TABLES.values() for row in table if hasattr(row, "id")}
    machines = (*MACHINES.values(), *RESOURCE_MACHINES.values())
    moves = {row.id: row for machine in machines for row in machine.transitions}
    return {**of_tables, **moves, **REQUIREMENTS}


def is_known(name: str) -> bool:
    kind, _, rest = name.partition(":")
    if kind == "switch":
        return rest in SWITCHES
    file, sharp, field = name.partition("#")
    if sharp:
        return file in schemas.names() and field in schemas.load(file)["properties"]
    return name in rows()


def test_every_fact_is_ticked_off_in_the_order_of_the_document() -> None:
    places = [(fact.section, fact.begins) for fact in FACTS]
    begun = [
        next(((s, start) for s, start in places if s == section and text.startswith(start)), (section, text))
        for section, text in documented()
    ]
    assert begun == places


def test_no_fact_is_ticked_off_twice() -> None:
    places = [(fact.section, fact.begins) for fact in FACTS]
    assert [place for place, count in Counter(places).items() if count > 1] == []


def test_every_section_is_there() -> None:
    told = {section for section, _ in documented()}
    assert {"§1", "§2.3", "§4.2", "§6", "§7", "§8.2", "§9", "§10.4", "§11.4", "§12"} <= told
    assert {fact.section for fact in FACTS} == told
    assert len(documented()) > 400


@pytest.mark.parametrize("section", sorted({fact.section for fact in FACTS}))
def test_what_states_a_fact_is_there(section: str) -> None:
    unknown = [
        name for fact in FACTS if fact.section == section for name in fact.stated if not is_known(name)
    ]
    assert unknown == []


def test_a_fact_is_stated_or_it_is_said_why_it_is_not() -> None:
    assert [fact.begins for fact in FACTS if bool(fact.stated) is bool(fact.why)] == []


def cites(fact: Fact) -> bool:
    """Whether one of the rows that state a fact names its chapter; those of fields do so in the schemas."""
    chapter = fact.section.split(".")[0]
    names = fact.stated
    found = [rows()[name] for name in names if name in rows()]
    found += [SWITCHES[name.removeprefix("switch:")] for name in names if name.startswith("switch:")]
    cited = " ".join(row.cite if isinstance(row, Transition) else str(row.source) for row in found)
    return chapter in re.findall(r"§\d+", cited) or any("#" in n or n.startswith("FLD-") for n in names)


def test_of_the_rows_that_state_a_fact_one_cites_its_chapter() -> None:
    assert [(fact.section, fact.begins) for fact in FACTS if fact.stated and not cites(fact)] == []


def test_a_row_that_is_added_to_the_document_would_be_missed() -> None:
    text = DOCUMENT.read_text(encoding="utf-8") + "\n## 9. Idempotency\n\n* A fact of tomorrow.\n"
    assert ("9", "A fact of tomorrow.") in set(facts_of(text))
