"""Every field's rule: the bodies of api-facts §2.3, typed here a second time, held against the schemas.

A path is that of a body, so `0` stands for any element of a list and `US` for any country. The least body
around a field has what is required, the objects that the field is in, and what the field needs.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest
from amazonpay_conformance import schemas
from amazonpay_conformance.model.operations import OPERATIONS

JSON_TYPES: Mapping[str, Any] = {
    "string": "?", "number": 1.5, "integer": 7, "boolean": True, "object": {}, "array": [], "null": None,
}  # fmt: skip
"""A value of each type."""


@dataclass(frozen=True)
class Kind:
    """What a field takes: the JSON types, a value that is right, and values of a right type that are not."""

    types: tuple[str, ...]
    right: Any
    wrong: tuple[Any, ...] = ()


URL = "https://shop.example/"
KINDS: Mapping[str, Kind] = {
    "text": Kind(("string",), "x"),
    "text or null": Kind(("string", "null"), "x"),
    "url": Kind(("string",), URL, ("http://shop.example/", "shop.example")),
    "flag": Kind(("boolean",), True),
    "object": Kind(("object",), {}),
    "object or null": Kind(("object", "null"), {}),
    "list": Kind(("array",), []),
    "choice": Kind(("string",), "", ("", "Other")),
    # §13.9: a string or a number; §6.9: at most two decimals
    "amount": Kind(("string", "number", "integer"), "1.00", ("", "1,00", "1.005")),
    # §13.8: a string or an integer; §5.2: 0 goes with every unit
    "count": Kind(("string", "integer"), "0", ("", "one", "1.5")),
    # §3.0
    "store": Kind(("string",), "amzn1.application-oa2-client.0a1b", ("A1B2C3", "amzn1.account.0A")),
    "permission": Kind(("string",), "S01-5105180-3221187", ("", "S01-5105180-3221187-C056351")),
    "charge": Kind(("string",), "S01-5105180-3221187-C056351", ("", "S01-5105180-3221187")),
}


@dataclass(frozen=True)
class Field:
    """A row: what the field takes, whether it must be there, and what must be beside it."""

    path: str
    kind: str
    required: bool = False
    longest: int | None = None
    choices: tuple[str, ...] = ()
    needs: Mapping[str, Any] = field(default_factory=dict)

    @property
    def parent(self) -> str:
        return self.path.rpartition("/")[0]

    @property
    def right(self) -> Any:
        return self.choices[0] if self.choices else KINDS[self.kind].right


F = Field
MUST = True

CURRENCIES = ("USD", "AUD", "GBP", "DKK", "EUR", "HKD", "JPY", "NZD", "NOK", "ZAR", "SEK", "CHF")
INTENTS = ("AuthorizeWithCapture", "Confirm", "Authorize")
SCOPES = ("name", "email", "phoneNumber", "billingAddress", "postalCode", "shippingAddress", "primeStatus")
UNITS = ("Year", "Month", "Week", "Day", "Variable")
CHANNELS = ("Web", "Phone", "App", "Alexa", "PointOfSale", "FireTv", "Offline", "Amazon", "Firetv")
STATES = (  # of a charge: §4.3
    "Canceled", "AuthorizationInitiated", "Authorized", "CaptureInitiated", "Captured", "Declined",
)  # fmt: skip
REASONS = (
    "ExpiredUnused", "AmazonCanceled", "MerchantCanceled", "ChargePermissionCanceled", "BuyerCanceled",
    "SoftDeclined", "HardDeclined", "AmazonRejected", "ProcessingFailure", "TransactionTimedOut",
)  # fmt: skip
ADDRESS = {
    "name": 50, "addressLine1": 180, "addressLine2": 60, "addressLine3": 60, "city": 50, "county": 50,
    "district": 50, "stateOrRegion": 50, "postalCode": 20, "countryCode": 3, "phoneNumber": 20,
}  # fmt: skip
METADATA = {
    "merchantReferenceId": 256, "merchantStoreName": 50, "noteToBuyer": 255, "customInformation": 4096,
}  # fmt: skip


def price(path: str, *, required: bool = False, kind: str = "object") -> tuple[Field, ...]:
    amount = F(f"{path}/amount", "amount", MUST)
    return F(path, kind, required), amount, F(f"{path}/currencyCode", "choice", MUST, choices=CURRENCIES)


def metadata() -> tuple[Field, ...]:
    texts = (F(f"merchantMetadata/{name}", "text", longest=limit) for name, limit in METADATA.items())
    return F("merchantMetadata", "object"), *texts


def provider() -> tuple[Field, ...]:
    return F("providerMetadata", "object"), F("providerMetadata/providerReferenceId", "text")


def recurring() -> tuple[Field, ...]:
    """§5.2: a frequency is a unit and a value, as a price is an amount and a currency."""
    at = "recurringMetadata"
    return (
        F(at, "object"),
        F(f"{at}/frequency", "object"),
        F(f"{at}/frequency/unit", "choice", MUST, choices=UNITS),
        F(f"{at}/frequency/value", "count", MUST),
        *price(f"{at}/amount", kind="object or null"),
    )


def address(path: str) -> tuple[Field, ...]:
    """It must equal Amazon's, so what Amazon has as null may be null."""
    return F(path, "object"), *(F(f"{path}/{n}", "text or null", longest=at) for n, at in ADDRESS.items())


