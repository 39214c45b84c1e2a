"""Faults sewn in by hand, and the whole catalogue: the measure of every check of a server's requirement.

A row that breaks more than one requirement says why that cannot be avoided.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Final, TypeAlias

from amazonpay_conformance.mock.bodies import MERCHANT_METADATA, Body, timestamp
from amazonpay_conformance.mock.ids import digits, new_ids
from amazonpay_conformance.model.actions import Action, Call, NewIds
from amazonpay_conformance.model.buyer import ADDRESS
from amazonpay_conformance.model.constraints import constraints
from amazonpay_conformance.model.money import Price
from amazonpay_conformance.model.operations import ObjectKind, match
from amazonpay_conformance.model.resources import RESOURCE_OPERATIONS
from amazonpay_conformance.model.step import Outcome, step
from amazonpay_conformance.model.timers import DAY, HOUR
from amazonpay_conformance.model.world import World
from amazonpay_conformance.mutants.server_seams import (
    Fault,
    Faulty,
    Outcomes,
    constrain,
    decides,
    drop,
    good_answers,
    put,
    reads,
    refusals,
    replies,
    scale,
    shows,
    shows_as,
    state,
    with_timer,
)
from amazonpay_conformance.mutants.server_table_faults import from_operations, from_rules, from_transitions
from amazonpay_conformance.reading.requests import Merchant, signs
from amazonpay_conformance.wire.messages import Request, Response

NEVER: Final = 10**9
"""Seconds until something that does not happen."""
HTML: Final = b"<html><body>Service is healthy</body></html>"
REDIRECT: Final = "webCheckoutDetails.amazonPayRedirectUrl"


# --- wrong decisions


def forgets_keys(world: World, action: Action, permitted: Outcomes) -> Outcomes:
    """Every request is a new one."""
    return step(replace(world, remembered={}), action)


def replays_what_is_now(world: World, action: Action, permitted: Outcomes) -> Outcomes:
    """A repetition gets the object as it has become."""
    return tuple(replace(outcome, replays=None) for outcome in permitted)


def refuses_repetitions(world: World, action: Action, permitted: Outcomes) -> Outcomes:
    """A key is good for one request, even for the same one."""
    if not permitted or permitted[0].replays is None:
        return permitted
    return (Outcome(400, world, "IDM-001", "DuplicateIdempotencyKey"),)


def declines_softly(world: World, action: Action, permitted: Outcomes) -> Outcomes:
    """Every decline is called soft."""
    if not permitted or permitted[0].requirement != "CHG-006":
        return permitted
    return (replace(permitted[0], reason="SoftDeclined"),)


def keeps_pending_charges(world: World, action: Action, permitted: Outcomes) -> Outcomes:
    """Close does not look at cancelPendingCharges."""
    if isinstance(action, Call) and action.operation == "close_charge_permission":
        return step(world, replace(action, body={**action.body, "cancelPendingCharges": False}))
    return permitted


def hides_what_is_pending(world: World, action: Action, permitted: Outcomes) -> Outcomes:
    """202 is not known."""
    return tuple(replace(outcome, status=200) if outcome.status == 202 else outcome for outcome in permitted)


def captures_all(world: World, action: Action, permitted: Outcomes) -> Outcomes:
    """captureAmount is not looked at."""
    if not isinstance(action, Call) or action.operation != "capture_charge" or permitted[0].status >= 400:
        return permitted
    whole = world.charges[action.target or ""].amount.wire()
    return step(world, replace(action, body={**action.body, "captureAmount": whole}))


def never_begins_a_month(world: World, action: Action, permitted: Outcomes) -> Outcomes:
    """Charges count for the month in which the balance is looked at."""
    return tuple(replace(o, world=_recharged(o.world)) for o in permitted)


def _recharged(world: World) -> World:
    for charge in world.charges.values():
        world = world.with_object("Charge", replace(charge, created=world.now))
    return world


def forgets_metadata(world: World, action: Action, permitted: Outcomes) -> Outcomes:
    """merchantMetadata is accepted and thrown away."""
    if not isinstance(action, Call):
        return permitted
    body = {name: value for name, value in action.body.items() if name != "merchantMetadata"}
    return step(world, replace(action, body=body))


class IdsOfItsOwn(Faulty):
    """A charge's id says nothing of its order."""

    def ids(self, world: World, call: Call, region: str) -> NewIds:
        new = new_ids(world, call, region)
        return replace(new, charge=_of_another_order(new.charge))


