"""A body for each request that has one, to be sent as it is once its ids are the reader's own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

_PRICE: Final = {"amount": "14.00", "currencyCode": "USD"}
_STORE: Final = "amzn1.application-oa2-client.5cd53c3ff1c94bf09a3a7f0d9b3a7a11"
_REPORT: Final = "_GET_FLAT_FILE_OFFAMAZONPAYMENTS_SANDBOX_SETTLEMENT_DATA_"
_CHARGE: Final = "S01-5105180-3221187-C056351"
_NAMED: Final = {
    "name": "Ada Example",
    "addressLine1": "1 Sample Street",
    "city": "Seattle",
    "stateOrRegion": "WA",
    "postalCode": "98121",
    "countryCode": "US",
    "phoneNumber": "5550100",
}

EXAMPLES: Final[Mapping[str, Mapping[str, Any]]] = {
    "create_checkout_session": {
        "webCheckoutDetails": {
            "checkoutReviewReturnUrl": "https://shop.example/review",
            "checkoutResultReturnUrl": "https://shop.example/result",
        },
        "storeId": _STORE,
        "chargePermissionType": "OneTime",
        "paymentDetails": {"paymentIntent": "Authorize", "chargeAmount": _PRICE},
    },
    "update_checkout_session": {"merchantMetadata": {"merchantReferenceId": "2026-0001"}},
    "complete_checkout_session": {"chargeAmount": _PRICE},
    "finalize_checkout_session": {
        "paymentIntent": "Confirm",
        "chargeAmount": _PRICE,
        "shippingAddress": _NAMED,
    },
    "update_charge_permission": {"merchantMetadata": {"merchantReferenceId": "2026-0001"}},
    "close_charge_permission": {"closureReason": "No more charges", "cancelPendingCharges": False},
    "create_charge": {"chargePermissionId": "S01-5105180-3221187", "chargeAmount": _PRICE},
    "update_charge": {"statusDetails": {"state": "Canceled", "reasonCode": "ExpiredUnused"}},
    "capture_charge": {"captureAmount": _PRICE},
    "cancel_charge": {"cancellationReason": "The buyer changed his mind"},
    "create_refund": {"chargeId": _CHARGE, "refundAmount": _PRICE},
    "create_delivery_tracker": {
        "chargePermissionId": "S01-5105180-3221187",
        "deliveryDetails": [{"trackingNumber": "1Z0000000000000000", "carrierCode": "UPS"}],
    },
    "create_report": {
        "reportType": _REPORT,
        "startTime": "20260601T000000Z",
        "endTime": "20260701T000000Z",
    },
    "create_report_schedule": {
        "reportType": _REPORT,
        "scheduleFrequency": "P1D",
        "nextReportCreationTime": "20260702T000000Z",
    },
    "create_merchant_account": {"uniqueReferenceId": "shop-0001", "ledgerCurrency": "JPY"},
    "update_merchant_account": {"businessInfo": {"businessLegalName": "Example K.K."}},
    "claim_merchant_account": {"uniqueReferenceId": "shop-0001"},
    "create_store": {"domainUrls": ["https://shop.example"], "storeName": "Example Shop"},
    "update_store": {"storeName": "Example Shop 2"},
    "create_dispute": {
        "chargeId": _CHARGE,
        "providerMetadata": {"providerDisputeId": "D-0001"},
        "disputeAmount": _PRICE,
        "filingReason": "ProductNotReceived",
        "filingTimestamp": 1782900672000,
        "statusDetails": {"state": "ActionRequired"},
        "merchantResponseDeadline": 1784110272000,
    },
    "update_dispute": {
        "statusDetails": {"resolution": "MerchantWon", "state": "Resolved"},
        "closureTimestamp": 1784110272000,
    },
    "contest_dispute": {
        "merchantEvidences": [{"evidenceType": "TrackingNumber", "evidenceText": "signed for on 2 July"}]
    },
    "upload_file": {"type": "pdf", "purpose": "disputeEvidence"},
}
"""By operation. A test holds each to its schema."""
