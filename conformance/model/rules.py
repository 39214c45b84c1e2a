"""Every reason for which a call is refused, and what of a permission is left to charge.

A rule says when a call is wrong and how the service may answer then. Rules tagged "?" or "I" are not
asserted: their refusal is permitted beside success, and a switch tells whether our mock refuses.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeAlias

from amazonpay_conformance.model import guards
from amazonpay_conformance.model.actions import UNUSUAL, Defect
from amazonpay_conformance.model.balances import may_be_chargeable
from amazonpay_conformance.model.context import Context
from amazonpay_conformance.model.machine import ASSERTED, Tag
from amazonpay_conformance.model.operations import ALL_OPERATIONS, OPERATIONS
from amazonpay_conformance.model.resources import GIVEN, RESOURCE_OPERATIONS, SANDBOX_REPORT_TYPE
from amazonpay_conformance.model.simulation import SIMULATIONS
from amazonpay_conformance.model.switches import SWITCHES, Settings

Error: TypeAlias = tuple[int, str]
Evidence: TypeAlias = tuple[tuple[str, str], ...]
"""What an answer tells of open questions: (switch, choice) pairs."""


@dataclass(frozen=True, slots=True)
class Rule:
    """A reason to refuse. `broken` tells whether a call is refused for it; `errors` how, the usual one first.

    `switch`, as NAME=CHOICE, is the choice with which an uncertain rule is enforced; "" if it never is.
    `picks` names the switch whose choices tell, in their order, which of `errors` the mock gives.
    """

    id: str
    operations: tuple[str, ...]
    broken: Callable[[Context], bool]
    errors: tuple[Error, ...]
    statement: str
    source: str
    tag: Tag
    switch: str = ""
    picks: str = ""

    @property
    def asserted(self) -> bool:
        """Whether a server that does not refuse is wrong; otherwise both answers are permitted."""
        return self.tag in ASSERTED

    def applies(self, settings: Settings) -> bool:
        """Tell whether the mock refuses for it."""
        return self.asserted or (bool(self.switch) and settings.has(self.switch))

    def answers(self, settings: Settings) -> tuple[tuple[Error, Evidence], ...]:
        """Return the errors with what each would tell of open questions, the one the mock gives first."""
        told = tuple(zip(self.errors, map(self._told, range(len(self.errors))), strict=True))
        if not self.picks:
            return told
        first = list(SWITCHES[self.picks].choices).index(settings.choice(self.picks))
        return (told[first], *told[:first], *told[first + 1 :])

    def _told(self, error: int) -> Evidence:
        if self.picks:
            return ((self.picks, list(SWITCHES[self.picks].choices)[error]),)
        name, _, choice = self.switch.partition("=")
        return ((name, choice),) if choice and "|" not in choice else ()

    @property
    def told_by_success(self) -> Evidence:
        """What it tells of its open question that a call is not refused for this rule."""
        name, _, choice = self.switch.partition("=")
        others = [other for other in SWITCHES[name].choices if other not in choice.split("|")] if name else []
        return ((name, others[0]),) if len(others) == 1 else ()


EVERY = tuple(ALL_OPERATIONS)
WITH_TARGET = tuple(o.id for o in ALL_OPERATIONS.values() if o.target and o.target not in GIVEN)
WITH_GIVEN_TARGET = tuple(o.id for o in ALL_OPERATIONS.values() if o.target in GIVEN)
WITH_BODY = tuple(o.id for o in ALL_OPERATIONS.values() if o.has_body)
WITH_QUERY = tuple(o.id for o in ALL_OPERATIONS.values() if o.has_query)
KEYED = tuple(o.id for o in ALL_OPERATIONS.values() if o.needs_key)
UNKEYED_POSTS = tuple(o.id for o in ALL_OPERATIONS.values() if o.method == "POST" and not o.needs_key)
OF_OBJECTS_WITH_BODY = tuple(o.id for o in OPERATIONS.values() if o.has_body)
OF_RESOURCES_WITH_BODY = tuple(o.id for o in RESOURCE_OPERATIONS.values() if o.has_body)
ONBOARDING = (
    "create_merchant_account",
    "update_merchant_account",
    "delete_merchant_account",
    "claim_merchant_account",
    "create_store",
    "update_store",
)
COMPLETING = ("complete_checkout_session", "finalize_checkout_session")
OF_SESSION = ("get_checkout_session", "update_checkout_session", *COMPLETING)
CANCELED_ERRORS: tuple[Error, ...] = (
    (422, "CheckoutSessionCanceled"),
    (400, "CheckoutSessionCanceled"),
    (422, "InvalidCheckoutSessionStatus"),
)

# fmt: off
RULES: tuple[Rule, ...] = (
    # --- the request as such: api-facts §7, §9, §10
    Rule("REQ-R01", EVERY, guards.HasDefect(Defect.SIGNATURE), ((403, "InvalidRequestSignature"),), "A request whose signature does not verify is refused.", "§7", "D2"),
    Rule("REQ-R02", EVERY, guards.HasDefect(Defect.UNKNOWN_KEY), ((403, "InvalidRequestSignature"), (403, "InvalidAuthentication"), (401, "UnauthorizedAccess"), (400, "InvalidHeaderValue")), "A request signed with a key that is not the merchant's is refused.", "§7", "D2"),
    Rule("REQ-R03", EVERY, guards.HasDefect(Defect.MISSING_HEADER), ((400, "MissingHeaderValue"), (400, "MissingHeader")), "A request without a required header is refused.", "§7, §13.15", "D", picks="missing-header-code"),
    Rule("REQ-R04", EVERY, guards.HasDefect(Defect.INVALID_HEADER), ((400, "InvalidHeaderValue"),), "A request with an ill-formed header is refused.", "§7", "D"),
    Rule("REQ-R05", WITH_BODY, guards.HasDefect(Defect.NOT_JSON), ((400, "InvalidRequestFormat"),), "A body that is not JSON is refused.", "§7", "D"),
    Rule("REQ-R06", OF_OBJECTS_WITH_BODY, guards.HasDefect(Defect.MISSING_FIELD), ((400, "MissingParameterValue"), (400, "InvalidParameterValue"), (400, "InvalidParameterCombination")), "A body that lacks a mandatory field is refused.", "§7", "D"),
    Rule("REQ-R07", WITH_BODY, guards.HasDefect(Defect.UNKNOWN_FIELD), ((400, "UnrecognizedField"), (400, "InvalidParameterValue")), "A body with an unknown field is refused.", "§2.3, §7", "D"),
    Rule("REQ-R08", WITH_BODY, guards.HasDefect(Defect.INVALID_VALUE), ((400, "InvalidParameterValue"), (400, "InvalidParameterCombination"), (400, "MissingParameterValue")), "A body with a value outside its rule is refused.", "§7", "D"),
    Rule("REQ-R09", KEYED, guards.key_is_reused, ((400, "DuplicateIdempotencyKey"),), "An idempotency key that was used for a different request is refused.", "§9", "D"),
    Rule("REQ-R10", tuple(SIMULATIONS), guards.simulation_is_unknown, ((400, "InvalidSandboxSimulationSpecified"),), "An unknown simulation code is refused.", "§7", "D"),
    Rule("REQ-R11", ("complete_checkout_session", "create_charge"), guards.simulation_lacks_prerequisite, ((400, "InvalidSandboxSimulationSpecified"),), "A simulation whose prerequisite is not met is refused.", "§8 (tag [?] in §7)", "?", "simulation-prerequisite=refused"),
    Rule("REQ-R12", WITH_TARGET, guards.foreign_target, ((404, "ResourceNotFound"),), "An id that the merchant does not have is not found.", "§7", "D2"),
    Rule("REQ-R14", KEYED, guards.refused_key_is_reused, ((400, "DuplicateIdempotencyKey"),), "A key whose first request was refused is spent as well.", "§9 (whether refusals are stored is not said)", "?", "refused-keys=stored"),
    Rule("REQ-R13", ("create_charge", "capture_charge", "create_refund"), guards.not_positive, ((400, "InvalidParameterValue"),), "An amount of zero or less is refused.", "§6.10", "?", "zero-amount=refused"),

    Rule("REQ-R15", KEYED, guards.HasDefect(Defect.INVALID_KEY), ((400, "InvalidHeaderValue"),), "An idempotency key that is ill-formed is refused.", "§9 (how is not said)", "?", "ill-formed-key=refused"),

    Rule("REQ-R16", EVERY, guards.HasDefect(Defect.STALE_DATE), ((400, "InvalidHeaderValue"), (403, "InvalidRequestSignature")), "A request whose date is off by more than five minutes is refused.", "§10.3 (no figure is known)", "?", "date-skew=five-minutes"),
    Rule("REQ-R17", EVERY, guards.HasDefect(Defect.EXTENDED_DATE), ((400, "InvalidHeaderValue"),), "A date in the extended form is refused.", "§2.1, §13.10", "?", "extended-date=refused"),
    Rule("REQ-R18", EVERY, guards.HasDefect(Defect.REGION_SPELLING), ((400, "InvalidHeaderValue"),), "A region that is not spelt na, eu or jp is refused.", "§10.3, §13.11", "?", "region-spelling=exact"),
    Rule("REQ-R19", EVERY, guards.HasDefect(Defect.SIGNED_HEADERS_CASE), ((403, "InvalidRequestSignature"), (400, "InvalidHeaderValue")), "SignedHeaders that are not in lower case and sorted are refused.", "§10.2, §13.12", "?", "signed-headers-case=lower"),
    Rule("REQ-R20", EVERY, guards.HasDefect(Defect.UNSIGNED_SIMULATION), ((403, "InvalidRequestSignature"), (400, "InvalidHeaderValue")), "A simulation code that is not signed is refused.", "§10.3, §13.14", "?", "unsigned-simulation=refused"),
    Rule("REQ-R21", EVERY, guards.HasDefect(Defect.ENVIRONMENT_PATH), ((404, "ResourceNotFound"), (400, "InvalidRequest"), (403, "InvalidAuthentication")), "A path with an environment is refused for a key that has one.", "§1, §13.17", "?", "environment-path=refused"),
    Rule("REQ-R34", EVERY, guards.HasDefect(Defect.OTHER_ENVIRONMENT), ((404, "ResourceNotFound"), (400, "InvalidRequest"), (403, "InvalidAuthentication"), (403, "InvalidRequestSignature"), (401, "UnauthorizedAccess")), "A path of an environment that is not the key's is refused.", "§1 (what is answered is not said)", "?", "other-environment=refused"),
    Rule("REQ-R35", EVERY, guards.HasDefect(Defect.REPEATED_HEADER), ((400, "InvalidHeaderValue"), (400, "InvalidRequest"), (403, "InvalidRequestSignature")), "A request that sends a header with one value twice is refused.", "§10.2 (SDKs sign it in three ways; what is answered is not said)", "?", "repeated-headers=refused"),
    Rule("REQ-R22", WITH_BODY, guards.HasDefect(Defect.NUMBER_AMOUNT), ((400, "InvalidParameterValue"),), "An amount that is sent as a number is refused.", "§2.3, §13.9", "?", "number-amounts=refused"),
    Rule("REQ-R23", ("cancel_charge",), guards.HasDefect(Defect.LONG_REASON), ((400, "InvalidParameterValue"),), "A cancellationReason above 255 characters is refused.", "§2.3, §13 (open)", "?", "cancellation-reason=refused"),
    Rule("REQ-R24", tuple(o for o in EVERY if o not in SIMULATIONS), lambda c: bool(c.call.simulation), ((400, "InvalidSandboxSimulationSpecified"),), "A simulation code is refused with an operation that has none.", "§7, §13.13", "?", "simulation-elsewhere=refused"),
    Rule("REQ-R25", ("complete_checkout_session",), guards.simulates("session-simulations"), ((400, "InvalidSandboxSimulationSpecified"),), "The simulation codes of Complete are not those of the table.", "§8.2", "I", "session-simulations=refused"),
    Rule("REQ-R26", ("create_charge",), guards.simulates("charge-simulations"), ((400, "InvalidSandboxSimulationSpecified"),), "The simulation codes of Create Charge are not those of the table.", "§8.2", "I", "charge-simulations=refused"),
    Rule("REQ-R27", ("close_charge_permission",), guards.simulates("close-simulation"), ((400, "InvalidSandboxSimulationSpecified"),), "The simulation code of Close is not that of the table.", "§8.2", "I", "close-simulation=refused"),
    Rule("REQ-R28", ("create_charge",), lambda c: guards.may_be_spelt_so(c) and c.call.simulation not in SIMULATIONS["create_charge"], ((400, "InvalidSandboxSimulationSpecified"),), "A Pending... code that is not in the table is refused.", "§8.2, §13 (open)", "?", "pending-simulations=guessed|otherwise"),
    Rule("REQ-R29", ("create_charge",), guards.simulates("pending-simulations"), ((400, "InvalidSandboxSimulationSpecified"),), "The Pending... codes of Create Charge are spelt otherwise than guessed.", "§8.2, §13 (open)", "?", "pending-simulations=otherwise"),
    Rule("REQ-R30", ("create_refund",), lambda c: bool(c.call.simulation) and c.call.simulation not in SIMULATIONS["create_refund"], ((400, "InvalidSandboxSimulationSpecified"),), "A code of Create Refund that is not in the table is refused.", "§8.2, §13 (open)", "?", "refund-simulations=guessed|otherwise"),
    Rule("REQ-R31", ("create_refund",), guards.simulates("refund-simulations"), ((400, "InvalidSandboxSimulationSpecified"),), "The codes of Create Refund are others than guessed.", "§8.2, §13 (open)", "?", "refund-simulations=otherwise"),
    Rule("REQ-R32", (*KEYED, *UNKEYED_POSTS), guards.completing_key_is_reused, ((400, "DuplicateIdempotencyKey"),), "A key that was used with Complete, or another POST that needs none, for another request is refused.", "§2.2, §9, §13 (open)", "?", "complete-key=replayed"),

    Rule("REQ-R33", WITH_QUERY, guards.HasDefect(Defect.INVALID_VALUE), ((400, "InvalidParameterValue"), (400, "InvalidRequest")), "A query with a value outside its rule is refused.", "§7, §12", "D"),

    # --- Checkout Session: §4.1, §2.3, §6.12
    Rule("SES-R01", ("update_checkout_session",), guards.in_state("session", "Completed", "Canceled"), ((422, "InvalidCheckoutSessionStatus"),), "A session that is not Open cannot be updated.", "§4.1, §7", "D"),
    Rule("SES-R02", ("update_checkout_session",), lambda c: c.session is not None and c.session.state == "Open" and c.session.buyer == "approved", ((422, "InvalidCheckoutSessionStatus"),), "A session is not updated after the buyer approved it.", "§2.3 (how it is refused is not said)", "?", "update-after-approval=refused"),
    Rule("SES-R03", COMPLETING, guards.in_state("session", "Completed"), ((422, "InvalidCheckoutSessionStatus"),), "A completed session cannot be completed again.", "§4.1", "D"),
    Rule("SES-R04", COMPLETING, guards.in_state("session", "Canceled"), CANCELED_ERRORS, "A canceled session cannot be completed.", "§4.1, §13.5", "D2", picks="canceled-session-code"),
    Rule("SES-R05", COMPLETING, lambda c: c.session is not None and c.session.state == "Open" and c.session.buyer != "approved", ((422, "InvalidCheckoutSessionStatus"),), "A session is not completed before the buyer approved it.", "§4.1", "W"),
    Rule("SES-R06", COMPLETING, guards.session_amount_differs, ((409, "AmountMismatch"), (400, "CurrencyMismatch")), "Complete must repeat the session's chargeAmount exactly.", "§2.3, §6.12", "D"),
    Rule("SES-R07", COMPLETING, lambda c: c.session is not None and c.session.state == "Open" and not c.session.setup_only and c.price("chargeAmount") is None, ((400, "MissingParameterValue"), (409, "AmountMismatch"), (400, "InvalidParameterValue")), "Complete needs a chargeAmount, unless a wallet is only set up.", "§2.3", "D"),
    Rule("SES-R08", COMPLETING, guards.total_is_wrong, ((409, "AmountMismatch"), (400, "MissingParameterValue"), (400, "InvalidParameterValue"), (400, "CurrencyMismatch")), "Complete must repeat the session's totalOrderAmount.", "§2.3", "D"),
    Rule("SES-R09", COMPLETING, guards.total_is_superfluous, ((409, "AmountMismatch"), (400, "InvalidParameterValue"), (400, "InvalidParameterCombination"), (400, "UnrecognizedField")), "Complete gives a totalOrderAmount only if the session has one.", "§2.3 (how it is refused is not said)", "?", "superfluous-total=refused"),
    Rule("SES-R10", ("create_checkout_session", "update_checkout_session"), lambda c: guards.pends_and_captures(c.call.body.get("paymentDetails"), c.session), ((400, "InvalidParameterCombination"),), "A pending authorization cannot be combined with AuthorizeWithCapture.", "§2.3 (error [?])", "?", "pending-with-capture=refused"),
    Rule("SES-R11", ("finalize_checkout_session",), lambda c: c.session is not None and c.session.intent is not None and c.call.body.get("paymentIntent") not in (None, c.session.intent), ((409, "AmountMismatch"), (400, "InvalidParameterValue"), (400, "InvalidParameterCombination")), "Finalize repeats what Amazon holds.", "§5.6 (how it is refused is not said)", "?", "finalize-repeats=refused"),

    Rule("SES-R12", ("finalize_checkout_session",), lambda c: c.session is not None and c.session.product == "PayAndShip" and not c.call.body.get("shippingAddress"), ((400, "MissingParameterValue"), (400, "InvalidParameterValue"), (400, "InvalidParameterCombination")), "Finalize of a shipped order repeats the shipping address.", "§2.3", "D"),
    Rule("SES-R21", ("finalize_checkout_session",), lambda c: c.session is not None and c.session.product == "PayOnly" and not c.call.body.get("billingAddress"), ((400, "MissingParameterValue"), (400, "InvalidParameterValue"), (400, "InvalidParameterCombination")), "Finalize of an order that is not shipped repeats the billing address.", "§2.3", "D"),
    Rule("SES-R13", ("create_checkout_session", "update_checkout_session"), guards.is_at_localhost, ((400, "InvalidParameterValue"),), "A URL at http://localhost is refused.", "§2.3", "?", "localhost-urls=refused"),
    Rule("SES-R14", ("create_checkout_session",), guards.lacks_recurring_metadata, ((400, "MissingParameterValue"), (400, "InvalidParameterCombination"), (400, "InvalidParameterValue")), "A Recurring session brings recurringMetadata when it is created.", "§2.3", "?", "recurring-metadata=required"),
    Rule("SES-R15", ("create_checkout_session", "update_checkout_session"), guards.total_is_below_charge, ((400, "InvalidParameterValue"), (400, "InvalidParameterCombination")), "A totalOrderAmount is at least the chargeAmount.", "§2.3", "?", "total-below-charge=refused"),
    Rule("SES-R16", OF_SESSION, guards.is_deleted(lambda session: session.created), ((404, "ResourceNotFound"),), "A session is gone 30 days after its creation.", "§4.1, §4.6, §13 (open)", "?", "deleted-session=after-creation"),
    Rule("SES-R17", OF_SESSION, guards.is_deleted(lambda session: session.changed), ((404, "ResourceNotFound"),), "A session is gone 30 days after it was completed or canceled.", "§4.1, §4.6, §13 (open)", "?", "deleted-session=after-creation|after-change"),
    Rule("SES-R18", ("update_checkout_session",), guards.addresses_do_not_add_up, ((400, "InvalidParameterValue"), (400, "InvalidParameterCombination")), "The prices of a multi-ship order add up to its chargeAmount.", "§5.5", "?", "multi-address-sum=equal"),
    Rule("SES-R19", ("update_checkout_session",), guards.HasDefect(Defect.MODE_AT_UPDATE), ((400, "UnrecognizedField"), (400, "InvalidParameterValue")), "A checkoutMode is set at creation only.", "§2.3, §5.6", "?", "checkout-mode-at-update=refused"),
    Rule("SES-R20", COMPLETING, guards.amount_is_spelt_otherwise, ((409, "AmountMismatch"),), "Complete repeats an amount to the letter.", "§6", "?", "amount-spelling=exact"),
    Rule("SES-R22", ("create_checkout_session",), guards.HasDefect(Defect.BUTTON_ADDRESS), ((400, "InvalidParameterValue"), (400, "MissingParameterValue"), (400, "InvalidParameterCombination"), (400, "UnrecognizedField")), "The address of an additional payment button has a phoneNumber, and no stateOrRegion in a country that takes none.", "§5.6 (that it fails is known; where, and how it is told, is not)", "?", "button-address=refused"),

    # --- Charge Permission: §4.2
    Rule("PRM-R01", ("update_charge_permission",), guards.is_closed, ((422, "ChargePermissionNotModifiable"),), "A closed permission cannot be updated.", "§4.2", "D2"),
    Rule("PRM-R02", ("close_charge_permission",), guards.is_closed, ((422, "InvalidChargePermissionStatus"),), "A closed permission cannot be closed again.", "§4.2", "D2"),

    Rule("PRM-R03", ("update_charge_permission",), lambda c: c.permission is not None and c.permission.given, ((422, "ChargePermissionNotModifiable"),), "A permission that was given to the kit may already be closed, and then is not updated.", "§4.2 (its history is not known)", "?"),
    Rule("PRM-R04", ("update_charge_permission",), guards.was_rejected, ((422, "ChargePermissionNotModifiable"),), "A permission whose charge Amazon rejected cannot be updated.", "§4.2, §8.2 (effect [?])", "?", "rejected-permission=AmazonCanceled|AmazonClosed"),
    Rule("PRM-R05", ("close_charge_permission",), guards.was_rejected, ((422, "InvalidChargePermissionStatus"),), "A permission whose charge Amazon rejected cannot be closed again.", "§4.2, §8.2 (effect [?])", "?", "rejected-permission=AmazonCanceled|AmazonClosed"),
    Rule("PRM-R06", ("update_charge_permission",), guards.value_is_set_again, ((422, "ChargePermissionNotModifiable"), (400, "InvalidParameterValue")), "Each merchantMetadata value of a permission is set once.", "§2.3, §13 (open)", "?", "metadata-updates=once"),
    Rule("PRM-R07", ("update_charge_permission",), guards.may_have_closed, ((422, "ChargePermissionNotModifiable"),), "A permission that may have closed of itself cannot be updated.", "§13.4, §13.18", "?"),
    Rule("PRM-R08", ("close_charge_permission",), guards.may_have_closed, ((422, "InvalidChargePermissionStatus"),), "A permission that may have closed of itself cannot be closed again.", "§13.4, §13.18", "?"),
    Rule("PRM-R09", ("close_charge_permission",), lambda c: c.permission is not None and c.permission.given, ((422, "InvalidChargePermissionStatus"),), "A permission that was given to the kit may already be closed, and then is not closed again.", "§4.2 (its history is not known)", "?"),

    # --- Charge: §4.2, §4.3, §6
    Rule("CHG-R01", ("create_charge",), lambda c: c.permission is None, ((404, "ResourceNotFound"), (400, "InvalidParameterValue")), "A charge needs a permission that exists.", "§7", "D2"),
    Rule("CHG-R02", ("create_charge",), lambda c: c.permission is not None and not may_be_chargeable(c.world, c.permission), ((422, "InvalidChargePermissionStatus"),), "A permission that is not Chargeable takes no charge.", "§4.2", "D2"),
    Rule("CHG-R03", ("create_charge",), guards.refused_as("ChargeInProgress"), ((422, "InvalidChargePermissionStatus"),), "A permission whose charge is in progress takes no other charge.", "§4.2, §13 (open)", "?", "charge-in-progress=when-reserved|always"),
    Rule("CHG-R04", ("create_charge",), lambda c: guards.over(c, reserved=False), ((400, "TransactionAmountExceeded"),), "A charge must not exceed what is left of the permission's limit.", "§6.2, §6.4b, §7", "D2"),
    Rule("CHG-R05", ("create_charge",), lambda c: guards.over(c, reserved=True), ((400, "TransactionAmountExceeded"),), "Open authorizations count against the limit.", "§3.2, §13 (open)", "?", "open-authorizations=reserved"),
    Rule("CHG-R06", ("create_charge",), guards.currency_differs, ((400, "CurrencyMismatch"),), "A charge has its permission's currency.", "§6.7", "D"),
    Rule("CHG-R07", ("create_charge",), guards.above_ceiling("chargeAmount"), ((400, "TransactionAmountExceeded"), (400, "InvalidParameterValue"), (400, "PeriodicAmountExceeded")), "A single charge has a ceiling.", "§6.1", "D"),
    Rule("CHG-R08", ("create_charge",), lambda c: guards.over_cap(c, uncertain=False), ((400, "PeriodicAmountExceeded"),), "Recurring charges stay below the monthly cap.", "§5.2, §5.3", "W"),
    Rule("CHG-R09", ("create_charge",), guards.too_many_charges, ((422, "TransactionCountExceeded"),), "A one-time permission takes at most 25 charges.", "§6.2", "D"),
    Rule("CHG-R10", ("create_charge",), lambda c: bool(c.call.body.get("captureNow")) and bool(c.call.body.get("canHandlePendingAuthorization")), ((400, "InvalidParameterCombination"),), "captureNow cannot be combined with a pending authorization.", "§2.3 [?]", "?", "capture-now-with-pending=refused"),
    Rule("CHG-R11", ("create_charge",), lambda c: c.permission is not None and c.permission.state == "Chargeable" and c.permission.type == "OneTime" and c.world.reserved_of(c.permission.id) > 0, ((422, "InvalidChargePermissionStatus"),), "A charge in progress blocks a permission that still has a balance.", "§6.4c, §13 (open; QA-12 shows the contrary with allowOvercharge)", "?", "charge-in-progress=always"),
    Rule("CHG-R12", ("create_charge",), lambda c: c.permission is not None and c.permission.given, ((422, "InvalidChargePermissionStatus"), (400, "TransactionAmountExceeded"), (400, "PeriodicAmountExceeded"), (400, "CurrencyMismatch"), (422, "TransactionCountExceeded")), "A permission that was given to the kit may already be used up.", "§4.2, §6 (its history is not known)", "?"),
    Rule("CHG-R13", ("create_charge",), lambda c: c.permission is not None and c.permission.type == "PaymentMethodOnFile" and not c.call.body.get("chargeInitiator"), ((400, "MissingParameterValue"), (400, "InvalidParameterValue"), (400, "InvalidParameterCombination")), "A charge on a saved wallet names its chargeInitiator.", "§2.3", "?", "charge-initiator=required"),
    Rule("CHG-R14", ("create_charge",), guards.over_with_remainder, ((400, "TransactionAmountExceeded"),), "What was authorized and not captured does not come back.", "§6.3b", "?", "captured-remainder=kept"),
    Rule("CHG-R15", ("create_charge",), guards.may_have_closed, ((422, "InvalidChargePermissionStatus"),), "A permission that may have closed of itself takes no charge.", "§13.4, §13.18", "?"),
    Rule("CHG-R16", ("create_charge",), lambda c: guards.over_cap(c, uncertain=True), ((400, "PeriodicAmountExceeded"),), "Recurring charges stay below the monthly cap of the older API.", "§5.2 (legacy)", "I", "legacy-caps=kept"),
    Rule("CHG-R17", ("create_charge",), guards.refused_as("PaymentMethodInvalid"), ((422, "InvalidChargePermissionStatus"),), "A permission whose charge was declined hard takes no other charge.", "§4.2, §8.2 (effect [?])", "?", "declined-permission=PaymentMethodInvalid"),
    Rule("CHG-R18", ("create_charge",), guards.refused_as("AmazonCanceled"), ((422, "InvalidChargePermissionStatus"),), "A permission whose charge Amazon rejected takes no other charge.", "§4.2, §8.2 (effect [?])", "?", "rejected-permission=AmazonCanceled|AmazonClosed"),
    Rule("CHG-R20", ("capture_charge",), guards.in_state("charge", "AuthorizationInitiated", "CaptureInitiated", "Captured", "Canceled", "Declined"), ((422, "InvalidChargeStatus"),), "Only an Authorized charge can be captured.", "§4.3", "D2"),
    Rule("CHG-R21", ("capture_charge",), guards.over_captured, ((400, "TransactionAmountExceeded"),), "A capture must not exceed the authorized amount.", "§6.3, §6.4d", "D2"),
    Rule("CHG-R22", ("capture_charge",), guards.differs_from_charge("captureAmount"), ((400, "CurrencyMismatch"),), "A capture has its charge's currency.", "§6.7", "D"),
    Rule("CHG-R23", ("capture_charge",), guards.closed_by_others, ((422, "InvalidChargePermissionStatus"), (422, "InvalidChargeStatus")), "A permission that was not closed by the merchant blocks captures.", "§7 (listed for Capture; when is not said)", "?", "closed-permission=blocked"),
    Rule("CHG-R24", ("capture_charge",), guards.over_when_captured, ((400, "TransactionAmountExceeded"), (422, "InvalidChargePermissionStatus"), (422, "InvalidChargeStatus")), "What is captured in all stays within the permission's limit.", "§6.2", "D"),
    Rule("CHG-R30", ("cancel_charge",), guards.in_state("charge", "CaptureInitiated", "Captured", "Canceled", "Declined"), ((422, "InvalidChargeStatus"),), "Only an authorized or pending charge can be canceled.", "§4.3", "D2"),
    Rule("CHG-R31", ("cancel_charge",), guards.closed_by_others, ((422, "InvalidChargePermissionStatus"), (422, "InvalidChargeStatus")), "A permission that was not closed by the merchant blocks cancelling.", "§7 (listed for Cancel; when is not said)", "?", "closed-permission=blocked"),
    Rule("CHG-R40", ("update_charge",), lambda c: True, ((401, "UnauthorizedAccess"), (403, "InvalidAccountStatus"), (405, "UnsupportedOperation"), (422, "InvalidChargeStatus"), (400, "InvalidParameterValue")), "Update Charge is for payment service providers.", "§2.2 (what others get is not said)", "?", "update-charge=providers"),

    # --- Refund: §4.4, §6.5, §6.6
    Rule("REF-R01", ("create_refund",), lambda c: c.charge is None, ((404, "ResourceNotFound"), (400, "InvalidParameterValue")), "A refund needs a charge that exists.", "§7", "D2"),
    Rule("REF-R02", ("create_refund",), guards.in_state("charge", "AuthorizationInitiated", "Authorized", "CaptureInitiated", "Canceled", "Declined"), ((422, "InvalidChargeStatus"),), "Only a Captured charge can be refunded.", "§4.3", "D2"),
    Rule("REF-R03", ("create_refund",), lambda c: guards.over_refundable(c, Decimal(0)), ((400, "TransactionAmountExceeded"),), "A refund must not exceed the captured amount and its headroom.", "§6.5", "D"),
    Rule("REF-R04", ("create_refund",), guards.over_refundable_in_sum, ((400, "TransactionAmountExceeded"),), "All refunds of a charge share one headroom.", "§6.5b", "?", "refund-headroom=shared"),
    Rule("REF-R05", ("create_refund",), guards.differs_from_charge("refundAmount"), ((400, "CurrencyMismatch"),), "A refund has its charge's currency.", "§6.7", "D"),
    Rule("REF-R06", ("create_refund",), guards.above_ceiling("refundAmount"), ((400, "TransactionAmountExceeded"), (400, "InvalidParameterValue")), "A single refund has a ceiling.", "§6.1", "D"),
    Rule("REF-R07", ("create_refund",), guards.too_many_refunds, ((422, "TransactionCountExceeded"),), "A charge takes a limited number of refunds.", "§6.6", "?", "refund-count=ten"),

    # --- the lesser resources: §2.2, §12
    Rule("RES-R01", WITH_GIVEN_TARGET, guards.foreign_target, ((404, "ResourceNotFound"), (400, "InvalidParameterValue")), "A buyer, token, report document or store of which the kit does not know is not found.", "§7 (the merchant may have some that no answer told of)", "?", "unknown-records=refused"),
    Rule("RES-R02", ("get_report_schedule", "cancel_report_schedule", *ONBOARDING[1:]), guards.is_gone, ((404, "ResourceNotFound"), (403, "InvalidAccountStatus")), "What was canceled or deleted is not found.", "§7 (how it is refused is not said)", "?", "gone-records=refused"),
    Rule("RES-R03", ("create_report", "create_report_schedule"), lambda c: c.call.body.get("reportType") not in (None, SANDBOX_REPORT_TYPE), ((400, "InvalidParameterValue"), (400, "InvalidParameterCombination"), (400, "InvalidRequest"), (405, "UnsupportedOperation")), "The sandbox makes no reports but those of its settlements.", "§12", "D"),
    Rule("RES-R04", ("get_report", "get_report_document"), guards.is_too_old, ((404, "ResourceNotFound"),), "A report is not found after its 90 days.", "§4.6 (how it is refused then is not said)", "?", "old-reports=gone"),
    Rule("RES-R05", WITH_QUERY, lambda c: "nextToken" in c.call.query and len(c.call.query) > 1, ((400, "InvalidParameterValue"), (400, "InvalidRequest")), "The next page of a list is asked for by its token alone.", "§12 (how it is refused is not said)", "?", "token-alone=refused"),
    Rule("RES-R06", WITH_QUERY, guards.token_is_foreign, ((400, "InvalidParameterValue"),), "A token that no page gave leads to no page.", "§7 (what tokens look like is not said)", "?", "foreign-tokens=refused"),
    Rule("RES-R07", ("create_delivery_tracker",), guards.names_unknown("chargePermissionId", "ChargePermission"), ((404, "ResourceNotFound"), (400, "InvalidParameterValue")), "A delivery tracker needs a permission that exists.", "§7, §12", "D2"),
    Rule("RES-R08", ("create_dispute",), guards.names_unknown("chargeId", "Charge"), ((404, "ResourceNotFound"), (400, "InvalidParameterValue")), "A dispute needs a charge that exists.", "§7, §12", "D2"),
    Rule("RES-R09", ("update_dispute", "contest_dispute"), guards.dispute_is_settled, ((400, "InvalidRequest"), (400, "InvalidParameterValue"), (405, "UnsupportedOperation")), "A dispute that is resolved or closed is not contested, nor a closed one updated.", "§12 (its edges are not documented)", "?", "settled-disputes=refused"),
    Rule("RES-R10", OF_RESOURCES_WITH_BODY, guards.HasDefect(Defect.MISSING_FIELD), ((400, "MissingParameterValue"), (400, "InvalidParameterValue"), (400, "InvalidParameterCombination")), "A body that lacks a field without which it means nothing is refused.", "§12 (which fields are mandatory is not said)", "?", "resource-fields=required"),
    Rule("RES-R11", (*ONBOARDING, "create_delivery_tracker", "create_dispute", "update_dispute", "get_authorization_token"), lambda c: True, ((401, "UnauthorizedAccess"), (403, "InvalidAccountStatus"), (405, "UnsupportedOperation")), "Some operations are for allow-listed providers, or not for the sandbox.", "§2.2, §7, §12 (what others get is not said)", "?", "provider-operations=providers"),
)
# fmt: on


RULES_OF: Mapping[str, tuple[Rule, ...]] = {
    operation: tuple(rule for rule in RULES if operation in rule.operations) for operation in ALL_OPERATIONS
}
"""The rules that concern an operation, in the order in which our mock looks at them."""


_OF_MEANING: Mapping[str, tuple[Rule, ...]] = {
    operation: tuple(rule for rule in rules if not isinstance(rule.broken, guards.HasDefect))
    for operation, rules in RULES_OF.items()
}


def broken_rules(context: Context) -> list[Rule]:
    """Return the rules that a call breaks, in their order."""
    # most requests are well-formed, and most rules are of form: those need not be asked
    rules = RULES_OF if context.call.defects else _OF_MEANING
    return [rule for rule in rules[context.operation.id] if rule.broken(context)]


UNCERTAIN: Mapping[str, Rule] = {rule.id: rule for rule in RULES if not rule.asserted}
"""The rules that no source confirms: what breaks one of them may be refused or done."""

FORM_RULES: frozenset[str] = frozenset(
    rule.id for rule in RULES if isinstance(rule.broken, guards.HasDefect) and rule.broken.defect in UNUSUAL
)
"""Uncertain rules about a request's form: a repeated request may be refused for them all the same."""
