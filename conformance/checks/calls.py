"""What the caller of a client sees, against what was on the wire: fidelity of the second witness."""

from __future__ import annotations

import marshal
from functools import lru_cache
from typing import Any, Final

from amazonpay_conformance.checks.asynchronous import is_accepted, is_of_pending
from amazonpay_conformance.checks.check import HELD, Answer, Problem, on_call
from amazonpay_conformance.checks.differences import Difference, differences
from amazonpay_conformance.checks.once import once
from amazonpay_conformance.checks.subject import Made, Seen
from amazonpay_conformance.checks.told import (
    NOT_TOLD,
    SPEECHLESS,
    error_of,
    is_hidden,
    is_refused,
    status_of,
    told_body,
    told_reason,
)
from amazonpay_conformance.model.errors import TRANSIENT
from amazonpay_conformance.reading.once import answer_of
from amazonpay_conformance.wire.messages import Response


@on_call("CAL-001")
def right_calls_are_sent(made: Made) -> Answer:
    if made.told.outcome == "unsupported" or not made.asked.valid:
        return None
    if made.seen:
        return HELD
    what = "returned without sending" if made.told.outcome == "returned" else "raised " + error_of(made)
    return Problem(f"a request for {made.asked.operation.title}", f"no request; the client {what}")


@on_call("CAL-002")
def answered_calls_are_not_sent_again(made: Made) -> Answer:
    if not made.seen:
        return None
    final = [seen for seen in made.tries[:-1] if _is_final(seen)]
    if not final:
        return HELD
    status = final[0].response.status if final[0].response else None
    return Problem(
        f"one request: the first was answered with {status}", f"{len(made.tries)} requests for one call"
    )


@on_call("CAL-003")
def good_answers_are_returned(made: Made) -> Answer:
    if made.last is None or made.last.body is None or made.told.outcome in SPEECHLESS:
        return None
    if is_accepted(made) or _is_unlike_all_before(made):
        return None  # accepted_is_no_error, and the checks of what is damaged
    if made.told.outcome == "raised":
        return Problem(f"the {status_of(made)} answer returned", "raised " + error_of(made))
    if (made.told.status, made.told.has_body, made.told.raw_body) == (None, False, None):
        return Problem(f"the {status_of(made)} answer returned", "nothing: no status, no body")
    return HELD


@on_call("CAL-004")
def status_is_the_one_sent(made: Made) -> Answer:
    if made.last is None or made.last.response is None or made.told.status is None or is_hidden(made):
        return None
    if is_accepted(made) or _is_damaged(made):
        return None  # accepted_is_told_as_such; and what cannot be read may be told as any failure
    sent = made.last.response.status
    return HELD if made.told.status == sent else Problem(f"status {sent}", f"status {made.told.status}")


@on_call("CAL-005")
def body_is_the_one_sent(made: Made) -> Answer:
    found = _altered(made)
    if found is None:
        return None
    return tuple(d.problem() for d in found if not d.is_of_unset)


@on_call("CAL-009")
def unset_fields_are_told_as_such(made: Made) -> Answer:
    """Typed clients write "" or 0 for null, or leave it out: a caller cannot tell that from a value."""
    found = _altered(made)
    if found is None:
        return None
    return tuple(d.problem() for d in found if d.is_of_unset)


@on_call("CAL-006")
def refusals_reach_the_caller(made: Made) -> Answer:
    if not is_refused(made):
        return None
    if not is_hidden(made):
        return HELD
    return Problem(f"to learn of the {status_of(made)} answer", "a result that looks like success")


@on_call("CAL-007")
def reason_code_reaches_the_caller(made: Made) -> Answer:
    if not is_refused(made) or is_hidden(made):
        return None
    answer = made.last.answer if made.last else None
    code = answer.get("reasonCode") if isinstance(answer, dict) else None
    if not isinstance(code, str):
        return None
    if told_reason(made) == code or code in made.told.error or code in (made.told.raw_body or ""):
        return HELD
    shown = error_of(made) if made.told.outcome == "raised" else "nothing of it"
    return Problem(f"to be able to read reasonCode {code}", shown)


@on_call("CAL-008")
def headers_of_the_caller_stay_his(made: Made) -> Answer:
    if made.told.headers is None:
        return None
    if sorted(made.told.headers) == sorted(made.asked.headers):
        return HELD
    changed = sorted({name for name, _ in set(made.told.headers) ^ set(made.asked.headers)})
    return Problem("the headers as they were handed in", f"changed: {', '.join(changed)}")


@once
def _altered(made: Made) -> list[Difference] | None:
    """Where the body that the caller sees is not the one sent; None where he sees none."""
    if made.last is None or made.last.answer is None or is_hidden(made):
        return None
    if _is_unlike_all_before(made):
        return None
    told = told_body(made)
    if told is NOT_TOLD or (is_refused(made) and told_reason(made) is None):
        return None  # how refusals are told is another matter: reason_code_reaches_the_caller
    judged_there = is_of_pending(made)  # pending_state_is_told_as_such, decided_state_is_told
    # mostly they are alike, and to compare field by field is dear
    alike = _is_verbatim(made) or _is_told_whole(made.last.response, told)
    found = [] if alike else differences(made.last.answer, told)
    return [d for d in found if not (judged_there and d.path == "statusDetails.state" and _is_text(d.found))]


def _is_verbatim(made: Made) -> bool:
    """Whether the caller is handed the very text that was sent."""
    if made.told.has_body or made.told.raw_body is None or made.last is None or made.last.response is None:
        return False
    return made.told.raw_body.encode("utf-8", "surrogatepass") == made.last.response.body


def _is_told_whole(response: Response | None, told: Any) -> bool:
    """Whether a body is told as it was sent, 1 and True and 1.0 held apart; in doubt it is not."""
    if response is None or answer_of(response) != told:
        return False
    try:
        return _packed(response.body) == marshal.dumps(told, 0)
    except ValueError:
        return False  # some object of the client's own


@lru_cache(maxsize=32)
def _packed(body: bytes) -> bytes:
    return marshal.dumps(answer_of(Response(200, body=body)), 0)


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def _is_damaged(made: Made) -> bool:
    fault = made.last.fault if made.last else None
    return fault is not None and fault.effect == "damaged"


UNLIKE_ALL_BEFORE: Final = ("unknown-field", "unknown-state", "unknown-reason", "no-request-id")
"""Faults whose answers `damage` judges, where they are good ones."""


def _is_unlike_all_before(made: Made) -> bool:
    fault = made.last.fault if made.last else None
    return fault is not None and fault.id in UNLIKE_ALL_BEFORE and not is_refused(made)


def _is_final(seen: Seen) -> bool:
    if seen.fault is not None and seen.fault.effect == "damaged":
        return False
    return seen.response is not None and seen.response.status < 500 and seen.response.status not in TRANSIENT
