"""What of an exchange may be kept: an allow-list of names, each with the shape its value must have.

The one rule: what is not known to be harmless goes. A value stays only if its field or header is in a table
below *and* it looks as that field should; so neither a new field nor an e-mail address in the wrong place can
get through. What stays is what a finding needs: ids, states, reason codes, amounts, times, flags, hosts.
Structure stays too: null, true and false are kept everywhere, objects and lists keep their form.
Field names are those of api-facts §2.3, §3, §11 and §12.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, TypeAlias
from urllib.parse import urlsplit

from amazonpay_conformance.wire.messages import JSON, Headers
from amazonpay_conformance.wire.signing import (
    ALGORITHMS,
    Authorization,
    MalformedAuthorization,
    parse_authorization,
)

REDACTED: Final = "[redacted]"
DEEPEST: Final = 64
"""Levels of nesting that are looked at; Amazon Pay's objects have six."""

Shape: TypeAlias = re.Pattern[str]


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


WORD: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,63}")  # enumerations: states, reasons, constraints, types
ORDER_ID: Final = re.compile(r"[SPBC]\d{2}-\d{7}-\d{7}(-[CRB]\d{6})?")  # api-facts §3.0
UUID: Final = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
ACCOUNT_ID: Final = re.compile(r"A[A-Z0-9]{9,24}")  # merchants, platforms, reports
STORE_ID: Final = re.compile(r"amzn1\.application-oa2-client\.[0-9a-zA-Z]{1,64}")
TOPIC: Final = re.compile(r"arn:aws[a-z-]*:sns:[a-z0-9-]+:\d{12}:[A-Za-z0-9_-]{1,256}")
NUMBER: Final = re.compile(r"-?\d{1,12}(\.\d{1,6})?")
CURRENCY: Final = re.compile(r"[A-Za-z]{3}")
TIME: Final = re.compile(r"\d{8}T\d{6}Z|\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?Z|\d{10}|\d{13}")
URL: Final = re.compile(r"https?://[^\s]+")
"""Kept as scheme and host: paths and queries of shops carry tokens and customers."""
EMBEDDED: Final = re.compile(r"\{.*\}", re.DOTALL)
"""JSON in a string, as SNS wraps a message: redacted inside."""

FIELDS: Final[Mapping[str, Shape]] = MappingProxyType(
    {
        name: shape
        for shape, names in (
            (UUID, "checkoutSessionId MessageId NotificationId"),
            (ORDER_ID, "chargePermissionId chargeId refundId disputeId ObjectId ChargePermissionId"),
            (ACCOUNT_ID, "platformId merchantId MerchantID reportId reportScheduleId reportDocumentId"),
            (STORE_ID, "storeId"),
            (TOPIC, "TopicArn"),
            (WORD, "state reasonCode resolution productType orderType chargePermissionType paymentIntent"),
            (WORD, "constraintId checkoutMode releaseEnvironment chargeInitiator channel unit type scopes"),
            (WORD, "specialRestrictions signInScopes reportType reportTypes processingStatus carrierCode"),
            (WORD, "scheduleFrequency filingReason disputeType resolutionAuthority evidenceType purpose"),
            (WORD, "ObjectType NotificationType NotificationVersion Type"),
            (CURRENCY, "currencyCode presentmentCurrency ledgerCurrency"),
            (NUMBER, "amount value convertedAmount conversionRate SignatureVersion pageSize size"),
            (TIME, "creationTimestamp expirationTimestamp lastUpdatedTimestamp closureTimestamp Timestamp"),
            (TIME, "filingTimestamp uploadTimestamp urlExpirationTimestamp merchantResponseDeadline"),
            (TIME, "startTime endTime createdTime createdSince createdUntil nextReportCreationTime"),
            (TIME, "processingStartTime processingEndTime"),
            (URL, "checkoutReviewReturnUrl checkoutResultReturnUrl checkoutCancelUrl checkoutErrorUrl"),
            (URL, "amazonPayRedirectUrl signInReturnUrl signInCancelUrl url"),
            (URL, "SigningCertURL SubscribeURL UnsubscribeURL"),
            (EMBEDDED, "Message"),
        )
        for name in names.split()
    }
)
"""Name of a JSON field → the shape in which its value is harmless."""

PERSONAL: Final = _words(
    "buyer shippingAddress billingAddress addressDetails shippingAddressList paymentPreferences tokens "
    "primaryContactPerson beneficiaryOwners businessInfo"
)
"""Objects about people and their means of payment: nothing inside stays but their form."""

