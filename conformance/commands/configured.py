"""amazonpay-conformance.toml gives the defaults of the commands that run a client against a target."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

OPTION = "--config"


def add_config(parser: argparse.ArgumentParser) -> None:
    """Add `--config`."""
    parser.add_argument(
        OPTION,
        type=Path,
        default=None,
        metavar="FILE",
        help="take defaults from this file (default: amazonpay-conformance.toml, where there is one)",
    )


def take_defaults(parsers: Mapping[str, argparse.ArgumentParser], argv: Sequence[str]) -> None:
    """Let the file say what is taken where the command line says nothing, and tell so.

    Args:
        parsers: the parser of each command.
        argv: the arguments of the command line.

    Raises:
        BadConfiguration: the file cannot be read, or holds what it must not.
    """
    from amazonpay_conformance.engine.configuration import FILE_NAME, read_configuration

    parser = parsers.get(argv[0] if argv else "")
    if parser is None or OPTION not in parser.format_usage():
        return
    named = _named(argv)
    file = named or Path(FILE_NAME)
    if named is None and not file.is_file():
        return
    values = _by_argument(read_configuration(file).values)
    known = {action.dest for action in parser._actions}
    taken = {name: value for name, value in values.items() if name in known}
    parser.set_defaults(**taken)
    print(f"from {file}: {', '.join(name.replace('_', '-') for name in taken)}", file=sys.stderr)


def _named(argv: Sequence[str]) -> Path | None:
    finder = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    add_config(finder)
    named: Path | None = finder.parse_known_args(list(argv))[0].config
    return named


def _by_argument(values: Mapping[str, Any]) -> dict[str, Any]:
    """The values by the names that the arguments of the command line have."""
    renamed = {"switches": "switch"}
    named = {renamed.get(key, key).replace("-", "_"): value for key, value in values.items()}
    regions = named.pop("regions", None)
    return {**named, "region": regions[0]} if regions else named
