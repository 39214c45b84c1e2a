"""Objects of the world as plain JSON and back, for what outlives the process.

What is written names fields, not positions, so that a field that is added later has its default. Nothing that
is read is ever run.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import fields
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final

from amazonpay_conformance.mock.faults import Scripted
from amazonpay_conformance.mock.history import Turn
from amazonpay_conformance.mock.quota import Quota
from amazonpay_conformance.model.faults import FAULT_OF
from amazonpay_conformance.model.money import Price
from amazonpay_conformance.model.operation import Kind
from amazonpay_conformance.model.throttling import Bucket
from amazonpay_conformance.model.world import (
    AnyObject,
    Charge,
    ChargePermission,
    CheckoutSession,
    Record,
    Refund,
    Remembered,
    Settlement,
)
from amazonpay_conformance.wire.messages import Headers, Response

_CLASSES: Final[Mapping[str, type]] = {
    "CheckoutSession": CheckoutSession,
    "ChargePermission": ChargePermission,
    "Charge": Charge,
    "Refund": Refund,
}
_PRICES: Final = frozenset({"amount", "captured", "limit"})


def object_written(value: AnyObject) -> str:
    """Return an object as JSON."""
    return _text({field.name: _plain(getattr(value, field.name)) for field in fields(value)})


def object_read(kind: Kind, text: str) -> AnyObject:
    """Return the object that was written.

    Raises:
        ValueError: it is none.
    """
    found: AnyObject = _built(_CLASSES.get(kind, Record), json.loads(text))
    return found


def remembered_written(value: Remembered) -> str:
    """Return what is remembered of an idempotency key as JSON."""
    return _text({field.name: getattr(value, field.name) for field in fields(value)})


def remembered_read(text: str) -> Remembered:
    """Return what was remembered of an idempotency key."""
    held = json.loads(text)
    subject = held.pop("subject")
    return Remembered(**held, subject=None if subject is None else (subject[0], subject[1]))


def response_written(response: Response) -> str:
    """Return an answer as JSON."""
    body = response.body.decode("utf-8")
    return _text({"status": response.status, "headers": response.headers.items, "body": body})


def response_read(text: str) -> Response:
    """Return the answer that was written."""
    held = json.loads(text)
    headers = Headers(tuple((name, value) for name, value in held["headers"]))
    return Response(held["status"], headers, held["body"].encode())


def turns_written(turns: tuple[Turn, ...]) -> str:
    """Return the turns of an object as JSON."""
    return _text([[t.at, t.cause, t.state, t.reason, t.used] for t in turns])


def turns_read(text: str) -> tuple[Turn, ...]:
    """Return the turns that were written."""
    held = json.loads(text)
    return tuple(Turn(at, cause, state, reason, tuple(used)) for at, cause, state, reason, used in held)


def quota_plain(quota: Quota) -> Any:
    """Return a quota as a plain value."""
    buckets = {name: [b.burst, b.rate, str(b.level), str(b.at)] for name, b in quota.buckets.items()}
    return {"figures": quota.figures, "buckets": buckets}


def quota_of(held: Any) -> Quota:
    """Return the quota that a plain value stands for."""
    buckets = {
        name: Bucket(burst, rate, Fraction(level), Fraction(at))
        for name, (burst, rate, level, at) in held["buckets"].items()
    }
    return Quota(held["figures"], buckets)


def faults_plain(coming: tuple[Scripted, ...]) -> Any:
    """Return what is still to go wrong as a plain value."""
    return [[s.fault.id, s.left, s.operation] for s in coming]


def faults_of(held: Any) -> tuple[Scripted, ...]:
    """Return what a plain value says is to go wrong; what is no fault any more is left out."""
    return tuple(
        Scripted(FAULT_OF[fault], left, operation) for fault, left, operation in held if fault in FAULT_OF
    )


def _plain(value: Any) -> Any:
    if isinstance(value, Price):
        return [str(value.amount), value.currency]
    if isinstance(value, Settlement):
        return [value.at, value.guard]
    return dict(value) if isinstance(value, Mapping) else value


def _built(made: Callable[..., Any], held: dict[str, Any]) -> Any:
    for name, value in held.items():
        if value is not None and name in _PRICES:
            held[name] = Price(Decimal(value[0]), value[1])
        elif value is not None and name == "settles":
            held[name] = Settlement(value[0], value[1])
    return made(**held)


def _text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
