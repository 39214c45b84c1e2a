"""The numbered catalogue: what must hold, how strictly, of whom, and where that is written.

Ids are stable: a report names them for years. Requirements of a server are mostly not written here a second
time: an operation's row, a rule's row and a machine are requirements themselves.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

from amazonpay_conformance.model.examples import EXAMPLES
from amazonpay_conformance.model.machine import Tag
from amazonpay_conformance.model.operations import ALL_OPERATIONS
from amazonpay_conformance.model.rules import RULES

Level: TypeAlias = Literal["MUST", "SHOULD", "MAY"]
Subject: TypeAlias = Literal["client", "server", "integration"]
Scope: TypeAlias = Literal["message", "call", "operation", "object", "state"]


@dataclass(frozen=True, slots=True)
class Requirement:
    """One rule that a subject is held to. `level` is meant as in RFC 2119.

    `legal` and `illegal` are examples, "" where they are planned from the model (`engine.illustration`).
    `scope` tells two faults under one requirement apart. A message: it is one code that writes or reads them
    all. A call: each operation is a fault of its own. An operation: and each state of the object that it is
    about, too. An object: each kind of object. A state: each state that an object should be in.
    """

    id: str
    level: Level
    subject: Subject
    statement: str
    source: str
    tag: Tag
    legal: str = ""
    illegal: str = ""
    scope: Scope = "message"


R = Requirement

# fmt: off
_CLIENT = (
    # --- headers: api-facts §2.1
    R("HDR-001", "MUST",   "client", "Every request carries x-amz-pay-date.", "§2.1", "D"),
    R("HDR-002", "MUST",   "client", "x-amz-pay-date is a UTC time, as 20261123T182658Z or 2026-11-23T18:26:58Z.", "§2.1, §13.10", "S"),
    R("HDR-003", "SHOULD", "client", "x-amz-pay-date has the documented basic form, 20261123T182658Z.", "§2.1", "D"),
    R("HDR-004", "SHOULD", "client", "x-amz-pay-date is the time of the request, within the allowed skew.", "§2.1; the allowed skew is not documented (§10.3)", "?"),
    R("HDR-005", "MUST",   "client", "Every request carries content-type: application/json, reads too.", "§2.1", "D"),
    R("HDR-006", "MUST",   "client", "Every request carries an authorization header.", "§2.1", "D"),
    R("HDR-007", "SHOULD", "client", "Every request carries accept: application/json.", "§2.1", "S"),
    R("HDR-008", "SHOULD", "client", "x-amz-pay-region names the configured region (na, eu or jp) or an alias of it, in any case.", "§1, §10.3, §13.11", "S"),
    R("HDR-009", "MUST",   "client", "Headers that a caller gives reach the wire with the value he gave.", "§2.1, §8.2", "D"),
    R("HDR-010", "SHOULD", "client", "Every request carries x-amz-pay-host.", "§2.1, §10.3", "S"),
    R("HDR-011", "SHOULD", "client", "x-amz-pay-host names the host that the client is pointed at, with its port or without, or the service's host of the region.", "§1, §10.3", "S"),
    R("HDR-012", "MUST",   "client", "A header that has one value is sent once.", "§10.2 (what SDKs make of two differs; RFC 9110 §5.3 forbids it)", "S"),
    R("HDR-013", "SHOULD", "client", "The content-type has no parameter, or charset=utf-8.", "§2.1", "D"),
    R("HDR-014", "MUST",   "client", "x-amz-pay-simulation-code is sent in the sandbox only, and only where the caller gives it.", "§2.1, §8", "D"),
    R("HDR-015", "MUST",   "client", "x-amz-pay-authtoken is sent only where the caller gives one.", "§2.1", "S"),

    # --- where it goes: §1, §2.2
    R("URL-001", "MUST",   "client", "A call goes out with its operation's method and path.", "§2.2", "S", scope="call"),
    R("URL-002", "MUST",   "client", "The path names the environment that the key and the configuration name.", "§1", "D"),
    R("URL-003", "SHOULD", "client", "A path has no trailing slash.", "§1 (accepted; Amazon's own samples vary)", "S"),
    R("URL-004", "MUST",   "client", "The path's version is v2.", "§1", "S"),
    R("URL-005", "MUST",   "client", "The Host header names the host that the client is pointed at, or the service's host of the region.", "§1", "D"),

    # --- signature: §10
    R("SIG-001", "MUST",   "client", "The authorization header reads <algorithm> PublicKeyId=…, SignedHeaders=…, Signature=….", "§10.2", "D"),
    R("SIG-002", "MUST",   "client", "The algorithm is the configured one.", "§10.1", "S"),
    R("SIG-003", "MUST",   "client", "PublicKeyId is the configured key's id.", "§10.2", "D"),
    R("SIG-004", "MUST",   "client", "The signature verifies over the bytes that were sent.", "§10.2, §14.1", "S"),
    R("SIG-005", "SHOULD", "client", "SignedHeaders are in lower case and sorted.", "§10.2, §13.12", "D"),
    R("SIG-006", "SHOULD", "client", "The documented headers are signed: accept, content-type, x-amz-pay-date, x-amz-pay-host, x-amz-pay-region, and the idempotency key where there is one.", "§10.3", "D"),
    R("SIG-007", "SHOULD", "client", "What is signed is the documented canonical request, not a variant that the service may or may not accept.", "§10.2", "D"),
    R("SIG-008", "SHOULD", "client", "SignedHeaders names no header twice.", "§10.2", "D"),
    R("SIG-009", "MUST",   "client", "Every header that SignedHeaders names is on the wire.", "§10.2, §10.3", "S"),
    R("SIG-010", "SHOULD", "client", "SignedHeaders names no header that a signature cannot cover or that a proxy changes.", "§10.2 (a proxy that alters what is signed breaks the signature)", "S"),
    R("SIG-011", "MUST",   "client", "The signature is base64 in the standard alphabet, padded, of the key's length.", "§10.1", "S"),
    R("SIG-012", "MUST",   "client", "The signature is RSASSA-PSS with SHA-256 and MGF1-SHA-256, its salt of the algorithm's length: 20 bytes, or 32 for V2.", "§10.1", "S"),

    # --- body: §2.3
    R("BDY-001", "MUST",   "client", "A body is JSON in UTF-8.", "§2.3, §7", "D"),
    R("BDY-002", "MUST",   "client", "The body says what the caller said: every field, no more, no less, no other value.", "§2.3", "D"),
    R("BDY-003", "MUST",   "client", "The body satisfies the operation's schema where the caller's payload does.", "§2.3", "D"),
    R("BDY-004", "SHOULD", "client", "Amounts are sent as strings.", "§2.3, §13.9", "D"),
    R("BDY-005", "SHOULD", "client", "A field that the caller did not set is left out, not sent as null.", "§2.3 (whether null is accepted is not said)", "?"),
    R("BDY-006", "SHOULD", "client", "A read has no body.", "§10.2 (every SDK signs a GET as having none)", "S"),
    R("BDY-007", "MUST",   "client", "No object in a body names a field twice.", "§2.3 (which of the two counts is not said; RFC 8259 §4)", "D"),
    R("BDY-008", "MUST",   "client", "Texts are whole: no half of a character outside the basic plane stands alone.", "§2.3, §10.2 (payloads are UTF-8; RFC 8259 §8.2)", "S"),
    R("BDY-009", "MUST",   "client", "An amount is digits with at most one decimal point: no separators of thousands, comma, exponent or currency sign.", "§2.3, §3", "D"),
    R("BDY-010", "MUST",   "client", "An amount has no more decimals than its currency: none in JPY, else two at most.", "§6.8, §6.9", "W"),
    R("BDY-011", "MUST",   "client", "Amounts are in a currency that the account's region takes.", "§3.6", "S"),
    R("BDY-012", "MUST",   "client", "An empty object is sent as {}, not as an empty array.", "§2.3", "D"),

    # --- idempotency: §2.2, §9
    R("IDK-001", "MUST",   "client", "A call that creates something carries x-amz-pay-idempotency-key.", "§2.2, §9", "D"),
    R("IDK-002", "MUST",   "client", "An idempotency key has 1 to 32 of the characters A-Z a-z 0-9 _ -.", "§9", "D"),
    R("IDK-003", "SHOULD", "client", "Reads, updates and deletes carry no idempotency key.", "§9", "D"),
    R("IDK-004", "MUST",   "client", "The idempotency key that the caller gives is the one that is sent.", "§9", "D"),
    R("IDK-005", "MUST",   "client", "Different calls never share an idempotency key that the client made.", "§9", "D"),

    # --- the call as the caller sees it
    R("CAL-001", "MUST",   "client", "A call that breaks no rule is sent.", "§2.2", "S", scope="call"),
    R("CAL-002", "MUST",   "client", "A call that got a final answer is not sent again.", "§7 (retry only 408, 425, 429, 5xx)", "S"),
    R("CAL-003", "MUST",   "client", "A good answer is returned, not raised.", "§2.2", "D"),
    R("CAL-004", "MUST",   "client", "The status that the caller sees is the one that was sent.", "§2.2, §7", "D"),
    R("CAL-005", "MUST",   "client", "The body that the caller sees says what was sent, nothing dropped, nothing invented.", "§3", "W"),
    R("CAL-006", "MUST",   "client", "A refusal reaches the caller: as a status, a reasonCode or an error.", "§7", "D"),
    R("CAL-007", "SHOULD", "client", "The caller of a refused call can read the reasonCode.", "§7", "D"),
    R("CAL-008", "SHOULD", "client", "Headers that a caller hands in are not changed under his hands.", "docs/drivers.md, caller_headers", "I"),
    R("CAL-009", "SHOULD", "client", "What is null in an answer is told as null, not as an empty value, nor left out.", "§3 (every key is there, null where nothing is set)", "W"),

    R("CAL-010", "MUST",   "client", "A call that got no answer fails for its caller.", "§7 (no success guaranteed)", "S"),
    R("CAL-011", "MUST",   "client", "An answer that cannot be read reaches the caller as an error, or as the text that came.", "§3, §7 (answers are JSON objects)", "W"),
    R("CAL-012", "MUST",   "client", "Whatever is answered, the client neither ends its process nor hangs.", "§3.1 (answers change), §7", "S"),
    R("CAL-013", "MUST",   "client", "A field that the client does not know is handed over, and is no error.", "§3.1 (the set of keys grew over time)", "W"),
    R("CAL-014", "SHOULD", "client", "A state or reason code that the client does not know is handed over, and is no error.", "§4.2, §13.3 (names have changed)", "D2"),
    R("CAL-015", "SHOULD", "client", "A good answer without x-amz-pay-request-id is returned all the same.", "§2.1 (the service sends it on all; gateways do not)", "S"),
    R("CAL-016", "SHOULD", "client", "The request id that the caller sees is the one that was sent.", "§2.1", "S"),

    # --- what is not decided yet: §2.2, §4.3, §4.4
    R("ASY-001", "MUST",   "client", "A 202 is returned, not raised.", "§2.2, §4.5", "D"),
    R("ASY-002", "MUST",   "client", "A 202 is told as 202.", "§2.2, §4.5", "D"),
    R("ASY-003", "MUST",   "client", "A state that is not decided yet is told as it is: neither success nor failure.", "§4.3, §4.4", "D"),
    R("ASY-004", "MUST",   "client", "Once something is decided, whoever reads it is told how.", "§4.3, §4.4", "D"),

    # --- when something went wrong on the way: §7, §9
    R("RTY-001", "SHOULD", "client", "A call is sent again after the statuses, and as often, as the client declares.", "§7", "S"),
    R("RTY-002", "MUST",   "client", "A creating call that is sent again after a status like 503 keeps its idempotency key.", "§7, §9", "D"),
    R("RTY-003", "MUST",   "client", "After a lost answer nothing is made a second time: a creating call keeps its key, or is not sent again.", "§7, §9", "D"),
    R("RTY-004", "MUST",   "client", "A call that is sent again has the same body.", "§9 (any changed value is another request)", "D"),
    R("RTY-005", "MUST",   "client", "Retries come to an end.", "§7 (official SDKs: three)", "S"),
    R("RTY-006", "SHOULD", "client", "A call is not sent again at once after a 429 or 5xx, nor sooner than the client declares.", "§7 (back off)", "D"),
    R("RTY-007", "SHOULD", "client", "Where Retry-After says how long to wait, the client waits as long before it tries again.", "§7 (back off), §13 (not known of the service); RFC 9110, Retry-After", "I"),
    R("RTY-008", "MUST",   "client", "A creating call without an idempotency key is not sent again.", "§2.2, §9", "D"),
    R("RTY-009", "MUST",   "client", "A call that failed on the way is not followed by another that changes something and that nobody asked for.", "§4.3, §7", "S"),

    # --- the button: §10.4
    R("BTN-001", "MUST",   "client", "The button's signature verifies over the payload string, byte for byte.", "§10.4, §14.1", "S"),
    R("BTN-002", "MUST",   "client", "The button's signature is base64 in the standard alphabet, padded, of the key's length.", "§10.1, §10.4", "S"),
    R("BTN-003", "MUST",   "client", "The button's signature has the algorithm's scheme: RSASSA-PSS, SHA-256, and a salt of 20 bytes, or 32 for V2.", "§10.1, §10.4", "S"),
    R("BTN-004", "SHOULD", "client", "The button's payload is signed with its backslashes.", "§10.4 (the official PHP SDK takes them away)", "S"),
)

_CLIENT_TLS = (
    # --- the connection: §1
    R("TLS-001", "MUST",   "client", "A certificate that no trusted authority has signed is refused.", "§1 (TLS is required; RFC 9110 §4.3.4)", "D"),
    R("TLS-002", "MUST",   "client", "A certificate for another host is refused.", "§1 (TLS is required; RFC 9110 §4.3.4)", "D"),
    R("TLS-003", "MUST",   "client", "An expired certificate is refused.", "§1 (TLS is required; RFC 5280 §6.1.3)", "D"),
    R("TLS-004", "MUST",   "client", "A certificate that is not valid yet is refused.", "§1 (TLS is required; RFC 5280 §6.1.3)", "D"),
    R("TLS-005", "MUST",   "client", "A certificate that is not for servers is refused.", "§1 (TLS is required; RFC 5280 §4.2.1.12)", "D"),
    R("TLS-006", "MUST",   "client", "A server that speaks TLS 1.0 only is refused.", "§1 (the service refuses TLS 1.0; RFC 8996)", "D"),
    R("TLS-007", "SHOULD", "client", "TLS 1.2 is spoken.", "§1", "D"),
    R("TLS-008", "SHOULD", "client", "Verification of certificates is not switched off for the whole process.", "§1 (one SDK does, with an option that tests need)", "S"),
    R("TLS-009", "MUST",   "client", "A client that is pointed at an https address sends nothing signed in clear.", "§1", "D"),
)

_SERVER = (
    R("RSP-001", "MUST",   "server", "Every answer carries x-amz-pay-request-id.", "§2.2", "S"),
    R("RSP-002", "MUST",   "server", "An answer's body is JSON.", "§3, §7", "W"),
    R("RSP-003", "MUST",   "server", "An object satisfies its schema: every key there, null where nothing is set.", "§3", "W", scope="object"),
    R("RSP-004", "MUST",   "server", "A refusal is {reasonCode, message}.", "§7", "D"),
    R("RSP-005", "MUST",   "server", "What the merchant set is what he reads back.", "§3", "W", scope="object"),
    R("AUT-001", "MUST",   "server", "An object of another merchant is not found.", "§7", "D2", scope="object"),
    R("IDM-002", "MUST",   "server", "The idempotency keys of one merchant stand for nothing when another uses them.", "§9", "D"),
    R("RSP-007", "SHOULD", "server", "An answer with a body says that it is JSON: content-type application/json.", "§3, §7 (what is answered is JSON; RFC 9110, Content-Type)", "I"),
    R("RSP-008", "SHOULD", "server", "What a write was answered with is what is read right after it.", "§3.1, §3.2, §3.3 (create, update and get return one object)", "S", scope="object"),
    R("RSP-009", "SHOULD", "server", "A completed session shows null for what it was made of.", "§3.1", "W"),
    R("REL-006", "SHOULD", "server", "The id of a one-time permission begins those of its charges, and of their refunds.", "§3.0", "W", scope="object"),
    R("RSP-006", "MUST",   "server", "A version, path or method that the API does not have is refused with a documented code.", "§7", "D", scope="operation"),
    R("VAL-001", "MUST",   "server", "A request that is refused changes nothing.", "§4.1, §7", "D", scope="object"),
    R("CHG-006", "MUST",   "server", "A declined charge is refused with the reason of the decline.", "§4.3, §8.2", "D", scope="operation"),
    R("IDM-001", "MUST",   "server", "A repeated request with the same idempotency key gets the first answer.", "§9", "D", scope="call"),
    R("STA-001", "MUST",   "server", "A Checkout Session is in a state that its history allows.", "§4.1", "D", scope="state"),
    R("STA-002", "MUST",   "server", "A Charge Permission is in a state that its history allows.", "§4.2", "D", scope="state"),
    R("STA-003", "MUST",   "server", "A Charge is in a state that its history allows.", "§4.3", "D", scope="state"),
    R("STA-004", "MUST",   "server", "A Refund is in a state that its history allows.", "§4.4", "D", scope="state"),
    R("CON-001", "MUST",   "server", "An open session's constraints are what is missing, no more, no less.", "§5.1", "W", scope="object"),
    R("CON-002", "MUST",   "server", "amazonPayRedirectUrl is there exactly when no constraint is left.", "§5.1", "D2", scope="object"),
    R("REL-001", "MUST",   "server", "A completed session names its permission, and its charge unless it only confirms.", "§3.1, §4.5", "W", scope="object"),
    R("REL-002", "MUST",   "server", "A charge names the permission that it was made on.", "§3.3", "W", scope="object"),
    R("REL-003", "MUST",   "server", "A refund names the charge that it refunds.", "§3.4", "S", scope="object"),
    R("REL-004", "MUST",   "server", "An object that is read has the id that was asked for.", "§2.2", "W", scope="object"),
    R("MON-001", "MUST",   "server", "captureAmount is what was captured, never above chargeAmount.", "§3.3, §6.3", "W", scope="object"),
    R("MON-002", "MUST",   "server", "refundedAmount is the sum of the refunds, never above what may be refunded.", "§3.3, §6.5", "D", scope="object"),
    R("MON-003", "MUST",   "server", "amountBalance is the limit less what was charged.", "§3.2", "D", scope="object"),
    R("MON-004", "MUST",   "server", "An amount comes back as it was asked for.", "§3, §6.12", "W", scope="object"),
    R("MON-005", "SHOULD", "server", "A convertedAmount is the chargeAmount divided by the conversionRate.", "§3.3, §6.11; in which form is not sure (§13.6)", "S", scope="object"),
    R("LIN-001", "MUST",   "server", "Calls that overlap are answered as if they had come one after the other, in some order.", "§4.3, §6.3b, §6.5", "D", scope="call"),
    R("LIN-002", "MUST",   "server", "Two requests with one idempotency key make one object, however close they come.", "§9", "D", scope="call"),
    R("REL-005", "MUST",   "server", "An object is of the environment that was called.", "§3", "W", scope="object"),
    R("TIM-002", "MUST",   "server", "The time of the last change is not before the creation, and never runs back.", "§3.1, §3.2", "W", scope="object"),
    R("TIM-003", "MUST",   "server", "The time of creation stays what it was.", "§3.1, §3.3", "W", scope="object"),
    R("TIM-004", "MUST",   "server", "A one-time permission lives 180 days, or 13 months with extendExpiration.", "§2.3, §3.2, §4.6", "D", scope="object"),
    R("TIM-001", "MUST",   "server", "Lifetimes are the documented ones: a session 24 hours, a charge 30 days.", "§3.1, §3.3, §4.6", "W", scope="object"),
)

_INTEGRATION = (
    # --- order: §4, §6. What it could know is what it was told.
    R("ORD-001", "MUST",   "integration", "A session is not updated or completed in a state, last seen, that forbids it.", "§4.1", "D"),
    R("ORD-002", "MUST",   "integration", "A permission is not charged, updated or closed in a state, last seen, that forbids it.", "§4.2", "D2"),
    R("ORD-003", "MUST",   "integration", "A charge is not captured, canceled or refunded in a state, last seen, that forbids it.", "§4.3", "D2"),
    R("ORD-004", "SHOULD", "integration", "A session that was seen Completed is read, not completed again.", "§4.1", "D"),
    R("ORD-005", "MUST",   "integration", "Complete is called once the buyer could be sent to amazonPayRedirectUrl, not before.", "§4.1, §5.1", "W"),
    R("ORD-006", "MUST",   "integration", "A paid order is not canceled, closed or refunded because a second Complete was refused.", "§4.1; magento-2-plugin #1280, #1297", "D"),
    R("ORD-007", "MUST",   "integration", "Complete repeats the amounts that the session was seen to have.", "§2.3, §6.12", "D"),
    R("ORD-008", "MUST",   "integration", "A capture is not above what was authorized.", "§6.3", "D2"),
    R("ORD-009", "MUST",   "integration", "A refund is not above what was captured and the headroom of refunds.", "§6.1, §6.5", "D"),
    R("ORD-010", "MUST",   "integration", "A charge is not above what is known to be left of its permission.", "§6.1, §6.2", "D2"),
    R("ORD-011", "MUST",   "integration", "Charge, capture and refund have the currency of what they belong to.", "§6.7", "D"),
    R("ORD-012", "MUST",   "integration", "An id stands where an object of its kind is meant.", "§2.2, §3.0; magento-plugin #149", "W"),
    R("ORD-013", "SHOULD", "integration", "What was not found is given up after some tries.", "§4.1; magento-2-plugin #1300", "D"),
    R("ORD-014", "SHOULD", "integration", "An object in which nothing changes is not read again and again.", "§4.6, §7", "D"),
    R("ORD-015", "SHOULD", "integration", "A session that the buyer approved is completed.", "§4.1, §4.6; sdk-php #6", "D"),
    R("ORD-016", "SHOULD", "integration", "A permission that is Chargeable again after a decline is charged again, or closed.", "§4.2, §5.2; magento-plugin #158", "D2"),

    # --- what is sent again: §7, §9
    R("IDK-006", "MUST",   "integration", "An idempotency key stands for one request: a repeated one has the same body, a new one a new key.", "§9", "D"),
    R("DUP-001", "MUST",   "integration", "A charge, capture or refund whose answer was lost is repeated with its key, or looked at first.", "§7, §9", "D"),

    # --- answers that are not final: §4.3, §7
    R("INT-001", "MUST",   "integration", "What was pending is read before it is captured, refunded or otherwise acted on.", "§4.3, §4.6", "D"),
    R("INT-002", "SHOULD", "integration", "What is pending is asked for until it is decided.", "§4.3, §4.6", "D"),
    R("INT-003", "SHOULD", "integration", "Nothing is delivered on a charge that was last seen pending, declined or canceled.", "§4.3, §12", "D2"),
    R("INT-004", "SHOULD", "integration", "A declined charge is tried again with a new key.", "§7 (what the old key answers is not said)", "D"),
    R("INT-005", "SHOULD", "integration", "A charge that was declined hard is not tried again and again without anything being looked at.", "§4.3, §5.2", "D2"),

    # --- its pages: §2.3, §15
    R("BTN-005", "MUST",   "integration", "The button's payload is a body of Create Checkout Session, or of Amazon Sign-in.", "§2.3, §12, §15.1", "D"),
    R("BTN-006", "MUST",   "integration", "In the sandbox, a button whose key does not say so says sandbox: true.", "§1, §15.1", "D"),
    R("BTN-007", "MUST",   "integration", "A button that places an order to be shipped says where to: checkoutMode ProcessOrder with PayAndShip has addressDetails.", "§2.3, §5.6", "S"),

    # --- its notification endpoint: §11
    R("NTF-001", "MUST",   "integration", "A true notification is answered with 2xx.", "§11.4", "D2"),
    R("NTF-002", "SHOULD", "integration", "A notification is answered in time, or it counts as lost and is sent again.", "§11.4 (how long is waited is not said; SNS waits 15 seconds)", "D2"),
    R("NTF-003", "MUST",   "integration", "A notification whose signature does not verify has no effect.", "§11.3", "S"),
    R("NTF-004", "MUST",   "integration", "A notification without a signature has no effect.", "§11.1, §11.3", "S"),
    R("NTF-005", "MUST",   "integration", "A certificate on a host that is not SNS's is not trusted.", "§11.3; novu PR #11056, go.sns #2", "S"),
    R("NTF-006", "MUST",   "integration", "A certificate over http is not trusted.", "§11.3", "S"),
    R("NTF-007", "SHOULD", "integration", "A certificate that is no .pem file is not trusted.", "§11.3", "S"),
    R("NTF-008", "MUST",   "integration", "A SubscribeURL is not visited before the signature has verified.", "§11.1, §11.3", "S"),
    R("NTF-009", "MUST",   "integration", "The object is read before anything is done because of a notification.", "§11.2", "D"),
    R("NTF-010", "MUST",   "integration", "A notification of a declined or canceled charge is not taken for a payment.", "§4.3, §11.2; woocommerce #5", "D"),
    R("NTF-011", "MUST",   "integration", "A notification of a charge that is still pending is not taken for a payment.", "§4.3, §11.2", "D"),
    R("NTF-012", "MUST",   "integration", "A notification that comes twice has the effect of one.", "§11.4 (it is sent again where no answer came)", "D2"),
    R("NTF-013", "MUST",   "integration", "Notifications that come in another order have the effect that the object's state calls for.", "§11.2, §11.4 (one that is sent again comes late)", "D2"),
    R("NTF-014", "SHOULD", "integration", "An order is taken for paid once a notification has told of its charge, and that is captured.", "§11.2, §11.4", "D"),
    R("NTF-015", "SHOULD", "integration", "A type of object or of change that is not known is no error.", "§11.2 (v1 had fewer)", "D"),
    R("NTF-016", "SHOULD", "integration", "A notification of an object that is not known is no error.", "§11.2, §11.4 (it would be sent again)", "D2"),
    R("NTF-017", "MUST",   "integration", "A chargeback of which there is no object to read is no error.", "§11.2; sdk-php #11", "D"),
    R("NTF-018", "SHOULD", "integration", "What is no notification is refused, and is no error.", "§11.1, §11.4 (a 5xx asks for it again)", "D2"),
    R("NTF-019", "SHOULD", "integration", "A notification whose object cannot be read at the time is not lost.", "§11.2, §11.4 (after a 5xx it is sent again)", "D2"),
    R("NTF-020", "SHOULD", "integration", "A subject, where there is one, is verified with the rest.", "§11.1, §11.3", "D"),
)
# fmt: on

STATE_REQUIREMENTS: Mapping[str, str] = {
    "CheckoutSession": "STA-001",
    "ChargePermission": "STA-002",
    "Charge": "STA-003",
    "Refund": "STA-004",
}


def _of_operations() -> tuple[Requirement, ...]:
    return tuple(
        R(
            o.requirement,
            "MUST",
            "server",
            f"{o.title} succeeds where nothing forbids it.",
            o.source,
            o.tag,
            scope="operation",
        )
        for o in ALL_OPERATIONS.values()
    )


def _of_rules() -> tuple[Requirement, ...]:
    return tuple(
        R(
            rule.id,
            "MUST" if rule.asserted else "MAY",
            "server",
            rule.statement,
            rule.source,
            rule.tag,
            scope="operation",
        )
        for rule in RULES
    )


def _with_examples(requirement: Requirement) -> Requirement:
    example = EXAMPLES.get(requirement.id)
    if example is None:
        return requirement
    return replace(requirement, legal=example.legal, illegal=example.illegal)


_OF_THE_MODEL = (*_of_operations(), *_of_rules())

REQUIREMENTS: Mapping[str, Requirement] = {
    requirement.id: _with_examples(requirement)
    for requirement in sorted(
        (*_CLIENT, *_CLIENT_TLS, *_SERVER, *_INTEGRATION, *_OF_THE_MODEL), key=lambda r: r.id
    )
}
"""The catalogue by id."""

ANSWER_REQUIREMENTS: tuple[str, ...] = (
    # a decline and a repetition are answers that operations have beside success and refusal
    *("CHG-006", "IDM-001"),
    *(requirement.id for requirement in _OF_THE_MODEL if requirement.level != "MAY"),
)
"""What is at stake in the status and reason code of an answer."""
