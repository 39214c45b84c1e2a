"""How lines for a terminal are written: fields that wrap, and colours where somebody sees them."""

from __future__ import annotations

import os
import textwrap
from collections.abc import Iterator
from typing import Final, TextIO

from amazonpay_conformance.wire.redaction import redact_text

COLOURS: Final = {"pass": "32", "warning": "33", "fail": "31", "inconclusive": "35", "not exercised": "90"}
"""By the verdict that is shown."""


def field(name: str, text: str, width: int) -> Iterator[str]:
    """Yield the lines of a field: its name in the first, and what it says, without secrets."""
    lines = redact_text(text).splitlines() or [""]
    for number, line in enumerate(lines):
        # a line that belongs to a block keeps its form, however long: it is there to be compared
        parts = [line] if number else textwrap.wrap(line, max(40, width - 13), break_on_hyphens=False)
        for part in parts or [""]:
            yield f"  {name:<9} {part}".rstrip()
            name = ""


def wrapped(text: str, width: int, *, first: str = "", then: str = "") -> list[str]:
    """Return the lines of a text that is wrapped to a width, but never below 40 columns.

    Args:
        text: it.
        width: how many columns there are.
        first: what the first line begins with.
        then: what the others begin with.
    """
    room = max(40, width)
    return textwrap.wrap(text, room, initial_indent=first, subsequent_indent=then, break_on_hyphens=False)


def how_often(count: int) -> str:
    """Return how often something was, in words."""
    return "once" if count == 1 else f"{count} times"


def is_live(stream: TextIO) -> bool:
    """Tell whether a person watches: a terminal that can move its cursor, and no log of a CI service."""
    return stream.isatty() and os.environ.get("TERM") != "dumb" and not os.environ.get("CI")


def wants_colour(stream: TextIO) -> bool:
    """Tell whether to colour: where a person watches, unless NO_COLOR is set."""
    return is_live(stream) and not os.environ.get("NO_COLOR")


def painted(text: str, verdict: str, colour: bool) -> str:
    """Return a text in the colour of a verdict, or as it is."""
    return f"\x1b[{COLOURS[verdict]}m{text}\x1b[0m" if colour else text
