"""Two texts aligned line by line, so that a reader sees at a glance where they part.

A line that both have is printed once; where they differ, - is what is in the first, + in the second. What
cannot be seen (white space at an end, control characters) is written visibly.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from difflib import SequenceMatcher
from typing import Final

WIDTH: Final = 66
"""Columns of a line: with a reporter's margin it stays below 80."""

_UNSEEN: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]|^ +| +$|  +")


def aligned(first: str, second: str) -> str:
    """Return both texts as one block of lines.

    Args:
        first: what was found; lines that only it has are marked with -.
        second: what should have been; lines that only it has are marked with +.
    """
    return "\n".join(_lines(first.split("\n"), second.split("\n")))


def visible(text: str) -> str:
    """Return a line with what cannot be seen made visible: spaces at an end as dots, controls escaped."""
    return _UNSEEN.sub(lambda found: _shown(found.group()), text)


def _lines(first: list[str], second: list[str]) -> Iterator[str]:
    for what, start, end, other_start, other_end in SequenceMatcher(
        None, first, second, autojunk=False
    ).get_opcodes():
        if what == "equal":
            yield from (line for text in first[start:end] for line in _wrapped(" ", text))
            continue
        yield from (line for text in first[start:end] for line in _wrapped("-", text))
        yield from (line for text in second[other_start:other_end] for line in _wrapped("+", text))


def _wrapped(mark: str, text: str) -> Iterator[str]:
    shown = visible(text)
    room = WIDTH - 2
    yield f"{mark} {shown[:room]}".rstrip()
    rest = shown[room:]
    while rest:
        yield f"{mark}   {rest[: room - 2]}"
        rest = rest[room - 2 :]


def _shown(text: str) -> str:
    if text.isspace() and set(text) == {" "}:
        return "\u00b7" * len(text)
    return text.encode("unicode_escape").decode("ascii")
