"""`judge`: what a recorded trace shows."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from .exits import CONFORMS, FAILURES, NOTHING_EXERCISED, SET_UP, USAGE, refuse
from .outputs import Wanted, add_acceptance, add_forms, misuse, wanted_outputs
from .watching import tell

if TYPE_CHECKING:
    from amazonpay_conformance.engine.watch import Watch


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to the command line."""
    judge = commands.add_parser(
        "judge",
        help="judge a recorded trace of an integration",
        description="Judge what an integration did by a file that `serve --trace` wrote, or by a HAR file. "
        "A file whose end is missing is judged as far as it goes.",
        epilog="exit codes: 0 conforms, 1 failures, 2 usage, 3 the file cannot be read, 5 nothing was seen",
    )
    judge.add_argument("trace", type=Path, metavar="FILE", help="the trace: JSON Lines, or HAR")
    judge.add_argument("--strict", action="store_true", help="warnings (SHOULD) fail, too")
    judge.add_argument(
        "--report",
        type=Path,
        default=None,
        metavar="FILE",
        help="write what was found: a page where FILE ends in .html, else JSON",
    )
    judge.add_argument("--json", action="store_true", help="print as JSON what --report writes")
    add_forms(judge)
    add_acceptance(judge)
    judge.add_argument(
        "--out", type=Path, default=Path(), metavar="DIR", help="where --format writes (default: here)"
    )
    har = judge.add_argument_group("for a HAR file, which does not say who signed it")
    har.add_argument("--public-key-id", default=None, metavar="ID", help="the merchant's key id")
    har.add_argument(
        "--public-key", type=Path, default=None, metavar="PEM", help="his public key, to judge signatures"
    )
    har.add_argument("--region", choices=("na", "eu", "jp"), default="na", help="region (default: na)")
    judge.set_defaults(run=_run)


def _run(arguments: argparse.Namespace) -> int:
    from amazonpay_conformance.engine.trace_files import BadTrace, read_trace
    from amazonpay_conformance.engine.watching import watched_trace
    from amazonpay_conformance.mock.serving import ServingProblem, merchant_of
    from amazonpay_conformance.reporting.baseline import BadBaseline

    if wrong := misuse(arguments):
        return refuse(wrong, USAGE)
    try:
        wanted = wanted_outputs(arguments)
        merchant = merchant_of(arguments.public_key_id, arguments.public_key)
        trace = read_trace(arguments.trace, merchant, arguments.region)
    except (BadBaseline, BadTrace, ServingProblem) as problem:
        return refuse(str(problem), SET_UP)
    if trace.broken:
        print(f"warning: {trace.broken}", file=sys.stderr)
    watch = watched_trace(trace, merchant)
    code = tell(
        watch,
        arguments.report,
        incomplete=trace.broken,
        as_json=arguments.json,
        wanted=wanted,
        out=arguments.out,
    )
    if code:
        return code
    if _fails(watch, wanted, trace.broken, strict=arguments.strict):
        return FAILURES
    return NOTHING_EXERCISED if watch.verdict == "not exercised" else CONFORMS


def _fails(watch: Watch, wanted: Wanted, incomplete: str, *, strict: bool) -> bool:
    from amazonpay_conformance.reporting.watch_report import compared_watch

    if wanted.baseline is not None:
        return compared_watch(watch, wanted.baseline, incomplete).fails(strict=strict)
    return watch.verdict == "fail" or (strict and watch.verdict == "warning")