class RefundIdsOfItsOwn(Faulty):
    """A refund's id says nothing of its order."""

    def ids(self, world: World, call: Call, region: str) -> NewIds:
        new = new_ids(world, call, region)
        return replace(new, refund=_of_another_order(new.refund))


def _of_another_order(name: str) -> str:
    return f"{name[:4]}{digits(7)}{name[11:]}"


class SharesOneBook(Faulty):
    """Whoever signs well may see everything."""

    def admit(self, merchant: Merchant) -> None:
        self.merchant = Merchant({**self.merchant.keys, **merchant.keys})


class SharesKeys(Faulty):
    """The first answer to a key is told to whoever uses it."""

    def handle(self, request: Request) -> Response:
        known = self._answers.get(request.headers.get("x-amz-pay-idempotency-key") or "")
        anothers = self._others and signs(request, self._others[0].merchant)
        return known if anothers and known else super().handle(request)


class AnswersAnything(Faulty):
    """Whatever it does not know is well."""

    def reply(self, request: Request, response: Response) -> Response:
        known = match(request.method, request.path.removeprefix("/v2"))
        return response if known else replace(response, status=200, body=b"{}")


class KeepsWhatItRefuses(Faulty):
    """supplementaryData is kept before the signature is looked at."""

    kept: str | None = None

    def show(self, world: World, kind: ObjectKind, object_id: str, *, host: str) -> Body:
        body = super().show(world, kind, object_id, host=host)
        return {**body, "supplementaryData": self.kept} if kind == "CheckoutSession" else body

    def handle(self, request: Request) -> Response:
        if request.method == "PATCH":
            self.kept = request.json().get("supplementaryData")
        return super().handle(request)


def mangle(body: Body, _: object) -> None:
    """Read UTF-8 as if it were Latin-1."""
    held = body["merchantMetadata"] or {}
    body["merchantMetadata"] = {name: text and text.encode().decode("latin-1") for name, text in held.items()}


# --- by hand: id, what it breaks, the scenario in which it is tried, the server, what it costs a merchant

Row: TypeAlias = tuple[str, str, str, type[Faulty], str]

