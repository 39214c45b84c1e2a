"""`merge`: several reports as one."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Final

from .exits import CONFORMS, EXIT_CODES, FAILURES, NOTHING_EXERCISED, SET_UP, refuse
from .outputs import Wanted, add_formats, write_more

DEFAULT_OUT: Final = "amazonpay-conformance-merged"

_CODES: Final = {"fail": FAILURES, "inconclusive": NOTHING_EXERCISED, "not exercised": NOTHING_EXERCISED}


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to the command line."""
    merge = commands.add_parser(
        "merge",
        help="join the reports of several runs into one",
        description="Join reports of one subject: of shards, of several seeds, of several machines. The "
        "whole is never better than a part. With one report, it writes that one in other forms.",
        epilog=EXIT_CODES,
    )
    merge.add_argument(
        "reports", type=Path, nargs="+", metavar="DIR", help="directories that `certify --out` wrote"
    )
    merge.add_argument(
        "--out",
        type=Path,
        default=Path(DEFAULT_OUT),
        metavar="DIR",
        help=f"where the whole goes (default: {DEFAULT_OUT})",
    )
    add_formats(merge)
    merge.set_defaults(run=_run)


def _run(arguments: argparse.Namespace) -> int:
    from amazonpay_conformance.reporting.certificate import BadSigningKey, signing_key
    from amazonpay_conformance.reporting.merging import CannotMerge, merged
    from amazonpay_conformance.reporting.stored import BadReport, read_report, write_merged

    try:
        key = None if arguments.sign is None else signing_key(arguments.sign)
        reports = [read_report(path) for path in arguments.reports]
        whole = merged(reports)
        write_merged(whole, arguments.reports, arguments.out)
        write_more(whole, arguments.out, Wanted(tuple(arguments.formats), key))
    except (BadReport, BadSigningKey, CannotMerge) as problem:
        return refuse(str(problem), SET_UP)
    except OSError as problem:
        return refuse(f"cannot write to {problem.filename or arguments.out}: {problem.strerror}", SET_UP)
    counts = ", ".join(f"{count} {name}" for name, count in whole["counts"].items() if count)
    print(f"{len(reports)} reports, {whole['scenarios']} scenarios, {whole['requests']} requests: {counts}")
    print(f"report: {arguments.out / 'report.html'}")
    print(f"verdict: {whole['verdict']}", flush=True)
    return _CODES.get(whole["verdict"], CONFORMS)
