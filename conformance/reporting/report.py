"""report.json: what a certification found, for machines. Its schema is schemas/formats/report.json.

Nothing goes in by default: bodies and headers pass the allow-list of `wire.redaction` first.
"""

from __future__ import annotations

import errno
import json
import os
import platform
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, Final

from amazonpay_conformance.checks.subject import Made, Seen
from amazonpay_conformance.engine.corpus import corpus_hash
from amazonpay_conformance.engine.coverage import Coverage, Missed
from amazonpay_conformance.engine.findings import Group
from amazonpay_conformance.engine.order import Order
from amazonpay_conformance.engine.result import Part, Result
from amazonpay_conformance.engine.scenario_files import describe, to_json
from amazonpay_conformance.forms.printing import Meeting
from amazonpay_conformance.model.switches import SWITCHES, Switch
from amazonpay_conformance.reporting.baseline import Baseline, compared
from amazonpay_conformance.reporting.counterexamples import forms_of, write_forms
from amazonpay_conformance.reporting.page.document import page
from amazonpay_conformance.reporting.page.shown import shown
from amazonpay_conformance.specification.document import document
from amazonpay_conformance.wire.messages import Headers
from amazonpay_conformance.wire.redaction import redact_body, redact_headers, redact_target, redact_text

FORMAT: Final = 1
REPORT_FILE: Final = "report.json"
PAGE_FILE: Final = "report.html"


def kit_version() -> str:
    """Return the installed version of the kit."""
    try:
        return version("amazonpay-conformance")
    except PackageNotFoundError:
        return "unknown"


def report(
    result: Result, meeting: Meeting | None = None, baseline: Baseline | None = None
) -> dict[str, Any]:
    """Return the JSON value of a result.

    Args:
        result: what was found.
        meeting: client and target, as on the command line.
        baseline: findings that are accepted.
    """
    order, hello, met = result.order, result.hello, meeting or Meeting()
    requirements = result.requirements()
    counts = Counter(judged.verdict for judged in requirements)
    return {
        "format": FORMAT,
        "kit": _kit(result),
        "verdict": result.verdict,
        "client": None
        if hello is None
        else {"name": hello.name, "version": hello.version, "language": hello.language},
        "target": result.target,
        "subjects": sorted(order.subjects),
        "profile": order.profile.name,
        "seed": order.seed,
        "setting": {"transport": met.transport, "switches": sorted(met.switches)},
        "budget": _budget(order),
        "lanes": [
            {"region": lane.region, "algorithm": lane.algorithm, "public_key_id": lane.public_key_id}
            for lane in result.lanes
        ],
        "runs": [_run(result)],
        "started": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(result.started)),
        "seconds": round(result.seconds, 3),
        "scenarios": result.scenarios,
        "requests": result.requests,
        "shrink_requests": result.shrink_requests,
        "untried": {part: result.untried[part] for part in PARTS},
        "error": {"kind": result.error_kind, "message": redact_text(result.error)} if result.error else None,
        "counts": {name: counts[name] for name in VERDICTS},
        "requirements": [
            {
                "id": judged.requirement.id,
                "level": judged.requirement.level,
                "subject": judged.requirement.subject,
                "statement": judged.requirement.statement,
                "source": judged.requirement.source,
                "tag": judged.requirement.tag,
                "verdict": judged.verdict,
                "judged": judged.times,
            }
            for judged in requirements
        ],
        "findings": [_finding(group, baseline) for group in result.findings],
        "baseline": None if baseline is None else _compared(baseline, result),
        "kit_defects": [_finding(group) for group in result.kit_defects],
        "coverage": {
            "transitions": sorted(item[1] for item in result.items if item[0] == "transition"),
            "not_covered": [_missed(missed) for missed in result.coverage.missed("transition")],
            "operations": dict(sorted(result.called.items())),
            "aspects": _aspects(result.coverage),
        },
        "open_questions": [_open_question(switch, result) for switch in _asked(result)],
        "not_exercised": [{"reason": why, "times": times} for why, times in sorted(result.reasons.items())],
    }


def _kit(result: Result) -> dict[str, Any]:
    return {
        "name": "amazonpay-conformance",
        "version": kit_version(),
        "python": result.python,
        "system": f"{platform.system()} {platform.machine()}",
        "model": document(kit_version())["model_hash"],
    }


def _run(result: Result) -> dict[str, Any]:
    part, of = result.order.shard
    return {
        "seed": result.order.seed,
        "shard": f"{part}/{of}",
        "scenarios": result.scenarios,
        "requests": result.requests,
        "corpus": corpus_hash(result.order.corpus),
    }


def _budget(order: Order) -> dict[str, Any]:
    return {
        "max_seconds": order.max_seconds,
        "max_requests": order.max_requests,
        "shrink_requests": order.profile.shrink_requests
        if order.shrink_requests is None
        else order.shrink_requests,
    }


def _compared(baseline: Baseline, result: Result) -> dict[str, Any]:
    return compared(baseline, result).value()


def _missed(missed: Missed) -> dict[str, Any]:
    return {"id": missed.text, "reason": missed.reason}


def _aspects(coverage: Coverage) -> dict[str, Any]:
    return {
        aspect: {"covered": seen, "of": of, "not_covered": [_missed(m) for m in coverage.missed(aspect)]}
        for aspect, (seen, of) in coverage.counts().items()
    }


