"""`trigger`: one notification, sent by hand."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from .arguments import add_switches, some_seconds
from .exits import CONFORMS, FAILURES, SET_UP, UNREACHABLE, USAGE, refuse
from .serve import port_number

if TYPE_CHECKING:
    from amazonpay_conformance.engine.triggering import Trigger, Triggered


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to the command line."""
    trigger = commands.add_parser(
        "trigger",
        help="send one notification to a shop's endpoint by hand",
        description="Send a notification of an object, a true one or a forged one, and say what came back. "
        "A mock that is running sends it (--mock), or this command does, and serves the certificate "
        "meanwhile (docs/notifications.md).",
        epilog="exit codes: 0 answered as a right endpoint may, 1 not so, 2 usage, 3 set-up (port, files, "
        "a mock that refuses), 4 nobody answers",
    )
    trigger.add_argument("id", metavar="ID", help="of which object, as S01-5105180-3221187-C056351")
    trigger.add_argument("--endpoint", default=None, metavar="URL", help="the shop's endpoint")
    trigger.add_argument(
        "--variant",
        default="true",
        metavar="NAME",
        help="how it is sent: true (default), forged-signature, altered-message …; docs/notifications.md "
        "lists them",
    )
    trigger.add_argument(
        "--type",
        default=None,
        metavar="TYPE",
        help="CHARGE, REFUND, CHARGE_PERMISSION or CHARGEBACK, or "
        "another to see what becomes of it (default: what the id says)",
    )
    trigger.add_argument(
        "--kind", default="STATE_CHANGE", metavar="KIND", help="STATE_CHANGE (default) or ATTRIBUTE_CHANGE"
    )
    trigger.add_argument(
        "--permission", default=None, metavar="ID", help="the permission (default: what the id says)"
    )
    trigger.add_argument("--merchant-id", default=None, metavar="ID", help="the merchant (default: made up)")
    mock = trigger.add_argument_group("sent by a mock that is running")
    mock.add_argument("--mock", default=None, metavar="URL", help="its address; the object must be there")
    mock.add_argument("--token", default=None, help="what whoever controls it must send")
    trigger.add_argument(
        "--ca-file",
        type=Path,
        default=None,
        metavar="PEM",
        help="trust this CA, for an endpoint over https or for the mock (default there: ca.pem in --out)",
    )
    trigger.add_argument(
        "--out",
        type=Path,
        default=Path("amazonpay-conformance-mock"),
        metavar="DIR",
        help="where ca.pem is, or goes (default: amazonpay-conformance-mock)",
    )
    trigger.add_argument(
        "--port",
        type=port_number,
        default=0,
        metavar="PORT",
        help="port at which the certificate is served (default: a free one)",
    )
    trigger.add_argument(
        "--deadline",
        type=some_seconds,
        default=15.0,
        metavar="SECONDS",
        help="how long to wait for an answer (default: 15)",
    )
    trigger.add_argument(
        "--allow-network", action="store_true", help="the endpoint may be elsewhere than in private networks"
    )
    add_switches(trigger)
    trigger.set_defaults(run=_run)


def _run(arguments: argparse.Namespace) -> int:
    from amazonpay_conformance.engine.triggering import MockUnreachable, TriggerProblem, trigger
    from amazonpay_conformance.mock.postman import BadEndpoint
    from amazonpay_conformance.model.switches import BadSwitch

    wrong = _misuse(arguments)
    if wrong:
        return refuse(wrong, USAGE)
    try:
        order = _order(arguments)
        return _told(order, trigger(order))
    except (BadEndpoint, BadSwitch) as problem:
        return refuse(str(problem), USAGE)
    except MockUnreachable as problem:
        return refuse(str(problem), UNREACHABLE)
    except TriggerProblem as problem:
        return refuse(str(problem), SET_UP)


def _misuse(arguments: argparse.Namespace) -> str:
    """Say what is wrong with the arguments, "" where nothing is."""
    from amazonpay_conformance.model.variants import VARIANTS

    if arguments.variant not in VARIANTS:
        return f"--variant: {arguments.variant!r} is none of {', '.join(VARIANTS)}"
    if arguments.mock is None and VARIANTS[arguments.variant].kind == "delivery":
        return f"--variant {arguments.variant}: only a mock can do that, expected --mock URL"
    if arguments.mock is None and arguments.endpoint is None:
        return "expected --endpoint URL, or --mock URL of a mock that knows where to send it"
    return ""


def _told(order: Trigger, came: Triggered) -> int:
    """Print what was sent and what came back, and return the exit code."""
    about = order.about
    print(f"sent         {about.object_type} {about.object_id} {about.kind} ({came.variant}) to {came.where}")
    if came.certificates:
        print(f"certificate  at {came.certificates}, trust {came.ca_file}")
    answer = came.words if came.status is None else f"{came.status} in {came.seconds:.3f} s: {came.words}"
    print(f"answer       {answer}")
    if came.is_right:
        return CONFORMS
    return UNREACHABLE if came.status is None else FAILURES


def _order(arguments: argparse.Namespace) -> Trigger:
    from amazonpay_conformance.engine.triggering import Trigger, about_of
    from amazonpay_conformance.mock.notifications import MERCHANT_ID
    from amazonpay_conformance.model.switches import Settings

    return Trigger(
        about_of(arguments.id, arguments.type, arguments.permission, arguments.kind),
        arguments.variant,
        arguments.endpoint,
        arguments.mock,
        arguments.token,
        arguments.ca_file,
        arguments.out,
        arguments.port,
        arguments.merchant_id or MERCHANT_ID,
        Settings.parse(arguments.switch),
        arguments.deadline,
        arguments.allow_network,
    )
