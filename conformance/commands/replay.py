"""`replay`: run one scenario file again, and print it in other forms."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

from .arguments import add_client_and_target, choice_of, meeting_of
from .exits import CONFORMS, FAILURES, NOTHING_EXERCISED, SET_UP, UNREACHABLE, USAGE, refuse

if TYPE_CHECKING:
    from amazonpay_conformance.engine.replay import Replayed
    from amazonpay_conformance.engine.scenario_files import Stored

ANSWERS: Final = {"still fails": FAILURES, "passes now": CONFORMS, "cannot reach": NOTHING_EXERCISED}


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to the command line."""
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
    replay.add_argument("--json", action="store_true", help="print what came of it as JSON")
    add_client_and_target(replay)
    replay.set_defaults(run=_run)


def _run(arguments: argparse.Namespace) -> int:
    from amazonpay_conformance.clients.driver import DriverError
    from amazonpay_conformance.engine.replay import replay
    from amazonpay_conformance.engine.scenario_files import BadScenario, read_scenario
    from amazonpay_conformance.engine.setup import SetUpProblem, prepared
    from amazonpay_conformance.engine.targets import TargetUnreachable

    choice = choice_of(arguments)
    try:
        stored = read_scenario(arguments.scenario)
        with prepared(choice) as ready:
            replayed = replay(ready, stored, choice.subjects, skew_seconds=arguments.skew)
    except BadScenario as problem:
        return refuse(str(problem), USAGE)
    except SetUpProblem as problem:
        return refuse(str(problem), USAGE if problem.is_usage else SET_UP)
    except DriverError as problem:
        return refuse(str(problem), SET_UP)
    except TargetUnreachable as problem:
        return refuse(str(problem), UNREACHABLE)
    return _told(arguments, stored, replayed)


def _told(arguments: argparse.Namespace, stored: Stored, replayed: Replayed) -> int:
    """Print what came of it, and return the exit code."""
    if arguments.json and not arguments.form:
        print(json.dumps(_value(replayed), indent=2, ensure_ascii=False))
        return ANSWERS[replayed.answer]
    print("\n".join(replayed.lines()), file=sys.stderr if arguments.form else sys.stdout, flush=True)
    unprinted = _print_form(arguments, stored, replayed) if arguments.form else None
    if unprinted is not None:
        return unprinted
    return ANSWERS[replayed.answer]


def _value(replayed: Replayed) -> dict[str, object]:
    """What programs read of a replay (schemas/formats/replay.json)."""
    from amazonpay_conformance.wire.redaction import redact_text

    findings = [
        {
            "requirement": finding.requirement.id,
            "level": finding.requirement.level,
            "operation": finding.operation,
            "step": finding.step,
            "expected": redact_text(finding.problem.expected),
            "received": redact_text(finding.problem.received),
        }
        for finding in replayed.findings
    ]
    return {"format": 1, "answer": replayed.answer, "told": [*replayed.lines()][-1], "findings": findings}


def _print_form(arguments: argparse.Namespace, stored: Stored, replayed: Replayed) -> int | None:
    """Write a form of what the replay showed; the exit code where that cannot be."""
    from amazonpay_conformance.forms.printing import Shown, printed
    from amazonpay_conformance.forms.problems import CannotPrint
    from amazonpay_conformance.reporting.report import kit_version

    if replayed.answer != "still fails":
        return refuse("nothing is printed: only what fails again is", NOTHING_EXERCISED)
    finding = replayed.findings[0]
    shows = stored.shows or frozenset({finding.cell})
    shown = Shown(replayed.run, finding, stored.lane, shows, meeting_of(arguments), kit_version())
    try:
        text = printed(arguments.form, shown)
    except CannotPrint as problem:
        return refuse(f"it cannot be said as {arguments.form}: {problem}", USAGE)
    if arguments.out is None:
        sys.stdout.buffer.write(text.encode())
        sys.stdout.flush()
        return None
    try:
        arguments.out.write_text(text, encoding="utf-8", newline="\n")
    except OSError as problem:
        return refuse(f"cannot write to {arguments.out}: {problem.strerror}", SET_UP)
    return None
