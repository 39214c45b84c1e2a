"""A request read as a call of the model, with everything that is wrong with it noted as defects."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any, Final, Literal, TypeAlias
from urllib.parse import parse_qsl

from amazonpay_conformance import schemas
from amazonpay_conformance.model.actions import Call, Defect, NewIds
from amazonpay_conformance.model.headers import DATE_FORM, KEY_FORM, REQUIRED, SINGLE
from amazonpay_conformance.model.money import Price, minor_unit
from amazonpay_conformance.model.operations import Operation, match
from amazonpay_conformance.model.regions import REGIONS, VERSION, environment_of
from amazonpay_conformance.wire.keys import PublicKey
from amazonpay_conformance.wire.messages import JSON, Request
from amazonpay_conformance.wire.signing import (
    ALGORITHMS,
    Authorization,
    MalformedAuthorization,
    SignatureVerdict,
    parse_authorization,
    verify,
)

Environment: TypeAlias = Literal["sandbox", "live"]

IDEMPOTENCY_HEADER: Final = "x-amz-pay-idempotency-key"
SIMULATION_HEADER: Final = "x-amz-pay-simulation-code"
DATE_HEADER: Final = "x-amz-pay-date"
REGION_HEADER: Final = "x-amz-pay-region"

GREATEST_SKEW: Final = 300
"""Seconds that a date may be off where the switch date-skew asks for that. Source: api-facts §10.3 [?]."""
LONGEST_REASON: Final = 255
"""Characters of a cancellationReason. Source: api-facts §2.3 [?]."""

IDEMPOTENCY_KEY = re.compile(KEY_FORM)
"""Source: api-facts §9 [D][S]."""

DATE_FORMS = re.compile(DATE_FORM)
"""The documented basic form and the extended one of the Node SDK. Source: api-facts §2.1 [D][S]."""

_MOMENT = re.compile(r"(\d{4})-?(\d\d)-?(\d\d)T(\d\d):?(\d\d):?(\d\d)Z", re.ASCII)
_PATH = re.compile(r"(?:/(?P<environment>sandbox|live))?/(?P<version>v\d+)(?P<rest>/.*)")
_NUMBER = re.compile(rb"[:,\[]\s*[-\dtf]")
"""How a number, or what Python counts as one, begins in an object or a list; most bodies have none."""

_SCHEMA_DEFECTS: Mapping[str, Defect] = {
    "missing": Defect.MISSING_FIELD,
    "unknown": Defect.UNKNOWN_FIELD,
    "invalid": Defect.INVALID_VALUE,
}


@dataclass(frozen=True, slots=True)
class Merchant:
    """Whose requests these are: his public keys by id. Environment-specific ids carry their prefix."""

    keys: Mapping[str, PublicKey]


@dataclass(frozen=True, slots=True)
class RequestReading:
    """What a request says. `call` is None where no operation matches; `errors` then holds what may answer.

    `violations` are the schema's complaints about the body; `verdict` the signature's, None where there was
    nothing to verify with.
    """

    operation: Operation | None
    call: Call | None
    version: str | None = None
    environment: Environment | None = None
    authorization: Authorization | None = None
    malformed: str | None = None
    verdict: SignatureVerdict | None = None
    violations: tuple[schemas.Violation, ...] = ()
    body: JSON = None
    errors: tuple[tuple[int, str], ...] = ()
    key_known: bool = field(default=True)


def operation_of(request: Request) -> str | None:
    """Return the id of the operation that a request's method and path name, None where they name none."""
    parts = _PATH.fullmatch(request.path)
    found = match(request.method, parts["rest"]) if parts is not None else None
    return found[0].id if found is not None else None


