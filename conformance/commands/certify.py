"""`certify`: run generated scenarios and judge every message."""

from __future__ import annotations

import argparse
import json
import shlex
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

from .arguments import (
    add_client_and_target,
    choice_of,
    corpus_at,
    count,
    count_or_none,
    duration,
    meeting_of,
    shard,
)
from .exits import (
    CONFORMS,
    EXIT_CODES,
    FAILURES,
    INTERRUPTED,
    NOTHING_EXERCISED,
    SET_UP,
    UNREACHABLE,
    USAGE,
    refuse,
)
from .outputs import Wanted, add_outputs, event_stream, misuse, wanted_outputs, write_outputs

if TYPE_CHECKING:
    from amazonpay_conformance.engine.events import Listener
    from amazonpay_conformance.engine.result import Result
    from amazonpay_conformance.reporting.baseline import Compared

DEFAULT_OUT: Final = "amazonpay-conformance-report"


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to the command line."""
    certify = commands.add_parser(
        "certify",
        help="certify a client against the mock, or a server with the reference client",
        description="Run generated scenarios with a client against a target and judge every message.",
        epilog=EXIT_CODES,
    )
    add_client_and_target(certify)
    certify.add_argument(
        "--profile", choices=("quick", "full"), default="quick", help="how much to try (default: quick)"
    )
    certify.add_argument(
        "--seed",
        type=int,
        default=None,
        metavar="N",
        help="repeat a run exactly (default: one is chosen)",
    )
    certify.add_argument(
        "--out",
        type=Path,
        default=Path(DEFAULT_OUT),
        metavar="DIR",
        help=f"where report.json goes (default: {DEFAULT_OUT})",
    )
    certify.add_argument(
        "--corpus",
        default=None,
        metavar="PLACE",
        help="try the scenarios in this directory first, and put in what is found; redis://host:6379/0 for "
        "one that several machines share (default: none)",
    )
    certify.add_argument(
        "--max-time",
        type=duration,
        default=None,
        metavar="TIME",
        help="stop after so many seconds, or 10m, 1h; what was found is kept (default: no limit)",
    )
    certify.add_argument(
        "--max-requests",
        type=count,
        default=None,
        metavar="N",
        help="stop after so many requests, those that make a scenario small among them (default: no limit)",
    )
    certify.add_argument(
        "--shrink-requests",
        type=count_or_none,
        default=None,
        metavar="N",
        help="spend at most so many on making the scenario of one finding small (default: by profile)",
    )
    certify.add_argument("--strict", action="store_true", help="warnings (SHOULD) fail the run too")
    add_outputs(certify)
    certify.add_argument(
        "--shard",
        type=shard,
        default=(1, 1),
        metavar="K/N",
        help="run only the K-th of N parts of the scenarios; all together, with one seed, are the whole run",
    )
    certify.add_argument("--json", action="store_true", help="print report.json instead of words")
    certify.set_defaults(run=_run)


def _run(arguments: argparse.Namespace) -> int:
    from amazonpay_conformance.engine.setup import SetUpProblem
    from amazonpay_conformance.reporting.baseline import BadBaseline
    from amazonpay_conformance.reporting.certificate import BadSigningKey
    from amazonpay_conformance.reporting.report import expect_room
    from amazonpay_conformance.reporting.terminal import Progress

    if wrong := misuse(arguments):
        return refuse(wrong, USAGE)
    progress = Progress(sys.stderr)
    try:
        expect_room(arguments.out)
        wanted = wanted_outputs(arguments)
        with event_stream(arguments.events) as stream:
            result = _run_certification(arguments, (progress, *stream))
            for listener in stream:
                listener.finished(result)
    except SetUpProblem as problem:
        return refuse(str(problem), USAGE if problem.is_usage else SET_UP)
    except (BadBaseline, BadSigningKey) as problem:
        return refuse(str(problem), SET_UP)
    except OSError as problem:
        return refuse(f"cannot write to {problem.filename or arguments.out}: {problem.strerror}", SET_UP)
    progress.done()
    return _tell(arguments, result, wanted)


def _tell(arguments: argparse.Namespace, result: Result, wanted: Wanted) -> int:
    from amazonpay_conformance.engine.corpus import add_to_corpus
    from amazonpay_conformance.engine.stores import store_at

    unwritten, compared = None, wanted.compared(result)
    try:
        write_outputs(result, arguments.out, meeting_of(arguments), wanted)
        if arguments.corpus is not None:
            add_to_corpus(store_at(arguments.corpus), result.findings)
    except OSError as problem:
        unwritten = f"cannot write to {problem.filename or arguments.out}: {problem.strerror}"
    if result.error and not result.requests:
        return refuse(result.error, exit_code(result))
    print(_told(arguments, result, wanted, compared), flush=True)
    return refuse(unwritten, SET_UP) if unwritten else exit_code(result, compared, strict=arguments.strict)


def _told(arguments: argparse.Namespace, result: Result, wanted: Wanted, compared: Compared | None) -> str:
    """What is printed: the summary, or the report as JSON."""
    from amazonpay_conformance.reporting.lines import wants_colour
    from amazonpay_conformance.reporting.report import report
    from amazonpay_conformance.reporting.terminal import summary

    if arguments.json:
        value = report(result, meeting_of(arguments), wanted.baseline)
        return json.dumps(value, indent=2, ensure_ascii=False)
    lines = summary(
        result,
        directory=arguments.out,
        command=_replay_command(arguments),
        colour=wants_colour(sys.stdout),
        width=shutil.get_terminal_size((100, 24)).columns,
        compared=compared,
    )
    return "\n".join(lines)


def _run_certification(arguments: argparse.Namespace, listeners: tuple[Listener, ...]) -> Result:
    import secrets

    from amazonpay_conformance.engine.budget import stopped_by_signals
    from amazonpay_conformance.engine.order import PROFILES, Order
    from amazonpay_conformance.engine.setup import prepared

    choice = choice_of(arguments)
    with prepared(choice) as ready:
        order = Order(
            PROFILES[arguments.profile],
            secrets.randbelow(1_000_000) if arguments.seed is None else arguments.seed,
            region=ready.region,
            algorithm=arguments.algorithm,
            subjects=choice.subjects,
            skew_seconds=arguments.skew,
            deadline=arguments.deadline,
            max_seconds=arguments.max_time,
            max_requests=arguments.max_requests,
            shrink_requests=arguments.shrink_requests,
            corpus=corpus_at(arguments.corpus),
            shard=arguments.shard,
        )
        with stopped_by_signals() as stop:
            return ready.certify(order, listeners, stop)


def _replay_command(arguments: argparse.Namespace) -> str:
    words = ["amazonpay-conformance", "replay", "{scenario}", "--client", arguments.client]
    if arguments.target != "mock":
        words += ["--target", arguments.target]
    if arguments.transport != "https":
        words += ["--transport", arguments.transport]
    for switch in arguments.switch:
        words += ["--switch", switch]
    if arguments.allow_network:
        words.append("--allow-network")
    if arguments.ca_file is not None:
        words += ["--ca-file", str(arguments.ca_file)]
    if arguments.resolve is not None:
        words += ["--resolve", arguments.resolve]
    return " ".join(word if word == "{scenario}" else shlex.quote(word) for word in words)


def exit_code(result: Result, compared: Compared | None = None, *, strict: bool = False) -> int:
    """Return the exit code of a certification.

    Args:
        result: what was found.
        compared: the run held against a baseline, where there is one: what it accepts fails no run.
        strict: whether warnings fail.
    """
    fails = result.verdict == "fail" or (strict and result.verdict == "warning")
    if compared.fails(strict=strict) if compared else fails:
        return FAILURES
    if result.kit_defects or result.error_kind == "set-up":
        return SET_UP
    if result.error_kind == "unreachable":
        return UNREACHABLE
    if result.error_kind == "interrupted":
        return 128 + result.signal if result.signal else INTERRUPTED
    return NOTHING_EXERCISED if result.verdict in ("not exercised", "inconclusive") else CONFORMS
