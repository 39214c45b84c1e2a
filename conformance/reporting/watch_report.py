"""The report of a watch, for machines. Its schema is schemas/formats/watch.json."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from amazonpay_conformance.engine.findings import hint_of, without_tokens
from amazonpay_conformance.engine.watch import Noted, Watch
from amazonpay_conformance.reporting.baseline import Baseline, Compared, held
from amazonpay_conformance.reporting.live import in_order, judged_here
from amazonpay_conformance.reporting.page.document import page
from amazonpay_conformance.reporting.page.shown import shown_watch
from amazonpay_conformance.reporting.report import exchange_value, kit_version
from amazonpay_conformance.wire.redaction import redact_text

FORMAT: Final = 1


def compared_watch(watch: Watch, baseline: Baseline, incomplete: str = "") -> Compared:
    """Hold what was found against a baseline.

    Args:
        watch: what was watched.
        baseline: what is accepted.
        incomplete: why a trace was not read to its end; then nothing is said to be gone.
    """
    found = {str(cell): noted.first.is_failure for cell, noted in watch.found.items()}
    return held(baseline, found, lambda requirement: not incomplete and watch.judged[requirement] > 0)


def watch_report(watch: Watch, incomplete: str = "", baseline: Baseline | None = None) -> dict[str, Any]:
    """Return the JSON value of what was found.

    Args:
        watch: what was watched.
        incomplete: why a trace was not read to its end.
        baseline: findings that are accepted.
    """
    return {
        "format": FORMAT,
        "kit": {"name": "amazonpay-conformance", "version": kit_version()},
        "verdict": watch.verdict,
        "exchanges": watch.exchanges,
        "incomplete": incomplete or None,
        "operations": dict(sorted(watch.called.items())),
        "requirements": [
            {
                "id": requirement.id,
                "level": requirement.level,
                "subject": requirement.subject,
                "statement": requirement.statement,
                "verdict": watch.verdict_of(requirement),
                "judged": watch.judged[requirement.id],
            }
            for requirement in judged_here()
        ],
        "findings": [_finding(noted, baseline) for noted in in_order(watch)],
        "baseline": compared_watch(watch, baseline, incomplete).value() if baseline else None,
    }


def write_watch_report(value: Mapping[str, Any], path: Path) -> None:
    """Write the report: a page where the file's name ends in .html, JSON elsewhere.

    Args:
        value: what `watch_report` returns.
        path: where to.

    Raises:
        OSError: the file cannot be written.
    """
    is_page = path.suffix.lower() in (".html", ".htm")
    text = page(shown_watch(value)) if is_page else json.dumps(value, indent=2, ensure_ascii=False) + "\n"
    path.write_text(text, encoding="utf-8")


def _finding(noted: Noted, baseline: Baseline | None) -> dict[str, Any]:
    accepted = baseline.accepts(str(noted.first.cell)) if baseline else None
    first, requirement = noted.first, noted.first.requirement
    texts = {
        "expected": first.problem.expected,
        "received": first.problem.received,
        "hint": hint_of(first),
    }
    return {
        "id": str(first.cell),
        "requirement": requirement.id,
        "level": requirement.level,
        "statement": requirement.statement,
        "source": requirement.source,
        "check": first.check,
        "operation": first.operation,
        "count": noted.count,
        **{name: redact_text(without_tokens(text, first)) for name, text in texts.items()},
        "number": first.step + 1 if first.made else None,
        "exchange": exchange_value(first.made.seen[0]) if first.made else None,
        "accepted": None if accepted is None else {"reason": accepted.reason, "date": accepted.date},
    }
