"""What the trials of a notification endpoint showed: for people, and as JSON (formats/endpoint.json)."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from amazonpay_conformance.checks.subject import Notified
from amazonpay_conformance.engine.endpoint_trials import REQUIREMENTS_HERE, Endpoint, Fault, Trial
from amazonpay_conformance.model.requirements import REQUIREMENTS
from amazonpay_conformance.reporting.lines import field, how_often, painted
from amazonpay_conformance.reporting.report import kit_version
from amazonpay_conformance.wire.redaction import redact_text

FORMAT: Final = 1

_SENTENCES: Final = {
    "pass": "conforms",
    "warning": "conforms, with warnings",
    "fail": "does not conform",
    "not exercised": "nothing was exercised",
}


def trial_line(trial: Trial, notified: Notified) -> str:
    """Return what was sent in a trial, what came back, and what the shop did then."""
    variants = "+".join(answer.variant for answer in notified.answers)
    statuses = " ".join("none" if a.status is None else str(a.status) for a in notified.answers)
    did = list(dict.fromkeys(call.operation for call in notified.calls))
    if notified.accepted is not None:
        did.append("paid" if notified.accepted else "not paid")
    named = trial.situation if trial.name == trial.situation else f"{trial.name} ({trial.situation})"
    return f"  {named:<22} {variants:<28} -> {statuses:<8} {', '.join(did)}".rstrip()


def endpoint_lines(endpoint: Endpoint, *, colour: bool, width: int) -> Iterator[str]:
    """Yield what was found: a line a requirement, each fault at length, and the verdict.

    Args:
        endpoint: what came of the trials.
        colour: whether to colour verdicts.
        width: how many columns there are.
    """
    for name in REQUIREMENTS_HERE:
        verdict, row = endpoint.verdict_of(name), REQUIREMENTS[name]
        times = f"{endpoint.judged[name]}x" if endpoint.judged[name] else ""
        shown = painted(f"{verdict:<13}", verdict, colour)
        yield f"  {shown} {name}  {row.level:<6} {times:>4}  {row.statement}"
    for name, fault in sorted(endpoint.found.items()):
        yield ""
        yield from _fault_lines(name, fault, colour, width)
    if endpoint.skipped:
        yield ""
        for why, names in _by_reason(endpoint).items():
            yield f"not exercised: {', '.join(names)}: {why}"
    counts = Counter(endpoint.verdict_of(name) for name in REQUIREMENTS_HERE)
    yield ""
    yield ", ".join(f"{counts[name]} {name}" for name in _SENTENCES if counts[name])
    yield f"{endpoint.trials} trials, {endpoint.posts} notifications"
    yield painted(f"verdict: {_SENTENCES[endpoint.verdict]}", endpoint.verdict, colour)


def endpoint_report(endpoint: Endpoint, shop: str) -> dict[str, Any]:
    """Return the JSON value of what was found.

    Args:
        endpoint: what came of the trials.
        shop: what was tried, as it was named.
    """
    return {
        "format": FORMAT,
        "kit": {"name": "amazonpay-conformance", "version": kit_version()},
        "shop": redact_text(shop),
        "verdict": endpoint.verdict,
        "trials": endpoint.trials,
        "notifications": endpoint.posts,
        "requirements": [
            {
                "id": name,
                "level": REQUIREMENTS[name].level,
                "statement": REQUIREMENTS[name].statement,
                "verdict": endpoint.verdict_of(name),
                "judged": endpoint.judged[name],
                "reason": endpoint.skipped.get(name),
            }
            for name in REQUIREMENTS_HERE
        ],
        "findings": [_finding(name, fault) for name, fault in sorted(endpoint.found.items())],
    }


def write_endpoint_report(endpoint: Endpoint, shop: str, path: Path) -> None:
    """Write the report.

    Raises:
        OSError: the file cannot be written.
    """
    value = endpoint_report(endpoint, shop)
    path.write_text(json.dumps(value, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def _fault_lines(name: str, fault: Fault, colour: bool, width: int) -> Iterator[str]:
    row, problem = REQUIREMENTS[name], fault.problem
    word, verdict = ("FAIL", "fail") if row.level == "MUST" else ("WARNING", "warning")
    yield painted(f"{word} {name}: {row.statement}", verdict, colour)
    yield from field("expected", problem.expected, width)
    yield from field("received", problem.received, width)
    if hint := fault.hint:
        yield from field("hint", hint, width)
    notified = fault.notified
    variants = " and ".join(dict.fromkeys(answer.variant for answer in notified.answers))
    where = f"trial {notified.trial}, the charge {notified.situation}; sent: {variants}"
    yield from field("where", f"{where}; seen {how_often(fault.count)}", width)
    yield from field("source", f"{row.source}; amazonpay-conformance explain {name}", width)


def _by_reason(endpoint: Endpoint) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name, why in endpoint.skipped.items():
        found.setdefault(why, []).append(name)
    return found


def _finding(name: str, fault: Fault) -> dict[str, Any]:
    row, notified = REQUIREMENTS[name], fault.notified
    return {
        "requirement": name,
        "level": row.level,
        "statement": row.statement,
        "source": row.source,
        "check": fault.check,
        "count": fault.count,
        "expected": redact_text(fault.problem.expected),
        "received": redact_text(fault.problem.received),
        "hint": redact_text(fault.hint),
        "trial": notified.trial,
        "situation": notified.situation,
        "answers": [
            {"variant": answer.variant, "status": answer.status, "seconds": round(answer.seconds, 3)}
            for answer in notified.answers
        ],
        "calls": [
            {"operation": call.operation, "target": call.target, "status": call.status}
            for call in notified.calls
        ],
        "accepted": notified.accepted,
    }
