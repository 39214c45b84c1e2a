"""JUnit's XML, as Jenkins and most CI services read it: a suite a subject, a case a requirement.

A broken SHOULD is no failure there: the case passes, and its output says what was found.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, Final
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from amazonpay_conformance.reporting.formats.words import headline, in_full, of_requirement

_NOT_XML: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that no XML document may hold, however they are written."""

_UNTRIED: Final = ("inconclusive", "not exercised")


def junit(report: Mapping[str, Any]) -> str:
    """Return a report as JUnit's XML.

    Args:
        report: the value of report.json.
    """
    root = Element("testsuites", {"name": "Amazon Pay conformance", "time": _seconds(report)})
    for subject in report["subjects"]:
        _suite(root, report, subject)
    if report["error"]:
        _error(root, report["error"])
    _count(root)
    indent(root)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{tostring(root, encoding="unicode")}\n'


def _suite(root: Element, report: Mapping[str, Any], subject: str) -> None:
    mine = [row for row in report["requirements"] if row["subject"] == subject]
    attributes = {"name": f"Amazon Pay conformance of the {subject}", "timestamp": report["started"][:-1]}
    suite = SubElement(root, "testsuite", {**attributes, "time": _seconds(report)})
    named = SubElement(suite, "properties")
    for name, value in _properties(report).items():
        SubElement(named, "property", {"name": name, "value": _clean(value)})
    for row in mine:
        _case(suite, row, of_requirement(report, row["id"]))


def _properties(report: Mapping[str, Any]) -> Mapping[str, str]:
    client = report["client"] or {"name": "unknown", "version": "unknown"}
    return {
        "kit": report["kit"]["version"],
        "client": f"{client['name']} {client['version']}",
        "target": report["target"],
        "profile": report["profile"],
        "seed": "none" if report["seed"] is None else str(report["seed"]),
        "verdict": report["verdict"],
    }


def _case(suite: Element, row: Mapping[str, Any], findings: Sequence[Mapping[str, Any]]) -> None:
    name = {"classname": f"amazonpay.{row['subject']}", "name": f"{row['id']} {_clean(row['statement'])}"}
    case = SubElement(suite, "testcase", {**name, "time": "0"})
    told = _clean("\n\n".join(map(in_full, findings)))
    if row["verdict"] == "fail" and not all(finding["accepted"] for finding in findings):
        message = _clean("; ".join(map(headline, findings)))
        SubElement(case, "failure", {"type": row["level"], "message": message}).text = told
    elif row["verdict"] in _UNTRIED:
        SubElement(case, "skipped", {"message": row["verdict"]})
    elif told:
        SubElement(case, "system-out").text = told


def _error(root: Element, error: Mapping[str, Any]) -> None:
    suite = SubElement(root, "testsuite", {"name": "The run itself"})
    case = SubElement(suite, "testcase", {"classname": "amazonpay.run", "name": "runs to its end"})
    SubElement(case, "error", {"type": error["kind"], "message": _clean(error["message"])})


def _count(root: Element) -> None:
    total: Counter[str] = Counter()
    for suite in root:
        counts = {
            "tests": len(suite.findall("testcase")),
            "failures": len(suite.findall("testcase/failure")),
            "errors": len(suite.findall("testcase/error")),
            "skipped": len(suite.findall("testcase/skipped")),
        }
        suite.attrib.update({name: str(count) for name, count in counts.items()})
        total.update(counts)
    # the root has no count of what was skipped: JUnit's schema
    root.attrib.update({name: str(total[name]) for name in ("tests", "failures", "errors")})


def _seconds(report: Mapping[str, Any]) -> str:
    return f"{report['seconds']:.3f}"


def _clean(text: str) -> str:
    return _NOT_XML.sub("\ufffd", text)
