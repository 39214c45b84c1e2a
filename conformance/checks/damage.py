"""What the caller is told where an answer is lost, unreadable, or unlike all before. api-facts §2.1, §3."""

from __future__ import annotations

from typing import Final

from amazonpay_conformance.checks.check import HELD, Answer, Problem, on_call
from amazonpay_conformance.checks.differences import differences
from amazonpay_conformance.checks.subject import Made
from amazonpay_conformance.checks.told import (
    NOT_TOLD,
    SPEECHLESS,
    error_of,
    learns_of_failure,
    status_of,
    told_body,
)
from amazonpay_conformance.model.faults import NOVEL_FIELD

REQUEST_ID_HEADER: Final = "x-amz-pay-request-id"


@on_call("CAL-010", calm=False)
def lost_answers_are_failures(made: Made) -> Answer:
    last = made.last
    if last is None or last.response is not None or made.others or made.told.outcome in SPEECHLESS:
        return None
    if learns_of_failure(made):
        return HELD
    return Problem("an error: no answer came", "a result that looks like success")


@on_call("CAL-011", calm=False)
def unreadable_answers_are_failures(made: Made) -> Answer:
    """Who hands over the very text that came hides nothing: it is the caller who cannot read it."""
    last = made.last
    if last is None or last.response is None or last.fault is None or last.fault.effect != "damaged":
        return None
    if made.told.outcome in SPEECHLESS or made.others:
        return None
    text = last.response.body.decode("utf-8", "replace").strip()
    if learns_of_failure(made) or text in _texts(made):
        return HELD
    return Problem(f"an error, or the text that came: {last.fault.statement}", _shown(made))


@on_call("CAL-012", calm=False)
def client_survives_every_answer(made: Made) -> Answer:
    spoilt = [seen for seen in made.seen if seen.fault is not None]
    if not spoilt or made.told.outcome == "unsupported":
        return None
    if made.told.outcome != "crashed":
        return HELD
    told = " ".join(dict.fromkeys(seen.fault.statement for seen in spoilt if seen.fault))
    return Problem(f"a result, whatever comes: {told}", error_of(made))


@on_call("CAL-013", calm=False)
def unknown_fields_are_handed_over(made: Made) -> Answer:
    if not _is_good_and(made, "unknown-field"):
        return None
    if made.told.outcome == "raised":
        return Problem("the answer, with the field that nobody knows yet", "raised " + error_of(made))
    return _difference(made, NOVEL_FIELD)


@on_call("CAL-014", calm=False)
def unknown_states_and_reasons_are_handed_over(made: Made) -> Answer:
    if not _is_good_and(made, "unknown-state", "unknown-reason"):
        return None
    if made.told.outcome == "raised":
        return Problem("the answer, with the name that nobody knows yet", "raised " + error_of(made))
    return _difference(made, "statusDetails")


@on_call("CAL-015", calm=False)
def answers_without_a_request_id_are_returned(made: Made) -> Answer:
    if not _is_good_and(made, "no-request-id"):
        return None
    if made.told.outcome == "raised":
        return Problem(
            f"the {status_of(made)} answer, though it has no {REQUEST_ID_HEADER}", "raised " + error_of(made)
        )
    return HELD


@on_call("CAL-016")
def request_id_is_the_one_sent(made: Made) -> Answer:
    if made.told.request_id is None or made.last is None or made.last.response is None:
        return None
    sent = made.last.response.headers.get(REQUEST_ID_HEADER)
    if made.told.request_id == (sent or ""):
        return HELD
    return Problem(f"request id {sent}", f"request id {made.told.request_id}")


def _is_good_and(made: Made, *faults: str) -> bool:
    """Whether the answer that the caller is to be told of is good, and one of some faults was done to it."""
    last = made.last
    spoilt = last is not None and last.fault is not None and last.fault.id in faults
    return spoilt and last is not None and last.body is not None and made.told.outcome not in SPEECHLESS


def _difference(made: Made, field: str) -> Answer:
    told = told_body(made)
    if told is NOT_TOLD or made.last is None:
        return None
    found = (
        d
        for d in differences(made.last.answer, told)
        if d.path.partition(".")[0] == field and not d.is_of_unset  # that is CAL-009's affair
    )
    return next((d.problem() for d in found), HELD)


def _texts(made: Made) -> tuple[str, ...]:
    told = (made.told.raw_body, made.told.body if made.told.has_body else None)
    return tuple(text.strip() for text in told if isinstance(text, str))


def _shown(made: Made) -> str:
    status = "" if made.told.status is None else f"status {made.told.status} and "
    return (
        f"{status}{'a body' if made.told.body not in (None, {}, []) else 'nothing'} that looks like success"
    )
