"""What a mock has seen: the last exchanges, and what somebody had to say of each.

The mock judges nothing. Whoever does is given to it as a function, and what he says is kept here.
"""

from __future__ import annotations

import itertools
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Final, Literal, TypeAlias

from amazonpay_conformance.wire.messages import Exchange, Request, Response

KEPT: Final = 1_000
"""Exchanges that are kept; a mock runs all day."""

KEPT_BYTES: Final = 16 << 20
"""What the bodies of all that are kept may have; the oldest go first."""


@dataclass(frozen=True, slots=True)
class Remark:
    """Something that is wrong with an exchange, or with what was left out: `requirement` did not hold.

    `hint` says what to do; where finding that out is dear, it is a function.
    """

    requirement: str
    level: Literal["MUST", "SHOULD"]
    statement: str
    operation: str
    expected: str
    received: str
    hint: str | Callable[[], str] = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """One exchange, counted from 1, with the id of its operation and what is wrong with it."""

    number: int
    exchange: Exchange
    operation: str | None
    remarks: tuple[Remark, ...] = ()


Judge: TypeAlias = Callable[[Exchange], Iterable[Remark]]


@dataclass
class Journal:
    """The last exchanges, and all remarks."""

    entries: deque[Entry] = field(default_factory=deque)
    remarks: deque[Remark] = field(default_factory=lambda: deque(maxlen=KEPT))
    _bytes: int = 0
    _numbers: itertools.count[int] = field(default_factory=lambda: itertools.count(1))

    def add(self, exchange: Exchange, operation: str | None, remarks: Iterable[Remark]) -> Entry:
        """Take down an exchange."""
        entry = Entry(next(self._numbers), exchange, operation, tuple(remarks))
        self.entries.append(entry)
        self._bytes += _size(entry)
        while len(self.entries) > KEPT or (self._bytes > KEPT_BYTES and len(self.entries) > 1):
            self._bytes -= _size(self.entries.popleft())
        self.remarks.extend(entry.remarks)
        return entry

    def note(self, remark: Remark) -> None:
        """Take down what is wrong with something other than an exchange."""
        self.remarks.append(remark)

    def clear(self) -> None:
        """Forget everything."""
        self.entries.clear()
        self._bytes = 0
        self.remarks.clear()


def _size(entry: Entry) -> int:
    response = entry.exchange.response
    return len(entry.exchange.request.body) + (0 if response is None else len(response.body))


def exchange_of(
    request: Request, response: Response, received_at: float, span: tuple[float, float]
) -> Exchange:
    """Return what a client sent and was sent; a connection that was cut first is no answer."""
    injected = response.injected
    sent = None if injected is not None and injected.cut == "before the answer" else response
    return Exchange(request, sent, received_at, span, injected)
