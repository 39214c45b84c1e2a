"""Which bodies an operation can be called with for an object, and what their schemas say of them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, Final

from amazonpay_conformance import schemas
from amazonpay_conformance.model.actions import Defect
from amazonpay_conformance.model.operation import Kind
from amazonpay_conformance.model.operations import OPERATIONS, Operation
from amazonpay_conformance.model.scenario import UNKNOWN_IDS
from amazonpay_conformance.strategies import payloads
from amazonpay_conformance.strategies.payloads import Variant

NAMED: Final[Mapping[str, Kind]] = {"create_charge": "ChargePermission", "create_refund": "Charge"}
"""The operations that name the object they are about in the body, not in the path."""

_BODIES: Final[Mapping[str, tuple[Variant, ...]]] = {
    "create_checkout_session": payloads.create_session(),
    "update_checkout_session": payloads.update_session(),
    "complete_checkout_session": payloads.complete_session(),
    "finalize_checkout_session": payloads.finalize_session(),
    "update_charge_permission": payloads.update_permission(),
    "close_charge_permission": payloads.close_permission(),
    "capture_charge": payloads.capture_charge(),
    "cancel_charge": payloads.cancel_charge(),
    "update_charge": payloads.update_charge(),
}

_DEFECTS: Final = {
    "missing": Defect.MISSING_FIELD,
    "unknown": Defect.UNKNOWN_FIELD,
    "invalid": Defect.INVALID_VALUE,
}

_DEPENDENT: Final = ("same", "all", "half", "headroom")
"""Amounts that cannot be worked out where there is no object."""


@cache
def variants(name: str, subject: str | None, *, simulations: bool = True) -> tuple[Variant, ...]:
    """Return the bodies that an operation is worth being called with.

    Args:
        name: the operation.
        subject: the symbol of the object that it is about. For one that never existed one body is enough.
        simulations: whether the client can send simulation codes.
    """
    found = tuple(v for v in _bodies(name, subject) if simulations or v.simulation is None)
    if subject not in UNKNOWN_IDS:
        return found
    return tuple(v for v in found if not v.wrong and not set(_amounts(v.body)) & set(_DEPENDENT))[:1]


def _bodies(name: str, subject: str | None) -> tuple[Variant, ...]:
    if name == "create_charge":
        return payloads.create_charge(subject or "")
    if name == "create_refund":
        return payloads.create_refund(subject or "")
    return _BODIES.get(name, (Variant(None),))


def _amounts(value: Any) -> Iterator[str]:
    if isinstance(value, Mapping):
        if "$price" in value:
            yield next((base for base in _DEPENDENT if value["$price"].startswith(base)), "")
        for inner in value.values():
            yield from _amounts(inner)


# --- what schemas say


def defects(operation: Operation, body: Any) -> frozenset[Defect]:
    """Return what is wrong with the form of a planned body, whatever its symbols come to.

    Args:
        operation: what it is sent to.
        body: it, with symbols.
    """
    if operation.request is None:
        return frozenset()
    known = _DEFECTS_OF.get(id(body))
    if known is None or known[0] is not body:
        known = _DEFECTS_OF[id(body)] = (body, _defects_of(operation.request, json.dumps(body)))
    return known[1]


def note_defects(body: Any, defect: Defect) -> None:
    """Let it be known what is wrong with a body that was broken on purpose."""
    _DEFECTS_OF[id(body)] = (body, frozenset({defect}))


_DEFECTS_OF: dict[int, tuple[Any, frozenset[Defect]]] = {}
"""By the identity of a planned body, which is kept alive here: the same few are planned all the time."""


@cache
def _defects_of(schema: str, symbolic: str) -> frozenset[Defect]:
    body = payloads.resolved(json.loads(symbolic))
    return frozenset(_DEFECTS[violation.kind] for violation in schemas.violations(schema, body or {}))


def subject_kind(name: str) -> Kind | None:
    """Return the kind of object that an operation is about: the one in the path, or named in the body."""
    return NAMED.get(name) or OPERATIONS[name].target
