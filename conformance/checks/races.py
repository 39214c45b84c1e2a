"""Calls that a server was sent at once: their answers must be those of some order. api-facts §4.3, §6, §9."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from amazonpay_conformance.checks.check import HELD, Judgement, Problem, on_race
from amazonpay_conformance.checks.subject import Race, Raced
from amazonpay_conformance.checks.timeline import timeline

_HINT = (
    "Between looking whether a call is allowed and writing down that it was done, another call was let in: "
    "do both in one transaction, or under one lock on the object."
)
_KEY_HINT = (
    "Between looking whether a key is known and storing it, another request with it was let in: "
    "store the key first, under a unique constraint, and let the other request wait for the answer."
)


@on_race("LIN-001", "LIN-002")
def calls_at_once_have_an_order(race: Race) -> Iterator[Judgement]:
    """Judge by what the search for an order came to; where it was given up nothing is said."""
    if race.decision == "illegal":
        yield from _of_no_order(race)
    elif race.decision == "legal":
        pairs = [
            (a, b) for a, b in combinations(race.calls, 2) if a.overlaps(b) and None not in (a.ended, b.ended)
        ]
        if pairs:
            yield Judgement("LIN-001", "calls_at_once_have_an_order", HELD)
        if any(race.calls.index(b) in a.twins for a, b in pairs):
            yield Judgement("LIN-002", "calls_at_once_have_an_order", HELD)


def _of_no_order(race: Race) -> Iterator[Judgement]:
    twins = _two_of_one_key(race)
    requirement, hint = ("LIN-002", _KEY_HINT) if twins else ("LIN-001", _HINT)
    last = race.calls[race.prefix[-1]]
    expected = (
        "one object, and its id in the answer to both callers"
        if twins
        else "answers that the calls would get one after the other, in some order"
    )
    received = [
        "answers that no order explains:",
        *timeline(race.calls),
        f"Until caller {last.caller} was answered {last.answer} some order was left.",
    ]
    yield Judgement(
        requirement, "calls_at_once_have_an_order", (Problem(expected, "\n".join(received), hint),)
    )


def _two_of_one_key(race: Race) -> bool:
    answered = [race.calls[number] for number in race.prefix]
    return any(_are_two(a, b, race) for a, b in combinations(answered, 2))


def _are_two(a: Raced, b: Raced, race: Race) -> bool:
    made = (a.succeeded_with, b.succeeded_with)
    return race.calls.index(b) in a.twins and None not in made and len(set(made)) == 2