def address_details() -> tuple[Field, ...]:
    """Fields of Address, but districtOrCounty; the lengths are known of Address only."""
    names = ["districtOrCounty", *(name for name in ADDRESS if name not in ("county", "district"))]
    rows = (F(f"addressDetails/{name}", "text", MUST if name == "phoneNumber" else False) for name in names)
    return F("addressDetails", "object"), *rows


def payment_details() -> tuple[Field, ...]:
    """What both Create and Update take."""
    at = "paymentDetails"
    return (
        F(at, "object"),
        F(f"{at}/paymentIntent", "choice", choices=INTENTS),
        F(f"{at}/canHandlePendingAuthorization", "flag"),
        *price(f"{at}/chargeAmount"),
        *price(f"{at}/totalOrderAmount"),
        F(f"{at}/softDescriptor", "text", longest=16),
    )


DELIVERY = "deliverySpecifications"
RESTRICTIONS = f"{DELIVERY}/addressRestrictions/restrictions"
WEB = "webCheckoutDetails"
NEEDS_OF_THE_BUTTON = {"paymentDetails": {}, f"{WEB}/checkoutResultReturnUrl": URL}

FIELDS: Mapping[str, tuple[Field, ...]] = {
    "create_checkout_session": (
        F(WEB, "object", MUST),
        F(f"{WEB}/checkoutReviewReturnUrl", "url", MUST),  # of the standard flow: see below
        F(f"{WEB}/checkoutResultReturnUrl", "url"),
        F(f"{WEB}/checkoutCancelUrl", "url"),
        F(f"{WEB}/checkoutMode", "choice", choices=("ProcessOrder",), needs=NEEDS_OF_THE_BUTTON),
        F(f"{WEB}/checkoutErrorUrl", "url"),
        F("storeId", "store", MUST),
        F("scopes", "list"),
        F("scopes/0", "choice", choices=SCOPES),
        F("chargePermissionType", "choice", choices=("OneTime", "Recurring", "PaymentMethodOnFile")),
        *recurring(),
        F("paymentMethodOnFileMetadata", "object"),
        F("paymentMethodOnFileMetadata/setupOnly", "flag"),
        F("chargePermissionId", "permission"),
        F(DELIVERY, "object"),  # §5.4
        F(f"{DELIVERY}/specialRestrictions", "list"),
        F(f"{DELIVERY}/specialRestrictions/0", "choice", choices=("RestrictPOBoxes", "RestrictPackstations")),
        F(f"{DELIVERY}/addressRestrictions", "object"),
        F(f"{DELIVERY}/addressRestrictions/type", "choice", choices=("Allowed", "NotAllowed")),
        F(RESTRICTIONS, "object"),
        F(f"{RESTRICTIONS}/US", "object"),
        F(f"{RESTRICTIONS}/US/statesOrRegions", "list"),
        F(f"{RESTRICTIONS}/US/statesOrRegions/0", "text"),
        F(f"{RESTRICTIONS}/US/zipCodes", "list"),
        F(f"{RESTRICTIONS}/US/zipCodes/0", "text"),
        *address_details(),
        *payment_details(),
        F("paymentDetails/presentmentCurrency", "choice", choices=CURRENCIES),
        F("paymentDetails/allowOvercharge", "flag"),
        F("paymentDetails/extendExpiration", "flag"),
        *metadata(),
        F("platformId", "text"),
        *provider(),
        F("supplementaryData", "text"),
        F("channelType", "text"),
    ),
    "update_checkout_session": (
        F(WEB, "object"),
        F(f"{WEB}/checkoutReviewReturnUrl", "url"),
        F(f"{WEB}/checkoutResultReturnUrl", "url"),
        F(f"{WEB}/checkoutCancelUrl", "url"),
        *payment_details(),
        *metadata(),
        F("supplementaryData", "text"),
        F("platformId", "text"),
        *provider(),
        *recurring(),
        F("multiAddressesCheckoutMetadata", "list"),  # §5.5
        F("multiAddressesCheckoutMetadata/0", "object"),
        F("multiAddressesCheckoutMetadata/0/addressId", "text"),
        *price("multiAddressesCheckoutMetadata/0/price"),
    ),
    "complete_checkout_session": (*price("chargeAmount"), *price("totalOrderAmount")),
    "finalize_checkout_session": (
        F("paymentIntent", "choice", MUST, choices=INTENTS),
        *price("chargeAmount", required=True),
        *price("totalOrderAmount"),
        F("canHandlePendingAuthorization", "flag"),
        F("supplementaryData", "text"),
        *address("shippingAddress"),
        *address("billingAddress"),
    ),
    "update_charge_permission": (*metadata(), *recurring()),
    "close_charge_permission": (
        F("closureReason", "text", MUST, longest=255),
        F("cancelPendingCharges", "flag"),
    ),
    "create_charge": (
        F("chargePermissionId", "permission", MUST),
        *price("chargeAmount", required=True),
        F("captureNow", "flag"),
        F("canHandlePendingAuthorization", "flag"),
        F("softDescriptor", "text", longest=16, needs={"captureNow": True}),
        *metadata(),
        *provider(),
        F("platformId", "text"),
        F("chargeInitiator", "choice", choices=("CITU", "MITU", "CITR", "MITR")),
        F("channel", "choice", choices=CHANNELS),
        F(WEB, "object"),
        F(f"{WEB}/checkoutResultReturnUrl", "url"),
    ),
    "update_charge": (
        F("statusDetails", "object"),
        F("statusDetails/state", "choice", choices=STATES),
        F("statusDetails/reasonCode", "choice", choices=REASONS),
    ),
    "capture_charge": (*price("captureAmount", required=True), F("softDescriptor", "text", longest=16)),
    "cancel_charge": (F("cancellationReason", "text", MUST),),
    "create_refund": (
        F("chargeId", "charge", MUST),
        *price("refundAmount", required=True),
        F("softDescriptor", "text", longest=16),
    ),
}

