"""The command line: thin; everything it does is done elsewhere.

Exit codes: 0 conforms, 1 failures, 2 usage, 3 set-up, 4 target unreachable, 5 nothing exercised or
inconclusive, 128 and the signal's number where one stopped it.
"""

from __future__ import annotations

import argparse
import math
import shlex
import shutil
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final, NoReturn

if TYPE_CHECKING:
    from amazonpay_conformance.engine.certification import Result
    from amazonpay_conformance.engine.replay import Replayed
    from amazonpay_conformance.engine.scenario_files import Stored
    from amazonpay_conformance.engine.setup import Choice
    from amazonpay_conformance.engine.watch import Watch
    from amazonpay_conformance.forms.printing import Meeting

CONFORMS: Final = 0
FAILURES: Final = 1
USAGE: Final = 2
SET_UP: Final = 3
UNREACHABLE: Final = 4
NOTHING_EXERCISED: Final = 5
INTERRUPTED: Final = 130

DEFAULT_OUT: Final = "amazonpay-conformance-report"

CLIENT_HELP: Final = (
    "the client: 'reference', a Python adapter (path/to/adapter.py or package.module[:object]), or a driver "
    "in any language ('exec:node driver.mjs'); see docs/drivers.md"
)
EXIT_CODES: Final = (
    "exit codes: 0 conforms, 1 failures, 2 usage, 3 set-up (client, driver, key), 4 target unreachable, "
    "5 nothing exercised or inconclusive, 130 stopped (143 by SIGTERM)"
)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line.

    Args:
        argv: the arguments, those of the process by default.

    Returns:
        The exit code.
    """
    arguments = _parser().parse_args(argv)
    try:
        run: Callable[[argparse.Namespace], int] = arguments.run
        return run(arguments)
    except KeyboardInterrupt:
        print("stopped by the user", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:
        return CONFORMS


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="amazonpay-conformance",
        description="Conformance test kit for clients and servers of the Amazon Pay API v2 (Checkout v2).",
        epilog=EXIT_CODES,
    )
    parser.add_argument("--version", action=_Version, nargs=0, help="print the version and exit")
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")
    _add_certify(commands)
    _add_replay(commands)
    _add_explain(commands)
    _add_serve(commands)
    _add_judge(commands)
    _add_model(commands)
    return parser


def _add_certify(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    certify = commands.add_parser(
        "certify",
        help="certify a client against the mock, or a server with the reference client",
        description="Run generated scenarios with a client against a target and judge every message.",
        epilog=EXIT_CODES,
    )
    _add_client_and_target(certify)
    certify.add_argument(
        "--profile", choices=("quick", "full"), default="quick", help="how much to try (default: quick)"
    )
    certify.add_argument(
        "--seed", type=int, default=None, help="repeat a run exactly (default: chosen and printed)"
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
        type=Path,
        default=None,
        metavar="DIR",
        help="try the scenarios in this directory first, and put in what is found (default: none)",
    )
    certify.add_argument(
        "--max-time",
        type=_duration,
        default=None,
        metavar="TIME",
        help="stop after so many seconds, or 10m, 1h; what was found is kept (default: no limit)",
    )
    certify.add_argument(
        "--max-requests",
        type=_count,
        default=None,
        metavar="N",
        help="stop after so many requests, those that make a scenario small among them (default: no limit)",
    )
    certify.add_argument(
        "--shrink-requests",
        type=_count_or_none,
        default=None,
        metavar="N",
        help="spend at most so many on making the scenario of one finding small (default: by profile)",
    )
    certify.add_argument("--strict", action="store_true", help="warnings (SHOULD) fail the run too")
    certify.set_defaults(run=_certify)


_UNITS: Final = {"s": 1, "m": 60, "h": 3600}


def _duration(text: str) -> float:
    unit = _UNITS.get(text[-1:], 0)
    try:
        seconds = float(text[:-1] if unit else text) * (unit or 1)
    except ValueError:
        seconds = 0
    if not 0 < seconds < float("inf"):
        raise argparse.ArgumentTypeError(f"{text!r} is no time: expected seconds, or as 90s, 10m, 1h")
    return seconds


def _count(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r}: expected a whole number, 1 or more")
    return int(text)


def _count_or_none(text: str) -> int:
    return 0 if text == "0" else _count(text)


def _add_client_and_target(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--client", default="reference", metavar="CLIENT", help=CLIENT_HELP)
    parser.add_argument(
        "--target",
        default="mock",
        metavar="TARGET",
        help="mock (default), sandbox, or https://host[:port] of somebody's mock",
    )
    parser.add_argument(
        "--transport",
        choices=("https", "http", "in-process"),
        default="https",
        help="how the client reaches the mock; in-process is for Python clients on requests (default: https)",
    )
    parser.add_argument(
        "--region", choices=("na", "eu", "jp"), default=None, help="region of the main lane (default: na)"
    )
    parser.add_argument(
        "--algorithm",
        choices=("AMZN-PAY-RSASSA-PSS", "AMZN-PAY-RSASSA-PSS-V2"),
        default=None,
        help="only this algorithm (default: all that the client declares)",
    )
    parser.add_argument(
        "--skew",
        type=_whole_seconds,
        default=300,
        metavar="SECONDS",
        help="how far x-amz-pay-date may be off before HDR-004 warns (default: 300)",
    )
    parser.add_argument(
        "--deadline",
        type=_some_seconds,
        default=30.0,
        metavar="SECONDS",
        help="how long one call may take before the driver counts as hanging (default: 30)",
    )
    _add_switches(parser)
    remote = parser.add_argument_group(
        "targets other than the mock (credentials come from the environment, docs/sandbox.md)"
    )
    remote.add_argument("--allow-network", action="store_true", help="really send requests to the sandbox")
    remote.add_argument(
        "--ca-file", type=Path, default=None, metavar="PEM", help="trust this CA for the target"
    )
    remote.add_argument(
        "--resolve",
        default=None,
        metavar="HOST:PORT:ADDRESS:PORT",
        help="connect elsewhere than to HOST:PORT, as curl's --resolve does",
    )


def _whole_seconds(text: str) -> int:
    seconds = int(text)
    if seconds < 0:
        raise argparse.ArgumentTypeError(f"{text!r} is below zero")
    return seconds


def _some_seconds(text: str) -> float:
    seconds = float(text)
    if not 0 < seconds < math.inf:
        raise argparse.ArgumentTypeError(f"{text!r} is no number of seconds above zero")
    return seconds


def _add_switches(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--switch",
        action="append",
        default=[],
        metavar="NAME=CHOICE",
        help="how the mock answers a question that the facts leave open, as replay-status=200; may be given "
        "several times; docs/model.md lists them",
    )


def _add_replay(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    replay = commands.add_parser(
        "replay",
        help="run one scenario file again",
        description="Run a scenario that a report wrote and say whether it still fails.",
        epilog="exit codes: 0 passes now, 1 still fails, 2 usage, 3 set-up, 4 no target, 5 cannot reach",
    )
    replay.add_argument(
        "scenario", type=Path, metavar="FILE", help="a scenario file from a report's directory"
    )
    replay.add_argument(
        "--as",
        dest="form",
        choices=("curl", "pytest", "mermaid", "har"),
        default=None,
        help="print what failed again: a bash script, a test, a sequence diagram, an HTTP archive",
    )
    replay.add_argument(
        "--out", type=Path, default=None, metavar="F", help="write the form to this file (default: to stdout)"
    )
    _add_client_and_target(replay)
    replay.set_defaults(run=_replay)


def _add_explain(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    explain = commands.add_parser(
        "explain",
        help="say what an id means: a requirement, a transition, a timer, a simulation …",
        description="Say what an id means, where that is written, what judges it, and what is legal and not.",
        epilog="exit codes: 0 explained, 2 there is no such id",
    )
    explain.add_argument(
        "id", nargs="?", default=None, metavar="ID", help="as SIG-004; without one, every id is listed"
    )
    explain.add_argument(
        "--json", action="store_true", help="for programs (schemas/formats/explanation.json)"
    )
    explain.set_defaults(run=_explain)


def _add_serve(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    serve = commands.add_parser(
        "serve",
        help="serve the mock over HTTPS for clients in any language",
        description="Serve the mock on this machine until it is stopped, with a certificate made at start. "
        "Whoever calls it is watched: each exchange is a line, with what is wrong with it below "
        "(docs/integrations.md).",
    )
    serve.add_argument("--port", type=int, default=0, help="port on the loopback (default: a free one)")
    serve.add_argument("--region", choices=("na", "eu", "jp"), default="na", help="region (default: na)")
    serve.add_argument(
        "--public-key-id", default=None, metavar="ID", help="the merchant's key id (default: a made-up one)"
    )
    serve.add_argument(
        "--public-key",
        type=Path,
        default=None,
        metavar="PEM",
        help="his public key (default: a key pair is made)",
    )
    serve.add_argument(
        "--out",
        type=Path,
        default=Path("amazonpay-conformance-mock"),
        metavar="DIR",
        help="where ca.pem and a made key go (default: amazonpay-conformance-mock)",
    )
    serve.add_argument("--quiet", action="store_true", help="no line an exchange; findings at the end only")
    serve.add_argument(
        "--trace",
        type=Path,
        default=None,
        metavar="FILE",
        help="write what happens to this file, for `judge`",
    )
    serve.add_argument(
        "--report", type=Path, default=None, metavar="FILE", help="write what was found as JSON at the end"
    )
    _add_switches(serve)
    serve.set_defaults(run=_serve)


def _add_judge(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
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
        "--report", type=Path, default=None, metavar="FILE", help="write what was found as JSON"
    )
    har = judge.add_argument_group("for a HAR file, which does not say who signed it")
    har.add_argument("--public-key-id", default=None, metavar="ID", help="the merchant's key id")
    har.add_argument(
        "--public-key", type=Path, default=None, metavar="PEM", help="his public key, to judge signatures"
    )
    har.add_argument("--region", choices=("na", "eu", "jp"), default="na", help="region (default: na)")
    judge.set_defaults(run=_judge)


def _add_model(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    model = commands.add_parser(
        "model",
        help="print the specification as diagrams or as JSON",
        description="Print what the kit holds to be the API: its state machines as diagrams, or everything "
        "(machines, operations, rules, requirements, limits and the other tables) as one JSON document.",
        epilog="exit codes: 0 written, 2 usage, 3 the file cannot be written. What the tables say is in "
        "docs/model.md; schemas/formats/model.json describes the JSON document.",
    )
    model.add_argument(
        "--format",
        choices=("mermaid", "dot", "svg", "json"),
        default="mermaid",
        help="mermaid: state diagrams, in Markdown if they are several (default); dot: for Graphviz; "
        "svg: one picture; json: the whole specification",
    )
    model.add_argument(
        "--machine",
        default=None,
        metavar="NAME",
        help="one state machine only, as Charge or ChargePermission (default: all, one below another)",
    )
    model.add_argument(
        "--out", type=Path, default=None, metavar="FILE", help="write to this file (default: to stdout)"
    )
    model.set_defaults(run=_model)


def _serve(arguments: argparse.Namespace) -> int:
    from amazonpay_conformance.engine.watching import Outlets, served_and_watched
    from amazonpay_conformance.mock.serving import ServingProblem
    from amazonpay_conformance.model.switches import BadSwitch, Settings
    from amazonpay_conformance.reporting.lines import wants_colour
    from amazonpay_conformance.reporting.live import Live

    colour, width = wants_colour(sys.stdout), shutil.get_terminal_size((100, 24)).columns
    live = None if arguments.quiet else Live(sys.stdout, colour=colour, width=width)
    try:
        with served_and_watched(
            arguments.out,
            Outlets(live, arguments.trace),
            settings=Settings.parse(arguments.switch),
            port=arguments.port,
            region=arguments.region,
            public_key_id=arguments.public_key_id,
            public_key_file=arguments.public_key,
        ) as (mock, watch):
            print("\n".join(mock.lines()), flush=True)
            mock.wait()
    except BadSwitch as problem:
        return _refuse(str(problem), USAGE)
    except ServingProblem as problem:
        return _refuse(str(problem), SET_UP)
    watch.finish(at=time.time())
    return _tell(watch, arguments.report, all_findings=arguments.quiet)


def _judge(arguments: argparse.Namespace) -> int:
    from amazonpay_conformance.engine.trace_files import BadTrace, read_trace
    from amazonpay_conformance.engine.watching import watched_trace
    from amazonpay_conformance.mock.serving import ServingProblem, merchant_of

    try:
        merchant = merchant_of(arguments.public_key_id, arguments.public_key)
        trace = read_trace(arguments.trace, merchant, arguments.region)
    except BadTrace as problem:
        return _refuse(str(problem), SET_UP)
    except ServingProblem as problem:
        return _refuse(str(problem), SET_UP)
    if trace.broken:
        print(f"warning: {trace.broken}", file=sys.stderr)
    watch = watched_trace(trace, merchant)
    code = _tell(watch, arguments.report, incomplete=trace.broken)
    if code:
        return code
    if watch.verdict == "fail" or (arguments.strict and watch.verdict == "warning"):
        return FAILURES
    return NOTHING_EXERCISED if watch.verdict == "not exercised" else CONFORMS


def _tell(watch: Watch, report: Path | None, *, incomplete: str = "", all_findings: bool = True) -> int:
    """Print what was found, and write it if that was asked for."""
    from amazonpay_conformance.reporting.lines import wants_colour
    from amazonpay_conformance.reporting.live import summary
    from amazonpay_conformance.reporting.watch_report import write_watch_report

    colour, width = wants_colour(sys.stdout), shutil.get_terminal_size((100, 24)).columns
    lines = summary(watch, colour=colour, width=width, incomplete=incomplete, all_findings=all_findings)
    print("\n".join(lines))
    if report is None:
        return CONFORMS
    try:
        write_watch_report(watch, report, incomplete)
    except OSError as problem:
        return _refuse(f"cannot write to {report}: {problem.strerror}", SET_UP)
    return CONFORMS


def _certify(arguments: argparse.Namespace) -> int:
    from amazonpay_conformance.engine.corpus import add_to_corpus
    from amazonpay_conformance.engine.setup import SetUpProblem
    from amazonpay_conformance.reporting.lines import wants_colour
    from amazonpay_conformance.reporting.report import expect_room, write_report
    from amazonpay_conformance.reporting.terminal import Progress, summary

    progress = Progress(sys.stderr)
    try:
        expect_room(arguments.out)
        result = _run_certification(arguments, progress)
    except SetUpProblem as problem:
        return _refuse(str(problem), USAGE if problem.is_usage else SET_UP)
    except OSError as problem:
        return _refuse(f"cannot write to {arguments.out}: {problem.strerror}", SET_UP)
    progress.done()
    unwritten = None
    try:
        write_report(result, arguments.out, _meeting(arguments))
        if arguments.corpus is not None:
            add_to_corpus(arguments.corpus, result.findings)
    except OSError as problem:
        unwritten = f"cannot write to {problem.filename or arguments.out}: {problem.strerror}"
    if result.error and not result.requests:
        return _refuse(result.error, exit_code(result))
    width = shutil.get_terminal_size((100, 24)).columns
    lines = summary(
        result,
        directory=arguments.out,
        command=_replay_command(arguments),
        colour=wants_colour(sys.stdout),
        width=width,
    )
    print("\n".join(lines), flush=True)
    return _refuse(unwritten, SET_UP) if unwritten else exit_code(result, strict=arguments.strict)


def _run_certification(arguments: argparse.Namespace, progress: Callable[..., None]) -> Result:
    import secrets

    from amazonpay_conformance.engine.budget import stopped_by_signals
    from amazonpay_conformance.engine.certification import PROFILES, Order
    from amazonpay_conformance.engine.setup import prepared

    choice = _choice(arguments)
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
            corpus=_corpus(arguments.corpus),
        )
        with stopped_by_signals() as stop:
            return ready.certify(order, (progress,), stop)


def _corpus(directory: Path | None) -> tuple[Stored, ...]:
    """Read the scenarios of earlier runs; one that cannot be read is skipped with a line."""
    from amazonpay_conformance.engine.corpus import read_corpus

    if directory is None:
        return ()
    found = read_corpus(directory)
    for problem in found.problems:
        print(f"amazonpay-conformance: skipped {problem}", file=sys.stderr)
    return found.scenarios


def _choice(arguments: argparse.Namespace) -> Choice:
    from amazonpay_conformance.engine.setup import Choice

    return Choice(
        arguments.client,
        arguments.target,
        arguments.transport,
        arguments.region,
        arguments.ca_file,
        arguments.resolve,
        arguments.allow_network,
        tuple(arguments.switch),
    )


def _replay(arguments: argparse.Namespace) -> int:
    from amazonpay_conformance.clients.driver import DriverError
    from amazonpay_conformance.engine.replay import replay
    from amazonpay_conformance.engine.scenario_files import BadScenario, read_scenario
    from amazonpay_conformance.engine.setup import SetUpProblem, prepared
    from amazonpay_conformance.engine.targets import TargetUnreachable

    choice = _choice(arguments)
    try:
        stored = read_scenario(arguments.scenario)
        with prepared(choice) as ready:
            replayed = replay(ready, stored, choice.subjects, skew_seconds=arguments.skew)
    except BadScenario as problem:
        return _refuse(str(problem), USAGE)
    except SetUpProblem as problem:
        return _refuse(str(problem), USAGE if problem.is_usage else SET_UP)
    except DriverError as problem:
        return _refuse(str(problem), SET_UP)
    except TargetUnreachable as problem:
        return _refuse(str(problem), UNREACHABLE)
    print("\n".join(replayed.lines()), file=sys.stderr if arguments.form else sys.stdout, flush=True)
    unprinted = _print_form(arguments, stored, replayed) if arguments.form else None
    if unprinted is not None:
        return unprinted
    return {"still fails": FAILURES, "passes now": CONFORMS, "cannot reach": NOTHING_EXERCISED}[
        replayed.answer
    ]


def _meeting(arguments: argparse.Namespace) -> Meeting:
    from amazonpay_conformance.forms.printing import Meeting

    return Meeting(arguments.client, arguments.target, arguments.transport)


def _print_form(arguments: argparse.Namespace, stored: Stored, replayed: Replayed) -> int | None:
    """Write a form of what the replay showed; the exit code where that cannot be."""
    from amazonpay_conformance.forms.printing import Shown, printed
    from amazonpay_conformance.forms.turns import CannotPrint
    from amazonpay_conformance.reporting.report import kit_version

    if replayed.answer != "still fails":
        return _refuse("nothing is printed: only what fails again is", NOTHING_EXERCISED)
    finding = replayed.findings[0]
    shows = stored.shows or frozenset({finding.cell})
    shown = Shown(replayed.run, finding, stored.lane, shows, _meeting(arguments), kit_version())
    try:
        text = printed(arguments.form, shown)
    except CannotPrint as problem:
        return _refuse(f"it cannot be said as {arguments.form}: {problem}", NOTHING_EXERCISED)
    if arguments.out is None:
        sys.stdout.buffer.write(text.encode())
        sys.stdout.flush()
        return None
    try:
        arguments.out.write_text(text, encoding="utf-8", newline="\n")
    except OSError as problem:
        return _refuse(f"cannot write to {arguments.out}: {problem.strerror}", SET_UP)
    return None


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


class _Version(argparse.Action):
    """Looks the version up only when asked for it."""

    def __call__(self, parser: argparse.ArgumentParser, *_: object, **__: object) -> NoReturn:
        from amazonpay_conformance.reporting.report import kit_version

        print(f"amazonpay-conformance {kit_version()}")
        parser.exit(CONFORMS)


def exit_code(result: Result, *, strict: bool = False) -> int:
    """Return the exit code of a certification.

    Args:
        result: what was found.
        strict: whether warnings fail.
    """
    if result.verdict == "fail" or (strict and result.verdict == "warning"):
        return FAILURES
    if result.kit_defects or result.error_kind == "set-up":
        return SET_UP
    if result.error_kind == "unreachable":
        return UNREACHABLE
    if result.error_kind == "interrupted":
        return 128 + result.signal if result.signal else INTERRUPTED
    return NOTHING_EXERCISED if result.verdict in ("not exercised", "inconclusive") else CONFORMS


def _refuse(message: str, code: int) -> int:
    print(f"amazonpay-conformance: {message}", file=sys.stderr)
    return code


def _model(arguments: argparse.Namespace) -> int:
    from amazonpay_conformance.reporting.report import kit_version
    from amazonpay_conformance.specification import forms

    try:
        text = forms.written(arguments.format, arguments.machine, kit_version())
    except forms.NoSuchForm as problem:
        return _refuse(str(problem), USAGE)
    try:
        if arguments.out is None:
            sys.stdout.buffer.write(text.encode())  # UTF-8 in every locale, as the formats want it
            sys.stdout.flush()
        else:
            arguments.out.write_bytes(text.encode())
    except BrokenPipeError:
        raise  # whoever read it had enough
    except OSError as problem:
        return _refuse(f"cannot write to {arguments.out or 'stdout'}: {problem.strerror}", SET_UP)
    return CONFORMS


def _explain(arguments: argparse.Namespace) -> int:
    import json

    from amazonpay_conformance.reporting import explanation

    if arguments.id is None:
        all_of_them = [explanation.summary(known).to_json() for known in explanation.ids()]
        listing = explanation.listing()
        print(json.dumps(all_of_them, indent=2, ensure_ascii=False) if arguments.json else "\n".join(listing))
        return CONFORMS
    try:
        told = explanation.explain(arguments.id)
    except explanation.UnknownId as problem:
        return _refuse(str(problem), USAGE)
    value = told.to_json()
    lines = explanation.lines(told)
    print(json.dumps(value, indent=2, ensure_ascii=False) if arguments.json else "\n".join(lines))
    return CONFORMS


if __name__ == "__main__":
    sys.exit(main())
