"""What an integration did until now, kept in so far as what comes later is judged by it.

The one rule: nothing is kept of what was said, only what it was about. So a trace may go on for days.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Final, TypeAlias

from amazonpay_conformance.model.money import Price
from amazonpay_conformance.model.operation import Kind
from amazonpay_conformance.model.operations import ALL_OPERATIONS

KEPT: Final = 200
"""Moves that are kept of one object, and of all that are alike: the latest."""

LOST: Final = frozenset({None, 408, 500, 502, 503, 504})
"""Statuses, None where no answer came, after which it is not known what was done. Source: api-facts §7."""

Content: TypeAlias = tuple[str, str, Price | None]
"""Operation, subject and amount."""


@dataclass(frozen=True, slots=True)
class Move:
    """One exchange.

    `subject` is the object that it asks something of, in its path or body; `shown` the ids of those that a
    good answer told of; `state` the state and reason in it; `amount` what the call moves; `changed` whether
    the answer told anything new.
    """

    number: int
    at: float
    operation: str
    subject: str | None
    key: str | None
    fingerprint: str
    status: int | None
    reason: str | None = None
    amount: Price | None = None
    shown: tuple[str, ...] = ()
    state: tuple[str, str | None] | None = None
    changed: bool = False

    @property
    def about(self) -> tuple[str, ...]:
        """The ids of the objects that it concerns."""
        return tuple(dict.fromkeys((*((self.subject,) if self.subject else ()), *self.shown)))

    @property
    def content(self) -> Content:
        """What it is for: of another move that is for the same, only the words may be others."""
        return self.operation, self.subject or "", self.amount

    @property
    def is_good(self) -> bool:
        """Whether it was answered with success."""
        return self.status is not None and self.status < 400

    @property
    def is_lost(self) -> bool:
        """Whether nobody can know what came of it; a declined payment is an answer (api-facts §7)."""
        return self.status in LOST and self.reason != "ProcessingFailure"

    @property
    def is_read(self) -> bool:
        """Whether it asks for an object and changes nothing."""
        return ALL_OPERATIONS[self.operation].method == "GET"


@dataclass
class Past:
    """Every move of an integration, found by what it was about. `now` is the time of the latest event."""

    now: float = 0.0
    kinds: dict[str, Kind] = field(default_factory=dict)
    approved: dict[str, float] = field(default_factory=dict)
    _about: dict[str, deque[Move]] = field(default_factory=lambda: defaultdict(_few))
    _alike: dict[Content, deque[Move]] = field(default_factory=lambda: defaultdict(_few))
    _keys: dict[str, Move] = field(default_factory=dict)

    def note(self, move: Move) -> None:
        """Take a move down; it is the latest."""
        self.now = max(self.now, move.at)
        for name in move.about:
            self._about[name].append(move)
        self._alike[move.content].append(move)
        if move.key is not None and ALL_OPERATIONS[move.operation].method == "POST":  # api-facts §9
            self._keys[move.key] = _better(self._keys.get(move.key), move)

    def about(self, object_id: str | None) -> tuple[Move, ...]:
        """Return the moves about an object, oldest first."""
        return tuple(self._about.get(object_id or "", ()))

    def since(self, object_id: str | None, is_one: Callable[[Move], bool]) -> tuple[Move, ...] | None:
        """Return the moves about an object after the last of a kind; None where there is none of it."""
        moves = self.about(object_id)
        found = [place for place, move in enumerate(moves) if is_one(move)]
        return moves[found[-1] + 1 :] if found else None

    def alike(self, move: Move) -> tuple[Move, ...]:
        """Return the moves that were for the same as this one, oldest first."""
        return tuple(self._alike.get(move.content, ()))

    def with_key(self, key: str | None) -> Move | None:
        """Return the POST that an idempotency key stands for, None where it is new."""
        return self._keys.get(key or "")

    def objects(self, kind: Kind) -> Iterator[str]:
        """Yield the ids of a kind that the integration was told of."""
        return (name for name, known in self.kinds.items() if known == kind)


def _few() -> deque[Move]:
    return deque(maxlen=KEPT)


def _better(known: Move | None, move: Move) -> Move:
    """A key stands for its first request; a refusal of it may not have been kept (api-facts §9 [?])."""
    return move if known is None or not (known.is_good or known.is_lost) else known
