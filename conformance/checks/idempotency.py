"""Idempotency keys of what a client sends: api-facts §2.2, §9."""

from __future__ import annotations

from amazonpay_conformance.checks.check import HELD, Answer, Problem, on_call, on_exchange, on_wire
from amazonpay_conformance.checks.subject import Act, Made, Seen, Watched
from amazonpay_conformance.reading.requests import IDEMPOTENCY_HEADER, IDEMPOTENCY_KEY


@on_wire("IDK-001")
def creating_calls_carry_a_key(seen: Seen, made: Act) -> Answer:
    operation = seen.reading.operation if isinstance(made, Watched) else made.asked.operation
    if operation is None or not operation.needs_key:
        return None
    if isinstance(made, Made) and seen is not made.tries[0]:
        return None  # creating_call_without_a_key_is_not_repeated
    if IDEMPOTENCY_HEADER in seen.request.headers:
        return HELD
    wanted = f"{IDEMPOTENCY_HEADER} on {operation.title}"
    if not isinstance(made, Watched):
        given = "the caller gave one" if made.asked.key else "the client declares that it makes its own"
        wanted = f"{wanted} ({given})"
    return Problem(wanted, "no such header")


@on_wire("IDK-002")
def key_is_well_formed(seen: Seen, made: Act) -> Answer:
    key = seen.request.headers.get(IDEMPOTENCY_HEADER)
    if key is None:
        return None
    if IDEMPOTENCY_KEY.fullmatch(key):
        return HELD
    hint = "a UUID with dashes has 36: strip them" if len(key) == 36 else ""
    return Problem("1 to 32 of A-Z a-z 0-9 _ -", f"{key!r}, {len(key)} characters", hint)


@on_wire("IDK-003")
def other_calls_carry_no_key(seen: Seen, made: Act) -> Answer:
    method = seen.request.method if isinstance(made, Watched) else made.asked.operation.method
    if method == "POST" or (isinstance(made, Made) and made.asked.key is not None):
        return None
    if IDEMPOTENCY_HEADER not in seen.request.headers:
        return HELD
    return Problem(f"no key on a {method}, where it has no effect", IDEMPOTENCY_HEADER)


@on_exchange("IDK-004")
def key_of_the_caller_is_sent(seen: Seen, made: Made) -> Answer:
    if made.asked.key is None or seen is not made.tries[0]:
        return None  # what a retry does is for `retries` to judge
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
