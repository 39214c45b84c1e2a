"""`explain`: say what an id means."""

from __future__ import annotations

import argparse

from .exits import CONFORMS, USAGE, refuse


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to the command line."""
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
    explain.set_defaults(run=_run)


def _run(arguments: argparse.Namespace) -> int:
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
        return refuse(str(problem), USAGE)
    value = told.to_json()
    lines = explanation.lines(told)
    print(json.dumps(value, indent=2, ensure_ascii=False) if arguments.json else "\n".join(lines))
    return CONFORMS
