"""How long a run may go on: seconds, requests, and a word from outside. It is asked before every step.

What was found until then is kept, so a run that is stopped is a smaller run and not a broken one.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from types import FrameType
from typing import Any, Final, Literal, TypeAlias

SEARCH_SHARE: Final = 0.75
"""Of a budget, what is for the search where something was found; the rest is for making it small."""

Ending: TypeAlias = Literal["budget", "interrupted"]


class Stopped(Exception):
    """The run is over; the message says why."""

    def __init__(self, reason: str, kind: Ending) -> None:
        super().__init__(reason)
        self.kind = kind


@dataclass
class Stop:
    """A wish that the run end, from outside. `signal` is its number where it came as one."""

    asked: str = ""
    signal: int = 0


@dataclass
class Budget:
    """What may be spent, and what was. `share` is the part of it that may be spent now."""

    seconds: float | None = None
    requests: int | None = None
    stop: Stop = field(default_factory=Stop)
    share: float = 1.0
    spent: int = 0
    clock: Callable[[], float] = time.monotonic

    def __post_init__(self) -> None:
        self.began = self.clock()

    def check(self) -> None:
        """Let the run go on.

        Raises:
            Stopped: it may not.
        """
        if self.stop.asked:
            raise Stopped(self.stop.asked, "interrupted")
        if self.requests is not None and self.spent >= self.requests * self.share:
            raise Stopped(f"the budget of {self.requests} requests is spent", "budget")
        if self.seconds is not None and self.clock() - self.began >= self.seconds * self.share:
            raise Stopped(f"the budget of {self.seconds:g} seconds is spent", "budget")

    def spend(self, requests: int) -> None:
        """Take note of requests that were sent."""
        self.spent += requests


_UNITS: Final = {"s": 1, "m": 60, "h": 3600}


def seconds_of(text: str) -> float:
    """Return seconds, of `90`, `90s`, `10m` or `1h`.

    Raises:
        ValueError: it is none of these; the message says what is expected.
    """
    unit = _UNITS.get(text[-1:], 0)
    try:
        seconds = float(text[:-1] if unit else text) * (unit or 1)
    except ValueError:
        seconds = 0
    if not 0 < seconds < float("inf"):
        raise ValueError("a number of seconds above 0, or as 90s, 10m, 1h")
    return seconds


_SIGNALS: Final = (signal.SIGINT, signal.SIGTERM)


@contextlib.contextmanager
def stopped_by_signals() -> Iterator[Stop]:
    """Have the first SIGINT or SIGTERM stop the run at its next step, and the second end it at once."""
    stop = Stop()

    def ask(number: int, _: FrameType | None) -> None:
        if stop.asked:
            raise KeyboardInterrupt
        stop.asked, stop.signal = f"stopped by {signal.Signals(number).name}", number
        with contextlib.suppress(OSError):  # a signal may come in the middle of a print
            os.write(sys.__stderr__.fileno() if sys.__stderr__ else 2, _ONCE_MORE)

    before: dict[int, Any] = {number: signal.signal(number, ask) for number in _SIGNALS}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


_ONCE_MORE: Final = b"\nstopping after this call, to keep what was found; once more ends it at once\n"
