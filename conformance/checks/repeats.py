"""What an integration sends again: idempotency over a trace, and what may charge twice. api-facts §7, §9."""

from __future__ import annotations

from typing import Final

from amazonpay_conformance.checks.check import HELD, Answer, Problem, on_trace
from amazonpay_conformance.checks.past import Move
from amazonpay_conformance.checks.subject import Watched
from amazonpay_conformance.model.operations import ALL_OPERATIONS

MOVING_MONEY: Final = ("create_charge", "capture_charge", "create_refund")

HOUR: Final = 3_600
"""Seconds within which the same for the same amount, again, is taken for another try of it."""


@on_trace("IDK-006")
def key_stands_for_one_request(watched: Watched) -> Answer:
    move = watched.move
    if move is None or move.key is None or not ALL_OPERATIONS[move.operation].needs_key:
        return None
    known = watched.past.with_key(move.key)
    if known is None or known.fingerprint == move.fingerprint:
        return HELD
    if not (known.is_good or known.is_lost):
        return None  # whether a refused request spends its key is not said: §9 [?]
    what = "again, with another body" if known.operation == move.operation else "for another operation"
    return Problem(
        "a new key for a new request, the same key and the same body for a repeated one",
        f"the key of exchange {known.number + 1} ({_title(known)}) {what}: {_title(move)}",
    )


@on_trace("DUP-001")
def unclear_call_is_repeated_with_its_key(watched: Watched) -> Answer:
    """Where the integration has read the object since, it knows what became of the call."""
    move = watched.move
    if move is None or move.operation not in MOVING_MONEY:
        return None
    unclear = [other for other in watched.past.alike(move) if other.is_lost and move.at - other.at <= HOUR]
    if not unclear:
        return None
    last = unclear[-1]
    if move.key == last.key or _is_known_since(watched, last):
        return HELD
    got = f"exchange {last.number + 1} got {last.status or 'no answer that can be read'}"
    return Problem(
        "the same key again, so that at most one of them takes effect",
        f"another key for the same {_title(move)} of {_amount(move)}, after {got}",
    )


def _is_known_since(watched: Watched, last: Move) -> bool:
    later = (other for other in watched.past.about(last.subject) if other.number > last.number)
    return any(
        (other.is_good and other.is_read) or (other.key == last.key and not other.is_lost) for other in later
    )


def _title(move: Move) -> str:
    return ALL_OPERATIONS[move.operation].title


def _amount(move: Move) -> str:
    return f"{move.amount.amount} {move.amount.currency}" if move.amount else "no amount"
