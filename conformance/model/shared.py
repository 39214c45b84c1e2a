"""A mapping that never changes and shares what a changed copy has in common with it.

A small world is a few plain dicts, copied whole. Where thousands of objects live, a copy of all of them for
each that changes would be dear, and so would a look at all of them for what belongs to one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final, Generic, TypeAlias, TypeVar

Value = TypeVar("Value")

SMALL: Final = 128
"""Up to so many entries a plain dict is the faster one."""

_ROWS: Final = 16
_BUCKETS: Final = _ROWS * 16
_Bucket: TypeAlias = Mapping[str, tuple[int, Value]]


class Shared(Mapping[str, Value], Generic[Value]):
    """Keeps entries in the order in which their keys came. `parent` names the field that says whose they are.

    The buckets stand in rows, so that of two that are compared only the rows that differ are looked into.
    """

    __slots__ = ("_children", "_count", "_parent", "_rows")

    def __init__(self, parent: str | None = None) -> None:
        """Make an empty one."""
        self._rows: tuple[tuple[_Bucket[Value], ...], ...] = (({},) * (_BUCKETS // _ROWS),) * _ROWS
        self._children: Shared[tuple[str, ...]] | None = Shared() if parent is not None else None
        self._count = 0
        self._parent = parent

    @classmethod
    def of(cls, held: Mapping[str, Value], parent: str | None = None) -> Shared[Value]:
        """Return one that holds what another mapping does."""
        made: Shared[Value] = cls(parent)
        for key, value in held.items():
            made = made.with_entry(key, value)
        return made

    def with_entry(self, key: str, value: Value) -> Shared[Value]:
        """Return one in which `value` stands under `key`."""
        across, down = divmod(hash(key) % _BUCKETS, _ROWS)
        row = self._rows[down]
        bucket = row[across]
        known = bucket.get(key)
        made: Shared[Value] = Shared.__new__(Shared)
        made._parent, made._children = self._parent, self._children
        made._count = self._count if known else self._count + 1
        changed = {**bucket, key: (known[0] if known else self._count, value)}
        filled = (*row[:across], changed, *row[across + 1 :])
        made._rows = (*self._rows[:down], filled, *self._rows[down + 1 :])
        if known is None and self._parent is not None and self._children is not None:
            owner = getattr(value, self._parent)
            made._children = self._children.with_entry(owner, (*self._children.get(owner, ()), key))
        return made

    def belonging_to(self, owner: str) -> tuple[Value, ...]:
        """Return the values that belong to an owner, in their order."""
        keys: tuple[str, ...] = () if self._children is None else self._children.get(owner, ())
        return tuple(self[key] for key in keys)

    def other_than(self, before: Shared[Value]) -> Iterator[tuple[str, Value]]:
        """Yield the entries that are new here or other than before, in the order of their keys."""
        found = [
            (position, key, value)
            for row, old in zip(self._rows, before._rows, strict=True)
            if row is not old
            for now, then in zip(row, old, strict=True)
            if now is not then
            for key, (position, value) in now.items()
            if key not in then or then[key][1] is not value
        ]
        return ((key, value) for _, key, value in sorted(found, key=_position))

    def __getitem__(self, key: str) -> Value:
        return self._bucket(key)[key][1]

    def __contains__(self, key: object) -> bool:
        return key in self._bucket(key)

    def __iter__(self) -> Iterator[str]:
        buckets = (bucket for row in self._rows for bucket in row)
        held = ((position, key) for bucket in buckets for key, (position, _) in bucket.items())
        return (key for _, key in sorted(held))

    def __len__(self) -> int:
        return self._count

    def _bucket(self, key: object) -> _Bucket[Value]:
        across, down = divmod(hash(key) % _BUCKETS, _ROWS)
        return self._rows[down][across]


def with_entry(
    held: Mapping[str, Value], key: str, value: Value, parent: str | None = None
) -> Mapping[str, Value]:
    """Return a mapping in which `value` stands under `key`.

    Args:
        held: the mapping as it is.
        key: the key, a new one or not.
        value: what stands under it from now on.
        parent: the name of the field that says whose a value is.
    """
    if isinstance(held, Shared):
        return held.with_entry(key, value)
    if len(held) < SMALL:
        return {**held, key: value}
    return Shared.of(held, parent).with_entry(key, value)


def other_than(now: Mapping[str, Value], then: Mapping[str, Value]) -> Iterator[tuple[str, Value]]:
    """Yield the entries that are new or other than before, in the order of their keys."""
    if isinstance(now, Shared) and isinstance(then, Shared):
        return now.other_than(then)
    return ((key, value) for key, value in now.items() if then.get(key) is not value)


def _position(entry: tuple[int, Any, Any]) -> int:
    return entry[0]
