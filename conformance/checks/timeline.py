"""Overlapping calls drawn as bars over time, for a terminal of eighty columns and for any report."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from amazonpay_conformance.checks.subject import Raced

BAR: Final = 32
"""Columns of the time axis; with a name before it and an answer behind, a line has 66."""
NAME: Final = 10
LABEL: Final = 56


def timeline(calls: Sequence[Raced]) -> Iterator[str]:
    """Yield the lines of a drawing: for each call what was asked, then its bar and its answer.

    Args:
        calls: in the order in which they are to be drawn.
    """
    start = min(call.began for call in calls)
    end = max(call.ended or call.began for call in calls)
    seconds = max(end - start, 1e-6)
    before = 0
    for call in calls:
        name = f"caller {call.caller}" if call.caller != before else ""
        before = call.caller
        yield f"{name:<{NAME}}{_cut(call.label, LABEL)}"
        yield f"{'':<{NAME}}{_bar(call, start, seconds)}"
    yield f"{'':<{NAME}}0 ms{_milliseconds(seconds):>{BAR - 4}}"


def _bar(call: Raced, start: float, seconds: float) -> str:
    left = _column(call.began - start, seconds)
    if call.ended is None:
        return f"{' ' * left}├{'─' * (BAR - 2 - left)}… {call.answer}"
    right = max(_column(call.ended - start, seconds), left + 1)
    return f"{' ' * left}├{'─' * (right - left - 1)}┤{' ' * (BAR - 1 - right)} {call.answer}"


def _column(at: float, seconds: float) -> int:
    return min(round(at / seconds * (BAR - 1)), BAR - 2) if at < seconds else BAR - 1


def _milliseconds(seconds: float) -> str:
    return f"{seconds * 1000:.1f} ms" if seconds < 0.1 else f"{seconds * 1000:.0f} ms"


def _cut(text: str, width: int) -> str:
    return text if len(text) <= width else f"{text[: width - 1]}…"