ONLY_AT_CREATION = {
    "storeId", "scopes", "deliverySpecifications", "chargePermissionType", "addressDetails",
    "webCheckoutDetails/checkoutMode", "paymentDetails/presentmentCurrency",
    # §6.4, §2.3: only through the button
    "paymentDetails/allowOvercharge", "paymentDetails/extendExpiration",
    # not in the list of what Update takes
    "webCheckoutDetails/checkoutErrorUrl", "paymentMethodOnFileMetadata", "chargePermissionId", "channelType",
}  # fmt: skip

EACH = [(operation, row) for operation, rows in FIELDS.items() for row in rows]


def each(rows: list[tuple[str, Field]]) -> pytest.MarkDecorator:
    """Run a test for each of these rows."""
    return pytest.mark.parametrize(("operation", "row"), rows, ids=[f"{o}-{r.path}" for o, r in rows])


def schema_of(operation: str) -> str:
    return f"requests/{operation.replace('_', '-')}"


def least(operation: str, row: Field | None = None, value: Any = None) -> Any:
    """The least body around a field, with that value in it; without one, just what is required."""
    rows = {each.path: each for each in FIELDS[operation]}
    chosen: dict[str, Any] = {"": {}, **(dict(row.needs) if row else {})}
    if row is not None:
        chosen |= {rows[path].path: rows[path].right for path in _within(row.path)} | {row.path: value}
    for path, other in rows.items():  # a parent stands before its fields
        inside = row is not None and path.startswith(f"{row.path}/")
        if other.required and other.parent in chosen and path not in chosen and not inside:
            chosen[path] = other.right
    return _body(chosen)


