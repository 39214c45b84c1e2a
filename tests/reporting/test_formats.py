"""Further formats: valid by the schemas of those who read them, and true to report.json."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element, fromstring

import pytest
import xmlschema
from amazonpay_conformance import schemas
from amazonpay_conformance.reporting.formats.junit import junit
from amazonpay_conformance.reporting.formats.sarif import sarif
from jsonschema import Draft7Validator
from jsonschema.validators import validator_for

from .conftest import Small

VECTORS = Path(__file__).parents[1] / "vectors"
JSON_FORMATS = {
    "ctrf.json": "ctrf-0.0-schema.json",
    "report.sarif": "sarif-2.1.0-schema.json",
    "exchanges.har": "har-1.2-schema.json",
}


@pytest.mark.parametrize("file", JSON_FORMATS)
def test_a_format_in_json_obeys_its_official_schema(small: Small, file: str) -> None:
    schema = json.loads((VECTORS / JSON_FORMATS[file]).read_text(encoding="utf-8"))
    value = json.loads((small.directory / file).read_text(encoding="utf-8"))
    validator = validator_for(schema, default=Draft7Validator)(schema)
    assert [error.message for error in validator.iter_errors(value)] == []


def test_junit_obeys_the_schema_of_jenkins(small: Small) -> None:
    xmlschema.XMLSchema(VECTORS / "junit-10.xsd").validate(small.directory / "junit.xml")


def test_junit_has_a_case_for_every_requirement_and_fails_where_a_must_is_broken(small: Small) -> None:
    root, report = _xml(small), small.report
    cases = root.findall("testsuite/testcase")
    assert [case.attrib["name"].partition(" ")[0] for case in cases] == [
        r["id"] for r in report["requirements"]
    ]
    failed = {case.attrib["name"].partition(" ")[0] for case in cases if case.find("failure") is not None}
    assert failed == {r["id"] for r in report["requirements"] if r["verdict"] == "fail"}
    assert root.attrib["failures"] == str(len(failed))


def test_junit_tells_a_warning_and_does_not_fail_for_it(small: Small) -> None:
    warned = [r["id"] for r in small.report["requirements"] if r["verdict"] == "warning"]
    case = next(c for c in _xml(small).iter("testcase") if c.attrib["name"].startswith(warned[0]))
    assert case.find("failure") is None
    assert "received:" in (case.findtext("system-out") or "")


def test_junit_shows_a_run_that_ended_early_as_an_error(small: Small) -> None:
    report = {**small.report, "error": {"kind": "unreachable", "message": "nobody answers\x00"}}
    root = fromstring(junit(report))  # noqa: S314 - it is our own
    assert root.attrib["errors"] == "1"
    assert "nobody answers" in root.findall("testsuite/testcase/error")[0].attrib["message"]


def test_ctrf_counts_what_it_lists(small: Small) -> None:
    results = json.loads((small.directory / "ctrf.json").read_text(encoding="utf-8"))["results"]
    counts = Counter(test["status"] for test in results["tests"])
    summary = results["summary"]
    assert summary["tests"] == len(results["tests"]) == sum(counts.values())
    assert {name: summary[name] for name in counts} == counts


def test_sarif_has_a_result_for_every_finding_at_a_file_that_is_there(small: Small) -> None:
    run = json.loads((small.directory / "report.sarif").read_text(encoding="utf-8"))["runs"][0]
    assert [r["partialFingerprints"]["finding/v1"] for r in run["results"]] == [
        f["id"] for f in small.report["findings"]
    ]
    for result in run["results"]:
        assert run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == result["ruleId"]
        place = result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
        assert (small.directory / place).is_file()


def test_what_is_accepted_is_suppressed_in_sarif_and_no_failure_in_junit(small: Small) -> None:
    report = small.report
    for finding in report["findings"]:
        finding["accepted"] = {"reason": "known since spring", "date": "2026-03-01"}
    results = json.loads(sarif(report))["runs"][0]["results"]
    assert all("known since spring" in r["suppressions"][0]["justification"] for r in results)
    assert fromstring(junit(report)).attrib["failures"] == "0"  # noqa: S314 - it is our own


def test_har_has_every_exchange_of_every_finding(small: Small) -> None:
    log = json.loads((small.directory / "exchanges.har").read_text(encoding="utf-8"))["log"]
    pages = Counter(entry["pageref"] for entry in log["entries"])
    assert pages == {f["id"]: len(f["before"]) + len(f["exchanges"]) for f in small.report["findings"]}


def test_every_event_obeys_the_schema_and_the_last_says_how_it_ended(small: Small) -> None:
    events = _events(small)
    assert [
        schemas.violations("formats/event", event)
        for event in events
        if not schemas.is_valid("formats/event", event)
    ] == []
    assert events[0]["event"] == "started"
    assert events[-1]["event"] == "finished"
    assert events[-1]["verdict"] == small.report["verdict"]
    assert events[-1]["findings"] == [f["id"] for f in small.report["findings"]]


def test_events_tell_every_scenario_and_its_requests(small: Small) -> None:
    finished = [event for event in _events(small) if event["event"] == "scenario_finished"]
    assert [event["number"] for event in finished] == list(range(1, small.report["scenarios"] + 1))
    assert sum(event["requests"] for event in finished) == small.report["requests"]


def _events(small: Small) -> list[Mapping[str, Any]]:
    text = (small.directory / "events.ndjson").read_text(encoding="utf-8")
    return [json.loads(line) for line in text.splitlines()]


def _xml(small: Small) -> Element:
    return fromstring((small.directory / "junit.xml").read_text(encoding="utf-8"))  # noqa: S314 - it is our own