def read_request(
    request: Request, merchant: Merchant, new: NewIds | None = None, *, received_at: float | None = None
) -> RequestReading:
    """Read a request.

    Args:
        request: the message as it was on the wire.
        merchant: whose keys sign here.
        new: the ids that objects get if the call creates them.
        received_at: when it arrived, in seconds since the epoch; None if that is not known.

    Returns:
        The operation, the call for the model, and all that is wrong with the message.
    """
    reading = _read(request, tuple(merchant.keys.items()))
    if reading.call is None:
        return reading
    defects = reading.call.defects
    if received_at is not None and _is_stale(request.headers.get(DATE_HEADER), received_at):
        defects |= {Defect.STALE_DATE}
    elif new is None:
        return reading
    return replace(reading, call=replace(reading.call, new=new or NewIds(), defects=defects))


@lru_cache(maxsize=8)
def _read(request: Request, keys: tuple[tuple[str, PublicKey], ...]) -> RequestReading:
    """Read all that no clock changes: a mock and whoever watches it ask for the same, one after the other."""
    parts = _PATH.fullmatch(request.path)
    if parts is None:
        return RequestReading(None, None, errors=((404, "ResourceNotFound"), (400, "InvalidRequest")))
    environment: Any = parts["environment"]
    if parts["version"] != VERSION:
        return RequestReading(None, None, parts["version"], environment, errors=((400, "InvalidAPIVersion"),))
    found = match(request.method, parts["rest"])
    if found is None:
        return RequestReading(None, None, "v2", environment, errors=_unrouted(parts["rest"]))
    operation, target = found
    authorization, malformed = _authorization(request)
    query, of_query = _query(request, operation)
    key = dict(keys).get(authorization.public_key_id) if authorization else None
    verdict = verify(request, key) if key is not None else None
    body, violations, body_defects = _body(request, operation)
    violations = (*violations, *of_query)
    defects = {
        *_header_defects(request, operation),
        *body_defects,
        *(_defect_of(one, None) for one in of_query),
    }
    defects |= {*_unusual_headers(request, authorization, environment), *_unusual_body(request, body)}
    if malformed is not None:
        defects.add(Defect.INVALID_HEADER)
    if authorization is not None and key is None:
        defects.add(Defect.UNKNOWN_KEY)  # there is nothing to verify a signature with
    elif verdict is None or not verdict.ok:
        defects.add(Defect.SIGNATURE)
    call = Call(
        operation.id,
        target,
        body if isinstance(body, dict) else {},
        simulation=request.headers.get(SIMULATION_HEADER),
        key=request.headers.get(IDEMPOTENCY_HEADER),
        fingerprint=fingerprint(operation, target, body),
        defects=frozenset(defects),
        query=query,
    )
    return RequestReading(
        operation,
        call,
        "v2",
        environment,
        authorization,
        malformed,
        verdict,
        violations,
        body,
        key_known=key is not None,
    )


def signer_of(request: Request) -> str | None:
    """Return the key id that a request names, whether or not its signature verifies."""
    authorization, _ = _authorization(request)
    return None if authorization is None else authorization.public_key_id


def region_of(request: Request, otherwise: str) -> str:
    """Return the key of the region that a request names by its host or its region header."""
    host = (request.headers.get("host") or "").partition(":")[0].lower()
    named = (request.headers.get(REGION_HEADER) or "").strip().lower()
    fitting = (r.key for r in REGIONS.values() if host == r.host)
    aliased = (r.key for r in REGIONS.values() if named in r.aliases)
    return next(fitting, None) or next(aliased, otherwise)


def signs(request: Request, merchant: Merchant) -> bool:
    """Tell whether a request names one of a merchant's keys, whether or not its signature verifies."""
    return signer_of(request) in merchant.keys


def fingerprint(operation: Operation, target: str | None, body: JSON) -> str:
    """Identify a request for idempotency: any changed value makes another one. Source: api-facts §9 [D]."""
    return json.dumps([operation.id, target, body], sort_keys=True, separators=(",", ":"))


def _unrouted(rest: str) -> tuple[tuple[int, str], ...]:
    if any(match(method, rest) for method in ("GET", "POST", "PATCH", "DELETE")):
        return ((405, "UnsupportedOperation"), (405, "RequestNotSupported"))
    return ((404, "ResourceNotFound"), (405, "UnsupportedOperation"), (400, "InvalidRequest"))


