"""Real bodies obey their schemas, and no longer do with one thing changed."""

from __future__ import annotations

from typing import Any

import pytest
from amazonpay_conformance import schemas

WRONG = [["wrong"]]  # of no type that any field has

# Places that hold any JSON, or whose shape is not known, or that are unknown to an open schema.
UNTYPED = {
    "cartDetails", "merchantDetails", "orderType", "tokens", "payload", "body", "captureNow",
    "canHandlePendingAuthorization",
}  # fmt: skip

# What must be there, copied from api-facts §2.3, §3, §7, §11 and the protocol: sample, place, keys.
REQUIRED = [
    ("session-open-signed-in", "", "checkoutSessionId webCheckoutDetails productType paymentDetails"),
    (
        "session-open-signed-in",
        "",
        "chargePermissionType recurringMetadata merchantMetadata supplementaryData",
    ),
    ("session-open-signed-in", "", "buyer billingAddress paymentPreferences statusDetails shippingAddress"),
    ("session-open-signed-in", "", "platformId chargePermissionId chargeId constraints creationTimestamp"),
    ("session-open-signed-in", "", "expirationTimestamp storeId providerMetadata releaseEnvironment"),
    ("session-open-signed-in", "", "deliverySpecifications"),
    ("session-open-signed-in", "/webCheckoutDetails", "checkoutReviewReturnUrl checkoutResultReturnUrl"),
    ("session-open-signed-in", "/webCheckoutDetails", "amazonPayRedirectUrl checkoutCancelUrl"),
    ("session-open-signed-in", "/paymentDetails", "paymentIntent canHandlePendingAuthorization chargeAmount"),
    ("session-open-signed-in", "/paymentDetails", "totalOrderAmount presentmentCurrency softDescriptor"),
    ("session-open-signed-in", "/paymentDetails", "allowOvercharge extendExpiration"),
    ("session-open-signed-in", "/recurringMetadata", "frequency amount"),
    ("session-open-signed-in", "/recurringMetadata/frequency", "unit value"),
    ("session-open-signed-in", "/merchantMetadata", "merchantReferenceId merchantStoreName noteToBuyer"),
    ("session-open-signed-in", "/merchantMetadata", "customInformation"),
    ("session-open-signed-in", "/buyer", "buyerId name email phoneNumber primeMembershipTypes"),
    ("session-open-signed-in", "/billingAddress", "name addressLine1 addressLine2 addressLine3 city county"),
    (
        "session-open-signed-in",
        "/shippingAddress",
        "district stateOrRegion postalCode countryCode phoneNumber",
    ),
    ("session-open-signed-in", "/paymentPreferences/0", "paymentDescriptor"),
    ("session-open-signed-in", "/statusDetails", "state reasonCode reasonDescription lastUpdatedTimestamp"),
    ("session-open-signed-in", "/constraints/0", "constraintId description"),
    ("session-open-signed-in", "/providerMetadata", "providerReferenceId"),
    ("session-completed", "/statusDetails", "state reasonCode reasonDescription lastUpdatedTimestamp"),
    ("session-completed", "", "checkoutSessionId buyer chargePermissionId chargeId constraints"),
    ("session-canceled", "", "statusDetails"),
    ("session-canceled", "/statusDetails", "state reasonCode"),
    ("permission-in-progress", "", "chargePermissionId chargePermissionReferenceId platformId buyer"),
    ("permission-in-progress", "", "shippingAddress billingAddress paymentPreferences statusDetails"),
    (
        "permission-in-progress",
        "",
        "creationTimestamp expirationTimestamp merchantMetadata releaseEnvironment",
    ),
    ("permission-in-progress", "", "limits chargePermissionType recurringMetadata presentmentCurrency"),
    ("permission-in-progress", "/limits", "amountLimit amountBalance"),
    ("permission-in-progress", "/limits/amountLimit", "amount currencyCode"),
    ("permission-in-progress", "/statusDetails", "state reasons lastUpdatedTimestamp"),
    ("permission-in-progress", "/statusDetails/reasons/0", "reasonCode reasonDescription"),
    ("charge-captured-usd", "", "chargeId chargeAmount chargePermissionId captureAmount refundedAmount"),
    ("charge-captured-usd", "", "softDescriptor providerMetadata convertedAmount conversionRate channel"),
    ("charge-captured-usd", "", "chargeInitiator statusDetails creationTimestamp expirationTimestamp"),
    ("charge-captured-usd", "", "releaseEnvironment merchantMetadata platformId webCheckoutDetails"),
    ("charge-captured-usd", "/statusDetails", "state reasonCode reasonDescription lastUpdatedTimestamp"),
    ("charge-captured-usd", "/captureAmount", "amount currencyCode"),
    ("refund-initiated", "", "refundId chargeId creationTimestamp refundAmount statusDetails softDescriptor"),
    ("refund-initiated", "", "releaseEnvironment"),
    ("refund-initiated", "/statusDetails", "state reasonCode reasonDescription lastUpdatedTimestamp"),
    ("error-invalid-value", "", "reasonCode message"),
    ("notification-state-change", "", "Type MessageId TopicArn Message Timestamp SignatureVersion Signature"),
    ("notification-state-change", "", "SigningCertURL"),
    ("notification-subscription", "", "Token SubscribeURL"),
    ("notification-message-chargeback", "", "MerchantID ObjectType ObjectId ChargePermissionId"),
    ("notification-message-chargeback", "", "NotificationType NotificationId NotificationVersion"),
    ("request-create-session", "", "webCheckoutDetails storeId"),
    ("request-create-session", "/webCheckoutDetails", "checkoutReviewReturnUrl"),
    ("request-create-session", "/paymentDetails/chargeAmount", "amount currencyCode"),
    ("request-create-session-apb", "", "paymentDetails storeId"),
    ("request-create-session-apb", "/webCheckoutDetails", "checkoutResultReturnUrl"),
    ("request-create-session-recurring", "/recurringMetadata/frequency", "unit value"),
    ("request-button-payload", "", "webCheckoutDetails storeId"),
    ("request-button-payload", "/webCheckoutDetails", "checkoutReviewReturnUrl"),
    ("sign-in-payload", "", "signInReturnUrl storeId"),
    ("request-finalize-session", "", "paymentIntent chargeAmount"),
    ("request-close-permission", "", "closureReason"),
    ("request-create-charge", "", "chargePermissionId chargeAmount captureNow"),
    ("request-capture-charge", "", "captureAmount"),
    ("request-cancel-charge", "", "cancellationReason"),
    ("request-create-refund", "", "chargeId refundAmount"),
    ("buyer", "", "buyerId"),
    ("tracker", "", "deliveryDetails"),
    ("tracker", "/deliveryDetails/0", "trackingNumber carrierCode"),
    ("authorization-token", "", "authorizationToken"),
    ("report-completed", "", "reportId reportType startTime endTime createdTime processingStatus"),
    ("report-completed", "", "processingStartTime processingEndTime reportDocumentId"),
    ("report-created", "", "reportId"),
    ("report-document", "", "reportDocumentId url compressionAlgorithm"),
    ("report-schedule", "", "reportScheduleId"),
    ("report-schedule-created", "", "reportScheduleId"),
    ("merchant-account", "", "uniqueReferenceId merchantAccountId"),
    ("dispute", "", "disputeId chargeId disputeType disputeAmount filingReason resolutionAuthority"),
    ("dispute", "", "statusDetails merchantResponseDeadline releaseEnvironment"),
    ("dispute", "/statusDetails", "state"),
    ("file", "", "id type purpose url size uploadTimestamp urlExpirationTimestamp"),
    ("request-create-tracker", "", "deliveryDetails"),
    ("request-create-report", "", "reportType"),
    ("request-create-schedule", "", "reportType scheduleFrequency"),
    ("request-create-account", "", "uniqueReferenceId"),
    ("request-create-dispute", "", "chargeId disputeAmount"),
    ("request-contest-dispute", "", "merchantEvidences"),
    ("request-contest-dispute", "/merchantEvidences/0", "evidenceType"),
    ("request-upload-file", "", "type purpose"),
    ("driver-hello", "", "type protocol client capabilities"),
    ("driver-hello", "/client", "name version language"),
    ("driver-hello", "/capabilities", "operations"),
    ("driver-config", "", "type public_key_id private_key private_key_path region sandbox algorithm"),
    ("driver-config", "", "service_host base_url ca_file"),
    ("driver-call", "", "type id operation path_id headers deadline"),
    ("driver-result-raised", "", "type id outcome error"),
    ("driver-result-raised", "/error", "type message"),
    ("driver-sign-button", "", "type id payload"),
    ("driver-signature", "", "type id signature"),
    ("driver-error", "", "type message"),
]

