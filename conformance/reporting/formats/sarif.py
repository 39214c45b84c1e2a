"""SARIF 2.1.0, as code hosts read it: a rule for each requirement, a result for each finding.

A finding has no line of code that the kit knows of; its place is the scenario that shows it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

from amazonpay_conformance.reporting.formats.moments import began, ended, iso
from amazonpay_conformance.reporting.formats.words import in_full

SCHEMA: Final = "https://json.schemastore.org/sarif-2.1.0.json"
LEVELS: Final = {"MUST": "error", "SHOULD": "warning", "MAY": "note"}


def sarif(report: Mapping[str, Any]) -> str:
    """Return a report as SARIF.

    Args:
        report: the value of report.json.
    """
    rules = [_rule(row) for row in report["requirements"]]
    places = {row["id"]: number for number, row in enumerate(report["requirements"])}
    run = {
        "tool": {"driver": {**_driver(report["kit"]), "rules": rules}},
        "invocations": [_invocation(report)],
        "results": [_result(finding, places) for finding in report["findings"]],
        "properties": {name: report[name] for name in ("verdict", "client", "target", "profile", "seed")},
    }
    value = {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"


def _driver(kit: Mapping[str, Any]) -> dict[str, Any]:
    return {"name": kit["name"], "version": kit["version"]}


def _rule(row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "id": row["id"],
        "shortDescription": {"text": row["statement"]},
        "help": {"text": f"{row['statement']} Source: api-facts {row['source']} [{row['tag']}]."},
        "defaultConfiguration": {"level": LEVELS[row["level"]]},
        "properties": {"subject": row["subject"], "verdict": row["verdict"], "judged": row["judged"]},
    }


def _invocation(report: Mapping[str, Any]) -> dict[str, Any]:
    error = report["error"]
    notes = [{"level": "error", "message": {"text": error["message"]}}] if error else []
    return {
        "executionSuccessful": error is None,
        "startTimeUtc": iso(began(report)),
        "endTimeUtc": iso(ended(report)),
        "toolExecutionNotifications": notes,
    }


def _result(finding: Mapping[str, Any], places: Mapping[str, int]) -> dict[str, Any]:
    file = f"scenarios/{finding['id']}.json" if finding["scenario"] else "report.json"
    return {
        "ruleId": finding["requirement"],
        "ruleIndex": places[finding["requirement"]],
        "level": LEVELS[finding["level"]],
        "message": {"text": in_full(finding)},
        "locations": [{"physicalLocation": {"artifactLocation": {"uri": file}, "region": {"startLine": 1}}}],
        "partialFingerprints": {"finding/v1": finding["id"]},
        "occurrenceCount": finding["count"],
        **_suppressed(finding["accepted"]),
    }


def _suppressed(accepted: Mapping[str, Any] | None) -> dict[str, Any]:
    if accepted is None:
        return {}
    why = f"{accepted['reason']} ({accepted['date']})"
    return {"suppressions": [{"kind": "external", "status": "accepted", "justification": why}]}
