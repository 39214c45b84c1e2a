"""The command line: thin; everything it does is done elsewhere.

Exit codes: 0 conforms, 1 failures, 2 usage, 3 set-up, 4 target unreachable, 5 nothing exercised or
inconclusive, 128 and the signal's number where one stopped it.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Final, NoReturn

from amazonpay_conformance.commands import (
    certify,
    certify_endpoint,
    completion,
    diff,
    doctor,
    explain,
    judge,
    merge,
    model,
    power,
    replay,
    serve,
    trigger,
    verify,
)
from amazonpay_conformance.commands.configured import take_defaults
from amazonpay_conformance.commands.exits import CONFORMS, EXIT_CODES, INTERRUPTED, USAGE, refuse
from amazonpay_conformance.engine.configuration import BadConfiguration

COMMANDS: Final = (
    *(doctor, certify, certify_endpoint, trigger, replay),
    *(explain, serve, judge, merge, diff, verify, power, model, completion),
)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line.

    Args:
        argv: the arguments, those of the process by default.

    Returns:
        The exit code.
    """
    words = sys.argv[1:] if argv is None else list(argv)
    parser, commands = parsers()
    try:
        take_defaults(commands, words)
    except BadConfiguration as problem:
        return refuse(str(problem), USAGE)
    arguments = parser.parse_args(words)
    try:
        run: Callable[[argparse.Namespace], int] = arguments.run
        return run(arguments)
    except KeyboardInterrupt:
        print("stopped by the user", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:
        return CONFORMS


def parsers() -> tuple[argparse.ArgumentParser, Mapping[str, argparse.ArgumentParser]]:
    """Return the parser of the command line, and that of each command."""
    parser = argparse.ArgumentParser(
        prog="amazonpay-conformance",
        description="Conformance test kit for clients and servers of the Amazon Pay API v2 (Checkout v2).",
        epilog=EXIT_CODES,
    )
    parser.add_argument("--version", action=_Version, nargs=0, help="print the version and exit")
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")
    for command in COMMANDS:
        command.add(commands)
    return parser, commands.choices


class _Version(argparse.Action):
    """Looks the version up only when asked for it."""

    def __call__(self, parser: argparse.ArgumentParser, *_: object, **__: object) -> NoReturn:
        from amazonpay_conformance.reporting.report import kit_version

        print(f"amazonpay-conformance {kit_version()}")
        parser.exit(CONFORMS)


if __name__ == "__main__":
    sys.exit(main())
