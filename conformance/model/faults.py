"""What can go wrong between a client and the service, a row each: what is done, and what a client makes of it.

A fault that is not committed is served instead of the service, which never sees the request. A committed one
is done to the answer of a service that has handled the request. A *transient* answer is worth a retry, a
*damaged* one cannot be read, an *unusual* one is as good as any other.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from amazonpay_conformance.model.machine import Tag

Effect: TypeAlias = Literal["transient", "damaged", "unusual"]


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault.

    `status` is what is answered in place of the service, None where the service answers or nobody does.
    `committed`: whether the service has handled the request. `effect`: what the answer is to a client.
    """

    id: str
    status: int | None
    committed: bool
    effect: Effect
    statement: str
    source: str
    tag: Tag


# fmt: off
FAULTS: Final[tuple[Fault, ...]] = (
    # --- a status in place of the service
    Fault("408",             408,  False, "transient", "The request took too long.", "§7", "S"),
    Fault("425",             425,  False, "transient", "It is too early for the request.", "§7 (SDKs retry it)", "S"),
    Fault("429",             429,  False, "transient", "The quota is used up.", "§7", "D2"),
    Fault("429-retry-after", 429,  False, "transient", "The quota is used up, and Retry-After says for how long.", "§7; whether the service sends Retry-After is not known (§13)", "?"),
    Fault("500",             500,  False, "transient", "The service failed.", "§7", "D2"),
    Fault("502",             502,  False, "transient", "A gateway did not reach the service.", "§7 (SDKs retry it)", "S"),
    Fault("503",             503,  False, "transient", "The service is not there.", "§7", "D2"),
    Fault("504",             504,  False, "transient", "A gateway got no answer from the service.", "§7 (SDKs retry it)", "S"),
    Fault("gateway-page",    502,  False, "transient", "A gateway answers with a page in HTML.", "§7 (SDKs retry the status)", "S"),
    # --- the connection
    Fault("dropped-before",  None, False, "transient", "The connection is cut; the service never saw the request.", "§7 (no success guaranteed)", "I"),
    Fault("dropped-after",   None, True,  "transient", "The service did as it was asked; the connection is cut before its answer.", "§7 (no success guaranteed)", "I"),
    Fault("slow",            None, True,  "unusual",   "The answer takes its time.", "§7 (RequestTimeout)", "I"),
    # --- an answer that cannot be read
    Fault("truncated",       None, True,  "damaged",   "The connection is cut in the middle of the body.", "§3 (answers are JSON objects)", "W"),
    Fault("malformed",       None, True,  "damaged",   "The body is no JSON, for its end is missing.", "§3 (answers are JSON objects)", "W"),
    Fault("empty",           None, True,  "damaged",   "The body is empty.", "§3 (answers are JSON objects)", "W"),
    Fault("html",            None, True,  "damaged",   "The body is a page in HTML.", "§3 (answers are JSON objects)", "W"),
    # --- an answer that is only unlike those before
    Fault("no-request-id",   None, True,  "unusual",   "x-amz-pay-request-id is missing.", "§2.1", "S"),
    Fault("unknown-field",   None, True,  "unusual",   "The object has a field that nobody knows yet.", "§3.1 (the set of keys grew over time)", "W"),
    Fault("unknown-state",   None, True,  "unusual",   "The object is in a state that nobody knows yet.", "§4.2, §13.3 (names of the wire have changed)", "D2"),
    Fault("unknown-reason",  None, True,  "unusual",   "The reason code is one that nobody knows yet.", "§4.2, §13.3 (names of the wire have changed)", "D2"),
)
# fmt: on

FAULT_OF: Final[Mapping[str, Fault]] = {fault.id: fault for fault in FAULTS}
"""The rows by id."""

NOVEL_FIELD: Final = "fieldOfTomorrow"
NOVEL_STATE: Final = "StateOfTomorrow"
NOVEL_REASON: Final = "ReasonOfTomorrow"
"""What stands for names that no client can know."""

RETRY_AFTER: Final = 2
"""Seconds that Retry-After asks for: longer than most SDKs wait anyway, short enough for a test."""

SLOW_SECONDS: Final = 0.2
"""How long a slow answer takes: long enough for a client to send twice if it is so minded."""
