"""What `serve` and `judge` say at the end of what they watched."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from .exits import CONFORMS, SET_UP, refuse

if TYPE_CHECKING:
    from amazonpay_conformance.engine.watch import Watch


def tell(
    watch: Watch,
    report: Path | None,
    *,
    incomplete: str = "",
    all_findings: bool = True,
    as_json: bool = False,
) -> int:
    """Print what was found, and write it if that was asked for."""
    from amazonpay_conformance.reporting.lines import wants_colour
    from amazonpay_conformance.reporting.live import summary
    from amazonpay_conformance.reporting.watch_report import watch_report, write_watch_report

    colour, width = wants_colour(sys.stdout), shutil.get_terminal_size((100, 24)).columns
    lines = summary(watch, colour=colour, width=width, incomplete=incomplete, all_findings=all_findings)
    value = json.dumps(watch_report(watch, incomplete), indent=2, ensure_ascii=False) if as_json else ""
    print(value or "\n".join(lines))
    if report is None:
        return CONFORMS
    try:
        write_watch_report(watch, report, incomplete)
    except OSError as problem:
        return refuse(f"cannot write to {report}: {problem.strerror}", SET_UP)
    return CONFORMS
