"""`model`: print the specification."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from .exits import CONFORMS, SET_UP, USAGE, refuse


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to the command line."""
    model = commands.add_parser(
        "model",
        help="print the specification as diagrams, JSON or OpenAPI",
        description="Print what the kit holds to be the API: its state machines as diagrams, or everything "
        "(machines, operations, rules, requirements, limits and the other tables) as one JSON document, or "
        "the operations with their schemas as OpenAPI.",
        epilog="exit codes: 0 written, 2 usage, 3 the file cannot be written. What the tables say is in "
        "docs/model.md; schemas/formats/model.json describes the JSON document.",
    )
    model.add_argument(
        "--format",
        choices=("mermaid", "dot", "svg", "json", "openapi"),
        default="mermaid",
        help="mermaid: state diagrams, in Markdown if they are several (default); dot: for Graphviz; "
        "svg: one picture; json: the whole specification; openapi: the operations as an OpenAPI 3.1 document",
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
    model.set_defaults(run=_run)


def _run(arguments: argparse.Namespace) -> int:
    from amazonpay_conformance.reporting.report import kit_version
    from amazonpay_conformance.specification import forms

    try:
        text = forms.written(arguments.format, arguments.machine, kit_version())
    except forms.NoSuchForm as problem:
        return refuse(str(problem), USAGE)
    try:
        if arguments.out is None:
            sys.stdout.buffer.write(text.encode())  # UTF-8 in every locale, as the formats want it
            sys.stdout.flush()
        else:
            arguments.out.write_bytes(text.encode())
    except BrokenPipeError:
        raise  # whoever read it had enough
    except OSError as problem:
        return refuse(f"cannot write to {arguments.out or 'stdout'}: {problem.strerror}", SET_UP)
    return CONFORMS
