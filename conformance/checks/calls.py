"""What the caller of a client sees, against what was on the wire: fidelity of the second witness."""

from __future__ import annotations

import json
from typing import Any, Final

from amazonpay_conformance.checks.check import HELD, Answer, Problem, on_call
from amazonpay_conformance.checks.differences import Difference, differences
from amazonpay_conformance.checks.subject import Made, Seen
from amazonpay_conformance.model.errors import TRANSIENT
from amazonpay_conformance.wire.redaction import redact_text


@on_call("CAL-001")
def right_calls_are_sent(made: Made) -> Answer:
    if made.told.outcome == "unsupported" or not made.asked.valid:
        return None
    if made.seen:
        return HELD
    what = "returned without sending" if made.told.outcome == "returned" else "raised " + _error(made)
    return Problem(f"a request for {made.asked.operation.title}", f"no request; the client {what}")


@on_call("CAL-002")
def answered_calls_are_not_sent_again(made: Made) -> Answer:
    if not made.seen:
        return None
    final = [seen for seen in made.seen[:-1] if _is_final(seen)]
    if not final:
        return HELD
    status = final[0].response.status if final[0].response else None
    return Problem(
        f"one request: the first was answered with {status}", f"{len(made.seen)} requests for one call"
    )


@on_call("CAL-003")
def good_answers_are_returned(made: Made) -> Answer:
    if made.last is None or made.last.body is None or made.told.outcome == "unsupported":
        return None
    if made.told.outcome == "raised":
        return Problem(f"the {_status(made)} answer returned", "raised " + _error(made))
    if (made.told.status, made.told.has_body, made.told.raw_body) == (None, False, None):
        return Problem(f"the {_status(made)} answer returned", "nothing: no status, no body")
    return HELD


@on_call("CAL-004")
def status_is_the_one_sent(made: Made) -> Answer:
    if made.last is None or made.last.response is None or made.told.status is None or _is_hidden(made):
        return None
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
    if not _is_refused(made):
        return None
    if not _is_hidden(made):
        return HELD
    return Problem(f"to learn of the {_status(made)} answer", "a result that looks like success")


@on_call("CAL-007")
def reason_code_reaches_the_caller(made: Made) -> Answer:
    if not _is_refused(made) or _is_hidden(made):
        return None
    answer = made.last.answer if made.last else None
    code = answer.get("reasonCode") if isinstance(answer, dict) else None
    if not isinstance(code, str):
        return None
    if _reason(made) == code or code in made.told.error or code in (made.told.raw_body or ""):
        return HELD
    shown = _error(made) if made.told.outcome == "raised" else "nothing of it"
    return Problem(f"to be able to read reasonCode {code}", shown)


@on_call("CAL-008")
def headers_of_the_caller_stay_his(made: Made) -> Answer:
    if made.told.headers is None:
        return None
    if sorted(made.told.headers) == sorted(made.asked.headers):
        return HELD
    changed = sorted({name for name, _ in set(made.told.headers) ^ set(made.asked.headers)})
    return Problem("the headers as they were handed in", f"changed: {', '.join(changed)}")


_NOT_TOLD: Final = object()


def _altered(made: Made) -> list[Difference] | None:
    """Where the body that the caller sees is not the one sent; None where he sees none."""
    if made.last is None or made.last.answer is None or _is_hidden(made):
        return None
    told = _told_body(made)
    if told is _NOT_TOLD or (_is_refused(made) and _reason(made) is None):
        return None  # how refusals are told is another matter: reason_code_reaches_the_caller
    return list(differences(made.last.answer, told))


def _told_body(made: Made) -> Any:
    if made.told.has_body:
        return made.told.body
    if made.told.raw_body is None or made.told.outcome == "raised":
        return _NOT_TOLD
    try:
        return json.loads(made.told.raw_body)
    except ValueError:
        return made.told.raw_body


def _is_final(seen: Seen) -> bool:
    return seen.response is not None and seen.response.status < 500 and seen.response.status not in TRANSIENT


def _is_refused(made: Made) -> bool:
    last = made.last
    told = made.told.outcome != "unsupported"
    return told and last is not None and last.response is not None and last.response.status >= 400


def _is_hidden(made: Made) -> bool:
    """Whether a refusal looks like success: refusals_reach_the_caller says so, and nobody says it again."""
    learns = made.told.outcome == "raised" or (made.told.status or 0) >= 400 or _reason(made) is not None
    return _is_refused(made) and not learns


def _reason(made: Made) -> str | None:
    told = _told_body(made)
    code = told.get("reasonCode") if isinstance(told, dict) else None
    return code if isinstance(code, str) else None


def _status(made: Made) -> int | None:
    return made.last.response.status if made.last and made.last.response else None


def _error(made: Made) -> str:
    return redact_text(made.told.error)[:300]
