"""`diff`: what changed from one report to another."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from .exits import CONFORMS, FAILURES, SET_UP, refuse


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to the command line."""
    diff = commands.add_parser(
        "diff",
        help="compare two reports: what is new, what is gone",
        description="Compare two reports of `certify`: findings that are new, gone or still there, verdicts "
        "that changed, transitions that only one of them covered.",
        epilog="exit codes: 0 nothing new, 1 something new, 2 usage, 3 a report cannot be read",
    )
    diff.add_argument(
        "before", type=Path, metavar="A", help="the earlier report: a directory, or report.json"
    )
    diff.add_argument("after", type=Path, metavar="B", help="the later one")
    diff.add_argument("--json", action="store_true", help="print it as JSON (schemas/formats/diff.json)")
    diff.set_defaults(run=_run)


def _run(arguments: argparse.Namespace) -> int:
    from amazonpay_conformance.reporting.comparing import difference, is_worse, lines
    from amazonpay_conformance.reporting.stored import BadReport, read_report

    try:
        found = difference(read_report(arguments.before), read_report(arguments.after))
    except BadReport as problem:
        return refuse(str(problem), SET_UP)
    text = json.dumps(found, indent=2, ensure_ascii=False) if arguments.json else "\n".join(lines(found))
    print(text, flush=True)
    return FAILURES if is_worse(found) else CONFORMS
