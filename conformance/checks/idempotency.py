"""Idempotency keys of what a client sends: api-facts §2.2, §9."""

from __future__ import annotations

from amazonpay_conformance.checks.check import HELD, Answer, Problem, on_call, on_exchange
from amazonpay_conformance.checks.subject import Made, Seen
from amazonpay_conformance.reading.requests import IDEMPOTENCY_HEADER, IDEMPOTENCY_KEY


@on_exchange("IDK-001")
def creating_calls_carry_a_key(seen: Seen, made: Made) -> Answer:
    if not made.asked.operation.needs_key:
        return None
    if IDEMPOTENCY_HEADER in seen.request.headers:
        return HELD
    given = "the caller gave one" if made.asked.key else "the client declares that it makes its own"
    return Problem(f"{IDEMPOTENCY_HEADER} on {made.asked.operation.title} ({given})", "no such header")


@on_exchange("IDK-002")
def key_is_well_formed(seen: Seen, made: Made) -> Answer:
    key = seen.request.headers.get(IDEMPOTENCY_HEADER)
    if key is None:
        return None
    if IDEMPOTENCY_KEY.fullmatch(key):
        return HELD
    hint = "a UUID with dashes has 36: strip them" if len(key) == 36 else ""
    return Problem("1 to 32 of A-Z a-z 0-9 _ -", f"{key!r}, {len(key)} characters", hint)


@on_exchange("IDK-003")
def other_calls_carry_no_key(seen: Seen, made: Made) -> Answer:
    if made.asked.operation.method == "POST" or made.asked.key is not None:
        return None
    if IDEMPOTENCY_HEADER not in seen.request.headers:
        return HELD
    return Problem(f"no key on a {made.asked.operation.method}, where it has no effect", IDEMPOTENCY_HEADER)


@on_exchange("IDK-004")
def key_of_the_caller_is_sent(seen: Seen, made: Made) -> Answer:
    if made.asked.key is None:
        return None
    values = seen.request.headers.get_all(IDEMPOTENCY_HEADER)
    if not values and made.asked.operation.needs_key:
        return None  # creating_calls_carry_a_key says so
    if values == (made.asked.key,):
        return HELD
    return Problem(f"{made.asked.key}, once", ", ".join(values) or f"no {IDEMPOTENCY_HEADER}")


@on_call("IDK-005")
def keys_are_not_shared(made: Made) -> Answer:
    if made.asked.key is not None or made.asked.is_repeat or not made.asked.operation.needs_key:
        return None
    mine = {seen.request.headers.get(IDEMPOTENCY_HEADER) for seen in made.seen} - {None}
    if not mine:
        return None
    for other in made.earlier:
        theirs = {seen.request.headers.get(IDEMPOTENCY_HEADER) for seen in other.seen}
        if mine & theirs:
            return Problem(
                "a new key for a new call",
                f"the key of step {other.step + 1} ({other.asked.operation.title}) again",
            )
    return HELD
