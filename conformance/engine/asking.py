"""What a client was asked and what it told, in the words of the checks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from amazonpay_conformance import schemas
from amazonpay_conformance.checks.subject import Asked, Told
from amazonpay_conformance.clients.driver import ABSENT, ClientCall, Raised, Result, Unsupported
from amazonpay_conformance.model.operations import Operation
from amazonpay_conformance.model.scenario import KINDS, CallStep
from amazonpay_conformance.reading.objects import ID_FIELDS
from amazonpay_conformance.reading.requests import IDEMPOTENCY_HEADER


def asked_of(operation: Operation, call: ClientCall, *, repeat: bool) -> Asked:
    """Return what the caller asked of the client."""
    absent = call.payload is ABSENT
    payload: Any = None if absent else call.payload
    valid = operation.request is None or schemas.is_valid(operation.request, payload or {})
    key = next((value for name, value in call.headers if name.lower() == IDEMPOTENCY_HEADER), None)
    return Asked(
        operation, call.path_id, payload, absent, call.headers, key, valid, False, repeat, call.tamper or ""
    )


def told_by(result: Result) -> Told:
    """Return what the client told its caller."""
    if isinstance(result, Unsupported):
        return Told("unsupported", error=result.reason)
    has_body = result.body is not ABSENT
    body = result.body if has_body else None
    if isinstance(result, Raised):
        error = f"{result.type}: {result.message}"
        return Told("raised", result.status, body, has_body, result.raw_body, error)
    return Told(
        "returned",
        result.status,
        body,
        has_body,
        result.raw_body,
        headers=result.caller_headers,
        request_id=result.request_id,
    )


def made_ids(planned: CallStep, body: Mapping[str, Any]) -> dict[str, str]:
    """Return by their symbols the ids of what a call made, or a list's token of the next page."""
    found = ((symbol, body.get(_field(kind))) for kind, symbol in planned.makes.items())
    return {symbol: value for symbol, value in found if isinstance(value, str)}


def _field(kind: str) -> str:
    return ID_FIELDS[KINDS[kind]] if kind in KINDS else "nextToken"