def around(operation: str, row: Field) -> Any:
    """The least body around a field that is right, and whole if it is an object."""
    inner = {r.path: r.right for r in FIELDS[operation] if r.required and r.parent == row.path}
    return _with(least(operation, row, _copied(row.right)), inner)


def _within(path: str) -> Iterator[str]:
    steps = path.split("/")
    return ("/".join(steps[:n]) for n in range(1, len(steps)))


def _body(chosen: Mapping[str, Any]) -> Any:
    return _with({}, {path: value for path, value in chosen.items() if path})


def _with(body: Any, values: Mapping[str, Any]) -> Any:
    for path in sorted(values, key=lambda path: path.count("/")):
        *steps, last = path.split("/")
        holder = body
        for step in steps:
            holder = holder[int(step)] if isinstance(holder, list) else holder[step]
        if isinstance(holder, list):
            holder.append(_copied(values[path]))
        else:
            holder[last] = _copied(values[path])
    return body


def _copied(value: Any) -> Any:
    return type(value)(value) if isinstance(value, dict | list) else value


def fields_in(name: str) -> set[str]:
    """The paths of all fields that a schema knows."""
    return set(_paths(schemas.load(name), ""))


def _paths(node: Any, prefix: str) -> Iterator[str]:
    if "$ref" in node:
        node = _target(node["$ref"])
    if "$ref" in node.get("then", {}):  # what holds of an object where null is taken too
        yield from _paths(node["then"], prefix)
    known = [*node.get("properties", {}).items()]
    known += [("US", inner) for inner in node.get("patternProperties", {}).values()]
    known += [("0", node["items"])] if "items" in node else []
    for key, inner in known:
        yield prefix + key
        yield from _paths(inner, f"{prefix}{key}/")


def _target(reference: str) -> Any:
    node: Any = schemas.load("common")
    for step in reference.partition("#/")[2].split("/"):
        node = node[step]
    return node


def found(operation: str, body: Any) -> set[tuple[str, str]]:
    """Where a body is wrong, and how."""
    return {(v.path.removeprefix("/"), v.kind) for v in schemas.violations(schema_of(operation), body)}


# --- the tables and the schemas name the same


def test_the_table_has_the_body_of_every_operation() -> None:
    assert set(FIELDS) == {row.id for row in OPERATIONS.values() if row.has_body}


@pytest.mark.parametrize("operation", FIELDS)
def test_a_schema_knows_just_the_fields_of_the_facts(operation: str) -> None:
    paths = [row.path for row in FIELDS[operation]]
    assert len(set(paths)) == len(paths)
    assert fields_in(schema_of(operation)) == set(paths)


def test_the_button_payload_has_the_fields_of_create_checkout_session() -> None:
    assert schemas.load("requests/button-payload")["$ref"] == "create-checkout-session.json"


def test_update_takes_all_but_what_is_set_at_creation() -> None:
    created, updated = (fields_in(schema_of(f"{verb}_checkout_session")) for verb in ("create", "update"))
    missing = created - updated
    assert {path for path in missing if not missing & set(_within(path))} == ONLY_AT_CREATION


# --- each row


@pytest.mark.parametrize("operation", FIELDS)
def test_what_is_required_is_enough(operation: str) -> None:
    assert found(operation, least(operation)) == set()


@each(EACH)
def test_a_field_is_taken(operation: str, row: Field) -> None:
    assert found(operation, around(operation, row)) == set()


@each([(operation, row) for operation, row in EACH if row.required])
def test_a_required_field_is_missed(operation: str, row: Field) -> None:
    body = around(operation, row)
    _holder(body, row.path).pop(row.path.rpartition("/")[2])
    assert found(operation, body) == {(row.path, "missing")}


@each(EACH)
def test_a_value_of_another_type_is_refused(operation: str, row: Field) -> None:
    for name, value in JSON_TYPES.items():
        if name not in KINDS[row.kind].types:
            assert (row.path, "invalid") in found(operation, least(operation, row, value)), name


@each([(operation, row) for operation, row in EACH if KINDS[row.kind].wrong])
def test_a_value_of_another_form_is_refused(operation: str, row: Field) -> None:
    for value in KINDS[row.kind].wrong:
        assert found(operation, least(operation, row, value)) == {(row.path, "invalid")}, value


