"""`doctor`: see that a run can begin, before it does."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

from .arguments import add_client_and_target, choice_of
from .exits import CONFORMS, FAILURES, SET_UP, UNREACHABLE, USAGE

if TYPE_CHECKING:
    from amazonpay_conformance.engine.doctor import Examined

CODES: Final = {
    "client is wrong": FAILURES,
    "usage": USAGE,
    "set-up": SET_UP,
    "unreachable": UNREACHABLE,
}


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to the command line."""
    doctor = commands.add_parser(
        "doctor",
        help="see that everything is set up, down to one signed request",
        description="Look at what a certification with the same options needs: credentials, key pair, "
        "region, host, certificate, clock, driver, one signed request and a button. It stops at the first "
        "that is amiss and says what to do. Nothing is certified and no report is written.",
        epilog="exit codes: 0 a run can begin, 1 it can, and the client is wrong already, 2 usage, "
        "3 something is not set up, 4 the target cannot be reached",
    )
    add_client_and_target(doctor)
    doctor.add_argument(
        "--public-key",
        type=Path,
        default=None,
        metavar="PEM",
        help="the public key that Amazon Pay has, to see that the private key belongs to it",
    )
    doctor.add_argument("--json", action="store_true", help="for programs (schemas/formats/examination.json)")
    doctor.set_defaults(run=_run)


def _run(arguments: argparse.Namespace) -> int:
    from amazonpay_conformance.engine.doctor import examine

    found = []
    for examined in examine(choice_of(arguments), arguments.public_key):
        found.append(examined)
        if not arguments.json:
            print("\n".join(_lines(examined)), flush=True)
    code = CODES[found[-1].answer] if found[-1].is_amiss else CONFORMS
    if arguments.json:
        print(json.dumps(_value(found, code), indent=2, ensure_ascii=False))
    else:
        print(_END[code])
    return code


def _lines(examined: Examined) -> list[str]:
    from amazonpay_conformance.reporting.lines import painted, wants_colour
    from amazonpay_conformance.wire.redaction import redact_text

    verdict = {"ok": "pass", "left out": "not exercised"}.get(examined.answer, "fail")
    shown = painted(f"{_SHOWN.get(examined.answer, examined.answer):<16}", verdict, wants_colour(sys.stdout))
    lines = [f"{shown}{examined.subject:<15} {redact_text(examined.told)}"]
    return [*lines, f"{'':<16}{'do':<15} {examined.advice}"] if examined.advice else lines


def _value(found: list[Examined], code: int) -> dict[str, object]:
    from amazonpay_conformance.wire.redaction import redact_text

    return {
        "format": 1,
        "ready": code in (CONFORMS, FAILURES),
        "exit_code": code,
        "examined": [
            {"subject": e.subject, "answer": e.answer, "told": redact_text(e.told), "advice": e.advice}
            for e in found
        ],
    }


_SHOWN: Final = {"left out": "-", "set-up": "not set up"}
_END: Final = {
    CONFORMS: "everything is set up: certify can begin",
    FAILURES: "everything is set up, and the client is wrong already: certify will say how",
    USAGE: "the command line is wrong",
    SET_UP: "not set up: certify cannot begin",
    UNREACHABLE: "the target cannot be reached: certify cannot begin",
}
