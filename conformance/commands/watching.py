"""What `serve` and `judge` say at the end of what they watched."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .exits import CONFORMS, SET_UP, refuse
from .outputs import Wanted, accept

if TYPE_CHECKING:
    from amazonpay_conformance.engine.watch import Watch


def tell(
    watch: Watch,
    report: Path | None,
    *,
    incomplete: str = "",
    all_findings: bool = True,
    as_json: bool = False,
    wanted: Wanted | None = None,
    out: Path = Path(),
) -> int:
    """Print what was found, and write it if that was asked for.

    Args:
        watch: what was watched.
        report: where its report goes, if anywhere.
        incomplete: why a trace was not read to its end.
        all_findings: whether to tell every fault, or those only that showed at the end.
        as_json: whether to print the report.
        wanted: forms that are to be written too, and what is accepted.
        out: where those forms go.
    """
    from amazonpay_conformance.reporting.lines import wants_colour
    from amazonpay_conformance.reporting.live import summary
    from amazonpay_conformance.reporting.terminal import compared_lines
    from amazonpay_conformance.reporting.watch_report import compared_watch, watch_report

    baseline = wanted.baseline if wanted else None
    found = watch_report(watch, incomplete, baseline)
    colour, width = wants_colour(sys.stdout), shutil.get_terminal_size((100, 24)).columns
    lines = [*summary(watch, colour=colour, width=width, incomplete=incomplete, all_findings=all_findings)]
    if baseline is not None:
        lines += compared_lines(compared_watch(watch, baseline, incomplete), width)
    print(json.dumps(found, indent=2, ensure_ascii=False) if as_json else "\n".join(lines))
    try:
        _write(found, report, wanted, out)
    except OSError as problem:
        return refuse(f"cannot write to {problem.filename or report}: {problem.strerror}", SET_UP)
    return CONFORMS


def _write(found: Mapping[str, Any], report: Path | None, wanted: Wanted | None, out: Path) -> None:
    from amazonpay_conformance.reporting.formats.written import write_formats
    from amazonpay_conformance.reporting.watch_forms import as_report
    from amazonpay_conformance.reporting.watch_report import write_watch_report

    if report is not None:
        write_watch_report(found, report)
    if wanted is None:
        return
    if wanted.formats:
        out.mkdir(parents=True, exist_ok=True)
        write_formats(as_report(found), out, wanted.formats)
    accept(wanted, [finding["id"] for finding in found["findings"]])