@each([(operation, row) for operation, row in EACH if "null" in KINDS[row.kind].types])
def test_null_is_taken_where_an_answer_is_repeated(operation: str, row: Field) -> None:
    assert found(operation, least(operation, row, None)) == set()


@each([(operation, row) for operation, row in EACH if row.choices])
def test_each_choice_is_taken(operation: str, row: Field) -> None:
    for value in row.choices:
        assert found(operation, least(operation, row, value)) == set(), value


@each([(operation, row) for operation, row in EACH if row.longest])
def test_a_text_is_taken_up_to_its_length(operation: str, row: Field) -> None:
    longest = row.longest or 0
    assert found(operation, least(operation, row, "x" * longest)) == set()
    assert found(operation, least(operation, row, "x" * (longest + 1))) == {(row.path, "invalid")}


@each([(operation, row) for operation, row in EACH if row.kind == "url"])
def test_a_url_may_be_long(operation: str, row: Field) -> None:
    assert found(operation, least(operation, row, URL + "x" * 10_000)) == set()


@each([(operation, row) for operation, row in EACH if row.kind.startswith("text") and not row.longest])
def test_a_text_without_a_known_length_may_be_long(operation: str, row: Field) -> None:
    assert found(operation, least(operation, row, "x" * 10_000)) == set()


@each([(operation, row) for operation, row in EACH if row.needs])
def test_a_field_is_refused_without_what_it_needs(operation: str, row: Field) -> None:
    for needed in row.needs:
        body = least(operation, row, row.right)
        _holder(body, needed).pop(needed.rpartition("/")[2])
        assert found(operation, body) == {(needed, "missing")}


@pytest.mark.parametrize("operation", FIELDS)
def test_a_field_that_is_not_listed_is_refused(operation: str) -> None:
    """§2.3: UnrecognizedField. One that is ignored in a class of the .NET SDK is as unknown as any."""
    for row in FIELDS[operation]:
        if row.kind.startswith("object"):
            name = f"{row.path}/estimateOrderTotal"
            assert found(operation, _with(around(operation, row), {name: 1})) == {(name, "unknown")}
    assert found(operation, {**least(operation), "surprise": 1}) == {("surprise", "unknown")}


@pytest.mark.parametrize("operation", FIELDS)
def test_a_body_that_is_no_object_is_refused(operation: str) -> None:
    for value in (None, [], "{}", 1):
        assert found(operation, value) == {("", "invalid")}


# --- combinations


@pytest.mark.parametrize("operation", ["create_checkout_session", "update_checkout_session"])
def test_a_soft_descriptor_goes_with_capture_at_once_only(operation: str) -> None:
    for intent in INTENTS:
        details = {"softDescriptor": "x", "paymentIntent": intent}
        wrong = set() if intent == "AuthorizeWithCapture" else {("paymentDetails/paymentIntent", "invalid")}
        assert found(operation, {**least(operation), "paymentDetails": details}) == wrong


def test_a_soft_descriptor_of_a_charge_goes_with_capture_now_only() -> None:
    body = {**least("create_charge"), "softDescriptor": "x", "captureNow": False}
    assert found("create_charge", body) == {("captureNow", "invalid")}


def test_a_review_url_is_needed_in_the_standard_flow_only() -> None:
    body = {**least("create_checkout_session"), WEB: {"checkoutResultReturnUrl": URL}}
    assert found("create_checkout_session", body) == {(f"{WEB}/checkoutReviewReturnUrl", "missing")}
    button = {**body, WEB: {**body[WEB], "checkoutMode": "ProcessOrder"}, "paymentDetails": {}}
    assert found("create_checkout_session", button) == set()
    assert found("create_checkout_session", {**body, "channelType": "MOBILE_SDK"}) == set()


@pytest.mark.parametrize("country", ["GB", "UK", "SG", "AE", "MX", "US", "JP", "DE", None])
def test_a_button_s_address_has_no_state_where_countries_take_none(country: str | None) -> None:
    """§5.6 [S]."""
    address = {"phoneNumber": "0", "stateOrRegion": "x", **({"countryCode": country} if country else {})}
    body = {**least("create_checkout_session"), "addressDetails": address}
    refused = country in ("GB", "UK", "SG", "AE", "MX")
    assert found("create_checkout_session", body) == (
        {("addressDetails/stateOrRegion", "invalid")} if refused else set()
    )
    without = {name: value for name, value in address.items() if name != "stateOrRegion"}
    assert found("create_checkout_session", {**body, "addressDetails": without}) == set()


