"""What a server answers: status, reason, shape. api-facts §3, §7, §9."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Final

from amazonpay_conformance import schemas
from amazonpay_conformance.checks.check import HELD, Answer, Judgement, Problem, on_exchange, on_model
from amazonpay_conformance.checks.differences import differences, mean_the_same
from amazonpay_conformance.checks.merchants import is_anothers
from amazonpay_conformance.checks.subject import Made, Seen
from amazonpay_conformance.model.requirements import ANSWER_REQUIREMENTS
from amazonpay_conformance.model.step import Outcome
from amazonpay_conformance.model.tampers import NO_CODE
from amazonpay_conformance.model.world import CheckoutSession
from amazonpay_conformance.reading.objects import state_of
from amazonpay_conformance.reading.once import answer_of
from amazonpay_conformance.reading.requests import media_type
from amazonpay_conformance.wire.messages import Response

COMPLETED: Final = ("Completed", None)
EMPTIED: Final = (
    *("webCheckoutDetails", "productType", "paymentDetails", "chargePermissionType", "recurringMetadata"),
    *("merchantMetadata", "supplementaryData", "buyer", "billingAddress", "paymentPreferences"),
    *("shippingAddress", "platformId"),
)
"""What of a session is null once it is completed. Source: api-facts §3.1 [W]."""

REQUEST_ID_HEADER: Final = "x-amz-pay-request-id"


@on_model(*ANSWER_REQUIREMENTS)
def answer_is_permitted(seen: Seen, made: Made) -> Iterator[Judgement]:
    """Judge status and reason code by what the model permits; the requirement is the one that is at stake.

    Every rule that the call breaks is at stake, or, where it breaks none, the success of its operation. An
    uncertain rule (MAY) is never at stake: its refusal is permitted beside what would be answered without it.
    """
    if seen.response is None or seen.transient or not seen.permitted or is_anothers(seen, made):
        return
    if seen.matched is not None:
        # the answer shows the one rule that it follows; of the others it says nothing
        if seen.matched.required:
            yield Judgement(seen.matched.requirement, "answer_is_permitted", HELD)
        return
    at_stake = sorted({outcome.requirement for outcome in _of_its_kind(seen) if outcome.required})
    problem = Problem(_permitted(seen.permitted), _given(seen))
    for requirement in at_stake[:1] or [seen.permitted[0].requirement]:
        yield Judgement(requirement, "answer_is_permitted", (problem,))


def _of_its_kind(seen: Seen) -> tuple[Outcome, ...]:
    """The permitted successes for a success, the refusals for a refusal; all of them where there is none."""
    refused = seen.response is not None and seen.response.status >= 400
    alike = tuple(o for o in seen.permitted if (o.status >= 400) is refused and o.required)
    return alike or seen.permitted


def _permitted(outcomes: tuple[Outcome, ...]) -> str:
    shown = dict.fromkeys(f"{o.status} {o.reason}" if o.reason else str(o.status) for o in outcomes)
    return " or ".join(shown)


def _given(seen: Seen) -> str:
    status = seen.response.status if seen.response else None
    code = seen.answer.get("reasonCode") if isinstance(seen.answer, dict) else None
    return f"{status} {code}" if code else str(status)


@on_exchange("RSP-001")
def answer_carries_a_request_id(seen: Seen, made: Made) -> Answer:
    if seen.response is None:
        return None
    return (
        HELD if REQUEST_ID_HEADER in seen.response.headers else Problem(REQUEST_ID_HEADER, "no such header")
    )


@on_exchange("RSP-002")
def answer_is_json(seen: Seen, made: Made) -> Answer:
    if seen.response is None or seen.transient or _may_be_empty(seen):
        return None
    if seen.answer is not None:
        return HELD
    try:
        seen.response.json()
    except ValueError as problem:
        return Problem("JSON", f"{len(seen.response.body)} bytes that are not: {problem}")
    return HELD


@on_exchange("RSP-007")
def answer_says_that_it_is_json(seen: Seen, made: Made) -> Answer:
    if seen.response is None or seen.transient or not seen.response.body:
        return None
    given = seen.response.headers.get("content-type")
    if given is not None and media_type(given) == "application/json":
        return HELD
    return Problem("content-type: application/json", f"content-type: {given}" if given else "no content-type")


@on_exchange("RSP-003")
def object_satisfies_its_schema(seen: Seen, made: Made) -> Answer:
    operation = seen.reading.operation
    if seen.response is None or seen.response.status >= 300 or operation is None or not _is_json(seen):
        return None
    if operation.response is None:
        return None
    found = violations_of(operation.response, seen.response.body)
    return tuple(Problem(f"{v.path or 'the body'}: {v.rule}", v.message) for v in found)


@lru_cache(maxsize=32)
def violations_of(schema: str, body: bytes) -> tuple[schemas.Violation, ...]:
    """Return what a body that is JSON breaks of a schema: the same is often read several times."""
    return schemas.violations(schema, answer_of(Response(200, body=body)))


@on_exchange("RSP-004")
def refusal_satisfies_its_schema(seen: Seen, made: Made) -> Answer:
    if seen.response is None or seen.transient or seen.response.status < 400 or not _is_json(seen):
        return None
    found = schemas.violations("objects/error", seen.answer)
    return tuple(Problem(f"{v.path or 'the body'}: {v.rule}", v.message) for v in found)


@on_exchange("RSP-005")
def what_was_set_is_read_back(seen: Seen, made: Made) -> Answer:
    """Only the merchant's own texts: what else a service makes of a request is its own affair."""
    if seen.body is None or seen.matched is None or seen.matched.subject is None:
        return None
    if seen.matched.replays is not None:
        return None  # a stored answer shows what was then
    value = seen.after.find(*seen.matched.subject)
    data = getattr(value, "data", {})
    held, shown = data.get("merchantMetadata"), seen.body.get("merchantMetadata")
    if not held or (shown is None and isinstance(value, CheckoutSession)):
        return None  # null once a session is completed, and only then, as the schema check says: §3.1
    shown = {name: shown.get(name) if isinstance(shown, dict) else None for name in held}
    return tuple(
        d.problem() for d in differences({"merchantMetadata": dict(held)}, {"merchantMetadata": shown})
    )