MULTI_CURRENCY = "_GET_CSV_CUSTOM_OFFAMAZONPAYMENTS_MULTI_CURRENCY_PAYMENTS_DATA_"  # no schedules

# Fields whose values are a closed set, and one value of it too many.
ENUMERATED = [
    ("session-open-signed-in", "/statusDetails/state", "Opened"),
    ("session-open-signed-in", "/productType", "SignIn"),
    ("session-open-signed-in", "/chargePermissionType", "Onetime"),
    ("session-open-signed-in", "/recurringMetadata/frequency/unit", "Quarter"),
    ("session-open-signed-in", "/releaseEnvironment", "sandbox"),
    ("session-canceled", "/statusDetails/reasonCode", "BuyerClosed"),
    ("permission-in-progress", "/statusDetails/state", "Non-Chargeable"),
    ("permission-in-progress", "/statusDetails/reasons/0/reasonCode", "Busy"),
    ("permission-in-progress", "/chargePermissionType", None),
    ("charge-captured-usd", "/statusDetails/state", "Completed"),
    ("charge-authorized-jpy", "/statusDetails/state", "Pending"),
    ("charge-declined-eur", "/statusDetails/reasonCode", "Declined"),
    ("charge-captured-usd", "/chargeInitiator", "CIT"),
    ("refund-initiated", "/statusDetails/state", "Pending"),
    ("refund-initiated", "/statusDetails/reasonCode", "SoftDeclined"),
    ("notification-message-chargeback", "/ObjectType", "DISPUTE"),
    ("notification-message-chargeback", "/NotificationType", "StateChange"),
    ("notification-message-chargeback", "/NotificationVersion", "V1"),
    ("notification-state-change", "/Type", "notification"),
    ("request-create-session", "/scopes/0", "address"),
    ("request-create-session", "/chargePermissionType", "Subscription"),
    ("request-create-session", "/paymentDetails/paymentIntent", "Capture"),
    ("request-create-session", "/paymentDetails/chargeAmount/currencyCode", "CAD"),
    ("request-create-session", "/paymentDetails/presentmentCurrency", "eur"),
    ("request-create-session", "/deliverySpecifications/specialRestrictions/0", "RestrictIslands"),
    ("request-create-session", "/deliverySpecifications/addressRestrictions/type", "allowed"),
    ("request-create-session-apb", "/webCheckoutDetails/checkoutMode", "BuyNow"),
    ("request-create-session-recurring", "/recurringMetadata/frequency/unit", "month"),
    ("request-finalize-session", "/paymentIntent", None),
    ("request-create-charge-on-file", "/chargeInitiator", "CIT"),
    ("request-create-charge-on-file", "/channel", "Fax"),
    ("request-update-charge", "/statusDetails/state", "Cancelled"),
    ("request-update-charge", "/statusDetails/reasonCode", "Expired"),
    ("buyer", "/primeMembershipTypes/0", "PRIME"),
    ("report-completed", "/processingStatus", "DONE"),
    ("dispute", "/statusDetails/state", "Open"),
    ("dispute", "/statusDetails/resolution", "Draw"),
    ("dispute", "/statusDetails/reasonCode", "Because"),
    ("dispute", "/filingReason", "Late"),
    ("file", "/type", "gif"),
    ("file", "/purpose", "evidence"),
    ("request-create-report", "/reportType", "SETTLEMENT"),
    ("request-create-schedule", "/scheduleFrequency", "P1W"),
    ("request-create-schedule", "/reportType", MULTI_CURRENCY),
    ("request-create-account", "/businessInfo/businessType", "COMPANY"),
    ("request-create-account", "/ledgerCurrency", "AUD"),
    ("request-create-dispute", "/filingReason", "Late"),
    ("request-create-dispute", "/statusDetails/state", "Open"),
    ("request-update-dispute", "/statusDetails/resolution", "Draw"),
    ("request-update-dispute", "/statusDetails/reasonCode", "Because"),
    ("request-contest-dispute", "/merchantEvidences/0/evidenceType", "Photo"),
    ("request-upload-file", "/type", "gif"),
    ("request-upload-file", "/purpose", "evidence"),
    ("query-get-reports", "/pageSize", "101"),
    ("query-get-reports", "/pageSize", "0"),
    ("query-get-reports", "/processingStatuses", "COMPLETED,"),
    ("query-get-reports", "/reportTypes", "SETTLEMENT"),
    ("query-get-reports", "/createdSince", "20260601"),
    ("driver-hello", "/type", "hallo"),
    ("driver-hello", "/protocol", 2),
    ("driver-hello", "/capabilities/algorithms/0", "RS256"),
    ("driver-hello", "/capabilities/idempotency_key", "server"),
    ("driver-config", "/region", "us"),
    ("driver-result-returned", "/outcome", "ok"),
]