def test_a_yen_is_not_divided() -> None:
    """§6.8."""
    for amount, wrong in (("500", False), (500, False), ("500.50", True), (500.5, True)):
        body = {"captureAmount": {"amount": amount, "currencyCode": "JPY"}}
        expected = {("captureAmount/amount", "invalid")} if wrong else set()
        assert found("capture_charge", body) == expected


def test_a_variable_frequency_is_zero() -> None:
    """§5.2 [D]."""
    for value, wrong in (("0", False), (0, False), ("1", True), (1, True)):
        body = {"recurringMetadata": {"frequency": {"unit": "Variable", "value": value}}}
        expected = {("recurringMetadata/frequency/value", "invalid")} if wrong else set()
        assert found("update_charge_permission", body) == expected


@pytest.mark.parametrize("unit", [unit for unit in UNITS if unit != "Variable"])
def test_another_frequency_is_any_number(unit: str) -> None:
    for value in ("1", "12", 12):
        body = {"recurringMetadata": {"frequency": {"unit": unit, "value": value}}}
        assert found("update_charge_permission", body) == set()


# --- what a body does not tell, or no source says for sure, is not for the schemas


def _priced(amount: str) -> dict[str, str]:
    return {"amount": amount, "currencyCode": "USD"}


ADDRESSED = {WEB: {"checkoutMode": "ProcessOrder", "checkoutResultReturnUrl": URL}, "paymentDetails": {}}
REVIEWED = {**ADDRESSED, WEB: {**ADDRESSED[WEB], "checkoutReviewReturnUrl": URL}}
MOBILE = {WEB: {"checkoutReviewReturnUrl": URL, "checkoutErrorUrl": URL}}
CAPTURES = {"paymentIntent": "AuthorizeWithCapture", "canHandlePendingAuthorization": True}
SPLIT = {"chargeAmount": _priced("2.00"), "totalOrderAmount": _priced("1.00")}

NOT_FOR_SCHEMAS: list[tuple[str, str, dict[str, Any]]] = [
    ("the product type decides about an address", "create_checkout_session", ADDRESSED),
    (
        "localhost may be tolerated [?]",
        "create_checkout_session",
        {WEB: {"checkoutReviewReturnUrl": "http://localhost/"}},
    ),
    (
        "Recurring may go without its metadata [?]",
        "create_checkout_session",
        {"chargePermissionType": "Recurring"},
    ),
    ("a total may be the smaller one [?]", "create_checkout_session", {"paymentDetails": SPLIT}),
    ("pending with capture, by hearsay [I]", "create_checkout_session", {"paymentDetails": CAPTURES}),
    (
        "pending with captureNow [?]",
        "create_charge",
        {"captureNow": True, "canHandlePendingAuthorization": True},
    ),
    ("a cancellation's length is not known [?]", "cancel_charge", {"cancellationReason": "x" * 256}),
    ("zero may be taken [?]", "create_refund", {"refundAmount": _priced("0.00")}),
    ("a ceiling is the model's (§6.1)", "create_refund", {"refundAmount": _priced("150000.01")}),
    ("a set-up has no amount, which the session tells", "complete_checkout_session", {}),
    ("an address is needed by product type", "finalize_checkout_session", {}),
    ("a review URL beside checkoutMode is idle, not wrong", "create_checkout_session", REVIEWED),
    ("which flow it is the body does not tell", "create_checkout_session", MOBILE),
]


@pytest.mark.parametrize(
    ("why", "operation", "change"), NOT_FOR_SCHEMAS, ids=[row[0] for row in NOT_FOR_SCHEMAS]
)
def test_it_is_left_to_others(why: str, operation: str, change: dict[str, Any]) -> None:
    assert found(operation, {**least(operation), **change}) == set(), why


def _holder(body: Any, path: str) -> Any:
    for step in path.split("/")[:-1]:
        body = body[int(step)] if isinstance(body, list) else body[step]
    return body
