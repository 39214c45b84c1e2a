"""What a server's refusals leave as it was: an object that is read before and after shows the same."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from amazonpay_conformance.checks.answers import violations_of
from amazonpay_conformance.checks.check import HELD, Answer, on_exchange
from amazonpay_conformance.checks.differences import differences
from amazonpay_conformance.checks.subject import Made, Seen
from amazonpay_conformance.model.world import World
from amazonpay_conformance.reading.objects import ID_FIELDS, state_of

VOLATILE: Final = ("tokens", "amazonPayRedirectUrl")
"""What a server may make anew each time that it is asked."""

JUDGED_ELSEWHERE: Final = frozenset(
    {"statusDetails", "constraints", "webCheckoutDetails", "paymentDetails", "merchantMetadata", "limits"}
    | {*ID_FIELDS.values(), "releaseEnvironment"}
    | {"chargeAmount", "captureAmount", "refundedAmount", "refundAmount"}
    | {"creationTimestamp", "expirationTimestamp"}
)
"""What each answer is held to by itself: ids, states, amounts, times, the merchant's texts."""

UNSETTLED: Final = frozenset({"AuthorizationInitiated", "CaptureInitiated", "RefundInitiated"})
"""States that end of themselves, at a time that nobody tells."""


@on_exchange("VAL-001")
def refusal_changes_nothing(seen: Seen, made: Made) -> Answer:
    """Judge a read by the one before it, where nothing but refusals lies between.

    A state that has changed is told by the checks of states.
    """
    before = _read_before(seen, made)
    if before is None or before.body is None or seen.body is None:
        return None
    if seen.matched is None or seen.matched.subject is None:
        return None
    kind, _ = seen.matched.subject
    if state_of(kind, before.body) != state_of(kind, seen.body):
        return None
    return tuple(d.problem() for d in differences(_lasting(before.body), _lasting(seen.body)))


@on_exchange("RSP-008")
def read_shows_what_the_write_was_answered_with(seen: Seen, made: Made) -> Answer:
    """Judge a read by the write right before it, in so far as no other check judges what it shows."""
    last = next(_backwards(made), None)
    if last is None or last.response is None or last.fault or _is_read(last) or not _is_read(seen):
        return None
    if last.body is None or seen.body is None or _subject(last) != _subject(seen) or not _is_right(seen):
        return None
    if not _alike(last.after, seen.before) or (last.matched is not None and last.matched.replays is not None):
        return None
    if seen.response is not None and last.response.body == seen.response.body:
        return HELD
    both = [name for name in last.body if name in seen.body and name not in JUDGED_ELSEWHERE]
    written, read = ({name: _lasting(body[name]) for name in both} for body in (last.body, seen.body))
    return tuple(d.problem() for d in differences(written, read))


def _is_right(seen: Seen) -> bool:
    operation = seen.reading.operation
    if operation is None or operation.response is None or seen.response is None:
        return False
    return not violations_of(operation.response, seen.response.body)


def _read_before(seen: Seen, made: Made) -> Seen | None:
    """The last read of the same object, if a refusal and nothing else lies between."""
    if not _is_read(seen):
        return None
    refused = False
    for past in _backwards(made):
        if past.response is None or past.transient or past.fault or not _alike(past.after, seen.before):
            return None
        if past.response.status >= 400:
            refused = True
        elif _is_read(past) and _subject(past) == _subject(seen):
            return past if refused else None
    return None


def _backwards(made: Made) -> Iterator[Seen]:
    return (seen for earlier in reversed(made.earlier) for seen in reversed(earlier.seen))


def _is_read(seen: Seen) -> bool:
    operation = seen.reading.operation
    return operation is not None and operation.method == "GET" and seen.body is not None


def _subject(seen: Seen) -> Any:
    return seen.matched.subject if seen.matched else None


def _alike(one: World, other: World) -> bool:
    """Whether two worlds hold the same, and nothing that is about to change of itself."""
    if one is not other and _held(one) != _held(other):
        return False
    pending = (value.state for held in (one.charges, one.refunds) for value in held.values())
    return UNSETTLED.isdisjoint(pending)


def _held(world: World) -> tuple[Any, ...]:
    return world.now, world.sessions, world.permissions, world.charges, world.refunds


def _lasting(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _lasting(item) for name, item in value.items() if name not in VOLATILE}
    return [_lasting(item) for item in value] if isinstance(value, list) else value
