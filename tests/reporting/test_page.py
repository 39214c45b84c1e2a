"""The page: one file that needs nothing else, says what the report says, and marks what is wrong."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from amazonpay_conformance.checks.subject import Configured
from amazonpay_conformance.engine.watch import Watch
from amazonpay_conformance.model.objects import MACHINES
from amazonpay_conformance.reading.requests import Merchant
from amazonpay_conformance.reporting.page.coverage import colours
from amazonpay_conformance.reporting.page.document import page
from amazonpay_conformance.reporting.page.exchanges import exchange, json_lines
from amazonpay_conformance.reporting.page.marks import HEADERS_OF, PARTS, marks
from amazonpay_conformance.reporting.page.shown import shown
from amazonpay_conformance.reporting.watch_report import watch_report, write_watch_report
from amazonpay_conformance.wire.messages import Exchange, Headers, Request, Response

from .conftest import Small

VOID = {"meta", "input", "br", "hr", "img", "link"}


class Read(HTMLParser):
    """Reads a page, and holds it to what HTML wants of it."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.loads: list[str] = []
        self.unnamed: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        known = dict(attrs)
        if tag not in VOID:
            self.open.append(tag)
        self.ids += [known["id"] or ""] if "id" in known else []
        self.links += [known["href"] or ""] if tag == "a" else []
        self.loads += [f"{tag} {name}" for name in ("src", "srcset", "data", "poster") if name in known]
        self.loads += [tag] if tag in ("link", "iframe", "object", "embed", "img") else []
        if tag == "svg" and not known.keys() & {"aria-label", "aria-labelledby"}:
            self.unnamed.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            assert self.open.pop() == tag


@pytest.fixture(scope="module")
def text(small: Small) -> str:
    return (small.directory / "report.html").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def read(text: str) -> Read:
    return Read(text)


def test_every_element_is_closed_and_no_id_is_there_twice(read: Read) -> None:
    assert read.open == []
    assert sorted(read.ids) == sorted(set(read.ids))


def test_nothing_is_loaded_from_anywhere(text: str, read: Read) -> None:
    assert read.loads == []
    assert "default-src 'none'" in text
    assert not re.search(r"url\(|@import", text)


def test_every_link_leads_somewhere(small: Small, read: Read) -> None:
    inside = [link[1:] for link in read.links if link.startswith("#")]
    beside = [link for link in read.links if not link.startswith("#")]
    assert inside
    assert set(inside) <= set(read.ids)
    assert [link for link in beside if not (small.directory / link).is_file()] == []


def test_every_picture_has_a_name_and_the_page_a_language(text: str, read: Read) -> None:
    assert read.unnamed == []
    assert text.startswith('<!DOCTYPE html>\n<html lang="en">')


def test_verdict_requirements_findings_and_forms_are_all_there(small: Small, text: str, read: Read) -> None:
    assert "Does not conform" in text
    for row in small.report["requirements"]:
        assert f"requirement-{row['id']}" in read.ids
    for finding in small.report["findings"]:
        assert f"finding-{finding['id']}" in read.ids
    assert "import pytest" in text or "def test_" in text


def test_every_state_and_transition_is_drawn_in_a_colour(small: Small, text: str) -> None:
    report = small.report
    found = colours(report["coverage"], report["findings"])
    for name, machine in MACHINES.items():
        for state in machine.states:
            word, _ = found.states[name, state.name]
            assert re.search(rf'id="diagram-{name}-{state.name}" class="state[^"]* {word}"', text)
        for row in machine.transitions:
            word, _ = found.transitions[row.id]
            assert re.search(rf'id="diagram-{row.id}" class="transition[^"]* {word}"', text)
    seen = {row for row, (word, _) in found.transitions.items() if word != "unseen"}
    assert seen == set(report["coverage"]["transitions"])


def test_a_finding_of_a_server_colours_the_state_and_the_transition_that_it_is_about(small: Small) -> None:
    finding = {
        "id": "CHG-001-x",
        "requirement": "CHG-001",
        "operations": ["capture_charge"],
        "states": ["Authorized"],
    }
    found = colours(small.report["coverage"], [finding])
    assert found.states["Charge", "Authorized"][0] == "broken"
    broken = {row for row, (word, _) in found.transitions.items() if word == "broken"}
    rows = {row.id for row in MACHINES["Charge"].transitions if row.trigger == "capture_charge"}
    assert broken == rows


