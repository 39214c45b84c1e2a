"""The report of a watch, for machines. Its schema is schemas/formats/watch.json."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

from amazonpay_conformance.engine.findings import hint_of, without_tokens
from amazonpay_conformance.engine.watch import Noted, Watch
from amazonpay_conformance.reporting.live import in_order, judged_here
from amazonpay_conformance.reporting.page.document import page
from amazonpay_conformance.reporting.page.shown import shown_watch
from amazonpay_conformance.reporting.report import exchange_value, kit_version
from amazonpay_conformance.wire.redaction import redact_text

FORMAT: Final = 1


def watch_report(watch: Watch, incomplete: str = "") -> dict[str, Any]:
    """Return the JSON value of what was found.

    Args:
        watch: what was watched.
        incomplete: why a trace was not read to its end.
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
        "findings": [_finding(noted) for noted in in_order(watch)],
    }


def write_watch_report(watch: Watch, path: Path, incomplete: str = "") -> None:
    """Write the report: a page where the file's name ends in .html, JSON elsewhere.

    Raises:
        OSError: the file cannot be written.
    """
    value = watch_report(watch, incomplete)
    is_page = path.suffix.lower() in (".html", ".htm")
    text = page(shown_watch(value)) if is_page else json.dumps(value, indent=2, ensure_ascii=False) + "\n"
    path.write_text(text, encoding="utf-8")


def _finding(noted: Noted) -> dict[str, Any]:
    first, requirement = noted.first, noted.first.requirement
    texts = {
        "expected": first.problem.expected,
        "received": first.problem.received,
        "hint": hint_of(first),
    }
    return {
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
    }
