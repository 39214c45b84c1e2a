"""Arguments that several commands take, and their kinds."""

from __future__ import annotations

import argparse
import math
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

from .configured import add_config

if TYPE_CHECKING:
    from amazonpay_conformance.engine.scenario_files import Stored
    from amazonpay_conformance.engine.setup import Choice
    from amazonpay_conformance.forms.printing import Meeting

CLIENT_HELP: Final = (
    "the client: 'reference', a Python adapter (path/to/adapter.py or package.module[:object]), or a driver "
    "in any language ('exec:node driver.mjs'); see docs/drivers.md"
)


def add_client_and_target(parser: argparse.ArgumentParser) -> None:
    """Add what says who is tried, and against what."""
    add_config(parser)
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
        type=some_seconds,
        default=30.0,
        metavar="SECONDS",
        help="how long one call may take before the driver counts as hanging (default: 30)",
    )
    add_switches(parser)
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


def add_switches(parser: argparse.ArgumentParser) -> None:
    """Add `--switch`."""
    parser.add_argument(
        "--switch",
        action="append",
        default=[],
        metavar="NAME=CHOICE",
        help="how the mock answers a question that the facts leave open, as replay-status=200; may be given "
        "several times; docs/model.md lists them",
    )


def choice_of(arguments: argparse.Namespace) -> Choice:
    """Return the choice of client and target that the arguments make."""
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


def meeting_of(arguments: argparse.Namespace) -> Meeting:
    """Return who meets whom, for forms that run without the kit's command line."""
    from amazonpay_conformance.forms.printing import Meeting

    return Meeting(arguments.client, arguments.target, arguments.transport, tuple(arguments.switch))


def duration(text: str) -> float:
    """Return seconds, of `90`, `90s`, `10m` or `1h`."""
    from amazonpay_conformance.engine.budget import seconds_of

    try:
        return seconds_of(text)
    except ValueError as problem:
        raise argparse.ArgumentTypeError(f"{text!r} is no time: expected {problem}") from None


def corpus_at(place: str | None) -> tuple[Stored, ...]:
    """Read the scenarios of earlier runs; one that cannot be read is skipped with a line.

    Raises:
        SetUpProblem: there can be no corpus, or it cannot be reached.
    """
    from amazonpay_conformance.engine.corpus import read_corpus
    from amazonpay_conformance.engine.setup import SetUpProblem
    from amazonpay_conformance.engine.stores import NoStore, store_at

    if place is None:
        return ()
    try:
        found = read_corpus(store_at(place))
    except NoStore as problem:
        raise SetUpProblem(str(problem)) from None
    except OSError as problem:
        raise SetUpProblem(f"cannot read the corpus at {problem.filename}: {problem.strerror}") from None
    for line in found.problems:
        print(f"amazonpay-conformance: skipped {line}", file=sys.stderr)
    return found.scenarios


def count(text: str) -> int:
    """Return a whole number from 1 up."""
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r}: expected a whole number, 1 or more")
    return int(text)


def shard(text: str) -> tuple[int, int]:
    """Return (k, n), of `K/N`."""
    number, slash, of = text.partition("/")
    if not slash or not number.isdecimal() or not of.isdecimal() or not 1 <= int(number) <= int(of):
        raise argparse.ArgumentTypeError(f"{text!r}: expected K/N, as 2/4")
    return int(number), int(of)


def count_or_none(text: str) -> int:
    """Return a whole number from 0 up."""
    return 0 if text == "0" else count(text)


def _whole_seconds(text: str) -> int:
    seconds = int(text)
    if seconds < 0:
        raise argparse.ArgumentTypeError(f"{text!r} is below zero")
    return seconds


def some_seconds(text: str) -> float:
    """Return a number of seconds above zero."""
    seconds = float(text)
    if not 0 < seconds < math.inf:
        raise argparse.ArgumentTypeError(f"{text!r} is no number of seconds above zero")
    return seconds
