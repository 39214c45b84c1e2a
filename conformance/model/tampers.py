"""What a caller may do wrong on purpose, a row each: how a request is spoilt, and what that makes of it.

What a spoilt request is to be answered follows from its defects by the rules (`rules`); of one that no
operation matches, from `errors`. A row without either must be answered as if nothing had been done to it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from amazonpay_conformance.model.actions import Defect
from amazonpay_conformance.model.machine import Tag
from amazonpay_conformance.model.rules import Error

Spoils: TypeAlias = Literal["any", "body", "key", "simulation"]
"""Which requests can be spoilt so: any, those with a body, an idempotency key, a simulation code."""

NOT_SIGNED: Final = frozenset({Defect.SIGNATURE})
NO_CODE: Final[tuple[Error, ...]] = (
    (404, "ResourceNotFound"),
    (400, "InvalidRequest"),
    (405, "UnsupportedOperation"),
    (405, "RequestNotSupported"),
    (400, "InvalidParameterValue"),
    (400, "InvalidAPIVersion"),
)
"""What may be said of what there is not. Which of them is not documented: api-facts §7."""


@dataclass(frozen=True, slots=True)
class Tamper:
    """A way to spoil a request.

    `signer` tells who signs where it is not the merchant with the key that is configured.
    """

    id: str
    statement: str
    spoils: Spoils
    defects: frozenset[Defect]
    source: str
    tag: Tag
    errors: tuple[Error, ...] = ()
    signer: Literal["", "another merchant", "former key"] = ""


def _unauthorized(*defects: Defect) -> frozenset[Defect]:
    return frozenset({Defect.SIGNATURE, *defects})


T = Tamper
_MALFORMED = _unauthorized(Defect.INVALID_HEADER)
_STRANGER = frozenset({Defect.UNKNOWN_KEY})
_HEADER = frozenset({Defect.INVALID_HEADER})
_KEY = frozenset({Defect.INVALID_KEY})
_MISSING = frozenset({Defect.MISSING_HEADER})
_TWICE = frozenset({Defect.REPEATED_HEADER})
_BODY = frozenset({Defect.NOT_JSON})

# fmt: off
_ROWS = (
    # --- the authorization header: §2.1, §10.2
    T("no-authorization",             "There is no authorization header.", "any", _unauthorized(Defect.MISSING_HEADER), "§2.1, §7", "D"),
    T("empty-authorization",          "The authorization header is empty.", "any", _MALFORMED, "§10.2, §7", "D"),
    T("bearer-authorization",         "The authorization header holds a bearer token.", "any", _MALFORMED, "§10.2, §7", "D"),
    T("authorization-no-algorithm",   "The authorization header names no algorithm.", "any", _MALFORMED, "§10.2, §7", "D"),
    T("authorization-no-key-id",      "The authorization header lacks PublicKeyId.", "any", _MALFORMED, "§10.2, §7", "D"),
    T("authorization-no-headers",     "The authorization header lacks SignedHeaders.", "any", _MALFORMED, "§10.2, §7", "D"),
    T("authorization-no-signature",   "The authorization header lacks Signature.", "any", _MALFORMED, "§10.2, §7", "D"),
    T("unknown-algorithm",            "The authorization header names an algorithm that there is not.", "any", _MALFORMED, "§10.1, §7", "S"),

    # --- the signature: §10
    T("signature-not-base64",         "The signature is not base64.", "any", NOT_SIGNED, "§10.1, §7", "D2"),
    T("signature-cut",                "The signature is cut in half.", "any", NOT_SIGNED, "§10.1, §7", "D2"),
    T("signature-of-zeros",           "The signature is zeros.", "any", NOT_SIGNED, "§10.1, §7", "D2"),
    T("unknown-key-id",               "PublicKeyId is of nobody.", "any", _STRANGER, "§10.2, §7", "D2"),
    T("another-key",                  "It is signed with another private key.", "any", NOT_SIGNED, "§10.2, §7", "D2"),
    T("other-salt",                   "The signature has the salt of the other algorithm.", "any", NOT_SIGNED, "§10.1, §7", "S"),
    T("other-algorithm-named",        "The string that was signed names the other algorithm.", "any", NOT_SIGNED, "§10.2, §7", "S"),
    T("another-method-signed",        "Another method was signed than the one that is sent.", "any", NOT_SIGNED, "§10.2, §7", "S"),
    T("another-path-signed",          "Another path was signed than the one that is sent.", "any", NOT_SIGNED, "§10.2, §7", "S"),
    T("query-not-signed",             "A query was added after signing.", "any", NOT_SIGNED, "§10.2, §7", "S"),
    T("another-date-signed",          "A signed header was changed after signing: the date.", "any", NOT_SIGNED, "§10.2, §7", "S"),
    T("another-idempotency-key-signed", "A signed header was changed after signing: the idempotency key.", "key", NOT_SIGNED, "§10.2, §7", "S"),
    T("signed-header-missing",        "A signed header was taken out after signing.", "any", NOT_SIGNED, "§10.2, §7", "S"),
    T("another-body-signed",          "Another body was signed than the one that is sent.", "body", NOT_SIGNED, "§10.2, §7", "S"),
    T("no-body-signed",               "The body was added after signing.", "body", NOT_SIGNED, "§10.2, §7", "S"),
    T("former-key",                   "It is signed with a key that was revoked.", "any", _STRANGER, "§7, §10.2", "D2", signer="former key"),

    T("signed-headers-in-capitals",   "SignedHeaders are in another case.", "any", frozenset({Defect.SIGNED_HEADERS_CASE}), "§10.2, §13.12", "?"),
    T("simulation-not-signed",        "The simulation code is not among the signed headers.", "simulation", frozenset({Defect.UNSIGNED_SIMULATION}), "§10.3, §13.14", "?"),

    # --- the other headers: §2.1, §9
    T("no-date",                      "There is no x-amz-pay-date.", "any", _MISSING, "§2.1, §7", "D"),
    T("no-content-type",              "There is no content-type.", "any", _MISSING, "§2.1, §7", "D"),
    T("date-in-words",                "x-amz-pay-date is a date in words.", "any", _HEADER, "§2.1, §7", "D"),
    T("date-without-zone",            "x-amz-pay-date does not say that it is UTC.", "any", _HEADER, "§2.1, §7", "D"),
    T("date-impossible",              "x-amz-pay-date is empty.", "any", _HEADER, "§2.1, §7", "D"),
    T("date-of-yesterday",            "x-amz-pay-date is a day ago.", "any", frozenset({Defect.STALE_DATE}), "§10.3", "?"),
    T("date-of-tomorrow",             "x-amz-pay-date is a day ahead.", "any", frozenset({Defect.STALE_DATE}), "§10.3", "?"),
    T("date-extended",                "x-amz-pay-date has the extended form.", "any", frozenset({Defect.EXTENDED_DATE}), "§2.1, §13.10", "?"),
    T("region-in-capitals",           "x-amz-pay-region is in capital letters.", "any", frozenset({Defect.REGION_SPELLING}), "§13.11", "?"),
    T("content-type-text",            "content-type is text/plain.", "any", _HEADER, "§2.1, §7", "D"),
    T("content-type-form",            "content-type is that of a form.", "any", _HEADER, "§2.1, §7", "D"),
    T("no-idempotency-key",           "There is no idempotency key.", "key", _MISSING, "§2.2, §9", "D"),
    T("idempotency-key-empty",        "The idempotency key is empty.", "key", _KEY, "§9", "?"),
    T("idempotency-key-long",         "The idempotency key has 36 characters: a UUID with its dashes.", "key", _KEY, "§9", "?"),
    T("idempotency-key-illegal",      "The idempotency key has characters that are not allowed.", "key", _KEY, "§9", "?"),

    T("date-twice",                   "x-amz-pay-date is sent twice.", "any", _TWICE, "§10.2", "?"),
    T("idempotency-key-twice",        "The idempotency key is sent twice.", "key", _TWICE, "§9, §10.2", "?"),

    # --- the body: §7
    T("body-cut",                     "The body is half of its JSON.", "body", _BODY, "§7", "D"),
    T("body-not-utf8",                "The body is JSON but for a byte that is no UTF-8.", "body", _BODY, "§7", "D"),
    T("body-of-form",                 "The body is that of a form.", "body", _BODY, "§7", "D"),

    # --- where it goes: §1, §2.2
    T("unknown-version",              "The path names a version that there is not.", "any", frozenset(), "§1, §7", "D", NO_CODE),
    T("unknown-path",                 "The path leads to nothing.", "any", frozenset(), "§2.2, §7", "D", NO_CODE),
    T("unknown-method",               "The method is none that the path has.", "any", frozenset(), "§2.2, §7", "D2", NO_CODE),

    T("environment-in-path",          "The path names the environment that the key names already.", "any", frozenset({Defect.ENVIRONMENT_PATH}), "§1, §13.17", "?"),
    T("other-environment",            "The path names the live environment, the key is of the sandbox.", "any", frozenset({Defect.OTHER_ENVIRONMENT}), "§1", "?"),

    # --- nothing wrong with it
    T("replayed",                     "It is a request that was sent before, to the byte.", "key", frozenset(), "§9", "D"),
    T("another-merchant",             "Another merchant makes it.", "any", frozenset(), "§7", "D2", signer="another merchant"),
)
# fmt: on

TAMPERS: Final[Mapping[str, Tamper]] = {row.id: row for row in _ROWS}
"""The ways to spoil a request by id."""

OF_ONE_MERCHANT: Final = frozenset(row.id for row in _ROWS if not row.signer)
"""Those for which one merchant with one key is enough."""

FEW: Final = frozenset({"no-authorization", "another-key", "another-body-signed", "no-date", "body-cut"})
"""Those that a real service is bothered with, where it may be called at all."""


def defects_of(tamper: str | None) -> frozenset[Defect]:
    """Return what is wrong with a request that is spoilt so; what no operation matches counts as not signed."""
    row = TAMPERS.get(tamper or "")
    if row is None:
        return frozenset()
    return NOT_SIGNED if row.errors or row.signer else row.defects
