"""`certify-endpoint`: what a shop makes of notifications, true and forged."""

from __future__ import annotations

import argparse
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from .arguments import add_switches, some_seconds
from .exits import CONFORMS, FAILURES, NOTHING_EXERCISED, SET_UP, UNREACHABLE, USAGE, refuse
from .serve import port_number

if TYPE_CHECKING:
    from amazonpay_conformance.engine.endpoint import EndpointChoice
    from amazonpay_conformance.engine.endpoint_trials import Endpoint


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to the command line."""
    certify = commands.add_parser(
        "certify-endpoint",
        help="certify the notification endpoint of a shop",
        description="Serve a mock that a shop is pointed at, send its endpoint notifications (true ones, "
        "forged ones, twice, out of order), and judge what it answers and what it does "
        "(docs/notifications.md).",
        epilog="exit codes: 0 conforms, 1 failures, 2 usage, 3 set-up (adapter, key, port), "
        "4 nobody answers at the endpoint, 5 nothing was exercised",
    )
    certify.add_argument(
        "shop",
        metavar="SHOP",
        help="the endpoint's address, or an adapter: path/to/shop.py[:object], package.module[:object]",
    )
    certify.add_argument(
        "--port", type=port_number, default=0, metavar="PORT", help="port of the mock (default: a free one)"
    )
    certify.add_argument(
        "--proxy-port",
        type=port_number,
        default=None,
        metavar="PORT",
        help="be a proxy that plays SNS's host and a look-alike, so that the endpoint's own rule for "
        "certificates is tried (0: a free port)",
    )
    certify.add_argument("--region", choices=("na", "eu", "jp"), default="na", help="region (default: na)")
    certify.add_argument(
        "--public-key-id", default=None, metavar="ID", help="the shop's key id (default: a made-up one)"
    )
    certify.add_argument(
        "--public-key",
        type=Path,
        default=None,
        metavar="PEM",
        help="its public key (default: a key pair is made)",
    )
    certify.add_argument(
        "--out",
        type=Path,
        default=Path("amazonpay-conformance-mock"),
        metavar="DIR",
        help="where ca.pem and a made key go (default: amazonpay-conformance-mock)",
    )
    certify.add_argument(
        "--ca-file", type=Path, default=None, metavar="PEM", help="trust this CA for an endpoint over https"
    )
    certify.add_argument(
        "--wait",
        type=some_seconds,
        default=5.0,
        metavar="SECONDS",
        help="how long the shop has, once it has answered, for what it does then (default: 5)",
    )
    certify.add_argument(
        "--deadline",
        type=some_seconds,
        default=15.0,
        metavar="SECONDS",
        help="how long an answer may take before NTF-002 warns (default: 15)",
    )
    certify.add_argument(
        "--ready",
        type=some_seconds,
        default=30.0,
        metavar="SECONDS",
        help="how long to wait until somebody listens at the endpoint (default: 30)",
    )
    certify.add_argument(
        "--allow-network", action="store_true", help="the endpoint may be elsewhere than in private networks"
    )
    certify.add_argument("--strict", action="store_true", help="warnings (SHOULD) fail, too")
    certify.add_argument("--quiet", action="store_true", help="no line a trial")
    certify.add_argument(
        "--report", type=Path, default=None, metavar="FILE", help="write what was found as JSON"
    )
    add_switches(certify)
    certify.set_defaults(run=_run)


def _run(arguments: argparse.Namespace) -> int:
    from amazonpay_conformance.clients.locate import UnknownClient
    from amazonpay_conformance.clients.shop import BrokenShop
    from amazonpay_conformance.engine.endpoint import (
        EndpointProblem,
        EndpointUnreachable,
        certify_endpoint,
    )
    from amazonpay_conformance.mock.postman import BadEndpoint
    from amazonpay_conformance.model.switches import BadSwitch
    from amazonpay_conformance.reporting.endpoint_report import trial_line

    def say(line: str) -> None:
        if not arguments.quiet:
            print(line, flush=True)

    try:
        endpoint = certify_endpoint(
            _choice(arguments),
            served=lambda ready: print("\n".join(ready.lines()), flush=True),
            told=lambda trial, notified: say(trial_line(trial, notified)),
        )
    except (BadEndpoint, BadSwitch) as problem:
        return refuse(str(problem), USAGE)
    except EndpointUnreachable as problem:
        return refuse(str(problem), UNREACHABLE)
    except (EndpointProblem, UnknownClient, BrokenShop) as problem:
        return refuse(str(problem), SET_UP)
    return _told(endpoint, arguments)


def _choice(arguments: argparse.Namespace) -> EndpointChoice:
    from amazonpay_conformance.engine.endpoint import EndpointChoice
    from amazonpay_conformance.model.switches import Settings

    return EndpointChoice(
        arguments.shop,
        arguments.out,
        arguments.port,
        arguments.region,
        arguments.public_key_id,
        arguments.public_key,
        arguments.ca_file,
        Settings.parse(arguments.switch),
        arguments.wait,
        arguments.deadline,
        arguments.ready,
        arguments.allow_network,
        arguments.proxy_port,
    )


def _told(endpoint: Endpoint, arguments: argparse.Namespace) -> int:
    """Print what was found, write it if that was asked for, and return the exit code."""
    from amazonpay_conformance.reporting.endpoint_report import endpoint_lines, write_endpoint_report
    from amazonpay_conformance.reporting.lines import wants_colour

    width = shutil.get_terminal_size((100, 24)).columns
    print("\n".join(endpoint_lines(endpoint, colour=wants_colour(sys.stdout), width=width)))
    if arguments.report is not None:
        try:
            write_endpoint_report(endpoint, arguments.shop, arguments.report)
        except OSError as problem:
            return refuse(f"cannot write to {arguments.report}: {problem.strerror}", SET_UP)
    if not endpoint.reached:
        return refuse(f"{arguments.shop} answered nothing", UNREACHABLE)
    if endpoint.verdict == "fail" or (arguments.strict and endpoint.verdict == "warning"):
        return FAILURES
    return NOTHING_EXERCISED if endpoint.verdict == "not exercised" else CONFORMS
