"""What of the model a run covered, aspect by aspect, and why the rest was not: told, never left out silently.

Covered is what was seen in the run itself, by what was answered; not what was planned.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from amazonpay_conformance.model import unreached
from amazonpay_conformance.model.boundaries import BOUNDARIES
from amazonpay_conformance.model.coverage import ASPECTS, RULES_BY_ID, TRANSITIONS, Aspect, Item, items
from amazonpay_conformance.model.guards import HasDefect
from amazonpay_conformance.model.objects import UNREACHED
from amazonpay_conformance.model.operations import OPERATIONS
from amazonpay_conformance.model.rules import Rule
from amazonpay_conformance.model.simulation import SIMULATION_ROWS
from amazonpay_conformance.strategies.generator import Abilities


@dataclass(frozen=True, slots=True)
class Missed:
    """One thing that was not covered, and why."""

    item: Item
    reason: str

    @property
    def text(self) -> str:
        """How it is called in a report."""
        aspect, *words = self.item
        if aspect == "timer":
            return f"{words[0]} {_BESIDE[words[1]]}"
        return "→".join(words) if aspect == "pair" else " ".join(words)


_BESIDE: Final = {"below": "one second before", "at": "exactly", "beyond": "one second after"}


@dataclass(frozen=True, slots=True)
class Coverage:
    """What was covered. `able` is what client and target can do, `pairs` whether pairs were planned for."""

    seen: frozenset[Item]
    able: Abilities
    pairs: bool = False

    def counts(self) -> Mapping[Aspect, tuple[int, int]]:
        """Return how much of each aspect was covered, of how much there is."""
        return {
            aspect: (sum(item in self.seen for item in items(aspect)), len(items(aspect)))
            for aspect in ASPECTS
        }

    def missed(self, aspect: Aspect) -> tuple[Missed, ...]:
        """Return what of an aspect was not covered, each with its reason.

        Args:
            aspect: which.
        """
        left = (item for item in items(aspect) if item not in self.seen)
        return tuple(Missed(item, self._why(aspect, item)) for item in left)

    def _why(self, aspect: Aspect, item: Item) -> str:
        return next((reason for reason in self._reasons(aspect, item) if reason), _NOT_COME_TO)

    def _reasons(self, aspect: Aspect, item: Item) -> Iterator[str | None]:
        yield _unreachable(aspect, item)
        yield from map(self._unable, _needs(aspect, item))
        if aspect == "error":
            yield self._not_answered(*item[1:])
        if aspect == "pair" and not self.pairs:
            yield "all pairs are gone for by --profile full only"
        if aspect == "simulation" and not self.able.simulations:
            yield "the client sends no simulation codes"

    def _unable(self, trigger: str) -> str | None:
        """Why client and target cannot bring something about."""
        if trigger in OPERATIONS:
            return None if trigger in self.able.operations else f"the client has no {trigger}"
        if trigger.startswith("buyer_"):
            return None if self.able.buyer else "the target has no buyer that the kit could let act"
        if trigger.endswith(("_expires", "_settles")):
            return None if self.able.clock else "the target has no clock that the kit could move"
        return None

    def _not_answered(self, operation: str, status: str, code: str) -> str | None:
        rules = [rule for rule in RULES_BY_ID.values() if operation in rule.operations]
        rules = [rule for rule in rules if (int(status), code) in rule.errors]
        if all(self._was_broken(operation, rule) for rule in rules):
            return "the server gives another code that is permitted, too"
        if all(isinstance(rule.broken, HasDefect) for rule in rules):
            return "no request was spoilt so"
        if not any(rule.asserted for rule in rules):
            switches = sorted({rule.switch.partition("=")[0] for rule in rules if rule.switch})
            return f"an open question that the server answers otherwise: {', '.join(switches) or rules[0].id}"
        return None

    def _was_broken(self, operation: str, rule: Rule) -> bool:
        return any(("error", operation, str(status), code) in self.seen for status, code in rule.errors)


_NOT_COME_TO: Final = "nothing in this run came to it"


def _unreachable(aspect: Aspect, item: Item) -> str | None:
    """Why nobody comes to it: the tables have it, and the model does not lead there."""
    if aspect == "transition":
        return UNREACHED.get(item[1]) or unreached.TRANSITIONS.get(item[1])
    if aspect == "pair":
        known = next((UNREACHED[name] for name in item[1:] if name in UNREACHED), None)
        rows = TRANSITIONS[item[1]], TRANSITIONS[item[2]]
        return known or unreached.why_never(*rows) or unreached.only_otherwise(*rows)
    if aspect == "reason":
        return unreached.REASONS.get((item[1], item[2], item[3]))
    if aspect == "timer":
        return unreached.TIMERS.get(item[1])
    return None


def _needs(aspect: Aspect, item: Item) -> tuple[str, ...]:
    """The operations, acts and timers without which it does not come about."""
    if aspect in ("transition", "pair"):
        return tuple(TRANSITIONS[name].trigger for name in item[1:])
    if aspect == "error":
        return (item[1],)
    if aspect == "timer":
        return ("timer_expires",)
    operation = _OPERATION_OF.get(item[1])
    return (operation,) if operation else ()


_OPERATION_OF: Final[Mapping[str, str]] = {
    **{row.id: row.operation for row in SIMULATION_ROWS},
    **{row.id: row.operation for row in BOUNDARIES},
}
