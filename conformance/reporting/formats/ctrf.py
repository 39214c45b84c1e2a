"""CTRF, the Common Test Report Format: a test for each requirement."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from typing import Any, Final

from amazonpay_conformance.reporting.formats.moments import began, ended, iso, milliseconds
from amazonpay_conformance.reporting.formats.words import headline, in_full, of_requirement

VERSION: Final = "0.0.0"
"""Of the format; it has had no other."""

STATUS: Final = {
    "pass": "passed",
    "warning": "passed",
    "fail": "failed",
    "inconclusive": "other",
    "not exercised": "skipped",
}
"""What a verdict is called there; `rawStatus` keeps our own word."""


def ctrf(report: Mapping[str, Any]) -> str:
    """Return a report as CTRF.

    Args:
        report: the value of report.json.
    """
    kit = report["kit"]
    tests = [_test(report, row) for row in report["requirements"]]
    results = {
        "tool": {"name": kit["name"], "version": kit["version"]},
        "summary": _summary(report, tests),
        "tests": tests,
        "extra": {name: report[name] for name in ("verdict", "client", "target", "profile", "seed", "error")},
    }
    value = {
        "reportFormat": "CTRF",
        "specVersion": VERSION,
        "timestamp": iso(ended(report)),
        "generatedBy": f"{kit['name']} {kit['version']}",
        "results": results,
    }
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"


def _summary(report: Mapping[str, Any], tests: list[dict[str, Any]]) -> dict[str, int]:
    counts = Counter(test["status"] for test in tests)
    return {
        "tests": len(tests),
        **{name: counts[name] for name in ("passed", "failed", "skipped", "pending", "other")},
        "start": milliseconds(began(report)),
        "stop": milliseconds(ended(report)),
    }


def _test(report: Mapping[str, Any], row: Mapping[str, Any]) -> dict[str, Any]:
    findings = of_requirement(report, row["id"])
    accepted = bool(findings) and all(finding["accepted"] for finding in findings)
    told = {
        "message": "; ".join(map(headline, findings)),
        "trace": "\n\n".join(map(in_full, findings)),
    }
    return {
        "name": f"{row['id']} {row['statement']}",
        "testId": row["id"],
        "status": "passed" if accepted else STATUS[row["verdict"]],
        "rawStatus": f"{row['verdict']}, accepted" if accepted else row["verdict"],
        "duration": 0,
        "suite": ["Amazon Pay conformance", row["subject"]],
        "tags": [row["level"]],
        **(told if findings else {}),
    }