def _authorization(request: Request) -> tuple[Authorization | None, str | None]:
    value = request.headers.get("authorization")
    if value is None:
        return None, None
    try:
        parsed = parse_authorization(value)
    except MalformedAuthorization as problem:
        return None, str(problem)
    if parsed.algorithm not in ALGORITHMS:
        return None, f"unknown algorithm {parsed.algorithm!r}; known are {', '.join(ALGORITHMS)}"
    return parsed, None


def _header_defects(request: Request, operation: Operation) -> Iterator[Defect]:
    headers = request.headers
    for name in REQUIRED:
        if name not in headers:
            yield Defect.MISSING_HEADER
    date, content_type = headers.get(DATE_HEADER), headers.get("content-type")
    if date is not None and not DATE_FORMS.fullmatch(date):
        yield Defect.INVALID_HEADER
    if content_type is not None and media_type(content_type) != "application/json":
        yield Defect.INVALID_HEADER
    if operation.needs_key:
        key = headers.get(IDEMPOTENCY_HEADER)
        if key is None:
            yield Defect.MISSING_HEADER
        elif not IDEMPOTENCY_KEY.fullmatch(key):
            yield Defect.INVALID_KEY


def _unusual_headers(
    request: Request,
    authorization: Authorization | None,
    environment: Environment | None,
) -> Iterator[Defect]:
    """What services may take offence at or not: each is a switch of the model."""
    headers = request.headers
    date, region = headers.get(DATE_HEADER), headers.get(REGION_HEADER)
    if date is not None and "-" in date:
        yield Defect.EXTENDED_DATE
    if region is not None and region not in REGIONS:
        yield Defect.REGION_SPELLING
    if headers.repeat and any(len(headers.get_all(name)) > 1 for name in SINGLE):
        yield Defect.REPEATED_HEADER
    if authorization is None:
        return
    signed = list(authorization.signed_headers)
    if signed != sorted(name.lower() for name in signed):
        yield Defect.SIGNED_HEADERS_CASE
    if SIMULATION_HEADER in headers and SIMULATION_HEADER not in map(str.lower, signed):
        yield Defect.UNSIGNED_SIMULATION
    named = environment_of(authorization.public_key_id)
    if environment is not None and environment != (named or "sandbox"):
        yield Defect.OTHER_ENVIRONMENT
    elif environment is not None and named is not None:
        yield Defect.ENVIRONMENT_PATH


def _is_stale(date: str | None, received_at: float) -> bool:
    sent = _moment(date or "")
    return sent is not None and abs(sent - received_at) > GREATEST_SKEW


@lru_cache(maxsize=64)
def _moment(date: str) -> float | None:
    parts = _MOMENT.fullmatch(date)
    if parts is None:
        return None
    try:
        return datetime(*map(int, parts.groups()), tzinfo=UTC).timestamp()  # type: ignore[arg-type,misc]
    except ValueError:
        return None


def _unusual_body(request: Request, body: JSON) -> Iterator[Defect]:
    if not isinstance(body, dict):
        return
    if _NUMBER.search(request.body) and _has_number_amount(body):
        yield Defect.NUMBER_AMOUNT
    if len(str(body.get("cancellationReason") or "")) > LONGEST_REASON:
        yield Defect.LONG_REASON


def _has_number_amount(value: JSON) -> bool:
    if isinstance(value, list):
        return any(map(_has_number_amount, value))
    if not isinstance(value, dict):
        return False
    if "currencyCode" in value and isinstance(value.get("amount"), int | float):
        return True
    return any(map(_has_number_amount, value.values()))


def media_type(value: str) -> str:
    """Return the media type of a content-type header, without parameters, in lower case."""
    return value.split(";", 1)[0].strip().lower()