# fmt: off
_BY_HAND: Final[tuple[Row, ...]] = (
    # --- the answer as such
    ("no request id", "RSP-001", "payment", replies(lambda r: replace(r, headers=r.headers.without("x-amz-pay-request-id"))), "Amazon's support cannot find what he asks about."),
    ("JSON that is called a page", "RSP-007", "payment", replies(lambda r: replace(r, headers=r.headers.with_value("content-type", "text/html"))), "His program takes it for a page, and his browser shows it."),
    ("a page instead of JSON", "RSP-002", "payment", good_answers(HTML), "His program dies in the parser, the payment done or not."),
    ("an empty body", "RSP-002", "payment", good_answers(b""), "He does not learn the id of what he created."),
    ("JSON in Latin-1", "RSP-002", "confirmed only", replies(lambda r: replace(r, body=r.body.decode().encode("latin-1", "replace"))), "Every customer with an umlaut breaks his program."),
    ("a list instead of an object", "RSP-003", "payment", good_answers(b"[]"), "He does not learn the id of what he created."),
    ("a session lacks a key", "RSP-003", "payment", shows("CheckoutSession", drop("supplementaryData")), "His program reads a key that is not there."),
    ("a permission lacks a key", "RSP-003", "payment", shows("ChargePermission", drop("limits")), "His program reads a key that is not there."),
    ("a charge lacks a key", "RSP-003", "payment", shows("Charge", drop("channel")), "His program reads a key that is not there."),
    ("a refund lacks a key", "RSP-003", "refund", shows("Refund", drop("softDescriptor")), "His program reads a key that is not there."),
    ("amounts as numbers", "RSP-003", "payment", shows("Charge", put("chargeAmount.amount", 100.0)), "His decimals become floats."),
    ("times in another form", "RSP-003", "payment", shows("Charge", put("creationTimestamp", "2026-11-23T18:26:58Z")), "His program cannot read the time."),
    ("a state that does not exist", "RSP-003 STA-003", "charged in full", shows("Charge", put("statusDetails.state", "Completed")), "He waits for a state that only Amazon's prose knows (§4.0)."),
    ("an id of another form", "RSP-003 REL-004", "payment", reads("charges", put("chargeId", "1")), "He stores an id that leads nowhere."),
    ("a refusal without a message", "RSP-004", "too early", refusals(lambda body: {"reasonCode": body["reasonCode"]}), "He cannot tell what was wrong."),
    ("a refusal with a number", "RSP-004", "too early", refusals(lambda body: {**body, "message": 422}), "He cannot tell what was wrong."),
    ("a refusal that is a page", "RSP-002 SES-R05", "too early", replies(lambda r: r if r.status < 400 else replace(r, body=HTML)), "He cannot tell what was wrong: there is no reason code either."),

    # --- what the merchant set
    ("metadata is dropped", "RSP-005", "cart", shows("CheckoutSession", put("merchantMetadata", lambda _: dict.fromkeys(MERCHANT_METADATA))), "The payment has lost its order number."),
    ("metadata is null", "RSP-003", "cart", shows("CheckoutSession", put("merchantMetadata", None)), "The payment has lost its order number."),
    ("metadata is cut off", "RSP-005", "cart", shows("CheckoutSession", put("merchantMetadata.customInformation", "Best")), "What he kept there is lost."),
    ("metadata is read in another encoding", "RSP-005", "cart", shows("CheckoutSession", mangle), "The buyer reads rubbish on his statement."),
    ("metadata is not handed on", "RSP-005", "confirmed only", shows("ChargePermission", put("merchantMetadata", None)), "The permission has lost its order number."),
    ("metadata of a charge is dropped", "RSP-005", "confirmed only", shows("Charge", put("merchantMetadata", None)), "The charge has lost its order number."),
    ("metadata is not updated", "RSP-005", "confirmed only", decides(forgets_metadata), "The permission keeps the old order number."),

    ("a conversion is done the other way round", "MON-005", "payment", shows("Charge", put("convertedAmount", lambda c: Price(c.amount.amount * 2, "EUR").wire()), put("conversionRate", "2.00")), "His books do not add up."),
    ("a conversion is done with an old rate", "MON-005", "payment", shows("Charge", put("convertedAmount", "90.00"), put("conversionRate", "1.25")), "His books do not add up."),

    ("all merchants share one book", "AUT-001", "another merchant", SharesOneBook, "His competitor reads whom he sold what."),
    ("all merchants share their keys", "IDM-002", "another's key", SharesKeys, "He is told that another merchant's order is his."),
    ("a test order is shown as live", "REL-005", "payment", shows("Charge", put("releaseEnvironment", "Live")), "He ships what nobody paid."),
    ("a change is dated before the creation", "TIM-002", "payment", shows("Charge", put("statusDetails.lastUpdatedTimestamp", lambda c: timestamp(c.created - HOUR))), "He takes a new state for an old one."),
    ("an order is as old as its last change", "TIM-003", "payment", shows("CheckoutSession", put("creationTimestamp", lambda s: timestamp(s.created - DAY)), put("expirationTimestamp", lambda s: timestamp(s.created)), when=state("Completed")), "He counts the days from the wrong one."),
    ("a permission of 30 days", "TIM-004", "confirmed only", shows("ChargePermission", put("expirationTimestamp", lambda p: timestamp(p.created + 30 * DAY))), "He charges in haste."),
    ("what there is not is answered", "RSP-006", "what there is not", AnswersAnything, "He never learns that he called a wrong address."),
    ("a forged update is kept in part", "VAL-001", "a forged update", KeepsWhatItRefuses, "Whoever can reach the server changes his orders."),

    # --- the same request again
    ("a repetition creates a second object", "IDM-001", "repeated", decides(forgets_keys), "After a timeout he charges the buyer twice."),
    ("a repetition shows what is now", "IDM-001", "repeated too late", decides(replays_what_is_now), "He cannot tell what his first call did."),
    ("a repetition is refused", "IDM-001", "repeated", decides(refuses_repetitions), "After a timeout he never learns the charge's id."),
    ("declines with a wrong reason", "CHG-006", "rejected charge", decides(declines_softly), "He tries again where that can never work."),

    # --- states: sessions
    ("a completed session stays Open", "STA-001", "payment", shows_as("CheckoutSession", "Open", when=state("Completed")), "He completes the same order again."),
    ("an open session is Completed", "STA-001", "cart", shows_as("CheckoutSession", "Completed", permission="S01-0000000-0000000"), "He ships what nobody paid."),
    ("a canceled session stays Open", "STA-001", "buyer cancels", shows_as("CheckoutSession", "Open", when=state("Canceled")), "He waits for a buyer who left."),
    ("a session is canceled for a wrong reason", "STA-001", "buyer cancels", shows_as("CheckoutSession", "Canceled", "Expired", when=state("Canceled")), "He asks the buyer to be faster, who did not want to buy."),
    ("a session never expires", "STA-001", "session expires", with_timer("session_expires", NEVER), "He keeps stock for buyers who left."),
    ("a session expires after an hour", "STA-001", "session expires", with_timer("session_expires", HOUR), "Buyers who come back find their cart gone."),

    # --- states: permissions
    ("a permission stays Chargeable when captured in full", "STA-002", "captured at once", shows_as("ChargePermission", "Chargeable"), "He offers to charge what is used up."),
    ("a permission is closed by a part", "STA-002 CHG-R02", "split order", shows_as("ChargePermission", "Closed", "AmazonClosed"), "He cannot charge for the second parcel."),
    ("a permission is not closed", "STA-002", "closed", shows_as("ChargePermission", "Chargeable"), "His customer sees an order that was called off."),
    ("a permission is closed for a wrong reason", "STA-002", "closed", shows_as("ChargePermission", "Closed", "Expired"), "He blames the calendar for what he did."),
    ("a recurring permission closes after a charge", "STA-002", "monthly", shows_as("ChargePermission", "Closed", "AmazonClosed"), "His subscription ends after a month."),
    ("a permission never expires", "STA-002 TIM-004", "permission expires", with_timer("permission_expires", NEVER), "He promises what he can no longer charge."),
    ("a permission expires after 30 days", "STA-002 TIM-004", "permission expires", with_timer("permission_expires", 30 * DAY), "He cannot charge what he ships late."),
    ("a removed card is not noticed", "STA-002", "card removed", shows_as("ChargePermission", "Chargeable"), "He charges a card that is gone."),

    # --- states: charges
    ("a captured charge stays Authorized", "STA-003", "payment", shows_as("Charge", "Authorized", when=state("Captured")), "He waits for money that he has."),
    ("an authorized charge is Captured", "STA-003", "charged in full", shows_as("Charge", "Captured", when=state("Authorized"), captured=lambda c: c.amount), "He books money that he does not have."),
    ("a pending charge is Authorized", "STA-003", "pending", shows_as("Charge", "Authorized", when=state("AuthorizationInitiated")), "He ships what may yet be declined."),
    ("a pending charge is never decided", "CHG-004 STA-003", "pending", with_timer("settlement", NEVER), "He never ships."),
    ("a declined charge stays Authorized", "STA-003", "pending, declined", shows_as("Charge", "Authorized", when=state("Declined")), "He ships what is never paid."),
    ("a declined charge has no reason", "STA-003", "pending, declined", shows_as("Charge", "Declined", when=state("Declined")), "He does not know whether to try again."),
    ("a canceled charge stays Authorized", "STA-003", "charge canceled", shows_as("Charge", "Authorized", when=state("Canceled")), "He tells the buyer that his money is still held."),
    ("a charge is canceled by the wrong side", "STA-003", "charge canceled", shows_as("Charge", "Canceled", "BuyerCanceled", when=state("Canceled")), "He asks the buyer why."),
    ("closing leaves the charges", "STA-003 MON-003", "closed, charge too", decides(keeps_pending_charges), "The buyer's money is held though the order is off, and so is the balance."),
    ("a late capture is done at once", "STA-003", "late capture", shows_as("Charge", "Captured", when=state("CaptureInitiated")), "He ships what may yet be declined."),
    ("an authorization never expires", "STA-003 MON-003", "charge expires", with_timer("authorization_expires", NEVER), "He captures what the bank gave back; the balance waits for it."),
    ("an authorization expires after 7 days", "STA-003", "charge expires", with_timer("authorization_expires", 7 * DAY), "He cannot capture what he ships late."),
    ("a captured charge expires", "STA-003", "captured for good", shows_as("Charge", "Canceled", "ExpiredUnused"), "He looks for money that he has."),

    # --- states: refunds
    ("a refund is Refunded at once", "STA-004", "refund", shows_as("Refund", "Refunded", when=state("RefundInitiated")), "He tells the buyer of money that is not there yet."),
    ("a refund is never done", "STA-004", "refund", with_timer("settlement", NEVER), "He refunds a second time, by bank."),
    ("a refund is Declined", "STA-004", "refund", shows_as("Refund", "Declined", "AmazonRejected"), "He refunds a second time, by bank."),

    # --- constraints and the redirect
    ("a constraint is missing", "CON-001", "cart", shows("CheckoutSession", constrain(lambda shown: shown[:-1]), when=lambda s: len(constraints(s)) > 1), "He sends the buyer on and the buyer comes back."),
    ("a constraint is made up", "CON-001", "cart", shows("CheckoutSession", constrain(lambda shown: [*shown, {"constraintId": "RecurringFrequencyNotSet", "description": "?"}])), "He never sends the buyer on."),
    ("no constraint is shown", "CON-001", "cart", shows("CheckoutSession", constrain(lambda _: [])), "He sends the buyer on and the buyer comes back."),
    ("the redirect comes too early", "CON-002", "cart", shows("CheckoutSession", put(REDIRECT, "https://localhost/checkout/1")), "He sends buyers to a page that turns them away."),
    ("the redirect never comes", "CON-002", "cart", shows("CheckoutSession", put(REDIRECT, None)), "He has nowhere to send the buyer."),
    ("no web checkout at all", "RSP-003", "cart", shows("CheckoutSession", put("webCheckoutDetails", None)), "He has nowhere to send the buyer."),

    ("what is not shipped has an address", "RSP-003", "pay only", shows("CheckoutSession", put("shippingAddress", ADDRESS), when=lambda s: s.product == "PayOnly" and s.state == "Open"), "He ships what was to be downloaded."),

    ("a completed session keeps its order", "RSP-009", "captured at once", shows("CheckoutSession", put("productType", "PayAndShip"), when=state("Completed")), "He takes it for an order that is still open."),
    ("a permission is read with another buyer", "RSP-008", "confirmed only", reads("chargePermissions", put("buyer.name", "Somebody Else")), "He writes to somebody else."),

    # --- relations
    ("a completed session names no permission", "RSP-003", "captured at once", reads("checkoutSessions", put("chargePermissionId", None)), "He cannot charge what was agreed."),
    ("a completed session names no charge", "REL-001", "captured at once", shows("CheckoutSession", put("chargeId", None), when=state("Completed")), "He cannot refund what was paid."),
    ("a confirmed session names a charge", "REL-001", "confirmed only", shows("CheckoutSession", put("chargeId", "S01-0000000-0000000-C000000"), when=state("Completed")), "He thinks that he was paid."),
    ("a session names another permission", "REL-001", "captured at once", reads("checkoutSessions", put("chargePermissionId", "S01-0000000-0000001")), "He charges what another buyer agreed to."),
    ("a session names another charge", "REL-001", "captured at once", reads("checkoutSessions", put("chargeId", "S01-0000000-0000001-C000001")), "He refunds another buyer."),
    ("a charge names another permission", "REL-002", "confirmed only", shows("Charge", put("chargePermissionId", "S01-0000000-0000001")), "He books the payment for another order."),
    ("a refund names another charge", "REL-003", "refund", shows("Refund", put("chargeId", "S01-0000000-0000001-C000001")), "He books the refund for another order."),
    ("charges begin otherwise than their order", "REL-006", "confirmed only", IdsOfItsOwn, "He cannot tell which order a payment is of."),
    ("refunds begin otherwise than their order", "REL-006", "refund", RefundIdsOfItsOwn, "He cannot tell which order was paid back."),
    ("another session is read", "REL-004", "cart", reads("checkoutSessions", put("checkoutSessionId", "00000000-0000-4000-8000-000000000001")), "He shows the buyer what is in another cart."),
    ("another permission is read", "REL-004", "payment", reads("chargePermissions", put("chargePermissionId", "S01-0000000-0000001")), "He ships to another address."),
    ("another charge is read", "REL-004", "payment", reads("charges", put("chargeId", "S01-0000000-0000001-C000001")), "He ships what another buyer paid."),
    ("another refund is read", "REL-004", "refund", reads("refunds", put("refundId", "S01-0000000-0000001-R000001")), "He answers for another refund."),

    # --- money
    ("all is captured instead of a part", "MON-001", "smaller capture", shows("Charge", put("captureAmount", lambda c: c.amount.wire()), when=state("Captured")), "He thinks he has money that he does not have."),
    ("captureAmount comes before the capture", "RSP-003", "charged in full", shows("Charge", put("captureAmount", lambda c: c.amount.wire())), "He books money that he does not have."),
    ("captureAmount is null when captured", "RSP-003", "payment", shows("Charge", put("captureAmount", None)), "He cannot reconcile."),
    ("the whole is captured for a part", "MON-001", "smaller capture", decides(captures_all), "The buyer pays for what was not shipped, and the permission is used up."),
    ("refundedAmount stays zero", "MON-002", "refund", shows("Charge", put("refundedAmount", lambda c: c.amount.of(Decimal(0)).wire())), "He refunds a second time."),
    ("refundedAmount is null", "RSP-003", "refund", shows("Charge", put("refundedAmount", None)), "He refunds a second time."),
    ("refundedAmount in another currency", "MON-002", "refund", shows("Charge", put("refundedAmount.currencyCode", "EUR")), "His books do not balance."),
    ("refundedAmount counts twice", "MON-002", "refund", shows("Charge", scale("refundedAmount", "2")), "He believes that he cannot refund the rest."),
    ("the balance stays whole", "MON-003", "split order", shows("ChargePermission", put("limits.amountBalance", lambda p: p.limit.wire())), "He charges more than he may."),
    ("the limit is halved", "MON-003", "split order", shows("ChargePermission", scale("limits.amountLimit", "0.5")), "He cannot charge for the second parcel."),
    ("the balance in another currency", "MON-003", "split order", shows("ChargePermission", put("limits.amountBalance.currencyCode", "EUR")), "He charges more than he may."),
    ("the month's balance stays whole", "MON-003", "monthly", shows("ChargePermission", put("limits.amountBalance", lambda p: p.limit.wire())), "He charges more a month than he may."),
    ("the month's balance never comes back", "MON-003 CHG-001", "month by month", decides(never_begins_a_month), "His subscription is used up for ever, and the next charge refused."),
    ("a charge in cents", "MON-004", "charged in full", shows("Charge", scale("chargeAmount", "100")), "The buyer reads a hundred times what he pays."),
    ("a charge in another currency", "MON-004", "charged in full", shows("Charge", put("chargeAmount.currencyCode", "EUR")), "His books do not balance."),
    ("a refund of a little less", "MON-004", "refund", shows("Refund", scale("refundAmount", "0.99")), "The buyer gets less than promised."),
    ("an order without its cents", "MON-004", "confirmed only", shows("CheckoutSession", put("paymentDetails.chargeAmount", {"amount": "1234.00", "currencyCode": "USD"}), when=state("Open")), "Complete is refused for an amount that he never gave."),
    ("an order that forgets its amount", "MON-004", "confirmed only", shows("CheckoutSession", put("paymentDetails.chargeAmount", None), when=state("Open")), "He cannot show the buyer what he pays."),
    ("an order that forgets its payment", "RSP-003", "confirmed only", shows("CheckoutSession", put("paymentDetails", None), when=state("Open")), "He cannot show the buyer what he pays."),
    ("an order that forgets its total", "MON-004", "split order", shows("CheckoutSession", put("paymentDetails.totalOrderAmount", None), when=state("Open")), "He cannot charge for the second parcel."),

    # --- lifetimes
    ("a session of 3 hours", "TIM-001", "cart", shows("CheckoutSession", put("expirationTimestamp", lambda s: timestamp(s.created + 3 * HOUR))), "He gives up on buyers who come back."),
    ("a charge of 7 days", "TIM-001", "payment", shows("Charge", put("expirationTimestamp", lambda c: timestamp(c.created + 7 * DAY))), "He captures in haste."),
    ("an authorization pending and answered 200", "SES-004", "pending", decides(hides_what_is_pending), "He ships what may yet be declined."),
)

