"""What a client does where no answer came, or one that is worth another try. api-facts §7, §9."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Final

from amazonpay_conformance.checks.check import HELD, Answer, Problem, on_call
from amazonpay_conformance.checks.differences import mean_the_same
from amazonpay_conformance.checks.subject import Made, Seen
from amazonpay_conformance.checks.told import SPEECHLESS
from amazonpay_conformance.model.errors import TRANSIENT
from amazonpay_conformance.model.retries import LEAST_WAIT, MOST_TRIES, Retries
from amazonpay_conformance.reading.requests import IDEMPOTENCY_HEADER

TOLERANCE: Final = 0.5
"""How much of a declared wait must have passed: clocks and random waits differ."""
_RETRY_AFTER: Final = "retry-after"


@on_call("RTY-001", calm=False)
def retries_are_as_declared(made: Made) -> Answer:
    policy = made.configured.retries
    failed = [seen for seen in made.tries if is_transient(seen) or seen.response is None]
    if policy is None or not failed or made.told.outcome in SPEECHLESS or _lacks_its_key(made):
        return None
    again = len(made.tries) - 1
    unnamed = next((seen for seen in made.tries[:-1] if _names(policy, seen) is False), None)
    if unnamed is not None:
        return Problem(f"no retry after {_what(unnamed)}, as the client declares", f"{again} more requests")
    if _names(policy, made.tries[-1]) and again < policy.times:
        wanted = f"{policy.times} retries after {_what(made.tries[-1])}, as the client declares"
        return Problem(wanted, f"given up after {again}")
    if again > policy.times and all(map(is_transient, made.tries[:-1])):
        return Problem(f"at most {policy.times} retries, as the client declares", f"{again}")
    return HELD


@on_call("RTY-002", calm=False)
def retry_of_a_creating_call_keeps_its_key(made: Made) -> Answer:
    pairs = _retries_of_creating_calls(made, is_transient)
    if not pairs:
        return None
    changed = next((pair for pair in pairs if _key(pair[0]) != _key(pair[1])), None)
    if changed is None:
        return HELD
    danger = "were the first try to take effect after all, this would be a second one"
    return Problem(
        f"the first try's key, {_shown(changed[0])}, in the retry after {_what(changed[0])}",
        f"another key, {_shown(changed[1])}: {danger}",
        "make the key once, before the loop of tries",
    )


@on_call("RTY-003", calm=False)
def nothing_is_made_twice_after_a_lost_answer(made: Made) -> Answer:
    if not made.asked.operation.needs_key or not any(map(is_lost, made.tries)):
        return None
    pairs = _retries_of_creating_calls(made, is_lost)
    changed = next((pair for pair in pairs if _key(pair[0]) != _key(pair[1])), None)
    if changed is None:
        return HELD
    times = sum(map(_took_effect, made.tries))
    effect = (
        f"{made.asked.operation.title} took effect {times} times" if times > 1 else "it may take effect twice"
    )
    return Problem(f"the same key, or no retry, after {_what(changed[0])}", f"another key: {effect}")


@on_call("RTY-004", calm=False)
def retry_says_the_same(made: Made) -> Answer:
    pairs = _retries(made)
    if not pairs:
        return None
    for first, again in pairs:
        bodies = first.request.body, again.request.body
        if bodies[0] != bodies[1] and not mean_the_same(*bodies):
            return Problem(
                f"the same body again after {_what(first)}", "another one: no service takes it for a retry"
            )
    return HELD


@on_call("RTY-005", calm=False)
def retries_are_bounded(made: Made) -> Answer:
    if not any(is_transient(seen) or is_lost(seen) for seen in made.tries):
        return None
    if len(made.tries) <= MOST_TRIES:
        return HELD
    return Problem(f"at most {MOST_TRIES} requests for one call", f"{len(made.tries)}")


@on_call("RTY-006", calm=False)
def retries_back_off(made: Made) -> Answer:
    """A connection that was cut is no sign of load: HTTP libraries ask again at once, and may."""
    waits = [
        (number, first, _gap(first, again))
        for number, (first, again) in enumerate(pairwise(made.tries))
        if is_transient(first) and _asked_to_wait(first) is None
    ]
    if not waits:
        return None
    for number, first, gap in waits:
        wanted = _least_wait(made.configured.retries, number)
        if gap < wanted:
            return Problem(
                f"a wait of {wanted:g} s or more after {_what(first)}", f"the next try {gap:.3f} s later"
            )
    return HELD


@on_call("RTY-007", calm=False)
def retry_after_is_heeded(made: Made) -> Answer:
    waits = [
        (asked, _gap(first, again))
        for first, again in pairwise(made.tries)
        if (asked := _asked_to_wait(first)) is not None
    ]
    if not waits:
        return None
    for asked, gap in waits:
        if gap < 0.9 * asked:
            return Problem(
                f"no request for {asked} s, as Retry-After asks", f"the next try {gap:.3f} s later"
            )
    return HELD


@on_call("RTY-008", calm=False)
def creating_call_without_a_key_is_not_repeated(made: Made) -> Answer:
    pairs = _retries(made)
    if not made.asked.operation.needs_key or not pairs:
        return None
    bare = next((pair for pair in pairs if _key(pair[1]) is None), None)
    if bare is None:
        return HELD
    return Problem(
        f"no retry without {IDEMPOTENCY_HEADER} after {_what(bare[0])}", "one, which may take effect twice"
    )


@on_call("RTY-009", calm=False)
def nothing_else_is_done_instead(made: Made) -> Answer:
    """To read is always allowed: it is how a client finds out what became of a call."""
    if not any(is_transient(seen) or is_lost(seen) for seen in made.tries):
        return None
    other = next((seen for seen in made.others if seen.request.method != "GET"), None)
    if other is None or other.reading.operation is None:
        return HELD
    title = made.asked.operation.title
    return Problem(f"{title} again, or nothing that changes anything", other.reading.operation.title)


def is_transient(seen: Seen) -> bool:
    """Tell whether the client was sent a status that is worth another try."""
    return seen.response is not None and seen.response.status in TRANSIENT and seen.matched is None


def is_lost(seen: Seen) -> bool:
    """Tell whether the client got no answer, or one that it cannot read."""
    return seen.response is None or (seen.fault is not None and seen.fault.effect == "damaged")


def _retries(made: Made) -> list[tuple[Seen, Seen]]:
    """The repeated tries, each with the one before it."""
    return [(a, b) for a, b in pairwise(made.tries) if is_transient(a) or is_lost(a)]


def _retries_of_creating_calls(made: Made, after: Callable[[Seen], bool]) -> list[tuple[Seen, Seen]]:
    if not made.asked.operation.needs_key:
        return []
    # a try without a key is creating_call_without_a_key_is_not_repeated's
    return [(a, b) for a, b in _retries(made) if after(a) and _key(a) is not None and _key(b) is not None]


def _lacks_its_key(made: Made) -> bool:
    return made.asked.operation.needs_key and _key(made.tries[0]) is None


def _names(policy: Retries, seen: Seen) -> bool | None:
    """Whether the policy names what came of a try; None where it does not say, or nothing came of it."""
    if seen.response is None:
        return policy.lost or None  # libraries send reads again that a policy says nothing of
    if not is_transient(seen) or policy.statuses is None:
        return None
    return seen.response.status in policy.statuses


def _took_effect(seen: Seen) -> bool:
    return seen.true_body is not None and seen.matched is not None and seen.matched.replays is None


def _least_wait(policy: Retries | None, number: int) -> float:
    declared = policy.wait(number) if policy is not None else None
    return LEAST_WAIT if declared is None else TOLERANCE * declared


def _asked_to_wait(seen: Seen) -> int | None:
    value = (seen.response.headers.get(_RETRY_AFTER) if seen.response else None) or ""
    return int(value) if value.isascii() and value.isdigit() else None


def _gap(first: Seen, again: Seen) -> float:
    return again.exchange.received_at - first.exchange.received_at


def _key(seen: Seen) -> str | None:
    return seen.request.headers.get(IDEMPOTENCY_HEADER)


def _shown(seen: Seen) -> str:
    return (_key(seen) or "none")[:40]


def _what(seen: Seen) -> str:
    if seen.response is None:
        return "a connection that was cut"
    return "an answer that cannot be read" if is_lost(seen) else f"a {seen.response.status}"