WITHHELD: Final = _words(
    # people: address and buyer
    "buyerId name email phoneNumber addressLine1 addressLine2 addressLine3 city county district "
    "districtOrCounty stateOrRegion postalCode countryCode addressId primeMembershipTypes paymentDescriptor "
    # secrets
    "Signature Token authorizationToken amazonPayToken nextToken buyerToken "
    # free text
    "message description reasonDescription closureReason cancellationReason softDescriptor supplementaryData "
    "merchantReferenceId merchantStoreName noteToBuyer customInformation checkoutButtonText trackingNumber "
    "providerReferenceId chargePermissionReferenceId amazonOrderReferenceId Subject evidenceText fileId "
    # objects and flags, of which only the form stays
    "webCheckoutDetails paymentDetails recurringMetadata frequency paymentMethodOnFileMetadata setupOnly "
    "merchantDetails merchantMetadata providerMetadata statusDetails reasons constraints limits amountLimit "
    "amountBalance chargeAmount captureAmount refundAmount refundedAmount totalOrderAmount "
    "estimateOrderTotal disputeAmount price cartDetails deliverySpecifications addressRestrictions "
    "restrictions statesOrRegions zipCodes multiAddressesCheckoutMetadata deliveryDetails merchantEvidences "
    "canHandlePendingAuthorization captureNow cancelPendingCharges allowOvercharge extendExpiration "
    "deleteExistingSchedule"
)
"""Field names that are known and may be shown, whose values may not."""

KNOWN_NAMES: Final = frozenset(FIELDS) | PERSONAL | WITHHELD

HEADERS: Final[Mapping[str, Shape]] = MappingProxyType(
    {
        name: re.compile(pattern, re.ASCII)
        for pattern, names in (
            (r"[\w.+*/;=, \"-]{1,200}", "accept accept-encoding accept-language content-type"),
            (r"\d{1,12}", "content-length retry-after"),
            (r"[A-Za-z0-9.:-]{1,100}", "host x-amz-pay-host"),
            (r"[\w ./();:,+-]{1,200}", "user-agent server date connection transfer-encoding cache-control"),
            (TIME.pattern, "x-amz-pay-date"),
            (r"[A-Za-z]{2}", "x-amz-pay-region"),
            (r"[A-Za-z0-9_-]{1,64}", "x-amz-pay-idempotency-key x-amz-pay-request-id"),
            (WORD.pattern, "x-amz-pay-simulation-code"),
            (r"[\w .+-]{1,64}", "x-amz-pay-sdk-type x-amz-pay-sdk-version x-amz-pay-language-version"),
            (r"[\w .+-]{1,64}", "x-amz-pay-platform-version x-amz-pay-integrator-version"),
            (r"[A-Za-z0-9]{1,32}", "x-amz-pay-integrator-id"),
            (URL.pattern, "location"),
        )
        for name in names.split()
    }
)
"""Name of a header, lower-cased → the shape in which its value is harmless."""

PATH_WORDS: Final = _words(
    "sandbox live v1 v2 checkoutSessions complete finalize chargePermissions close charges capture cancel "
    "refunds buyers deliveryTrackers authorizationTokens reports report-documents report-schedules "
    "disbursements merchantAccounts claim stores disputes contest files in-store merchantScan charge refund"
)
"""The fixed segments of the API's paths (api-facts §2.2)."""

PATH_IDS: Final = (UUID, ORDER_ID, ACCOUNT_ID)
"""What else a path may show."""

BEFORE_A_TOKEN: Final = ("buyers", "authorizationTokens")
"""The path segments behind which a token stands (api-facts §2.2)."""

_PUBLIC_KEY_ID: Final = re.compile(r"((SANDBOX|LIVE)-?)?[A-Z0-9]{1,40}")
_COUNTRY: Final = re.compile(r"[A-Z]{2}")  # keys of addressRestrictions.restrictions

_NO_HASH: Final = r"(?![0-9a-f]{64}(?![A-Za-z0-9+/_-]))"

TEXT_SECRETS: Final = (
    re.compile(r"-----BEGIN [A-Z0-9 ]+-----.*?(-----END [A-Z0-9 ]+-----|\Z)", re.DOTALL),  # a cut-off one too
    re.compile(r"eyJ[\w-]+(\.[\w-]+){1,2}"),  # JSON web tokens: authtoken, api-facts §2.1
    re.compile(r"Atz[a-z]\|[^\s\"'&]+"),  # Login with Amazon's tokens
    re.compile(r"[\w.%+-]{1,64}@[\w-]+(\.[\w-]+)+"),
    # a SHA-256 in hex is no secret, and what a signature must be compared by
    re.compile(
        rf"(?<![A-Za-z0-9+/]){_NO_HASH}[A-Za-z0-9+/]{{60,}}={{0,2}}((\r?\n|\\n)[A-Za-z0-9+/]+={{0,2}})*"
    ),
    re.compile(rf"(?<![A-Za-z0-9_-]){_NO_HASH}[A-Za-z0-9_-]{{60,}}={{0,2}}"),
)
"""What never stands in a message that is shown."""


