"""What the facts leave open, each a named switch: the mock does what is chosen, every choice is permitted.

No subject is ever failed for a choice: a run reports which one it was seen to make. A question of the facts
(tag [?], a contradiction of §13) that no behaviour of ours depends on is in `NOT_SWITCHED`, with the reason.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache

from amazonpay_conformance.model.machine import Tag


@dataclass(frozen=True, slots=True)
class Switch:
    """An open question. `choices` are its possible answers, each with what it means; the first is the default."""

    id: str
    question: str
    choices: Mapping[str, str]
    source: str
    tag: Tag

    @property
    def default(self) -> str:
        """The choice that the mock makes unless told otherwise."""
        return next(iter(self.choices))


class BadSwitch(ValueError):
    """A switch or a choice that there is not."""


@dataclass(frozen=True, slots=True)
class Settings:
    """The choices that differ from the defaults, as sorted (switch, choice) pairs."""

    chosen: tuple[tuple[str, str], ...] = ()

    @classmethod
    def of(cls, choices: Mapping[str, str]) -> Settings:
        """Return settings with these choices.

        Args:
            choices: switch → choice.

        Raises:
            BadSwitch: there is no such switch, or it has no such choice.
        """
        for name, choice in choices.items():
            _check(name, choice)
        return cls(tuple(sorted((n, c) for n, c in choices.items() if c != SWITCHES[n].default)))

    @classmethod
    def parse(cls, texts: Iterable[str]) -> Settings:
        """Return settings read from `NAME=CHOICE` texts.

        Raises:
            BadSwitch: one of them has another form, or names what there is not.
        """
        pairs = [text.partition("=") for text in texts]
        for name, equals, _ in pairs:
            if not equals:
                raise BadSwitch(f"{name!r}: expected NAME=CHOICE, as {_example(name)}")
        return cls.of({name.strip(): choice.strip() for name, _, choice in pairs})

    def choice(self, name: str) -> str:
        """Return what is chosen for a switch; KeyError if there is no such switch."""
        return _choices(self.chosen)[name]

    def has(self, choice: str) -> bool:
        """Tell whether `NAME=CHOICE`, or one of `NAME=CHOICE|CHOICE`, is chosen; KeyError for no such switch."""
        name, _, wanted = choice.partition("=")
        return self.choice(name) in wanted.split("|")


@cache
def _choices(chosen: tuple[tuple[str, str], ...]) -> Mapping[str, str]:
    return {**{switch.id: switch.default for switch in SWITCHES.values()}, **dict(chosen)}


def _check(name: str, choice: str) -> None:
    switch = SWITCHES.get(name)
    if switch is None:
        near = get_close_matches(name, SWITCHES, n=3)
        hint = f"; did you mean {' or '.join(near)}?" if near else "; docs/model.md lists them"
        raise BadSwitch(f"no switch {name!r}{hint}")
    if choice not in switch.choices:
        raise BadSwitch(f"switch {name}: {choice!r} is none of {', '.join(switch.choices)}")


def _example(name: str) -> str:
    switch = SWITCHES.get(name, next(iter(SWITCHES.values())))
    return f"{switch.id}={switch.default}"


S = Switch

# fmt: off
_ROWS = (
    # --- the request: §2.1, §7, §9, §10, §13
    S("missing-header-code",    "Which code tells that a header is missing?", {"MissingHeaderValue": "MissingHeaderValue", "MissingHeader": "MissingHeader"}, "§2.2, §13.15", "?"),
    S("ill-formed-key",         "Is an idempotency key refused that is too long or has other characters?", {"refused": "400 InvalidHeaderValue", "accepted": "taken as it is"}, "§9", "?"),
    S("replay-status",          "Which status does the repetition of a keyed request get?", {"original": "that of the first answer", "200": "200"}, "§9", "?"),
    S("refused-keys",           "Is an idempotency key spent by a request that was refused?", {"forgotten": "no, the request is looked at anew", "stored": "yes, the refusal is replayed"}, "§9", "?"),
    S("concurrent-duplicates",  "What gets a repeated request while the first one is still being handled?", {"replayed": "the first answer, once there is one", "refused": "a refusal, in the mock 400 DuplicateIdempotencyKey"}, "§9", "?"),
    S("complete-key",           "Does Complete, or another POST that needs no idempotency key, replay its first answer for a repeated one?", {"ignored": "no, it is looked at anew", "replayed": "yes, as for every POST"}, "§2.2, §9, §13 (open)", "?"),
    S("date-skew",              "How far may x-amz-pay-date be off?", {"unlimited": "as far as it likes", "five-minutes": "five minutes either way"}, "§10.3", "?"),
    S("extended-date",          "Is x-amz-pay-date accepted in its extended form, 2026-11-23T18:26:58Z?", {"accepted": "yes", "refused": "400 InvalidHeaderValue"}, "§2.1, §13.10", "?"),
    S("region-spelling",        "Which spellings of x-amz-pay-region are accepted?", {"any": "na, us, eu, de, uk, jp in any case", "exact": "na, eu, jp in lower case"}, "§10.3, §13.11", "?"),
    S("signed-headers-case",    "May SignedHeaders keep the caller's case and order?", {"any": "yes", "lower": "no: lower case, sorted"}, "§10.2, §13.12", "?"),
    S("unsigned-simulation",    "May x-amz-pay-simulation-code go unsigned?", {"accepted": "yes", "refused": "403 InvalidRequestSignature"}, "§10.3, §13.14", "?"),
    S("environment-path",       "May an environment-specific key use a path with /sandbox/?", {"accepted": "yes", "refused": "404 ResourceNotFound"}, "§1, §13.17", "?"),
    S("other-environment",      "What gets a key in a path of the other environment, as /live/v2/… with a sandbox key?", {"refused": "404 ResourceNotFound", "accepted": "what it gets in its own"}, "§1", "?"),
    S("repeated-headers",       "What gets a request that sends a header with one value twice?", {"accepted": "the values count as one, joined by a comma where they are signed", "refused": "400 InvalidHeaderValue"}, "§10.2", "?"),
    S("number-amounts",         "Are amounts accepted as JSON numbers?", {"accepted": "yes", "refused": "400 InvalidParameterValue"}, "§2.3, §13.9", "?"),
    S("amount-spelling",        "Is 14 the same amount as 14.00 where one must repeat the other?", {"decimal": "yes", "exact": "no: 409 AmountMismatch"}, "§6", "?"),
    S("zero-amount",            "Is an amount of zero or less refused?", {"refused": "400 InvalidParameterValue", "accepted": "no"}, "§6.10", "?"),
    S("patch",                  "Does an update of a nested object keep the fields that it does not send?", {"merge": "yes", "replace": "no, they are gone"}, "§2.3, §13 (open)", "?"),

    # --- simulations: §8
    S("session-simulations",    "What do the simulation codes of Complete do?", {"applied": "what §8.2 says", "ignored": "nothing", "refused": "400 InvalidSandboxSimulationSpecified"}, "§8.2", "I"),
    S("charge-simulations",     "What do the simulation codes of Create Charge do?", {"applied": "what §8.2 says", "ignored": "nothing", "refused": "400 InvalidSandboxSimulationSpecified"}, "§8.2", "I"),
    S("pending-simulations",    "How are the Pending... codes of Create Charge spelt?", {"guessed": "Pending and the decline, as PendingSoftDeclined", "otherwise": "otherwise: 400 InvalidSandboxSimulationSpecified"}, "§8.2, §13 (open)", "?"),
    S("refund-simulations",     "What are the simulation codes of Create Refund?", {"guessed": "AmazonRejected and ProcessingFailure", "otherwise": "others: 400 InvalidSandboxSimulationSpecified"}, "§8.2, §13 (open)", "?"),
    S("close-simulation",       "What does AmazonClosed do with Close Charge Permission?", {"applied": "Closed/AmazonClosed", "ignored": "nothing", "refused": "400 InvalidSandboxSimulationSpecified"}, "§8.2", "I"),
    S("simulation-prerequisite", "Is a simulation refused whose prerequisite is not met?", {"refused": "400 InvalidSandboxSimulationSpecified", "ignored": "no, it has no effect"}, "§7, §8.2", "?"),
    S("simulation-elsewhere",   "What does a simulation code do with an operation that has none, as Update Checkout Session?", {"ignored": "nothing", "refused": "400 InvalidSandboxSimulationSpecified"}, "§7, §8.2, §13.13", "?"),
    S("capture-decline",        "How is a capture told that Amazon rejects?", {"pending": "200 CaptureInitiated, later Declined", "refused": "422 AmazonRejected"}, "§8.2, §13 (open)", "?"),

    # --- Checkout Session: §2.3, §4.1, §5
    S("localhost-urls",         "Are http://localhost URLs accepted in the sandbox?", {"accepted": "yes", "refused": "400 InvalidParameterValue"}, "§2.3", "?"),
    S("recurring-metadata",     "Must a Recurring session bring recurringMetadata when it is created?", {"optional": "no, a constraint asks for it", "required": "400 MissingParameterValue"}, "§2.3", "?"),
    S("pending-with-capture",   "May AuthorizeWithCapture be combined with canHandlePendingAuthorization?", {"refused": "400 InvalidParameterCombination", "accepted": "yes"}, "§2.3", "?"),
    S("total-below-charge",     "May totalOrderAmount be below chargeAmount?", {"refused": "400 InvalidParameterValue", "accepted": "yes"}, "§2.3", "?"),
    S("superfluous-total",      "May Complete give a totalOrderAmount that the session does not have?", {"refused": "409 AmountMismatch", "accepted": "yes"}, "§2.3", "?"),
    S("update-after-approval",  "May a session be updated after the buyer approved it?", {"refused": "422 InvalidCheckoutSessionStatus", "accepted": "yes"}, "§2.3", "?"),
    S("checkout-mode-at-update", "Is checkoutMode refused by Update Checkout Session?", {"refused": "400 UnrecognizedField", "accepted": "no"}, "§5.6", "?"),
    S("button-address",         "Is a session refused whose addressDetails lack a phoneNumber, or have a stateOrRegion in GB, SG, AE or MX?", {"refused": "400 InvalidParameterValue", "accepted": "no, what comes of it shows later"}, "§5.6", "?"),
    S("multi-address-sum",      "Must the prices of a multi-ship order add up to chargeAmount?", {"free": "no", "equal": "400 InvalidParameterValue"}, "§5.5", "?"),
    S("finalize-repeats",       "Must Finalize repeat the session's paymentIntent?", {"refused": "409 AmountMismatch where it does not", "accepted": "no"}, "§5.6", "?"),
    S("finalize-pending",       "Which status does Finalize give while the authorization pends?", {"202": "202, as Complete", "200": "200"}, "§2.2", "?"),
    S("canceled-session-code",  "How is Complete refused for a canceled session?", {"422": "422 CheckoutSessionCanceled", "400": "400 CheckoutSessionCanceled", "status": "422 InvalidCheckoutSessionStatus"}, "§7, §13.5", "?"),
    S("deleted-session",        "When does a session answer 404?", {"after-creation": "30 days after its creation", "after-change": "30 days after it was completed or canceled", "kept": "never"}, "§4.1, §4.6, §13 (open)", "?"),
    S("further-constraints",    "Are there constraints that no source names?", {"none": "no", "ShippingAddressNotSet": "ShippingAddressNotSet until the buyer chose an address"}, "§5.1", "?"),

    # --- Charge Permission: §3.2, §4.2, §6
    S("charge-in-progress",     "When is a permission NonChargeable/ChargeInProgress?", {"when-reserved": "while its whole balance is authorized", "always": "while any charge is authorized", "never": "never"}, "§4.2, §4.5, §13 (open)", "?"),
    S("open-authorizations",    "Do open authorizations count against amountBalance?", {"reserved": "yes", "free": "no"}, "§3.2, §13 (open)", "?"),
    S("captured-remainder",     "What becomes of the rest when less is captured than was authorized?", {"released": "it can be charged again", "kept": "it is lost"}, "§6.3b", "?"),
    S("permission-closes",      "When does a one-time permission close of itself?", {"at-total": "when its total is captured", "at-first-capture": "at the first capture"}, "§4.2, §13.4", "?"),
    S("rejected-permission",    "What does an AmazonRejected charge do to its permission?", {"AmazonCanceled": "Closed/AmazonCanceled", "AmazonClosed": "Closed/AmazonClosed", "unaffected": "nothing"}, "§4.2, §8.2", "?"),
    S("declined-permission",    "What does a HardDeclined charge do to its permission?", {"PaymentMethodInvalid": "NonChargeable/PaymentMethodInvalid", "unaffected": "nothing"}, "§8.2", "?"),
    S("closed-reasons",         "How are the reasons of a closed permission spelt?", {"Closed": "MerchantClosed, BuyerClosed", "Canceled": "MerchantCanceled, BuyerCanceled"}, "§4.2, §13.3", "?"),
    S("metadata-updates",       "May each merchantMetadata value of a permission be set more than once?", {"many": "yes", "once": "no: 422 ChargePermissionNotModifiable"}, "§2.3, §13 (open)", "?"),
    S("recurring-expiry",       "Does a charge renew the 13 months of a recurring permission?", {"renewed": "yes", "fixed": "no"}, "§4.2, §13.18", "?"),
    S("recurring-prefix",       "With which letter does the id of a recurring permission begin?", {"C": "C", "B": "B, as in the older API"}, "§3.0", "?"),
    S("buyer-data",             "What shows a permission of its buyer after 30 days?", {"gone": "null", "kept": "all"}, "§3.2", "?"),
    S("frequency-value",        "Is frequency.value told as a string or as a number?", {"string": "a string", "number": "a number"}, "§3.1, §13.8", "?"),

    # --- Charge: §2.3, §4.3, §6
    S("capture-now-with-pending", "May captureNow be combined with canHandlePendingAuthorization?", {"refused": "400 InvalidParameterCombination", "accepted": "yes"}, "§2.3", "?"),
    S("charge-initiator",       "Must a charge on a saved wallet name its chargeInitiator?", {"optional": "no", "required": "400 MissingParameterValue"}, "§2.3", "?"),
    S("cancellation-reason",    "Is a cancellationReason above 255 characters refused?", {"accepted": "no", "refused": "400 InvalidParameterValue"}, "§2.3, §13 (open)", "?"),
    S("closed-permission",      "May charges be captured and canceled after their permission was closed by others than the merchant?", {"open": "yes", "blocked": "422 InvalidChargePermissionStatus"}, "§7", "?"),
    S("update-charge",          "Who may call Update Charge?", {"providers": "payment service providers only: 401 UnauthorizedAccess", "all": "every merchant"}, "§2.2", "?"),
    S("legacy-caps",            "Do the monthly caps of the older API hold for recurring charges outside USD and JPY?", {"kept": "400 PeriodicAmountExceeded", "dropped": "no"}, "§5.2", "I"),
    S("converted-amount",       "In which form is convertedAmount told?", {"null": "null", "string": "a string", "price": "amount and currency"}, "§3.3, §13.6", "?"),

    # --- Refund: §6
    S("refund-headroom",        "Is the headroom of refunds shared by all refunds of a charge?", {"shared": "yes", "each": "no, each refund has it anew"}, "§6.5b", "?"),
    S("refund-count",           "How many refunds does a charge take?", {"ten": "10, as in an older API", "unlimited": "any number"}, "§6.6", "?"),

    # --- the lesser resources: §2.2, §12
    S("report-schedule-status", "Which status does Create Report Schedule give?", {"201": "201", "200": "200"}, "§2.2, §13.19", "?"),
    S("dispute-timestamps",     "How are the times of a dispute told?", {"milliseconds": "epoch milliseconds", "seconds": "epoch seconds", "text": "as all other times, 20261123T182658Z"}, "§12, §13.20", "?"),
    S("unknown-records",        "Is a buyer, token, report document or store found of which the kit does not know?", {"refused": "404 ResourceNotFound", "accepted": "yes"}, "§2.2, §12", "?"),
    S("gone-records",           "What gets a call for what was canceled or deleted?", {"refused": "404 ResourceNotFound", "accepted": "what it got before"}, "§2.2, §12", "?"),
    S("old-reports",            "Is a report found after its 90 days?", {"gone": "404 ResourceNotFound", "kept": "yes"}, "§4.6", "?"),
    S("token-alone",            "May nextToken be sent with other parameters?", {"refused": "400 InvalidParameterValue", "accepted": "yes, they are not looked at"}, "§12", "?"),
    S("foreign-tokens",         "What gets a nextToken that no page gave?", {"refused": "400 InvalidParameterValue", "first-page": "the first page", "empty-page": "an empty page"}, "§12", "?"),
    S("settled-disputes",       "May a dispute be contested that is resolved or closed, or a closed one be updated?", {"refused": "400 InvalidRequest", "accepted": "yes"}, "§12", "?"),
    S("resource-fields",        "Which fields are mandatory in the bodies of the lesser resources?", {"required": "those without which they mean nothing: 400 MissingParameterValue", "optional": "none"}, "§12", "?"),
    S("provider-operations",    "Who may open merchant accounts, stores, disputes and delivery trackers, and get authorization tokens?", {"all": "every merchant", "providers": "allow-listed providers only: 401 UnauthorizedAccess"}, "§2.2, §7, §12", "?"),

    # --- notifications: §11
    S("synchronous-notifications", "Is the merchant notified of what his own call did, as a capture or a cancellation?", {"silent": "no, its answer told him", "sent": "yes"}, "§11.4", "?"),
    S("permission-notifications", "Does a permission notify whose state changes because of a charge?", {"sent": "yes", "silent": "no"}, "§4.2, §11.4", "?"),
    S("expiry-notifications",   "Does a charge notify whose authorization expires unused?", {"sent": "yes", "silent": "no"}, "§4.3, §11.4", "?"),
    S("attribute-notifications", "Is the merchant notified of an object that changed and kept its state?", {"silent": "no", "sent": "yes, with ATTRIBUTE_CHANGE"}, "§11.2, §11.4", "?"),
    S("notification-signature", "Which SignatureVersion do notifications have?", {"1": "1, SHA-1", "2": "2, SHA-256"}, "§11.3", "?"),
    S("notification-keys",      "How are the keys of a message spelt?", {"PascalCase": "as MerchantID", "camelCase": "as merchantID"}, "§11.2, §13.7", "?"),
)
# fmt: on

SWITCHES: Mapping[str, Switch] = {row.id: row for row in _ROWS}
"""The switches by name."""

DEFAULTS = Settings()

NOT_SWITCHED: Mapping[str, str] = {
    "§3.2 a permission's TransactionAmountExceeded": "a reason of NonChargeable that the mock never gives and every answer may",
    "§4.3 a declined charge behind a refused Create Charge": "no answer would ever show it",
    "§7 a simulation in the live environment": "the kit never sends to it",
    "§9 key spaces of sandbox and live": "the kit uses one of them only",
    "§13.1 prose names of charge states": "the wire decides: the table of names",
    "§13.2 the 7 days of the introduction": "they concern the capture, as the page on it says",
    "§15.1 the algorithm of a button that names none": "the mock takes the one by which the signature verifies",
    "§15.3 the way back of a buyer who cancels": "a browser sees it, no client: the mock appends the id, and takes the next URL that is set",
    "§13.16 final line of the canonical request": "the vectors of the official SDK decide",
    "§13.21 InvalidCheckoutSessionStatus for Complete": "the newer page lists it, and nothing else is known that would be answered",
    "§13.22 a stray colon in a test": "a typing error",
    "§13 (open) Retry-After on 429": "the mock does not throttle yet",
    "§13 (open) length of return URLs": "no figure is known to switch to",
}
"""Open questions that no behaviour of the kit depends on, each with the reason."""
