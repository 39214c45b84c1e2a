"""What the service tells of: each step that its objects take, one at a time and in order of time.

A step of the clock is that of one timer. So whoever listens sees what happened as the merchant could have.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from amazonpay_conformance.model.actions import Action
from amazonpay_conformance.model.operation import Kind
from amazonpay_conformance.model.shared import other_than
from amazonpay_conformance.model.world import COLLECTIONS, AnyObject, World


@dataclass(frozen=True, slots=True)
class Change:
    """An object before and after a step; there was none before where `before` is None."""

    kind: Kind
    id: str
    before: AnyObject | None
    after: AnyObject


@dataclass(frozen=True)
class Step:
    """One step: what caused it, the rows of the tables that fired, and the world before and after it.

    The cause of what a timer does is an `Advance`.
    """

    cause: Action
    used: tuple[str, ...]
    before: World
    after: World

    @property
    def at(self) -> int:
        """When it was, on the mock's clock."""
        return self.after.now

    @cached_property
    def changes(self) -> tuple[Change, ...]:
        """The objects that are other or new after it."""
        return tuple(changes(self.before, self.after))


def touches_objects(before: World, after: World) -> bool:
    """Tell whether an object may have changed between two worlds, without looking at each."""
    return before.records is not after.records or any(
        getattr(before, name) is not getattr(after, name) for name in COLLECTIONS.values()
    )


def changes(before: World, after: World) -> Iterator[Change]:
    """Yield the objects that are other or new in a later world."""
    kinds: tuple[Kind, ...] = (*COLLECTIONS, *after.records)
    for kind in kinds:
        old, new = before.objects(kind), after.objects(kind)
        if old is not new:
            yield from (Change(kind, name, old.get(name), value) for name, value in other_than(new, old))