_IN_JAPAN: Final[tuple[Row, ...]] = (
    ("yen with decimals", "RSP-003", "payment", shows("Charge", put("chargeAmount.amount", "10000.00")), "His program takes 10000.00 yen for a million."),
    ("yen a hundredfold", "MON-004", "payment", shows("Charge", scale("chargeAmount", "100")), "The buyer reads a hundred times what he pays."),
)
# fmt: on


def _fault(row: Row, region: str) -> Fault:
    name, breaks, scenario, service, costs = row
    return Fault(name, costs, frozenset(breaks.split()), service, scenario, region=region)


_ELSEWHERE: Final = "servers of the lesser resources are in resource_faults"

NOT_PROVABLE: Final[Mapping[str, str]] = {
    **dict.fromkeys(("LIN-001", "LIN-002"), "what only several callers at once can see: race_faults"),
    **dict.fromkeys(("REQ-R33", "RES-R03", "RES-R07", "RES-R08"), _ELSEWHERE),
    **dict.fromkeys((row.requirement for row in RESOURCE_OPERATIONS.values()), _ELSEWHERE),
}
"""Requirements of a server that no fault can break, each with the reason."""

BY_HAND: Final[tuple[Fault, ...]] = (
    *(_fault(row, "na") for row in _BY_HAND),
    *(_fault(row, "jp") for row in _IN_JAPAN),
)
GENERATED: Final[tuple[Fault, ...]] = (*from_rules(NOT_PROVABLE), *from_operations(), *from_transitions())
FAULTS: Final = (*BY_HAND, *GENERATED)
"""The catalogue."""
