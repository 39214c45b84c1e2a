"""The headers of requests and answers, a row each: when they are needed and what they hold. api-facts §2.1, §9."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from amazonpay_conformance.model.machine import Tag

Needed: TypeAlias = Literal["always", "creating", "optional"]
"""On every request; on requests of operations that need an idempotency key; or never."""


@dataclass(frozen=True, slots=True)
class Header:
    """A header of a request (or of an answer): when it is needed, and the form of its value, "" for any.

    `signed`: whether the documents and SDKs agree that it is signed when it is sent.
    """

    id: str
    name: str
    of: Literal["request", "answer"]
    needed: Needed
    form: str
    signed: bool
    statement: str
    source: str
    tag: Tag


DATE_FORM = r"\d{8}T\d{6}Z|\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z"
KEY_FORM = r"[A-Za-z0-9_-]{1,32}"

# fmt: off
HEADERS: tuple[Header, ...] = (
    Header("HEA-01", "authorization",                "request", "always",   "",        False, "The algorithm, the public key id, the names of the signed headers, the signature.", "§2.1, §10.2", "D"),
    Header("HEA-02", "x-amz-pay-date",               "request", "always",   DATE_FORM, True,  "The time of the request in UTC, basic ISO 8601; the extended form is accepted.", "§2.1, §13.10", "D"),
    Header("HEA-03", "content-type",                 "request", "always",   "application/json", True, "application/json, on reads too.", "§2.1", "D"),
    Header("HEA-04", "accept",                       "request", "optional", "application/json", True, "application/json; SDKs always send it.", "§2.1", "S"),
    Header("HEA-05", "x-amz-pay-host",               "request", "optional", "",        True,  "The host; SDKs always send it.", "§2.1, §10.3", "S"),
    Header("HEA-06", "x-amz-pay-region",             "request", "optional", "",        True,  "The region or an alias of it; SDKs always send it.", "§2.1, §10.3, §13.11", "S"),
    Header("HEA-07", "x-amz-pay-idempotency-key",    "request", "creating", KEY_FORM,  True,  "What makes a repeated request the same request.", "§2.1, §2.2, §9", "D"),
    Header("HEA-08", "x-amz-pay-simulation-code",    "request", "optional", "",        False, "What the sandbox is to simulate; whether it is signed differs between SDKs.", "§2.1, §8, §13.14", "D"),
    Header("HEA-09", "x-amz-pay-authtoken",          "request", "optional", "",        False, "A solution provider's token for acting for a merchant.", "§2.1", "S"),
    Header("HEA-10", "x-amz-pay-platform-version",   "request", "optional", "",        False, "Telemetry.", "§2.1", "S"),
    Header("HEA-11", "x-amz-pay-integrator-version", "request", "optional", "",        False, "Telemetry.", "§2.1", "S"),
    Header("HEA-12", "x-amz-pay-integrator-id",      "request", "optional", "",        False, "Telemetry.", "§2.1", "S"),
    Header("HEA-13", "x-amz-pay-sdk-type",           "request", "optional", "",        False, "Telemetry; signed by one SDK.", "§2.1", "S"),
    Header("HEA-14", "x-amz-pay-sdk-version",        "request", "optional", "",        False, "Telemetry; signed by one SDK.", "§2.1", "S"),
    Header("HEA-15", "x-amz-pay-language-version",   "request", "optional", "",        False, "Telemetry.", "§2.1", "S"),
    Header("HEA-16", "x-amz-pay-request-id",         "answer",  "always",   "",        False, "What Amazon asks for when something has to be looked up.", "§2.1", "S"),
    Header("HEA-17", "location",                     "answer",  "optional", "",        False, "Where a claimed merchant account is to be confirmed.", "§2.1, §2.2", "S"),
)
# fmt: on

REQUIRED: tuple[str, ...] = tuple(h.name for h in HEADERS if h.of == "request" and h.needed == "always")
"""Headers without which no request is right."""

SINGLE: tuple[str, ...] = tuple(h.name for h in HEADERS if h.of == "request" and h.name != "accept")
"""Headers that have one value, so that no request has two of them: of those above, only `accept` is a list."""
