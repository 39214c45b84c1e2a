"""What the caller is told of what is not decided yet: neither success nor failure. api-facts §2.2, §4."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from amazonpay_conformance.checks.check import HELD, Answer, Problem, on_call
from amazonpay_conformance.checks.once import once
from amazonpay_conformance.checks.subject import Made
from amazonpay_conformance.checks.told import SPEECHLESS, error_of, state_in, told_state

PENDING_STATES: Final = ("AuthorizationInitiated", "CaptureInitiated", "RefundInitiated")
"""States that are decided later. Source: api-facts §4.0 [D2][S][W]."""

ACCEPTED: Final = 202


@on_call("ASY-001")
def accepted_is_no_error(made: Made) -> Answer:
    if not is_accepted(made) or made.told.outcome in SPEECHLESS:
        return None
    return (
        Problem("the 202 answer returned", "raised " + error_of(made))
        if made.told.outcome == "raised"
        else HELD
    )


@on_call("ASY-002")
def accepted_is_told_as_such(made: Made) -> Answer:
    if not is_accepted(made) or made.told.status is None or made.told.outcome == "raised":
        return None
    return HELD if made.told.status == ACCEPTED else Problem("status 202", f"status {made.told.status}")


@on_call("ASY-003")
def pending_state_is_told_as_such(made: Made) -> Answer:
    sent, told = sent_state(made), told_state(made)
    if sent not in PENDING_STATES or told is None:
        return None
    return HELD if told == sent else Problem(f"state {sent}, which is not decided", f"state {told}")


@on_call("ASY-004")
def decided_state_is_told(made: Made) -> Answer:
    sent, told = sent_state(made), told_state(made)
    if sent is None or told is None or not was_pending(made):
        return None
    return HELD if told == sent else Problem(f"state {sent}, as it is now", f"state {told}")


def is_accepted(made: Made) -> bool:
    """Tell whether the answer that the caller is to be told of is a 202 that can be read."""
    last = made.last
    return (
        last is not None
        and last.response is not None
        and last.response.status == ACCEPTED
        and last.body is not None
    )


def is_of_pending(made: Made) -> bool:
    """Tell whether the state in the answer is this room's to judge: it pends, or did before."""
    return sent_state(made) in PENDING_STATES or was_pending(made)


@once
def sent_state(made: Made) -> str | None:
    """Return the state that a good answer tells; None where it was spoilt on purpose."""
    last = made.last
    if last is None or (last.fault is not None and last.fault.id == "unknown-state"):
        return None
    return state_in(last.body)


@once
def was_pending(made: Made) -> bool:
    """Tell whether a read is of an object that pended when it was last heard of, and does not any more."""
    if made.asked.operation.method != "GET" or made.asked.operation.returns not in _IDS:
        return False
    if sent_state(made) in PENDING_STATES:
        return False
    about = (other for other in reversed(made.earlier) if _names(other, made.asked.path_id))
    before = next(about, None)
    return before is not None and sent_state(before) in PENDING_STATES


_IDS: Final[Mapping[str, str]] = {"Charge": "chargeId", "Refund": "refundId"}
"""What pends, and how its id is called in a body."""


def _names(made: Made, object_id: str | None) -> bool:
    body = made.last.body if made.last else None
    own = _IDS.get(made.asked.operation.returns or "")
    return body is not None and own is not None and body.get(own) == object_id
