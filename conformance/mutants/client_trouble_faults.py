"""Wrong conduct when something goes wrong on the way, and towards what is not decided yet."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any, ClassVar, Final

import requests
from amazonpay_conformance.clients import reference
from amazonpay_conformance.clients.driver import ClientCall, ClientConfig, Returned
from amazonpay_conformance.clients.reference import ReferenceClient
from amazonpay_conformance.model.faults import NOVEL_FIELD, NOVEL_STATE
from amazonpay_conformance.model.operations import OPERATIONS, Operation
from amazonpay_conformance.mutants.client_seams import KEY, Client, Fault, in_answer, in_answered_body
from amazonpay_conformance.wire.messages import JSON, Request

WAITS: Final = (1.0, 2.0, 4.0)
_WAITING: Final[Any] = reference  # its `time`, that sleepers be late at once where nobody is to wait
POLICY: Final = {"times": 3, "statuses": list(reference.RETRIED), "waits": list(WAITS), "lost": True}

Trouble = partial(Fault, troubled=True, retries=POLICY)
Damaged = partial(Fault, troubled=True, retries=reference.retries)
"""A client that declares how it retries, and departs from what is right in one thing."""


class Retrying(ReferenceClient):
    """Retries as the policy says; what a faulty one does otherwise is a method or a figure."""

    waits: ClassVar[tuple[float, ...]] = WAITS
    retried: ClassVar[tuple[int, ...]] = reference.RETRIED
    lost: ClassVar[bool] = True

    def call(self, operation: Operation, call: ClientCall) -> Any:
        request = self._request(operation, call)
        signed = self._signed(request)
        for wait in self.waits:
            response = None
            try:
                response = self._send(signed)
            except requests.ConnectionError:
                if not self.lost:
                    raise
            if response is not None and response.status_code not in self.retried:
                return response
            _WAITING.time.sleep(self._pause(wait, response))
            signed = self._again(request, signed, operation, lost=response is None)
        return self._send(signed)

    def _pause(self, wait: float, response: requests.Response | None) -> float:
        asked = "0" if response is None else response.headers.get("retry-after", "0")
        return max(wait, float(asked))

    def _again(self, request: Request, signed: Request, operation: Operation, *, lost: bool) -> Request:
        return signed


class SignedAnew(Retrying):
    """Signs each try, as Ruby does."""

    def _again(self, request: Request, signed: Request, operation: Operation, *, lost: bool) -> Request:
        return self._signed(request)


class NeverRetries(ReferenceClient):
    """Sends once, whatever comes."""

    def call(self, operation: Operation, call: ClientCall) -> Any:
        return self._send(self._signed(self._request(operation, call)))


class GivesUpOn503(Retrying):
    """Its list of statuses is not the one in its documents."""

    retried = tuple(status for status in reference.RETRIED if status != 503)


def _changed_again(change: Callable[[Request, Operation, bool], Request]) -> Client:
    """Change what is sent again, before it is signed anew."""

    class Changed(Retrying):
        def _again(self, request: Request, signed: Request, operation: Operation, *, lost: bool) -> Request:
            changed = change(request, operation, lost)
            return signed if changed is request else self._signed(changed)

    return Changed


def _with_new_key(request: Request) -> Request:
    return replace(request, headers=request.headers.with_value(KEY, uuid.uuid4().hex))


def _new_key(request: Request, operation: Operation, lost: bool) -> Request:
    return _with_new_key(request) if operation.needs_key and not lost else request


def _new_key_when_lost(request: Request, operation: Operation, lost: bool) -> Request:
    return _with_new_key(request) if operation.needs_key and lost else request


def _without_key(request: Request, operation: Operation, lost: bool) -> Request:
    return replace(request, headers=request.headers.without(KEY)) if operation.needs_key else request


def _other_body(request: Request, operation: Operation, lost: bool) -> Request:
    if operation.id != "create_checkout_session":
        return request
    body = request.json()
    body["paymentDetails"]["canHandlePendingAuthorization"] = False
    return replace(request, body=json.dumps(body, ensure_ascii=False).encode("utf-8"))


class RetriesForEver(Retrying):
    """Does not count."""

    waits = (2.0,) * 30


class RetriesAtOnce(Retrying):
    """Does not wait."""

    def _pause(self, wait: float, response: requests.Response | None) -> float:
        is_told = response is None or "retry-after" in response.headers
        return super()._pause(wait, response) if is_told else 0.0


class IgnoresRetryAfter(Retrying):
    """Waits as long as ever."""

    def _pause(self, wait: float, response: requests.Response | None) -> float:
        return wait


class CancelsWhatIsLost(NeverRetries):
    """Takes a capture without an answer for a failed one, and gives the money back."""

    def call(self, operation: Operation, call: ClientCall) -> Any:
        try:
            return super().call(operation, call)
        except requests.ConnectionError:
            if operation.id == "capture_charge":
                body = {"cancellationReason": "no answer"}
                super().call(OPERATIONS["cancel_charge"], replace(call, payload=body, headers=()))
            raise


class LostIsNothing(NeverRetries):
    """Swallows the error of its HTTP library."""

    def call(self, operation: Operation, call: ClientCall) -> Any:
        try:
            return super().call(operation, call)
        except requests.ConnectionError:
            return {}


# --- what is made of an answer


def _parsed_or(instead: Callable[[requests.Response], Any]) -> Client:
    def answer(response: requests.Response, _: Operation) -> Any:
        try:
            response.json()
        except ValueError:
            return instead(response) if response.ok else response
        return response

    return in_answer(answer)


def _on_empty_body(response: requests.Response) -> Any:
    return response if response.content else {"success": True}


def _raising_if(found: Callable[[requests.Response], bool]) -> Client:
    def answer(response: requests.Response, _: Operation) -> requests.Response:
        if response.ok and found(response):
            raise ValueError("No enum constant, or no such property")
        return response

    return in_answer(answer)


def _without_unknown(body: JSON) -> JSON:
    return {name: value for name, value in body.items() if name != NOVEL_FIELD}


def _with_request_id(change: Callable[[str], str]) -> Client:
    def answer(response: requests.Response, _: Operation) -> Any:
        told = response.headers.get("x-amz-pay-request-id")
        return Returned(
            response.status_code, response.text, request_id=None if told is None else change(told)
        )

    return in_answer(answer)


def _status_told(instead: dict[int, int]) -> Client:
    return in_answer(
        lambda response, _: (instead.get(response.status_code, response.status_code), response.text)
    )


def _state_told(instead: dict[str, str]) -> Client:
    def read(body: JSON) -> JSON:
        status = body.get("statusDetails") or {}
        state = instead.get(str(status.get("state")))
        return {**body, "statusDetails": {**status, "state": state}} if state else body

    return in_answered_body(read)


class PendingIsRemembered(ReferenceClient):
    """Keeps the state of a charge that pends, and shows it for ever."""

    def __init__(self, config: ClientConfig) -> None:
        super().__init__(config)
        self._kept: dict[str, JSON] = {}

    def call(self, operation: Operation, call: ClientCall) -> Any:
        response = super().call(operation, call)
        if operation.id != "get_charge" or not response.ok:
            return response
        try:
            body = response.json()
        except ValueError:
            return response
        if body["statusDetails"]["state"].endswith("Initiated"):
            self._kept[body["chargeId"]] = body["statusDetails"]["state"]
        state = self._kept.get(body["chargeId"], body["statusDetails"]["state"])
        status = {**body["statusDetails"], "state": state}
        return Returned(response.status_code, body={**body, "statusDetails": status})


RETRIES: Final = (
    Trouble(
        "gives-up-on-503",
        ("RTY-001",),
        "A shop relies on retries that do not happen; orders fail at each hiccup.",
        GivesUpOn503,
        says="given up after 0",
    ),
    Trouble(
        "never-retries-though-declared",
        ("RTY-001",),
        "A shop relies on retries that do not happen; orders fail at each hiccup.",
        NeverRetries,
        says="given up after 0",
    ),
    Fault(
        "retries-what-it-does-not-name",
        ("RTY-001",),
        "Whoever adds retries of his own on top multiplies the load.",
        Retrying,
        says="no retry after a 425",
        troubled=True,
        retries={**POLICY, "statuses": [408, 429, 500, 502, 503, 504]},
    ),
    Fault(
        "retries-more-often-than-declared",
        ("RTY-001",),
        "A call takes longer than its caller waits.",
        Retrying,
        says="at most 2 retries",
        troubled=True,
        retries={**POLICY, "times": 2},
    ),
    Trouble(
        "new-key-on-a-retry",
        ("RTY-002",),
        "A 503 that came after the charge was made: the buyer is charged twice.",
        _changed_again(_new_key),
        says="another key",
    ),
    Trouble(
        "new-key-after-a-lost-answer",
        ("RTY-003",),
        "The buyer is charged twice.",
        _changed_again(_new_key_when_lost),
        says="took effect 2 times",
    ),
    Trouble(
        "body-changed-on-a-retry",
        ("RTY-004",),
        "The retry is refused with DuplicateIdempotencyKey, and a paid order counts as failed.",
        _changed_again(_other_body),
        says="no service takes it for a retry",
    ),
    Fault(
        "retries-for-ever",
        ("RTY-005",),
        "While Amazon is down every process of the shop waits.",
        RetriesForEver,
        says="13",
        troubled=True,
    ),
    Trouble(
        "retries-at-once",
        ("RTY-006",),
        "The account is throttled the more for it.",
        RetriesAtOnce,
        says="a wait of",
    ),
    Trouble(
        "ignores-retry-after",
        ("RTY-007",),
        "The account is throttled the more for it.",
        IgnoresRetryAfter,
        says="as Retry-After asks",
    ),
    Trouble(
        "key-dropped-on-a-retry",
        ("RTY-008",),
        "The buyer is charged twice, if the service takes it at all.",
        _changed_again(_without_key),
        says="which may take effect twice",
    ),
    Fault(
        "cancels-after-a-lost-answer",
        ("RTY-009",),
        "A paid order is canceled.",
        CancelsWhatIsLost,
        says="Cancel Charge",
        troubled=True,
    ),
)

DAMAGE: Final = (
    Fault(
        "lost-answer-is-nothing",
        ("CAL-010",),
        "Goods are sent for a payment that nobody made.",
        LostIsNothing,
        says="looks like success",
        troubled=True,
    ),
    Damaged(
        "unreadable-is-an-empty-object",
        ("CAL-011",),
        "The charge is made, and the shop does not know its id.",
        _parsed_or(lambda response: Returned(response.status_code, body={})),
        says="nothing that looks like success",
    ),
    Damaged(
        "empty-body-is-success",
        ("CAL-011",),
        "The charge is made, and the shop does not know its id.",
        _parsed_or(_on_empty_body),
        says="a body that looks like success",
    ),
    Damaged(
        "driver-does-not-survive-malformed-json",
        ("CAL-012",),
        "One bad answer takes down everything that runs in the same process.",
        _parsed_or(lambda response: object() if response.content else response),
        says="adapter",
    ),
    Damaged(
        "unknown-field-is-an-error",
        ("CAL-013",),
        "The day Amazon adds a field no order goes through.",
        _raising_if(lambda response: NOVEL_FIELD in response.text),
        says="raised",
    ),
    Damaged(
        "unknown-field-dropped",
        ("CAL-013",),
        "What the SDK's class does not know, its caller never sees.",
        in_answer(
            lambda response, _: (
                Returned(response.status_code, body=_without_unknown(response.json()))
                if NOVEL_FIELD in response.text
                else response
            )
        ),
        says=NOVEL_FIELD,
    ),
    Damaged(
        "unknown-state-is-an-error",
        ("CAL-014",),
        "The day Amazon adds a state no order goes through.",
        _raising_if(lambda response: NOVEL_STATE in response.text),
        says="raised",
    ),
    Damaged(
        "unknown-state-is-another",
        ("CAL-014",),
        "A state that nobody knows counts as paid.",
        in_answer(
            lambda response, _: (response.status_code, response.text.replace(NOVEL_STATE, "Completed"))
        ),
        says="statusDetails",
    ),
    Damaged(
        "breaks-without-a-request-id",
        ("CAL-015",),
        "The charge is made, and the shop sees an error of its SDK.",
        _raising_if(lambda response: "x-amz-pay-request-id" not in response.headers),
        says="though it has no",
    ),
    Fault(
        "request-id-is-the-header-line",
        ("CAL-016",),
        "Amazon's support finds nothing by it.",
        _with_request_id(lambda told: f"x-amz-pay-request-id: {told}"),
        says="request id x-amz-pay-request-id",
    ),
)

UNDECIDED: Final = (
    Fault(
        "202-told-as-200",
        ("ASY-002",),
        "The goods are sent before the buyer's bank has agreed.",
        _status_told({202: 200}),
        says="status 200",
    ),
    Fault(
        "pending-told-as-authorized",
        ("ASY-003",),
        "The goods are sent before the buyer's bank has agreed.",
        _state_told({"AuthorizationInitiated": "Authorized"}),
        says="AuthorizationInitiated, which is not decided",
    ),
    Fault(
        "pending-refund-told-as-declined",
        ("ASY-003",),
        "The refund is made a second time, by hand.",
        _state_told({"RefundInitiated": "Declined"}),
        says="RefundInitiated, which is not decided",
    ),
    Fault(
        "pending-state-is-remembered",
        ("ASY-004",),
        "A pending authorisation stays pending for ever; the goods are never sent.",
        PendingIsRemembered,
        says="as it is now",
    ),
)

TROUBLE_FAULTS: Final = (*RETRIES, *DAMAGE, *UNDECIDED)