def _body(
    request: Request, operation: Operation
) -> tuple[JSON, tuple[schemas.Violation, ...], frozenset[Defect]]:
    if operation.request is None:
        return None, (), frozenset()
    try:
        body = request.json() if request.body else {}
        if b"\\u" in request.body:  # half a character can only be written so, and be told to nobody
            json.dumps(body, ensure_ascii=False).encode("utf-8")
    except ValueError:
        return None, (), frozenset({Defect.NOT_JSON})
    if b"null" in request.body:
        body = without_nulls(body)
    violations = schemas.violations(operation.request, body)
    if _NUMBER.search(request.body):
        violations = (*violations, *_too_fine(body))
    return body, violations, frozenset(_defect_of(violation, body) for violation in violations)


def _too_fine(value: JSON, path: str = "") -> Iterator[schemas.Violation]:
    """Yield the amounts that are JSON numbers with more decimals than their currency has: §6.8, §6.9.

    A schema cannot say that of a number without calculating in binary.
    """
    if isinstance(value, list):
        for number, item in enumerate(value):
            yield from _too_fine(item, f"{path}/{number}")
    if not isinstance(value, dict):
        return
    amount, price = value.get("amount"), Price.parse(value)
    if isinstance(amount, float) and price is not None and _has_parts_of(price.amount, price.currency):
        found = f"found {amount}, expected at most the decimals of {price.currency}"
        yield schemas.Violation(f"{path}/amount", "invalid", found, "A price has its currency's decimals.")
    for name, item in value.items():
        yield from _too_fine(item, f"{path}/{name}")


def _has_parts_of(amount: Decimal, currency: str) -> bool:
    """Tell whether an amount has parts of the currency's least unit; the largest floats have none."""
    return abs(amount) < _WHOLE and bool(amount % minor_unit(currency))


_WHOLE: Final = Decimal(2**53)
"""From here on every float is a whole number."""


def _defect_of(violation: schemas.Violation, body: JSON) -> Defect:
    if violation.path.endswith("/webCheckoutDetails/checkoutMode") and violation.kind == "unknown":
        return Defect.MODE_AT_UPDATE  # where it is refused was not to be seen: api-facts §5.6 [?]
    if _is_of_button_address(violation, body):
        return Defect.BUTTON_ADDRESS
    return _SCHEMA_DEFECTS[violation.kind]


def _is_of_button_address(violation: schemas.Violation, body: JSON) -> bool:
    """Whether it is one of the two rules of such an address, not one of a field of it: api-facts §5.6 [S]."""
    if violation.path == "/addressDetails/phoneNumber":
        return violation.kind == "missing"
    held = body.get("addressDetails") if isinstance(body, dict) else None
    text = isinstance(held, dict) and isinstance(held.get("stateOrRegion"), str)
    return violation.path == "/addressDetails/stateOrRegion" and text


def _query(request: Request, operation: Operation) -> tuple[dict[str, str], tuple[schemas.Violation, ...]]:
    """Return what a query says and what its schema has against it; a parameter sent twice is a list.

    Whether an unknown parameter is refused is not known (api-facts §7 tells of bodies), so it is left out.
    """
    if operation.query is None:
        return {}, ()
    query: dict[str, str] = {}
    for name, value in parse_qsl(request.query or "", keep_blank_values=True):
        query[name] = f"{query[name]},{value}" if name in query else value
    violations = schemas.violations(operation.query, query)
    unknown = {v.path.removeprefix("/") for v in violations if v.kind == "unknown"}
    known = {name: value for name, value in query.items() if name not in unknown}
    return known, tuple(v for v in violations if v.kind != "unknown")


def without_nulls(value: JSON) -> JSON:
    """Return a body without the fields that are null, at every level.

    Whether the service refuses a null is not known (api-facts §2.3), so it is read as a field not sent.
    """
    if isinstance(value, dict):
        return {name: without_nulls(item) for name, item in value.items() if item is not None}
    return [without_nulls(item) for item in value] if isinstance(value, list) else value
