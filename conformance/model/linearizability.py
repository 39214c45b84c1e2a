"""Whether calls that overlapped in time can have taken effect one at a time: legal, illegal, or undecided.

A history is linearizable (Herlihy and Wing) where some order of its calls, which keeps every call that was
answered before another began in front of it, explains all answers. Orders are searched as Wing and Gong do,
with Lowe's memory of what was tried: the calls that have taken effect, and the world that they led to. It is
split first into parts that touch no object in common: each part is judged alone (Herlihy and Wing's locality).

A call that was never answered may have taken effect at any time after it began, or never.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from typing import Final, Literal, TypeAlias

from amazonpay_conformance.model.actions import Call
from amazonpay_conformance.model.outcome import Outcome
from amazonpay_conformance.model.step import step
from amazonpay_conformance.model.world import World

Decision: TypeAlias = Literal["legal", "illegal", "undecided"]

MAX_NODES: Final = 20_000
"""How many points of the search are looked at: all orders of eight calls of four callers, with room to spare."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What was answered: status, reason code (None where the call succeeded), id of the object that is shown."""

    status: int
    reason: str | None = None
    object_id: str | None = None

    def is_of(self, outcome: Outcome) -> bool:
        """Tell whether an outcome is answered so."""
        shown = outcome.subject[1] if outcome.subject and self.status < 400 else None
        named = self.object_id in (None, shown) or shown is None
        return (outcome.status, outcome.reason) == (self.status, self.reason) and named


@dataclass(frozen=True, slots=True)
class Interval:
    """One call of a history: when it began, when it was answered (None: never), and with what."""

    caller: int
    began: float
    ended: float | None
    call: Call
    answer: Answer | None = None

    def precedes(self, other: Interval) -> bool:
        """Tell whether this call was answered before the other began."""
        return self.ended is not None and self.ended < other.began


History: TypeAlias = Sequence[Interval]
Follow: TypeAlias = Callable[[World, Interval], Iterable[World]]
"""The worlds in which a call may leave a world, given what it was answered; none where it cannot have been."""


@dataclass(frozen=True, slots=True)
class Witness:
    """A legal order of a history: indices into it, without the calls that never took effect.

    `trail` holds the world before the first call and after each of them.
    """

    order: tuple[int, ...]
    trail: tuple[World, ...]

    @property
    def world(self) -> World:
        """The world that it leads to."""
        return self.trail[-1]


@dataclass(frozen=True, slots=True)
class Linearization:
    """What the search came to, after so many `nodes`.

    `witnesses`, where the history is legal, has an order for each world that legal orders lead to; `complete`
    tells whether those are all. `prefix`, where it is illegal, has the indices of the calls that had been
    answered when no order was left, the last one answered last.
    """

    decision: Decision
    nodes: int
    witnesses: tuple[Witness, ...] = ()
    complete: bool = True
    prefix: tuple[int, ...] = ()

    @property
    def worlds(self) -> tuple[World, ...]:
        """Every world that the history may have led to."""
        return tuple(witness.world for witness in self.witnesses)


def follow(world: World, interval: Interval) -> Iterator[World]:
    """Yield the worlds after a call that the model permits its answer; all of them where there was none."""
    for outcome in step(world, interval.call):
        if interval.answer is None or interval.answer.is_of(outcome):
            yield outcome.world


def linearize(
    history: History,
    worlds: Iterable[World],
    follow: Follow = follow,
    *,
    max_nodes: int = MAX_NODES,
) -> Linearization:
    """Judge a history.

    Args:
        history: the calls, in any order.
        worlds: the worlds in which it may have begun.
        follow: what a call does to a world, given its answer.
        max_nodes: how many points of the search to look at before it is given up as undecided.
    """
    search = _Search(history, follow, max_nodes)
    found = search.all_of(distinct(worlds))
    if found.decision != "illegal":
        return found
    return _with_prefix(found, history, distinct(worlds), follow, max_nodes)


def parts(history: History, worlds: Iterable[World]) -> list[tuple[int, ...]]:
    """Split a history into parts that touch no object and no idempotency key in common, as indices.

    Objects that come from one session or one permission share its balance, so they are one object here.
    """
    worlds = tuple(worlds)
    found: list[tuple[set[Hashable], list[int]]] = []
    for number, interval in enumerate(history):
        touched, mine = {name for world in worlds for name in _touched(interval.call, world)}, [number]
        for part in [part for part in found if part[0] & touched]:
            found.remove(part)
            touched |= part[0]
            mine = [*part[1], *mine]
        found.append((touched, mine))
    return sorted(tuple(sorted(mine)) for _, mine in found)


def distinct(worlds: Iterable[World]) -> tuple[World, ...]:
    """Return worlds without those that are equal to an earlier one."""
    return tuple({frozen(world): world for world in reversed(tuple(worlds))}.values())[::-1]


