"""`power`: whether the kit finds the faults that it knows, how soon, and whether it accuses who is right."""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from .arguments import count, duration
from .exits import CONFORMS, FAILURES, NOTHING_EXERCISED, SET_UP, refuse

if TYPE_CHECKING:
    from amazonpay_conformance.mutants.ledger import Ledger
    from amazonpay_conformance.mutants.listing import Listed

GROUPS: Final = ("client", "integration", "endpoint", "server", "generated")


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to the command line."""
    power = commands.add_parser(
        "power",
        help="measure what the kit finds: faulty subjects, and right ones",
        description="Run the kit against its catalogue of faulty clients, shops, endpoints and servers, each "
        "wrong in one known way, and against right ones that are unusual. Each fault is looked for with the "
        "whole plan of the profile, until it is seen first. All of it takes long: --only, --group and "
        "--every pick some, --out lets a second run go on where the first stopped.",
        epilog="exit codes: 0 every fault found and no false alarm, 1 not so, 2 usage, 3 FILE cannot be "
        "used, 5 nothing was measured, or --max-time left some, 130 stopped",
    )
    power.add_argument(
        "--profile", choices=("quick", "full"), default="quick", help="how much to try (default: quick)"
    )
    power.add_argument("--only", default="", metavar="TEXT", help="subjects whose id has this in it")
    power.add_argument("--group", choices=GROUPS, default=None, help="one group of subjects")
    power.add_argument(
        "--every", type=count, default=1, metavar="N", help="every N-th of them only (default: each)"
    )
    power.add_argument("--no-right", action="store_true", help="leave the right subjects out")
    power.add_argument("--seed", type=int, default=1, metavar="N", help="seed of the plans (default: 1)")
    power.add_argument(
        "--jobs", type=count, default=1, metavar="N", help="processes that measure at once (default: 1)"
    )
    power.add_argument(
        "--out",
        type=Path,
        default=None,
        metavar="FILE",
        help="keep each row as it comes; go on from there",
    )
    power.add_argument(
        "--max-time",
        type=duration,
        default=None,
        metavar="TIME",
        help="take no further subject after so long: 90s, 10m, 1h",
    )
    power.add_argument("--json", action="store_true", help="print JSON (schemas/formats/power.json)")
    power.set_defaults(run=_run)


def _run(arguments: argparse.Namespace) -> int:
    from amazonpay_conformance.mutants.figures import document, lines
    from amazonpay_conformance.mutants.ledger import BadLedger
    from amazonpay_conformance.mutants.shifts import LostShift

    chosen = _chosen(arguments)
    if not chosen:
        return refuse("no subject of the catalogue is meant: look at --only and --group", NOTHING_EXERCISED)
    try:
        ledger = _ledger(arguments)
        left = _measure(arguments, ledger, chosen)
    except (BadLedger, LostShift) as problem:
        return refuse(str(problem), SET_UP)
    value = document(ledger, chosen)
    text = json.dumps(value, indent=2, ensure_ascii=False) if arguments.json else "\n".join(lines(value))
    print(text, flush=True)
    if left:
        print(f"{left} subjects are left: run it again with the same --out", file=sys.stderr)
    return FAILURES if not is_good(value) else NOTHING_EXERCISED if left else CONFORMS


def is_good(value: Any) -> bool:
    """Tell whether every fault was found, and nobody accused who is right."""
    return all(row["found"] for row in value["faults"]) and not value["false_alarms"]


def _chosen(arguments: argparse.Namespace) -> list[Listed]:
    from amazonpay_conformance.mutants.listing import faults, right_subjects

    every = (*faults(), *(() if arguments.no_right else right_subjects()))
    named = [one for one in every if arguments.only in one.id]
    return [one for one in named if arguments.group in (None, one.group)][:: arguments.every]


def _ledger(arguments: argparse.Namespace) -> Ledger:
    from amazonpay_conformance.mutants.ledger import Ledger, Setting
    from amazonpay_conformance.reporting.report import kit_version
    from amazonpay_conformance.specification.document import document

    version = kit_version()
    setting = Setting(arguments.profile, arguments.seed, version, document(version)["model_hash"])
    return Ledger.opened(setting, arguments.out)


def _measure(arguments: argparse.Namespace, ledger: Ledger, chosen: Sequence[Listed]) -> int:
    """Measure what the ledger has not, and return how many are left."""
    from amazonpay_conformance.mutants.shifts import measured

    began = time.monotonic()
    todo = [one for one in chosen if not ledger.has(one)]
    for number, row in enumerate(measured(todo, arguments.profile, arguments.seed, arguments.jobs), 1):
        ledger.keep(row)
        _progress(number, len(todo))
        if arguments.max_time is not None and time.monotonic() - began > arguments.max_time:
            return len(todo) - number
    return 0


def _progress(number: int, of: int) -> None:
    if sys.stderr.isatty():
        print(f"\r{number} of {of}", end="\n" if number == of else "", file=sys.stderr, flush=True)