def redact_headers(headers: Headers) -> Headers:
    """Return the headers with every value replaced that is not known to be harmless.

    Of an authorization header everything but the signature stays; of an odd one nothing.
    """
    return Headers(tuple((name, _header_value(name.lower(), value)) for name, value in headers))


def redact_body(value: JSON) -> JSON:
    """Return a parsed JSON body with every value replaced that is not known to be harmless.

    Unknown field names are replaced too, for somebody may key an object by an e-mail address.
    """
    return _redacted(value, None, FIELDS, DEEPEST)


def redact_target(target: str) -> str:
    """Return a request target with every segment and query value replaced that is not known harmless."""
    path, mark, query = target.partition("?")
    segments = path.split("/")
    shown = (_segment(segment, before) for before, segment in zip(["", *segments], segments, strict=False))
    return "/".join(shown) + mark + "&".join(_parameter(piece) for piece in query.split("&"))


def redact_text(text: str) -> str:
    """Return a message with keys, tokens, signatures and e-mail addresses masked.

    This is a deny-list, the best that free text allows: use it for clients' error messages, for nothing else.
    """
    for secret in TEXT_SECRETS:
        text = secret.sub(REDACTED, text)
    return text


def _header_value(name: str, value: str) -> str:
    if name == "authorization":
        return _authorization(value)
    return redact_text(_kept(value, HEADERS.get(name)))


def _authorization(value: str) -> str:
    try:
        found = parse_authorization(value)
    except MalformedAuthorization:
        return REDACTED
    harmless = (
        found.algorithm in ALGORITHMS
        and _PUBLIC_KEY_ID.fullmatch(found.public_key_id)
        and all(len(name) <= 64 for name in found.signed_headers)
    )
    if not harmless:
        return REDACTED
    return Authorization(found.algorithm, found.public_key_id, found.signed_headers, REDACTED).value


def _redacted(value: JSON, name: str | None, fields: Mapping[str, Shape], depth: int) -> JSON:
    """Redact `value`, which stands in the field called `name`, as far as `fields` does not allow it."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, list) and depth:
        return [_redacted(item, name, fields, depth - 1) for item in value]
    if isinstance(value, dict) and depth:
        return dict(_entry(item, number, fields, depth - 1) for number, item in enumerate(value.items(), 1))
    shape = fields.get(name) if name is not None else None
    if shape is EMBEDDED and isinstance(value, str):
        return _embedded(value, depth)
    if isinstance(value, str):
        return _kept(value, shape)
    number = isinstance(value, int | float)
    return value if number and shape is not None and shape.fullmatch(str(value)) else REDACTED


def _entry(item: tuple[str, JSON], number: int, fields: Mapping[str, Shape], depth: int) -> tuple[str, JSON]:
    name, value = item
    if name not in KNOWN_NAMES and not _COUNTRY.fullmatch(name):
        return f"[redacted {number}]", _redacted(value, None, {}, depth)
    return name, _redacted(value, name, {} if name in PERSONAL else fields, depth)


def _embedded(text: str, depth: int) -> str:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return REDACTED
    return json.dumps(_redacted(value, None, FIELDS, depth - 1)) if depth else REDACTED


def _kept(value: str, shape: Shape | None) -> str:
    if shape is None or not shape.fullmatch(value):
        return REDACTED
    return _host_only(value) if shape.pattern == URL.pattern else value


def _host_only(url: str) -> str:
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:  # a port that is none, or brackets that do not match
        return REDACTED
    if not re.fullmatch(r"[a-z0-9.-]{1,253}", host):
        return REDACTED
    site = f"{parts.scheme}://{host}" + (f":{port}" if port else "")
    return site if parts[2:] == ("", "", "") else f"{site}/{REDACTED}"


def _segment(segment: str, before: str) -> str:
    harmless = not segment or segment in PATH_WORDS or any(shape.fullmatch(segment) for shape in PATH_IDS)
    return segment if harmless and before not in BEFORE_A_TOKEN else REDACTED


def _parameter(piece: str) -> str:
    name, equals, value = piece.partition("=")
    if not piece:
        return piece
    shown = name if name in KNOWN_NAMES else REDACTED
    return f"{shown}={_kept(value, FIELDS.get(name))}" if equals else shown
