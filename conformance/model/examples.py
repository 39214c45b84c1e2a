"""Two examples for each requirement that is written by hand: what keeps it, and what breaks it.

An example is what is on the wire or what the caller sees, in a line or a few. What a call that breaks a rule
is answered is planned from the model instead (`engine.illustration`), so that it cannot depart from it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Example:
    """What keeps the requirement `id`, and what breaks it."""

    id: str
    legal: str
    illegal: str


E = Example

# fmt: off
_ROWS = (
    # --- headers
    E("HDR-001", "x-amz-pay-date: 20261123T182658Z", "no x-amz-pay-date header at all"),
    E("HDR-002", "x-amz-pay-date: 20261123T182658Z", "x-amz-pay-date: Mon, 23 Nov 2026 18:26:58 GMT"),
    E("HDR-003", "x-amz-pay-date: 20261123T182658Z", "x-amz-pay-date: 2026-11-23T18:26:58Z\n(the service accepts it, so this is a warning)"),
    E("HDR-004", "received at 18:26:58 UTC:\nx-amz-pay-date: 20261123T182658Z", "received at 18:26:58 UTC:\nx-amz-pay-date: 20261123T192658Z\n(the local time of Berlin with a Z behind it: an hour ahead)"),
    E("HDR-005", "GET /v2/charges/S01-…\ncontent-type: application/json", "GET /v2/charges/S01-…\nno content-type header, because a GET has no body"),
    E("HDR-006", "authorization: AMZN-PAY-RSASSA-PSS-V2 PublicKeyId=SANDBOX-…,\n  SignedHeaders=…, Signature=…", "no authorization header at all"),
    E("HDR-007", "accept: application/json", "accept: */*"),
    E("HDR-008", "configured for eu:\nx-amz-pay-region: eu, or EU, de or uk", "configured for eu:\nx-amz-pay-region: na"),
    E("HDR-009", "the caller gives x-amz-pay-simulation-code: SoftDeclined\non the wire: x-amz-pay-simulation-code: SoftDeclined", "the caller gives x-amz-pay-simulation-code: SoftDeclined\non the wire: no such header"),
    E("HDR-010", "x-amz-pay-host: pay-api.amazon.eu", "no x-amz-pay-host header at all"),
    E("HDR-011", "pointed at localhost:8443, region eu:\nx-amz-pay-host: localhost:8443, localhost or pay-api.amazon.eu", "pointed at localhost:8443, region eu:\nx-amz-pay-host: pay-api.amazon.com\n(the host of another region)"),
    E("HDR-012", "x-amz-pay-region: eu", "x-amz-pay-region: eu\nx-amz-pay-region: EU\n(a library that appends where it should set)"),
    E("HDR-013", "content-type: application/json\ncontent-type: application/json; charset=utf-8", "content-type: application/json; charset=iso-8859-1\n(JSON is UTF-8, whatever that says)"),
    E("HDR-014", "the caller gives no simulation code:\nno x-amz-pay-simulation-code header", "the caller gave one for the call before, and none for this:\nx-amz-pay-simulation-code: SoftDeclined"),
    E("HDR-015", "the caller gives no token:\nno x-amz-pay-authtoken header", "the caller gives no token:\nx-amz-pay-authtoken: the token of the merchant before"),

    # --- where it goes
    E("URL-001", "the caller asks to capture a charge:\nPOST /v2/charges/S01-…-C000001/capture", "the caller asks to capture a charge:\nPOST /v2/charges"),
    E("URL-002", "a key SANDBOX-…: /v2/charges, or /sandbox/v2/charges\na key without such a prefix: /sandbox/v2/charges", "a key SANDBOX-…: /live/v2/charges\na key without such a prefix: /v2/charges"),
    E("URL-003", "POST /v2/charges", "POST /v2/charges/\n(the service accepts it, so this is a warning)"),
    E("URL-004", "POST /v2/charges", "POST /v1/charges"),
    E("URL-005", "pointed at pay-api.amazon.eu:\nHost: pay-api.amazon.eu", "pointed at pay-api.amazon.eu:\nHost: pay-api.amazon.com"),

    # --- signature
    E("SIG-001", "authorization: AMZN-PAY-RSASSA-PSS-V2 PublicKeyId=SANDBOX-…,\n  SignedHeaders=accept;content-type;…, Signature=Zm9v…", "authorization: AMZN-PAY-RSASSA-PSS-V2 PublicKeyId=SANDBOX-… Signature=Zm9v…\n(no SignedHeaders, no comma)"),
    E("SIG-002", "configured for AMZN-PAY-RSASSA-PSS-V2:\nauthorization: AMZN-PAY-RSASSA-PSS-V2 PublicKeyId=…", "configured for AMZN-PAY-RSASSA-PSS-V2:\nauthorization: AMZN-PAY-RSASSA-PSS PublicKeyId=…"),
    E("SIG-003", "configured with key SANDBOX-AAAA…:\nPublicKeyId=SANDBOX-AAAA…", "configured with key SANDBOX-AAAA…:\nPublicKeyId=SANDBOX-BBBB…"),
    E("SIG-004", "signed: {\"chargeAmount\":{\"amount\":\"14.00\",…}}\nsent:   {\"chargeAmount\":{\"amount\":\"14.00\",…}}", "signed: {\"chargeAmount\":{\"amount\":\"14.00\",…}}\nsent:   {\"chargeAmount\": {\"amount\": \"14.00\", …}}\n(written a second time, with spaces: other bytes)"),
    E("SIG-005", "SignedHeaders=accept;content-type;x-amz-pay-date", "SignedHeaders=X-Amz-Pay-Date;accept;content-type\n(the service accepts it, so this is a warning)"),
    E("SIG-006", "SignedHeaders=accept;content-type;x-amz-pay-date;x-amz-pay-host;\n  x-amz-pay-idempotency-key;x-amz-pay-region", "x-amz-pay-idempotency-key is sent, and not named:\nSignedHeaders=accept;content-type;x-amz-pay-date;x-amz-pay-host;\n  x-amz-pay-region"),
    E("SIG-007", "the text that is signed names its headers in lower case:\naccept;content-type;x-amz-pay-date", "the text that is signed names its headers as they are written:\nAccept;Content-Type;X-Amz-Pay-Date\n(a signature over this variant is understood, so this is a warning)"),
    E("SIG-008", "SignedHeaders=accept;content-type;x-amz-pay-date", "SignedHeaders=accept;content-type;x-amz-pay-date;x-amz-pay-date\n(the service is not known to mind, so this is a warning)"),
    E("SIG-009", "SignedHeaders=accept;x-amz-pay-platform-version\nx-amz-pay-platform-version: Shop 6.5 is on the wire", "SignedHeaders=accept;x-amz-pay-platform-version\nno x-amz-pay-platform-version on the wire: a firewall took it out"),
    E("SIG-010", "SignedHeaders=accept;content-type;x-amz-pay-date", "SignedHeaders=accept;connection;content-type;x-amz-pay-date\n(the next proxy writes its own connection header)"),
    E("SIG-011", "Signature=Zm9v+/…==, 344 characters for a key of 2048 bits", "Signature=Zm9v-_…\n(the alphabet for URLs, and no padding)"),
    E("SIG-012", "AMZN-PAY-RSASSA-PSS-V2, and a salt of 32 bytes", "AMZN-PAY-RSASSA-PSS-V2, and a salt of 20 bytes, or of 222"),

    # --- body
    E("BDY-001", "{\"noteToBuyer\": \"Größe M\"}, its bytes in UTF-8", "{\"noteToBuyer\": \"Größe M\"}, its bytes in Latin-1\n{'noteToBuyer': 'Größe M'}"),
    E("BDY-002", "the caller says amount \"100.00\", the body says \"100.00\"", "the caller says amount \"100.00\", the body says \"10000\"\nthe caller says captureNow true, the body has no captureNow"),
    E("BDY-003", "{\"chargeAmount\": {\"amount\": \"14.00\", \"currencyCode\": \"USD\"}, …}", "{\"chargeAmount\": {\"amount\": \"14.00\", \"currency\": \"USD\"}, …}\n(currencyCode is mandatory, currency unknown)"),
    E("BDY-004", "{\"amount\": \"14.00\", \"currencyCode\": \"USD\"}", "{\"amount\": 14.0, \"currencyCode\": \"USD\"}"),
    E("BDY-005", "the caller sets captureNow only:\n{\"captureNow\": true, …}", "the caller sets captureNow only:\n{\"captureNow\": true, \"softDescriptor\": null, …}"),
    E("BDY-006", "GET /v2/charges/S01-…\nno body", "GET /v2/charges/S01-…\n{}"),
    E("BDY-007", "{\"captureNow\": true, …}", "{\"captureNow\": false, \"captureNow\": true, …}"),
    E("BDY-008", "{\"noteToBuyer\": \"\\ud83d\\uded2\"}", "{\"noteToBuyer\": \"\\ud83d\"}\n(a cart, cut in two at the length of a field)"),
    E("BDY-009", "{\"amount\": \"1234.56\", \"currencyCode\": \"USD\"}", "{\"amount\": \"1,234.56\", \"currencyCode\": \"USD\"}\n{\"amount\": \"1234,56\", …}, {\"amount\": \"1.23456E+3\", …}"),
    E("BDY-010", "{\"amount\": \"500\", \"currencyCode\": \"JPY\"}\n{\"amount\": \"0.30\", \"currencyCode\": \"USD\"}", "{\"amount\": \"5.00\", \"currencyCode\": \"JPY\"}\n{\"amount\": \"0.30000000000000004\", \"currencyCode\": \"USD\"}"),
    E("BDY-011", "an account in jp: {\"amount\": \"500\", \"currencyCode\": \"JPY\"}", "an account in jp, the caller says JPY:\n{\"amount\": \"500\", \"currencyCode\": \"USD\"}"),
    E("BDY-012", "POST /v2/checkoutSessions/…/complete\n{}", "POST /v2/checkoutSessions/…/complete\n[]\n(an empty array of PHP, made JSON of)"),

    # --- idempotency
    E("IDK-001", "POST /v2/charges\nx-amz-pay-idempotency-key: 9f86d081884c7d659a2feaa0c55ad015", "POST /v2/charges\nno x-amz-pay-idempotency-key header"),
    E("IDK-002", "x-amz-pay-idempotency-key: 9f86d081884c7d659a2feaa0c55ad015", "x-amz-pay-idempotency-key: 9f86d081-884c-7d65-9a2f-eaa0c55ad015\n(a UUID with its dashes has 36 characters)"),
    E("IDK-003", "GET /v2/charges/S01-…\nno x-amz-pay-idempotency-key header", "GET /v2/charges/S01-…\nx-amz-pay-idempotency-key: 9f86d081884c7d659a2feaa0c55ad015"),
    E("IDK-004", "the caller gives order-4711\nx-amz-pay-idempotency-key: order-4711", "the caller gives order-4711\nx-amz-pay-idempotency-key: 9f86d081884c7d659a2feaa0c55ad015"),
    E("IDK-005", "two charges of 10.00 USD, one after the other: two keys", "two charges of 10.00 USD, one after the other: the same key\n(the key is a hash of the body; the second charge is never made)"),

    # --- the call as the caller sees it
    E("CAL-001", "the caller calls Create Charge with an amount in JPY:\nPOST /v2/charges goes out", "the caller calls Create Charge with an amount in JPY:\nthe client raises \"unsupported currency\" and sends nothing"),
    E("CAL-002", "POST /v2/charges is answered 422: the caller is told\nPOST /v2/charges is answered 503: the client may try again", "POST /v2/charges is answered 422: the client sends it again"),
    E("CAL-003", "the answer is 202: the caller gets the session", "the answer is 202: the client raises \"unexpected status\""),
    E("CAL-004", "the answer is 201: the caller sees status 201", "the answer is 201: the caller sees status 200"),
    E("CAL-005", "the answer says \"amount\": \"14.00\": the caller sees \"14.00\"", "the answer says \"amount\": \"14.00\": the caller sees \"14\", or no amount"),
    E("CAL-006", "the answer is 422: the caller sees status 422, or an exception", "the answer is 422: the caller gets an empty object, as if all were well"),
    E("CAL-007", "the answer's reasonCode is InvalidChargeStatus:\nthe caller gets it in an object, or in the text of an exception", "the answer's reasonCode is InvalidChargeStatus:\nall that the caller gets is an exception \"request failed\""),
    E("CAL-008", "the caller hands in {} as headers, and still has {} after the call", "the caller hands in {} as headers, and has {\"authorization\": …} after the call"),
    E("CAL-009", "the answer says \"softDescriptor\": null: the caller sees null", "the answer says \"softDescriptor\": null: the caller sees \"\""),

    E("CAL-010", "the connection is cut:\nthe client raises a connection error", "the connection is cut:\nthe client returns an empty object"),
    E("CAL-011", "201 with the body {\"chargeId\": \"S0\nthe client raises, or returns exactly that text", "201 with the body {\"chargeId\": \"S0\nthe client returns {}, or null"),
    E("CAL-012", "a page in HTML is answered: the client raises an error", "a page in HTML is answered: the client's process ends"),
    E("CAL-013", "{\"chargeId\": …, \"fieldOfTomorrow\": …}:\nthe caller sees fieldOfTomorrow", "{\"chargeId\": …, \"fieldOfTomorrow\": …}:\nthe client raises: unknown property"),
    E("CAL-014", "state StateOfTomorrow: the caller sees StateOfTomorrow", "state StateOfTomorrow: the client raises: no such enum constant"),
    E("CAL-015", "200 without x-amz-pay-request-id:\nthe client returns the object", "200 without x-amz-pay-request-id:\nthe client raises a TypeError"),
    E("CAL-016", "x-amz-pay-request-id: a1b2\nthe caller sees a1b2", "x-amz-pay-request-id: a1b2\nthe caller sees an id that the client made up"),

    # --- what is not decided yet
    E("ASY-001", "202, the charge is AuthorizationInitiated:\nthe client returns it", "202, the charge is AuthorizationInitiated:\nthe client raises an error, and the order is canceled"),
    E("ASY-002", "202: the caller sees 202", "202: the caller sees 200, and sends the goods"),
    E("ASY-003", "state AuthorizationInitiated:\nthe caller sees AuthorizationInitiated", "state AuthorizationInitiated:\nthe caller sees Authorized, or Declined"),
    E("ASY-004", "the charge was AuthorizationInitiated; Get Charge answers Declined:\nthe caller sees Declined", "the charge was AuthorizationInitiated; Get Charge answers Declined:\nthe caller sees what the client kept: AuthorizationInitiated"),

    # --- when something went wrong on the way
    E("RTY-001", "declared: 3 retries after 503\n503, 503, 503, 503: four requests, then an error", "declared: 3 retries after 503\n503: one request, then an error"),
    E("RTY-002", "POST /v2/charges, key 4f1c2a: 503\nPOST /v2/charges, key 4f1c2a: 201", "POST /v2/charges, key 4f1c2a: 503\nPOST /v2/charges, key 9b7e01: 201"),
    E("RTY-003", "POST /v2/charges, key 4f1c2a: the connection is cut\nPOST /v2/charges, key 4f1c2a: 201, the charge of the first try", "POST /v2/charges, key 4f1c2a: the connection is cut\nPOST /v2/charges, key 9b7e01: 201, a second charge"),
    E("RTY-004", "503, then the same body again", "503, then the body with captureNow: false in it"),
    E("RTY-005", "503 again and again: an error after the fourth request", "503 again and again: the eleventh request, and the next one"),
    E("RTY-006", "429, a wait of 2 s, the request again", "429, the request again 3 ms later"),
    E("RTY-007", "429, Retry-After: 2\nthe request again 2 s later", "429, Retry-After: 2\nthe request again 1 s later"),
    E("RTY-008", "POST /v2/charges with a key: 503; again with that key", "POST /v2/charges with a key: 503; again without one"),
    E("RTY-009", "Capture Charge: the connection is cut\nGet Charge, to see what became of it", "Capture Charge: the connection is cut\nCancel Charge, of a charge that may be captured"),

    # --- the button
    E("BTN-001", "in the page: {\"storeId\":\"amzn1…\",…}\nsigned:      {\"storeId\":\"amzn1…\",…}", "in the page: {\"storeId\":\"amzn1…\",…}\nsigned:      {\"storeId\": \"amzn1…\", …}\n(parsed and written again: other bytes)"),
    E("BTN-002", "Zm9v+/…==, 344 characters for a key of 2048 bits", "Zm9v-_…\n(the alphabet for URLs)"),
    E("BTN-003", "AMZN-PAY-RSASSA-PSS-V2, and a salt of 32 bytes", "AMZN-PAY-RSASSA-PSS-V2, and a salt of 20 bytes"),
    E("BTN-004", "in the page: {\"storeId\":\"a\\/b\"}\nsigned:      {\"storeId\":\"a\\/b\"}", "in the page: {\"storeId\":\"a\\/b\"}\nsigned:      {\"storeId\":\"a/b\"}\n(right only if the page takes the backslash away, so this is a warning)"),

    # --- the connection
    E("TLS-001", "led to a server with a certificate of its own making:\nthe handshake ends, nothing is sent", "led to a server with a certificate of its own making:\nPOST /v2/charges goes to it"),
    E("TLS-002", "the certificate is for another.example:\nthe handshake ends, nothing is sent", "the certificate is for another.example:\nPOST /v2/charges goes to it (the name is not looked at)"),
    E("TLS-003", "the certificate expired yesterday:\nthe handshake ends, nothing is sent", "the certificate expired yesterday:\nPOST /v2/charges goes to it"),
    E("TLS-004", "the certificate is valid from tomorrow:\nthe handshake ends, nothing is sent", "the certificate is valid from tomorrow:\nPOST /v2/charges goes to it"),
    E("TLS-005", "the certificate's extended key usage is clientAuth:\nthe handshake ends, nothing is sent", "the certificate's extended key usage is clientAuth:\nPOST /v2/charges goes to it"),
    E("TLS-006", "the server offers TLS 1.0 and nothing else:\nthe handshake ends, nothing is sent", "the server offers TLS 1.0 and nothing else:\nPOST /v2/charges goes to it"),
    E("TLS-007", "the server offers TLS 1.2 and nothing else:\nPOST /v2/charges goes to it", "the server offers TLS 1.2 and nothing else:\nthe handshake fails (the library is too old)"),
    E("TLS-008", "the client trusts a CA for its own connections:\nother code of the process still refuses what it refused", "the client sets NODE_TLS_REJECT_UNAUTHORIZED to 0:\nno code of the process verifies a certificate any more"),
    E("TLS-009", "https://pay-api.amazon.eu answers 307 with an http address:\nthe caller is told, nothing more is sent", "https://pay-api.amazon.eu answers 307 with an http address:\nthe request goes there, authorization header and all"),

    # --- what every answer has
    E("RSP-001", "x-amz-pay-request-id: 6e2f…", "no x-amz-pay-request-id header"),
    E("RSP-002", "{\"chargeId\": \"S01-…\", …}", "<html><body>Service Unavailable</body></html>, with status 200"),
    E("RSP-003", "{\"chargeId\": \"S01-…\", \"softDescriptor\": null, …}", "{\"chargeId\": \"S01-…\", …}, and no softDescriptor in it"),
    E("RSP-004", "{\"reasonCode\": \"InvalidChargeStatus\", \"message\": \"…\"}", "{\"error\": \"InvalidChargeStatus\"}"),
    E("RSP-005", "set:  \"merchantReferenceId\": \"Order 4711\"\nread: \"merchantReferenceId\": \"Order 4711\"", "set:  \"merchantReferenceId\": \"Order 4711\"\nread: \"merchantReferenceId\": null"),
    E("AUT-001", "merchant A creates charge S01-…-C000001\nmerchant B: GET /v2/charges/S01-…-C000001 -> 404 ResourceNotFound", "merchant A creates charge S01-…-C000001\nmerchant B: GET /v2/charges/S01-…-C000001 -> 200, the charge"),
    E("IDM-002", "merchant A creates a session with key K  -> 201, session 1\nmerchant B does the same, with key K    -> 201, session 2", "merchant A creates a session with key K  -> 201, session 1\nmerchant B does the same, with key K    -> 201, session 1"),
    E("RSP-007", "content-type: application/json", "content-type: text/html; charset=utf-8"),
    E("RSP-008", "Create Charge -> 201 {\"softDescriptor\": \"AMZ*Shop\", …}\nGet Charge    -> 200 {\"softDescriptor\": \"AMZ*Shop\", …}", "Create Charge -> 201 {\"softDescriptor\": \"AMZ*Shop\", …}\nGet Charge    -> 200 {\"softDescriptor\": null, …}"),
    E("RSP-009", "\"state\": \"Completed\", \"paymentDetails\": null, \"buyer\": null, …", "\"state\": \"Completed\", \"paymentDetails\": {\"chargeAmount\": …}, …"),
    E("RSP-006", "GET /v2/nocharges/S01-… -> 404 {\"reasonCode\": \"ResourceNotFound\", …}", "GET /v2/nocharges/S01-… -> 200 {}"),
    E("VAL-001", "Get Checkout Session -> \"supplementaryData\": null\nUpdate Checkout Session with a forged signature -> 403\nGet Checkout Session -> \"supplementaryData\": null", "Get Checkout Session -> \"supplementaryData\": null\nUpdate Checkout Session with a forged signature -> 403\nGet Checkout Session -> \"supplementaryData\": \"forged\""),
    E("CHG-006", "Create Charge with x-amz-pay-simulation-code: SoftDeclined\n-> 422 {\"reasonCode\": \"SoftDeclined\", …}", "Create Charge with x-amz-pay-simulation-code: SoftDeclined\n-> 201, or 422 with another reasonCode"),
    E("IDM-001", "Create Charge with key K   -> 201, charge S01-…-C000001\nthe same once more, key K  -> 201, charge S01-…-C000001", "Create Charge with key K   -> 201, charge S01-…-C000001\nthe same once more, key K  -> 201, charge S01-…-C000002\n(the buyer pays twice)"),

    # --- states
    E("STA-001", "the buyer approved, Complete Checkout Session was answered 200:\nGet Checkout Session shows Completed", "the buyer approved, Complete Checkout Session was answered 200:\nGet Checkout Session shows Open"),
    E("STA-002", "Close Charge Permission was answered 200:\nGet Charge Permission shows Closed, MerchantClosed", "Close Charge Permission was answered 200:\nGet Charge Permission shows Chargeable"),
    E("STA-003", "Cancel Charge was answered 200:\nGet Charge shows Canceled, MerchantCanceled", "Cancel Charge was answered 200:\nGet Charge shows Authorized"),
    E("STA-004", "Create Refund was answered 201 just now:\nGet Refund shows RefundInitiated", "Create Refund was answered 201 just now:\nGet Refund shows Declined"),

    # --- constraints
    E("CON-001", "no chargeAmount was set:\n\"constraints\": [{\"constraintId\": \"ChargeAmountNotSet\", …}, …]", "no chargeAmount was set:\n\"constraints\": []"),
    E("CON-002", "constraints are left: \"amazonPayRedirectUrl\": null\nnone is left:         \"amazonPayRedirectUrl\": \"https://…\"", "constraints are left: \"amazonPayRedirectUrl\": \"https://…\"\nnone is left:         \"amazonPayRedirectUrl\": null"),

    # --- relations
    E("REL-001", "intent Authorize, completed:\n\"chargePermissionId\": \"S01-…\", \"chargeId\": \"S01-…-C000001\"\nintent Confirm, completed:\n\"chargePermissionId\": \"S01-…\", \"chargeId\": null", "intent Authorize, completed:\n\"chargePermissionId\": \"S01-…\", \"chargeId\": null"),
    E("REL-002", "Create Charge named \"chargePermissionId\": \"S01-A\":\nGet Charge shows \"chargePermissionId\": \"S01-A\"", "Create Charge named \"chargePermissionId\": \"S01-A\":\nGet Charge shows \"chargePermissionId\": \"S01-B\""),
    E("REL-003", "Create Refund named \"chargeId\": \"S01-A-C000001\":\nGet Refund shows \"chargeId\": \"S01-A-C000001\"", "Create Refund named \"chargeId\": \"S01-A-C000001\":\nGet Refund shows \"chargeId\": \"S01-A-C000002\""),
    E("REL-004", "GET /v2/charges/S01-A-C000001 -> \"chargeId\": \"S01-A-C000001\"", "GET /v2/charges/S01-A-C000001 -> \"chargeId\": \"S01-A-C000002\""),

    # --- money
    E("MON-001", "authorized 100.00, of which 40.00 were captured:\n\"captureAmount\": {\"amount\": \"40.00\", …}", "authorized 100.00, of which 40.00 were captured:\n\"captureAmount\": {\"amount\": \"100.00\", …}"),
    E("MON-002", "refunds of 10.00 and 5.00:\n\"refundedAmount\": {\"amount\": \"15.00\", …}\n(or less while they are only initiated)", "refunds of 10.00 and 5.00, both done:\n\"refundedAmount\": {\"amount\": \"0.00\", …}"),
    E("MON-003", "of a limit of 300.00, 100.00 were captured:\n\"amountBalance\": {\"amount\": \"200.00\", …}", "of a limit of 300.00, 100.00 were captured:\n\"amountBalance\": {\"amount\": \"300.00\", …}"),
    E("MON-004", "asked: \"chargeAmount\": {\"amount\": \"14.00\", \"currencyCode\": \"USD\"}\nshown: \"chargeAmount\": {\"amount\": \"14.00\", \"currencyCode\": \"USD\"}", "asked: \"chargeAmount\": {\"amount\": \"14.00\", \"currencyCode\": \"USD\"}\nshown: \"chargeAmount\": {\"amount\": \"1400.00\", \"currencyCode\": \"USD\"}"),
    E("MON-005", "charged 100.00 EUR:\n\"conversionRate\": \"1.25\", \"convertedAmount\": \"80.00\"", "charged 100.00 EUR:\n\"conversionRate\": \"1.25\", \"convertedAmount\": \"125.00\""),

    # --- time
    E("LIN-001", "at one time, for one charge that is Authorized:\nPOST …/capture -> 200\nDELETE …/cancel -> 422 InvalidChargeStatus", "at one time, for one charge that is Authorized:\nPOST …/capture -> 200\nDELETE …/cancel -> 200\n(captured and canceled: whichever came first forbids the other)"),
    E("LIN-002", "at one time, with one key and one body:\nPOST /v2/charges -> 201 S01-…-C000001\nPOST /v2/charges -> 201 S01-…-C000001", "at one time, with one key and one body:\nPOST /v2/charges -> 201 S01-…-C000001\nPOST /v2/charges -> 201 S01-…-C000002\n(the buyer is charged twice)"),
    E("REL-006", "\"chargePermissionId\": \"S01-1234567-1234567\"\n\"chargeId\": \"S01-1234567-1234567-C000001\"", "\"chargePermissionId\": \"S01-1234567-1234567\"\n\"chargeId\": \"S01-7654321-7654321-C000001\""),
    E("REL-005", "a key SANDBOX-…: \"releaseEnvironment\": \"Sandbox\"", "a key SANDBOX-…: \"releaseEnvironment\": \"Live\""),
    E("TIM-002", "\"creationTimestamp\": \"20261101T120000Z\"\n\"lastUpdatedTimestamp\": \"20261101T120500Z\"", "\"creationTimestamp\": \"20261101T120000Z\"\n\"lastUpdatedTimestamp\": \"20261101T110000Z\""),
    E("TIM-003", "Create Charge -> \"creationTimestamp\": \"20261101T120000Z\"\nGet Charge    -> \"creationTimestamp\": \"20261101T120000Z\"", "Create Charge -> \"creationTimestamp\": \"20261101T120000Z\"\nGet Charge    -> \"creationTimestamp\": \"20261102T090000Z\"\n(the time of the capture)"),
    E("TIM-004", "\"creationTimestamp\":   \"20261101T120000Z\"\n\"expirationTimestamp\": \"20270430T120000Z\"", "\"creationTimestamp\":   \"20261101T120000Z\"\n\"expirationTimestamp\": \"20261201T120000Z\""),
    E("TIM-001", "a charge:\n\"creationTimestamp\":   \"20261101T120000Z\"\n\"expirationTimestamp\": \"20261201T120000Z\"", "a charge:\n\"creationTimestamp\":   \"20261101T120000Z\"\n\"expirationTimestamp\": \"20261108T120000Z\""),

    # --- order, of an integration
    E("ORD-001", "GET /checkoutSessions/S -> Open\nPATCH /checkoutSessions/S", "GET /checkoutSessions/S -> Canceled/BuyerCanceled\nPATCH /checkoutSessions/S"),
    E("ORD-002", "GET /chargePermissions/P -> Chargeable\nPOST /charges, chargePermissionId P", "DELETE /chargePermissions/P/close -> Closed\nPOST /charges, chargePermissionId P"),
    E("ORD-003", "GET /charges/C -> Authorized\nPOST /charges/C/capture", "POST /charges/C/capture -> Captured\nPOST /charges/C/capture, with another key"),
    E("ORD-004", "POST /checkoutSessions/S/complete -> Completed\nthe buyer loads the page again: GET /checkoutSessions/S", "POST /checkoutSessions/S/complete -> Completed\nthe buyer loads the page again: POST /checkoutSessions/S/complete\n(refused with 422, so this is a warning; what is made of it matters: ORD-006)"),
    E("ORD-005", "PATCH /checkoutSessions/S -> amazonPayRedirectUrl: https://…\nthe buyer goes there and comes back\nPOST /checkoutSessions/S/complete", "POST /checkoutSessions -> amazonPayRedirectUrl: null\nPOST /checkoutSessions/S/complete"),
    E("ORD-006", "POST /checkoutSessions/S/complete -> 422 InvalidCheckoutSessionStatus\nGET /checkoutSessions/S -> Completed, so the order is paid", "POST /checkoutSessions/S/complete -> 422 InvalidCheckoutSessionStatus\nDELETE /charges/C/cancel (C is the charge of S, which is Completed)"),
    E("ORD-007", "PATCH /checkoutSessions/S, chargeAmount 100.00 USD\nPOST /checkoutSessions/S/complete, chargeAmount 100.00 USD", "PATCH /checkoutSessions/S, chargeAmount 100.00 USD\nPOST /checkoutSessions/S/complete, chargeAmount 95.00 USD"),
    E("ORD-008", "POST /charges -> chargeAmount 100.00 USD\nPOST /charges/C/capture, captureAmount 60.00 USD", "POST /charges -> chargeAmount 100.00 USD\nPOST /charges/C/capture, captureAmount 100.01 USD"),
    E("ORD-009", "POST /charges/C/capture -> captureAmount 100.00 USD\nPOST /refunds, refundAmount 115.00 USD", "POST /charges/C/capture -> captureAmount 100.00 USD\nPOST /refunds, refundAmount 115.01 USD"),
    E("ORD-010", "GET /chargePermissions/P -> amountLimit 300.00 USD, 100.00 of it captured\nPOST /charges, chargeAmount 200.00 USD", "GET /chargePermissions/P -> amountLimit 300.00 USD, 100.00 of it captured\nPOST /charges, chargeAmount 200.01 USD"),
    E("ORD-011", "POST /charges -> chargeAmount 100.00 EUR\nPOST /charges/C/capture, captureAmount 100.00 EUR", "POST /charges -> chargeAmount 100.00 EUR\nPOST /charges/C/capture, captureAmount 100.00 USD"),
    E("ORD-012", "POST /refunds, chargeId S01-5105180-3221187-C056351", "POST /refunds, chargeId S01-5105180-3221187\n(which is the id of the permission)"),
    E("ORD-013", "GET /checkoutSessions/S -> 404\nthe order is given up", "GET /checkoutSessions/S -> 404, six times and more, from a job that never ends"),
    E("ORD-014", "GET /charges/C -> AuthorizationInitiated\nGET /charges/C, later", "GET /charges/C, 21 times in a minute, always AuthorizationInitiated"),
    E("ORD-015", "the buyer approves session S and comes back\nPOST /checkoutSessions/S/complete", "the buyer approves session S and comes back\nthe order is shown as paid, and Complete is never called"),
    E("ORD-016", "POST /charges -> 422 HardDeclined\nGET /chargePermissions/P -> Chargeable, since the buyer chose another card\nPOST /charges, chargePermissionId P", "POST /charges -> 422 HardDeclined\nGET /chargePermissions/P -> Chargeable, since the buyer chose another card\nnothing more"),

    # --- what an integration sends again
    E("IDK-006", "key A: POST /refunds, 10.00\nkey B: POST /refunds, 5.00", "key A: POST /refunds, 10.00\nkey A: POST /refunds, 5.00"),
    E("DUP-001", "key A: POST /charges -> no answer\nkey A: POST /charges, the same body", "key A: POST /charges -> no answer\nkey B: POST /charges, the same amount\n(both may have been charged)"),

    # --- answers that are not final, and what an integration makes of them
    E("INT-001", "POST /checkoutSessions/S/complete -> 202, the charge is AuthorizationInitiated\nGET /charges/C -> Authorized\nPOST /charges/C/capture", "POST /checkoutSessions/S/complete -> 202, the charge is AuthorizationInitiated\nPOST /charges/C/capture"),
    E("INT-002", "POST /charges -> AuthorizationInitiated\nGET /charges/C, from time to time or when a notification comes", "POST /charges -> AuthorizationInitiated\nnothing more"),
    E("INT-003", "GET /charges/C -> Authorized\nPOST /deliveryTrackers, chargePermissionId P", "POST /charges -> AuthorizationInitiated\nPOST /deliveryTrackers, chargePermissionId P"),
    E("INT-004", "key A: POST /charges -> 422 SoftDeclined\nkey B: POST /charges, the same body", "key A: POST /charges -> 422 SoftDeclined\nkey A: POST /charges, the same body"),
    E("INT-005", "POST /charges -> 422 HardDeclined\nGET /chargePermissions/P -> NonChargeable, and the buyer is told", "POST /charges -> 422 HardDeclined, four times"),

    # --- a notification endpoint
    E("BTN-005", "{\"storeId\":\"amzn1…\",\"webCheckoutDetails\":{…}}", "{\"storeId\":\"amzn1…\",\"webCheckoutDetail\":{…}}\n(the singular is version 1's)"),
    E("BTN-006", "publicKeyId: 'AHEXAMPLE…', sandbox: true", "publicKeyId: 'AHEXAMPLE…'\n(a classic key, and no sandbox: the live environment)"),
    E("BTN-007", "productType: 'PayAndShip', checkoutMode: 'ProcessOrder'\naddressDetails: {\"name\":…,\"addressLine1\":…}", "productType: 'PayAndShip', checkoutMode: 'ProcessOrder'\n(and no addressDetails)"),
    E("NTF-001", "a CHARGE notification -> 200", "a CHARGE notification -> 415, because text/plain is not application/json"),
    E("NTF-002", "a CHARGE notification -> 200 at once; the order is looked at later", "a CHARGE notification -> 200 after 20 s: SNS has given up, and sends it again"),
    E("NTF-003", "a Signature of another key -> 400, nothing is read, nothing is done", "SignatureVersion 3, Signature \"x\" -> 200, and the order is looked at"),
    E("NTF-004", "no Signature -> 400, nothing is done", "if \"Signature\" in envelope: verify(envelope)\nhandle(envelope)"),
    E("NTF-005", "https://sns.us-east-1.amazonaws.com.attacker.example/x.pem -> 400", "any URL with sns.us-east-1.amazonaws.com somewhere in it is believed"),
    E("NTF-006", "SigningCertURL http://sns.us-east-1.amazonaws.com/x.pem -> 400", "the scheme of SigningCertURL is not looked at"),
    E("NTF-007", "SigningCertURL https://sns.us-east-1.amazonaws.com/uploads/x -> 400", "any file on the right host is taken for a certificate"),
    E("NTF-008", "SubscriptionConfirmation with a bad signature -> 400", "if envelope[\"Type\"] == \"SubscriptionConfirmation\":\n    fetch(envelope[\"SubscribeURL\"])\nverify(envelope)"),
    E("NTF-009", "a CHARGE notification of C\nGET /charges/C -> Authorized\nPOST /charges/C/capture", "a CHARGE notification of C\nPOST /charges/C/capture"),
    E("NTF-010", "a CHARGE notification of C\nGET /charges/C -> Declined\nthe buyer is asked for another card", "a CHARGE notification of C\nGET /charges/C -> Declined\nthe order is set to processing, since it is decided"),
    E("NTF-011", "a CHARGE notification of C\nGET /charges/C -> AuthorizationInitiated\nnothing more", "a CHARGE notification of C\nGET /charges/C -> AuthorizationInitiated\nthe order is set to processing, since it is not declined"),
    E("NTF-012", "MessageId M -> 200, the order is delivered\nMessageId M -> 200, nothing more", "MessageId M -> 200, the order is delivered\nMessageId M -> 200, the order is delivered"),
    E("NTF-013", "the notification of C's authorization, behind that of its capture\nGET /charges/C -> Captured\nthe order stays paid", "the notification of C's authorization, behind that of its capture\n-> 500, unexpected state"),
    E("NTF-014", "a CHARGE notification of C\nGET /charges/C -> Captured\nthe order is paid", "a CHARGE notification of C -> 200\nthe order waits for ever"),
    E("NTF-015", "ObjectType INSTALLMENT_PLAN -> 200, nothing is done", "ObjectType INSTALLMENT_PLAN -> 500, KeyError"),
    E("NTF-016", "a CHARGE notification of another shop's charge -> 200, nothing is done", "a CHARGE notification of another shop's charge -> 500, no such order"),
    E("NTF-017", "ObjectType CHARGEBACK, ObjectId S01-0000000-0000000-B000000\nGET /disputes/S01-0000000-0000000-B000000 -> 404\n-> 200, somebody is told", "ObjectType CHARGEBACK, ObjectId S01-0000000-0000000-B000000\nGET /charges/S01-0000000-0000000-B000000 -> 404\n-> 500"),
    E("NTF-018", "a body that is no JSON -> 400", "a body that is no JSON -> 500"),
    E("NTF-019", "a CHARGE notification of C\nGET /charges/C -> 503\n-> 503: SNS sends it again in an hour", "a CHARGE notification of C\nGET /charges/C -> 503\n-> 200, and nobody asks again"),
    E("NTF-020", "an envelope with a Subject -> 200", "an envelope with a Subject -> 400: Subject is not in the string to sign"),
)
# fmt: on

EXAMPLES: Mapping[str, Example] = {row.id: row for row in _ROWS}
"""The examples by the requirement's id."""
