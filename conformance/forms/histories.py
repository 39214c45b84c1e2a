"""What calls at once may be answered, as histories: what became of each call, whoever came first.

A history says of each call whether it was done or refused, and of those with one idempotency key whose object
they were given. The model is asked for the histories of every order, so a script can tell a wrong one
without the kit.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final, TypeAlias

from amazonpay_conformance.engine.race import RacedCall
from amazonpay_conformance.forms.problems import CannotPrint
from amazonpay_conformance.model.actions import Call, NewIds
from amazonpay_conformance.model.errors import TRANSIENT
from amazonpay_conformance.model.step import step
from amazonpay_conformance.model.world import World
from amazonpay_conformance.reading.objects import ID_FIELDS

History: TypeAlias = tuple[str, ...]
Histories: TypeAlias = tuple[History, ...]

DONE: Final = "done"
REFUSED: Final = "refused"
MOST: Final = 20_000
"""Worlds that are looked at before it is given up."""


def history(calls: Sequence[RacedCall]) -> History:
    """Return what became of calls.

    Args:
        calls: caller by caller, each caller's in their order.

    Raises:
        CannotPrint: one was not answered, or with an error that says nothing.
    """
    ids = [_id_of(call) for call in calls]
    keys = [_call(call).key for call in calls]
    return tuple(_word(n, _is_done(call), ids, keys) for n, call in enumerate(calls))


def permitted_histories(callers: Sequence[Sequence[RacedCall]]) -> Histories:
    """Return every history that some order of the calls has.

    Args:
        callers: the calls of each caller, in their order.

    Raises:
        CannotPrint: there are too many orders.
    """
    flat = [call for mine in callers for call in mine]
    calls = [_renewed(_call(call), number) for number, call in enumerate(flat)]
    firsts, number = [], 0
    for mine in callers:
        firsts.append(tuple(range(number, number + len(mine))))
        number += len(mine)
    found: set[History] = set()
    left = [MOST]
    for results in _orders(calls, firsts, flat[0].seen.before, {}, left):
        ids = [results[n][1] for n in range(len(calls))]
        found.add(
            tuple(_word(n, results[n][0], ids, [call.key for call in calls]) for n in range(len(calls)))
        )
    return tuple(sorted(found))


def _orders(
    calls: Sequence[Call],
    waiting: Sequence[tuple[int, ...]],
    world: World,
    results: dict[int, tuple[bool, str]],
    left: list[int],
) -> Iterator[dict[int, tuple[bool, str]]]:
    """Yield whether each call is done, and to which object, in every order and with every outcome."""
    left[0] -= 1
    if left[0] < 0:
        raise CannotPrint("the calls at once have too many orders")
    if not any(waiting):
        yield results
        return
    for place, mine in enumerate(waiting):
        if not mine:
            continue
        number = mine[0]
        rest = [*waiting[:place], mine[1:], *waiting[place + 1 :]]
        for done, name, after in _ways(calls, number, world):
            yield from _orders(calls, rest, after, {**results, number: (done, name)}, left)


def _ways(calls: Sequence[Call], number: int, world: World) -> Iterator[tuple[bool, str, World]]:
    call = calls[number]
    for outcome in step(world, call):
        name = outcome.subject[1] if outcome.subject else ""
        yield outcome.status < 400, name, outcome.world
    twins = [other for n, other in enumerate(calls) if n != number and call.key and other.key == call.key]
    if twins:  # what a request gets whose twin is being handled is not said (api-facts §9 [?])
        yield False, "", world


def _word(number: int, done: bool, ids: Sequence[str], keys: Sequence[str | None]) -> str:
    if not done:
        return REFUSED
    key, name = keys[number], ids[number]
    first = next(n for n in range(len(keys)) if n == number or (key and (keys[n], ids[n]) == (key, name)))
    return DONE if first == number else f"{DONE}, as call {first + 1}"


def _call(call: RacedCall) -> Call:
    found = call.seen.reading.call
    if found is None:
        raise CannotPrint("one of the calls at once is of no operation")
    return found


def _renewed(call: Call, number: int) -> Call:
    new = NewIds(*(f"{kind} of call {number + 1}" for kind in ("session", "permission", "charge", "refund")))
    return replace(call, new=new)


def _is_done(call: RacedCall) -> bool:
    response = call.seen.response
    if response is None or response.status in TRANSIENT or call.seen.fault is not None:
        raise CannotPrint("one of the calls at once got no clear answer")
    return response.status < 400


def _id_of(call: RacedCall) -> str:
    operation, body = call.seen.reading.operation, call.seen.body or {}
    kind = operation.returns if operation else None
    return str(body.get(ID_FIELDS.get(kind, ""), "")) if kind else ""