def test_a_real_body_is_valid(sample: Any) -> None:
    assert schemas.violations(sample.schema, sample.body) == ()
    assert schemas.is_valid(sample.schema, sample.body)


def test_every_schema_has_a_sample(samples: dict[str, Any]) -> None:
    of_amazon = {name for name in schemas.names() if not name.startswith("formats/")}
    assert {sample.schema for sample in samples.values()} == of_amazon - {"common"}


@pytest.mark.parametrize(
    ("name", "place", "key"), [(name, place, key) for name, place, keys in REQUIRED for key in keys.split()]
)
def test_a_required_key_is_missed(samples: dict[str, Any], name: str, place: str, key: str) -> None:
    sample = samples[name]
    missing = schemas.violations(sample.schema, sample.without(f"{place}/{key}"))
    assert (f"{place}/{key}", "missing") in [(v.path, v.kind) for v in missing]


def test_a_value_of_the_wrong_type_is_refused_where_it_stands(sample: Any) -> None:
    for pointer in sample.pointers():
        if sample.schema.startswith("requests/") or UNTYPED.isdisjoint(pointer.split("/")[1:2]):
            paths = [v.path for v in schemas.violations(sample.schema, sample.with_value(pointer, WRONG))]
            assert any(path.startswith(pointer) for path in paths), pointer


def test_a_body_that_is_no_object_is_refused(sample: Any) -> None:
    for body in (None, True, 1, "{}", [], [sample.body]):
        assert [v.path for v in schemas.violations(sample.schema, body)] == [""]


def test_an_unknown_key_in_a_request_is_refused_at_any_depth(request_sample: Any) -> None:
    for place in request_sample.objects():
        body = request_sample.with_value(f"{place}/surprise", None)
        found = schemas.violations(request_sample.schema, body)
        assert [(v.path, v.kind) for v in found] == [(f"{place}/surprise", "unknown")]


def test_an_unknown_key_in_an_answer_is_accepted_at_any_depth(object_sample: Any) -> None:
    for place in object_sample.objects():
        assert schemas.is_valid(object_sample.schema, object_sample.with_value(f"{place}/surprise", None))


@pytest.mark.parametrize(("name", "pointer", "value"), ENUMERATED)
def test_a_value_outside_its_set_is_refused(
    samples: dict[str, Any], name: str, pointer: str, value: Any
) -> None:
    sample = samples[name]
    found = schemas.violations(sample.schema, sample.with_value(pointer, value))
    assert {(v.path, v.kind) for v in found} == {(pointer, "invalid")}