def frozen(value: object) -> Hashable:
    """Return a value that can be hashed and is equal for equal worlds, whatever the order of their mappings."""
    if isinstance(value, Mapping):
        return frozenset((name, frozen(item)) for name, item in value.items())
    if isinstance(value, list | tuple):
        return tuple(map(frozen, value))
    if is_dataclass(value):
        return (type(value), *(frozen(getattr(value, field.name)) for field in fields(value)))
    return value if isinstance(value, Hashable) else repr(value)


class _GivenUp(Exception):
    """The bound was reached."""


class _Search:
    """Looks for the orders of one history; counts the points that it looked at."""

    def __init__(self, history: History, follow: Follow, max_nodes: int) -> None:
        self._history = history
        self._follow = follow
        self._left = self._max = max_nodes

    def all_of(self, worlds: tuple[World, ...]) -> Linearization:
        """Judge part by part: each goes on from the worlds that those before it led to."""
        reached = tuple(Witness((), (world,)) for world in worlds)
        complete = True
        for part in _ordered(parts(self._history, worlds), self._history):
            found, whole = self._part(frozenset(part), reached)
            complete = complete and whole
            if not found:
                return Linearization("illegal" if whole else "undecided", self._spent, complete=complete)
            reached = found
        return Linearization("legal", self._spent, reached, complete)

    @property
    def _spent(self) -> int:
        return self._max - self._left

    def _part(self, part: frozenset[int], reached: tuple[Witness, ...]) -> tuple[tuple[Witness, ...], bool]:
        """Return an order for each world that legal orders lead to, and whether all of them were tried."""
        ends: dict[Hashable, Witness] = {}
        tried: set[Hashable] = set()
        try:
            for before in reached:
                for end in self._orders(part, before, tried):
                    ends.setdefault(frozen(end.world), end)
        except _GivenUp:
            return tuple(ends.values()), False
        return tuple(ends.values()), True

    def _orders(self, left: frozenset[int], so_far: Witness, tried: set[Hashable]) -> Iterator[Witness]:
        if (point := (left, frozen(so_far.world))) in tried:
            return
        tried.add(point)
        if not self._left:
            raise _GivenUp
        self._left -= 1
        if all(self._history[number].answer is None for number in left):
            yield so_far  # what is left may never have taken effect
        for number in self._next(left):
            for after in self._follow(so_far.world, self._history[number]):
                further = Witness((*so_far.order, number), (*so_far.trail, after))
                yield from self._orders(left - {number}, further, tried)

    def _next(self, left: frozenset[int]) -> Iterator[int]:
        """Yield the calls that may come next: those that no other call was answered before."""
        for number in sorted(left):
            if not any(self._history[other].precedes(self._history[number]) for other in left):
                yield number


def _ordered(found: list[tuple[int, ...]], history: History) -> list[tuple[int, ...]]:
    return sorted(found, key=lambda part: min(history[number].began for number in part))


def _with_prefix(
    found: Linearization, history: History, worlds: tuple[World, ...], follow: Follow, max_nodes: int
) -> Linearization:
    """Tell at which answer the last order fell away; that is where an illegal history is read best."""
    answered = sorted((i.ended, n) for n, i in enumerate(history) if i.ended is not None)
    for count, (moment, _) in enumerate(answered, 1):
        known = {number for _, number in answered[:count]}
        until = [
            interval if number in known else Interval(interval.caller, interval.began, None, interval.call)
            for number, interval in enumerate(history)
            if interval.began <= moment
        ]
        judged = _Search(until, follow, max_nodes).all_of(worlds)
        if judged.decision == "illegal":
            return Linearization(
                "illegal", found.nodes, prefix=tuple(number for _, number in answered[:count])
            )
    return found


def _touched(call: Call, world: World) -> Iterator[Hashable]:
    """Yield what a call reads or changes: the roots of its objects, its key, what it creates anew."""
    if call.key is not None:
        yield "key", call.key
    named = (call.target, call.body.get("chargePermissionId"), call.body.get("chargeId"))
    ids = [name for name in (*named, *_made(call)) if isinstance(name, str) and name]
    yield from (("object", _root(name, world)) for name in ids)


def _made(call: Call) -> tuple[str, ...]:
    new = call.new
    return tuple(name for name in (new.session, new.permission, new.charge, new.refund) if name)


def _root(object_id: str, world: World) -> str:
    """Return the session, or else the permission, that an object comes from; itself where that is not known."""
    refund = world.refunds.get(object_id)
    charge = world.charges.get(refund.charge if refund else object_id)
    permission = world.permissions.get(charge.permission if charge else object_id)
    if permission is not None:
        return permission.session or permission.id
    return charge.permission if charge else object_id