def test_what_comes_from_outside_cannot_become_markup(small: Small) -> None:
    evil = "<script>alert(1)</script>\"'&"
    report = json.loads(json.dumps(small.report))
    report["client"]["name"] = report["findings"][0]["received"] = report["findings"][0]["hint"] = evil
    report["findings"][0]["exchanges"][0]["request"]["headers"].append(["x-evil", evil])
    written = page(shown(report, {}))
    assert written.count("<script>") == 1
    assert Read(written).open == []


EXCHANGE: dict[str, Any] = {
    "request": {
        "method": "POST",
        "target": "/v2/charges",
        "headers": [["X-Amz-Pay-Date", "x"], ["authorization", "y"], ["accept", "z"]],
        "body": {"chargeAmount": {"amount": 5, "currencyCode": "USD"}, "captureNow": True},
    },
    "response": {"status": 201, "headers": [], "body": {"statusDetails": {"state": "Open"}, "amount": "5"}},
    "fault": None,
}


@pytest.mark.parametrize(
    ("requirement", "expected", "received", "marked"),
    [
        ("HDR-003", "the basic form", "x-amz-pay-date: 2026-11-24T00:24:03Z", ["X-Amz-Pay-Date: x"]),
        ("SIG-004", "a signature", "it verifies over nothing", ["authorization: y"]),
        ("BDY-004", "chargeAmount.amount: a string", "chargeAmount.amount: the number 5", ['"amount": 5,']),
        ("BDY-003", "/captureNow: no boolean here", "it is true", ['"captureNow": true']),
        ("BDY-001", "JSON", "bytes that are none", ["{", "chargeAmount", "}"]),
        ("URL-003", "no slash at the end", "/v2/charges/", ["POST /v2/charges"]),
        ("STA-003", "state Authorized", "state Opened", ['"state": "Open"']),
        ("CHG-001", "200", "201", ["201"]),
        ("CAL-006", "an error", "nothing", []),
    ],
)
def test_what_a_finding_is_about_is_marked(
    requirement: str, expected: str, received: str, marked: list[str]
) -> None:
    finding = {"requirement": requirement, "expected": expected, "received": received}
    written = exchange(EXCHANGE, marks(finding, EXCHANGE))
    found = re.findall(r"<mark>(.*?)</mark>", written)
    assert all(any(want in line for line in found) for want in marked)
    assert bool(found) is bool(marked)
    if requirement != "BDY-001":
        assert len(found) == len(marked)


def test_marks_are_for_groups_of_requirements_that_there_are() -> None:
    from amazonpay_conformance.model.requirements import REQUIREMENTS

    groups = {name.partition("-")[0] for name in REQUIREMENTS}
    assert {*PARTS, *HEADERS_OF} <= groups


@pytest.mark.parametrize(
    "value", [{}, [], {"a": {}}, {"a": [1, {"b": None}], "c": "ü\n"}, [[], [[]]], "x", 5, None]
)
def test_bodies_are_written_as_json_writes_them(value: Any) -> None:
    assert "\n".join(line for line, _ in json_lines(value)) == json.dumps(value, indent=2, ensure_ascii=False)


def test_a_report_of_a_thousand_exchanges_is_written_in_a_moment(small: Small, tmp_path: Path) -> None:
    report = json.loads(json.dumps(small.report))
    finding = report["findings"][0]
    finding["exchanges"] *= 1000
    written = page(shown(report, {}))
    assert written.count('class="exchange"') >= 1000
    (tmp_path / "large.html").write_text(written, encoding="utf-8")
    assert (tmp_path / "large.html").stat().st_size < 8_000_000


def test_a_watch_has_a_page_too(tmp_path: Path) -> None:
    request = Request("POST", "/v2/charges/S01-0000000-0000000-C000000/capture", body=b"{}")
    watch = Watch(Merchant({}), Configured("", "na", ""))
    watch.see(Exchange(request, Response(200, Headers(), b"{}"), 0.0))
    watch.finish()
    write_watch_report(watch_report(watch), tmp_path / "watch.html")
    text = (tmp_path / "watch.html").read_text(encoding="utf-8")
    read = Read(text)
    assert read.open == []
    assert "Does not conform" in text
    assert len([name for name in read.ids if name.startswith("finding-")]) == len(watch.found) > 0
    assert {link[1:] for link in read.links if link.startswith("#")} <= set(read.ids)
