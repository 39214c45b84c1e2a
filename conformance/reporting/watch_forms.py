"""What a watch found, as the value that the formats of others are made of: the one of report.json.

It is made of the value of watch.json and of nothing else. A watch has no seed, no scenarios and no client
that said its name: what it has not is null or empty.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from amazonpay_conformance.model.requirements import REQUIREMENTS


def as_report(value: Mapping[str, Any], now: float | None = None) -> dict[str, Any]:
    """Return the report of a watch in the form of a certification's.

    Args:
        value: of watch.json.
        now: when it was judged, in seconds since the epoch; a trace does not say when it was recorded.
    """
    incomplete = value["incomplete"]
    return {
        "kit": value["kit"],
        "verdict": value["verdict"],
        "client": None,
        "target": "what answered the integration",
        "profile": "watch",
        "seed": None,
        "subjects": sorted({row["subject"] for row in value["requirements"]}),
        "started": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(now)),
        "seconds": 0.0,
        "error": {"kind": "incomplete", "message": incomplete} if incomplete else None,
        "requirements": [_requirement(row) for row in value["requirements"]],
        "findings": [_finding(finding) for finding in value["findings"]],
    }


def _requirement(row: Mapping[str, Any]) -> dict[str, Any]:
    known = REQUIREMENTS[row["id"]]
    return {**row, "source": known.source, "tag": known.tag}


def _finding(finding: Mapping[str, Any]) -> dict[str, Any]:
    shown = finding["exchange"]
    return {
        **finding,
        "operations": [finding["operation"]],
        "steps": [],
        "scenario": None,
        "before": [],
        "exchanges": [] if shown is None else [shown],
    }
