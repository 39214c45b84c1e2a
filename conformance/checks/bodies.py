"""The body of what a client sends: api-facts §2.3."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Final

from amazonpay_conformance import schemas
from amazonpay_conformance.checks.amounts import sums, sums_sent, told_of_amounts
from amazonpay_conformance.checks.check import HELD, Answer, Problem, on_exchange, on_wire
from amazonpay_conformance.checks.differences import MISSING, Difference, differences
from amazonpay_conformance.checks.once import once
from amazonpay_conformance.checks.slips import slip
from amazonpay_conformance.checks.subject import Act, Made, Seen, Watched
from amazonpay_conformance.wire.messages import JSON


@on_wire("BDY-001")
def body_is_json(seen: Seen, made: Act) -> Answer:
    if not seen.request.body:
        return None
    if seen.sent is not None:
        return HELD
    try:
        seen.request.json()
    except ValueError as problem:
        return Problem("JSON in UTF-8", f"{len(seen.request.body)} bytes that are not: {problem}")
    return HELD


DEFAULTS: Final[Mapping[str, object]] = {
    # what the service takes a field for that is not sent: api-facts §2.3 [D][S]
    "captureNow": False,
    "canHandlePendingAuthorization": False,
    "cancelPendingCharges": False,
    "chargePermissionType": "OneTime",
}


@on_exchange("BDY-002")
def body_says_what_the_caller_said(seen: Seen, made: Made) -> Answer:
    if not made.asked.valid or (made.asked.absent and not seen.request.body):
        return None  # a typed client cannot even be told what is wrong: an unknown field, a number for a text
    if not made.asked.operation.has_body:
        return None  # reads_have_no_body
    # where a field breaks its schema, body_satisfies_its_schema says so, and more
    told = {violation.path for violation in _broken(seen, made)} | _told(seen, made)
    found = [d for d in _departures(seen, made) if not d.is_of_unset and not _is_default(d)]
    return tuple(
        replace(d.problem(quoting=True), hint=slip(d.wanted, d.found)) for d in found if d.pointer not in told
    )


@on_wire("BDY-003")
def body_satisfies_its_schema(seen: Seen, made: Act) -> Answer:
    operation = seen.reading.operation
    if operation is None or not operation.has_body:
        return None
    if isinstance(made, Watched):
        told = _told(seen, made)
        theirs = (v for v in seen.reading.violations if v.path not in told)
        return tuple(Problem(f"{v.path or 'the body'}: {v.rule}", v.message) for v in theirs)
    if operation is not made.asked.operation:
        return None
    told = _told(seen, made)
    broken = [v for v in _broken(seen, made) if v.path not in told]
    hint = "; ".join(_as_words(d) for d in _departures(seen, made)[:3])
    return tuple(Problem(f"{v.path or 'the body'}: {v.rule}", v.message, hint) for v in broken)


def _as_words(difference: Difference) -> str:
    words, known = difference.problem(quoting=True), slip(difference.wanted, difference.found)
    said = f"the caller said {words.expected}, the body says {words.received}"
    return f"{said} ({known})" if known else said


@on_exchange("BDY-005")
def unset_fields_are_left_out(seen: Seen, made: Made) -> Answer:
    if not made.asked.operation.has_body or not made.asked.valid or not seen.request.body:
        return None
    broken = {violation.path for violation in _broken(seen, made)}
    return tuple(
        Problem(f"{d.path}: nothing, since the caller did not set it", f"{d.path}: {json.dumps(d.found)}")
        for d in _departures(seen, made)
        if d.wanted is MISSING and d.is_of_unset and not _is_default(d) and d.pointer not in broken
    )


@on_wire("BDY-004")
def amounts_are_strings(seen: Seen, made: Act) -> Answer:
    amounts = sums_sent(seen)
    if not amounts:
        return None
    # a number that the caller gave is his own
    callers = set() if isinstance(made, Watched) else set(sums(made.asked.payload))
    told = told_of_amounts(seen, made)
    return tuple(
        Problem(
            f'{one.where}.amount: a string, as "{one.amount}"', f"{one.where}.amount: the number {one.amount}"
        )
        for one in amounts
        if not isinstance(one.amount, str) and one not in callers and f"{one.pointer}/amount" not in told
    )


@on_wire("BDY-006")
def reads_have_no_body(seen: Seen, made: Act) -> Answer:
    if seen.request.method != "GET":
        return None
    size = len(seen.request.body)
    return Problem("no body behind a GET", f"{size} bytes: {_start(seen.request.body)}") if size else HELD


@on_wire("BDY-007")
def fields_are_named_once(seen: Seen, made: Act) -> Answer:
    if not seen.request.body or seen.sent is None:
        return None
    return tuple(
        Problem(f"{name} once in its object", f"{name}: {times} times")
        for name, times in _repeated(seen.request.body).items()
    )


@on_wire("BDY-008")
def texts_are_whole(seen: Seen, made: Act) -> Answer:
    if not seen.request.body or seen.sent is None:
        return None
    if not _halves_sent(seen):
        return HELD
    callers = set(_halves(made.asked.payload)) if isinstance(made, Made) else set()
    return tuple(
        Problem(
            f"{_dotted(pointer)}: whole characters",
            f"{_dotted(pointer)}: half of one (a lone surrogate)",
            _HALF,
        )
        for pointer in _halves_sent(seen)
        if pointer not in callers
    )


@on_exchange("BDY-012")
def empty_objects_are_objects(seen: Seen, made: Made) -> Answer:
    if not made.asked.operation.has_body or seen.sent is None or not seen.request.body:
        return None
    return tuple(
        Problem(f"{_dotted(pointer) or 'the body'}: {{}}", f"{_dotted(pointer) or 'the body'}: []")
        for pointer in _arrays(seen, made)
    )


_HALF: Final = "a text was cut between the two halves of a character: count characters, not UTF-16 units"


@once
def _told(seen: Seen, made: Act) -> set[str]:
    """The places of which another check says what is wrong, more tellingly than that they differ."""
    arrays = _arrays(seen, made) if isinstance(made, Made) else ()
    return {*told_of_amounts(seen, made), *_halves_sent(seen), *arrays}


def _repeated(body: bytes) -> Counter[str]:
    twice: Counter[str] = Counter()

    def noted(pairs: list[tuple[str, JSON]]) -> dict[str, JSON]:
        value = dict(pairs)
        if len(value) < len(pairs):
            names = Counter(name for name, _ in pairs)
            twice.update({name: times for name, times in names.items() if times > 1})
        return value

    json.loads(body, object_pairs_hook=noted)
    return twice


@once
def _halves_sent(seen: Seen) -> tuple[str, ...]:
    """Where the body has half a character, which JSON can only write as an escape."""
    return tuple(_halves(seen.sent)) if b"\\u" in seen.request.body else ()


def _halves(value: JSON, pointer: str = "") -> Iterator[str]:
    if isinstance(value, Mapping):
        for name, item in value.items():
            yield from _halves(item, f"{pointer}/{name}")
    elif isinstance(value, list):
        for number, item in enumerate(value):
            yield from _halves(item, f"{pointer}/{number}")
    elif isinstance(value, str) and any("\ud800" <= character <= "\udfff" for character in value):
        yield pointer


@once
def _arrays(seen: Seen, made: Made) -> list[str]:
    """Where the caller says {} and the body says []."""
    wanted: JSON = {} if made.asked.absent else made.asked.payload
    return [d.pointer for d in differences(wanted, seen.sent) if (d.wanted, d.found) == ({}, [])]


def _dotted(pointer: str) -> str:
    return pointer.removeprefix("/").replace("/", ".")


def _start(body: bytes) -> str:
    return repr(body[:20].decode("utf-8", "replace"))


@once
def _broken(seen: Seen, made: Made) -> tuple[schemas.Violation, ...]:
    """What the body breaks of its schema, and the caller's payload does not."""
    operation, found = seen.reading.operation, seen.reading.violations
    if not found or operation is not made.asked.operation or operation.request is None:
        return ()
    callers = {v.path for v in schemas.violations(operation.request, made.asked.payload or {})}
    return tuple(v for v in found if v.path not in callers)


@once
def _departures(seen: Seen, made: Made) -> list[Difference]:
    """Where the body does not say what the caller said."""
    if seen.sent is None:
        return []
    return list(differences({} if made.asked.absent else made.asked.payload, seen.sent))


def _is_default(difference: Difference) -> bool:
    added = difference.wanted is MISSING
    return added and DEFAULTS.get(difference.name, MISSING) == difference.found
