"""What a mock shows of what it holds: plain values, with secrets and buyers' data left out of exchanges."""

from __future__ import annotations

import json
from typing import Any, TypeAlias

from amazonpay_conformance.mock.history import Turn
from amazonpay_conformance.mock.journal import Entry, Remark
from amazonpay_conformance.mock.outbox import Letter
from amazonpay_conformance.mock.postman import place_of
from amazonpay_conformance.model.operation import Kind
from amazonpay_conformance.model.world import AnyObject
from amazonpay_conformance.wire.messages import Headers
from amazonpay_conformance.wire.redaction import redact_body, redact_headers, redact_target

Shown: TypeAlias = dict[str, Any]


def object_shown(kind: Kind, value: AnyObject) -> Shown:
    """Return what an object is and the state that it is in."""
    return {
        "kind": kind,
        "id": value.id,
        "state": value.state,
        "reason": value.reason,
        "created": value.created,
        "changed": value.changed,
    }


def turn_shown(turn: Turn) -> Shown:
    """Return a turn of an object."""
    return {
        "at": turn.at,
        "cause": turn.cause,
        "state": turn.state,
        "reason": turn.reason,
        "transitions": list(turn.used),
    }


def remark_shown(remark: Remark) -> Shown:
    """Return what is wrong."""
    return {
        "requirement": remark.requirement,
        "level": remark.level,
        "statement": remark.statement,
        "operation": remark.operation,
        "expected": remark.expected,
        "received": remark.received,
        "hint": remark.hint() if callable(remark.hint) else remark.hint,
    }


def letter_shown(letter: Letter) -> Shown:
    """Return a notification to one endpoint; of the endpoint only its host, for a path may hold a secret."""
    about = letter.post.about
    return {
        "number": letter.number,
        "message_id": letter.post.message_id,
        "variant": letter.post.variant,
        "object_type": about.object_type,
        "object_id": about.object_id,
        "kind": about.kind,
        "endpoint": place_of(letter.endpoint),
        "fate": letter.fate,
        "due": letter.due,
        "tries": letter.tries,
        "status": letter.status,
        "why": letter.why,
    }


def entry_shown(entry: Entry) -> Shown:
    """Return an exchange as it may be kept."""
    request, response = entry.exchange.request, entry.exchange.response
    injected = entry.exchange.injected
    return {
        "number": entry.number,
        "at": entry.exchange.received_at,
        "operation": entry.operation,
        "method": request.method,
        "target": redact_target(request.target),
        "status": None if response is None else response.status,
        "fault": None if injected is None else injected.fault,
        "request": _message(request.headers, request.body),
        "response": None if response is None else _message(response.headers, response.body),
        "findings": list(map(remark_shown, entry.remarks)),
    }


def _message(headers: Headers, body: bytes) -> Shown:
    return {"headers": list(map(list, redact_headers(headers))), "body": _body(body)}


def _body(body: bytes) -> Any:
    if not body:
        return None
    try:
        return redact_body(json.loads(body.decode("utf-8")))
    except (ValueError, RecursionError):
        return f"[{len(body)} bytes that are not JSON]"