@on_exchange("RSP-009")
def completed_session_is_emptied(seen: Seen, made: Made) -> Answer:
    if seen.body is None or seen.matched is None or seen.matched.subject is None:
        return None
    if seen.matched.subject[0] != "CheckoutSession" or state_of("CheckoutSession", seen.body) != COMPLETED:
        return None
    kept = [name for name in EMPTIED if seen.body.get(name) is not None]
    return tuple(Problem(f"{name}: null", f"{name}: something") for name in kept)


@on_exchange("RSP-006")
def what_there_is_not_is_refused(seen: Seen, made: Made) -> Answer:
    if seen.response is None or seen.transient or seen.reading.operation is not None or not made.asked.tamper:
        return None
    code = seen.answer.get("reasonCode") if isinstance(seen.answer, dict) else None
    if (seen.response.status, code) in NO_CODE:
        return HELD
    return Problem(" or ".join(f"{status} {reason}" for status, reason in NO_CODE), _given(seen))


@on_exchange("IDM-001")
def repetition_gets_the_first_answer(seen: Seen, made: Made) -> Answer:
    if (
        seen.first_answer is None
        or seen.matched is None
        or seen.matched.replays is None
        or seen.response is None
    ):
        return None
    if seen.response.body == seen.first_answer or mean_the_same(seen.response.body, seen.first_answer):
        return HELD
    return Problem("the body of the first answer to this idempotency key", "another body")


def _may_be_empty(seen: Seen) -> bool:
    """Whether a good answer of the operation has no body, or one of which nothing is known: §2.2."""
    operation, response = seen.reading.operation, seen.response
    good = response is not None and response.status < 400
    return good and operation is not None and operation.response is None


def _is_json(seen: Seen) -> bool:
    """Whether there is something to judge by a schema; answer_is_json tells if not."""
    return seen.answer is not None or (seen.response is not None and seen.response.body.strip() == b"null")
