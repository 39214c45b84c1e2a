"""The body of what a client sends: api-facts §2.3."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

from amazonpay_conformance import schemas
from amazonpay_conformance.checks.check import HELD, Answer, Problem, on_exchange, on_wire
from amazonpay_conformance.checks.differences import MISSING, Difference, differences
from amazonpay_conformance.checks.subject import Act, Made, Seen, Watched
from amazonpay_conformance.wire.messages import JSON


@on_wire("BDY-001")
def body_is_json(seen: Seen, made: Act) -> Answer:
    if not seen.request.body:
        return None
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
    # where a field breaks its schema, body_satisfies_its_schema says so, and more
    broken = {violation.path for violation in _broken(seen, made)}
    found = [d for d in _departures(seen, made) if not d.is_of_unset and not _is_default(d)]
    return tuple(d.problem(quoting=True) for d in found if d.pointer not in broken)


@on_wire("BDY-003")
def body_satisfies_its_schema(seen: Seen, made: Act) -> Answer:
    operation = seen.reading.operation
    if operation is None or not operation.has_body:
        return None
    if isinstance(made, Watched):
        return tuple(Problem(f"{v.path or 'the body'}: {v.rule}", v.message) for v in seen.reading.violations)
    if operation is not made.asked.operation:
        return None
    words = [d.problem(quoting=True) for d in _departures(seen, made)[:3]]
    hint = "; ".join(f"the caller said {word.expected}, the body says {word.received}" for word in words)
    return tuple(Problem(f"{v.path or 'the body'}: {v.rule}", v.message, hint) for v in _broken(seen, made))


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
    sent = parsed(seen.request.body)
    amounts = list(_amounts(sent, ""))
    if not amounts:
        return None
    # a number that the caller gave is his own
    callers = [] if isinstance(made, Watched) else list(_amounts(made.asked.payload, ""))
    return tuple(
        Problem(f'{path}: a string, as "{value}"', f"{path}: the number {value}")
        for path, value in amounts
        if isinstance(value, int | float) and (path, value) not in callers
    )


def _broken(seen: Seen, made: Made) -> tuple[schemas.Violation, ...]:
    """What the body breaks of its schema, and the caller's payload does not."""
    operation, found = seen.reading.operation, seen.reading.violations
    if not found or operation is not made.asked.operation or operation.request is None:
        return ()
    callers = {v.path for v in schemas.violations(operation.request, made.asked.payload or {})}
    return tuple(v for v in found if v.path not in callers)


def _departures(seen: Seen, made: Made) -> list[Difference]:
    """Where the body does not say what the caller said."""
    sent = parsed(seen.request.body)
    if isinstance(sent, _Unreadable):
        return []
    return list(differences({} if made.asked.absent else made.asked.payload, sent))


def _is_default(difference: Difference) -> bool:
    added = difference.wanted is MISSING
    return added and DEFAULTS.get(difference.name, MISSING) == difference.found


class _Unreadable:
    """A body that is not JSON; other checks say so."""


def parsed(body: bytes) -> JSON | _Unreadable:
    """Return a body parsed, {} where there is none."""
    if not body:
        return {}
    try:
        return json.loads(body.decode("utf-8"))
    except ValueError:
        return _Unreadable()


def _amounts(value: Any, path: str) -> Iterator[tuple[str, Any]]:
    if isinstance(value, Mapping):
        if "amount" in value and "currencyCode" in value and not isinstance(value["amount"], Mapping):
            yield f"{path}.amount".strip("."), value["amount"]
        for name, item in value.items():
            yield from _amounts(item, f"{path}.{name}".strip("."))