def _asked(result: Result) -> list[Switch]:
    """The open questions, where a server is under test: of our own mock there is nothing to tell."""
    return list(SWITCHES.values()) if "server" in result.order.subjects else []


def _open_question(switch: Switch, result: Result) -> dict[str, Any]:
    seen = {choice: result.observed[switch.id, choice] for choice in switch.choices}
    return {
        "switch": switch.id,
        "question": switch.question,
        "source": switch.source,
        "tag": switch.tag,
        "default": switch.default,
        "observed": {choice: times for choice, times in seen.items() if times},
    }


PARTS: Final[tuple[Part, ...]] = ("corpus", "systematic", "random")
VERDICTS: Final = ("pass", "warning", "fail", "inconclusive", "not exercised")


def expect_room(directory: Path) -> None:
    """See, before anything is run, whether a report could be written there; nothing is made.

    Raises:
        OSError: it could not.
    """
    there = next(place for place in (directory, *directory.absolute().parents) if place.exists())
    if not there.is_dir():
        raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), str(there))
    if not os.access(there, os.W_OK | os.X_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(there))


def write_report(
    result: Result,
    directory: Path,
    meeting: Meeting | None = None,
    baseline: Baseline | None = None,
) -> dict[str, Any]:
    """Write report.json, and the scenario of each finding in all its forms.

    Args:
        result: what was found.
        directory: where to; it is made if need be.
        meeting: client and target, as on the command line, for forms that start them again.
        baseline: findings that are accepted.

    Returns:
        What is in the report.

    Raises:
        OSError: the directory cannot be written to.
    """
    texts: dict[str, str] = {}
    for group in result.findings:
        if group.scenario.steps:
            _write(scenario_file(directory, group), to_json(group.scenario, group.lane, group.cells))
            texts |= write_forms(group, directory, kit_version(), meeting)
    value = report(result, meeting, baseline)
    write_value(value, directory, texts)
    return value


def write_value(value: Mapping[str, Any], directory: Path, texts: Mapping[str, str]) -> None:
    """Write report.json, and report.html beside it.

    Args:
        value: of report.json.
        directory: where to; it is made if need be.
        texts: the forms of its findings, by the name of their files.

    Raises:
        OSError: the directory cannot be written to.
    """
    _write(directory / REPORT_FILE, value)
    (directory / PAGE_FILE).write_text(page(shown(value, texts)), encoding="utf-8")


def scenario_file(directory: Path, group: Group) -> Path:
    """Return where the scenario of a finding is written."""
    return directory / "scenarios" / f"{group.key}.json"


def _write(path: Path, value: Mapping[str, Any]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(value, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def _finding(group: Group, baseline: Baseline | None = None) -> dict[str, Any]:
    first = group.first
    accepted = baseline.accepts(str(group.key)) if baseline else None
    return {
        "id": str(group.key),
        "requirement": group.requirement.id,
        "level": group.requirement.level,
        "statement": group.requirement.statement,
        "source": group.requirement.source,
        "check": first.check,
        "operations": sorted(group.operations),
        "states": group.states,
        "count": group.count,
        "expected": redact_text(first.problem.expected),
        "received": redact_text(first.problem.received),
        "hint": redact_text(group.hint),
        "step": first.step,
        "reproduced": group.reproduced,
        "accepted": None if accepted is None else {"reason": accepted.reason, "date": accepted.date},
        "scenario": to_json(group.scenario, group.lane, group.cells) if group.scenario.steps else None,
        "steps": [describe(step) for step in group.scenario.steps],
        "forms": [
            {"form": form.name, "file": form.file if form.text else None, "problem": form.problem}
            for form in forms_of(group, kit_version())
        ],
        "before": list(_before(group)),
        "exchanges": [exchange_value(seen) for seen in first.made.seen] if first.made else [],
        "client_result": _told(first.made) if isinstance(first.made, Made) else None,
    }


def _before(group: Group) -> Iterator[dict[str, Any]]:
    """What went over the wire in the steps that led there, of the run that showed the finding again."""
    for made in group.run.made if group.run and group.first.made else ():
        if made.step < group.first.step:
            yield from ({"step": made.step, **exchange_value(seen)} for seen in made.seen)


def exchange_value(seen: Seen) -> dict[str, Any]:
    """Return what may be kept of an exchange."""
    request, response = seen.request, seen.response
    return {
        "request": {
            "method": request.method,
            "target": redact_target(request.target),
            "headers": _headers(request.headers),
            "body": _body(request.body),
        },
        "response": None
        if response is None
        else {
            "status": response.status,
            "headers": _headers(response.headers),
            "body": _body(response.body),
        },
        "fault": None if seen.fault is None else seen.fault.id,
    }


def _told(made: Made) -> dict[str, Any]:
    return {
        "outcome": made.told.outcome,
        "status": made.told.status,
        "error": redact_text(made.told.error),
    }


def _headers(headers: Headers) -> list[list[str]]:
    return [[name, value] for name, value in redact_headers(headers)]


def _body(body: bytes) -> Any:
    if not body:
        return None
    try:
        return redact_body(json.loads(body.decode("utf-8")))
    except ValueError:
        return f"[{len(body)} bytes that are not JSON]"
