"""Names for the objects of a run: charge#1 for the first charge that was seen; the world by such names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any, Final

from amazonpay_conformance.model.operation import ObjectKind
from amazonpay_conformance.model.world import COLLECTIONS, World

_WORDS: Final[Mapping[ObjectKind, str]] = {
    "CheckoutSession": "session",
    "ChargePermission": "permission",
    "Charge": "charge",
    "Refund": "refund",
}
_REFERENCES: Final = frozenset({"id", "session", "permission", "charge"})
"""Fields of objects that hold the id of an object."""


@dataclass
class Names:
    """Symbols by id, in the order in which the objects were seen first."""

    by_id: dict[str, str] = field(default_factory=dict)

    def take_in(self, world: World, known: Mapping[str, str]) -> None:
        """Name every object of a world that has no name yet.

        Args:
            world: where to look.
            known: symbols that stand for ids already.
        """
        given = {name: symbol for symbol, name in known.items()}
        for kind, word in _WORDS.items():
            for name in world.objects(kind):
                if name not in self.by_id:
                    self.by_id[name] = given.get(name) or self._free(word)

    def named(self, world: World) -> World:
        """Return a world in which symbols stand for ids, without the keys that it remembers."""
        changed: dict[str, Any] = {
            COLLECTIONS[kind]: {
                self.by_id[name]: self._renamed(value) for name, value in world.objects(kind).items()
            }
            for kind in _WORDS
        }
        return replace(world, remembered={}, **changed)

    def _renamed(self, value: Any) -> Any:
        held = {f.name: getattr(value, f.name) for f in fields(value) if f.name in _REFERENCES}
        return replace(value, **{name: self.by_id.get(old, old) for name, old in held.items()})

    def count(self, word: str) -> int:
        """Return how many objects of a kind have a name: sessions, permissions, charges or refunds."""
        return sum(symbol.startswith(f"{word}#") for symbol in self.by_id.values())

    def _free(self, word: str) -> str:
        return f"{word}#{self.count(word) + 1}"
