"""Every reason for which a call is refused, and what of a permission is left to charge.

A rule says when a call is wrong and how the service may answer then. Rules tagged "?" or "I" are not
asserted: their refusal is permitted beside success, and a switch tells whether our mock refuses.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from operator import attrgetter
from typing import Any, Literal, TypeAlias

from amazonpay_conformance.model.actions import UNUSUAL, Call, Defect
from amazonpay_conformance.model.limits import (
    CEILING,
    MAX_CHARGES,
    MAX_REFUNDS,
    MONTHLY_CAP,
    OVERCHARGE_FACTOR,
    OVERCHARGE_FLOOR,
    REFUND_HEADROOM,
    REFUND_HEADROOM_SHARE,
    UNCERTAIN_CAPS,
)
from amazonpay_conformance.model.machine import ASSERTED, Tag
from amazonpay_conformance.model.money import Price
from amazonpay_conformance.model.operation import ObjectKind
from amazonpay_conformance.model.operations import ALL_OPERATIONS, OPERATIONS, Operation
from amazonpay_conformance.model.paging import read_token
from amazonpay_conformance.model.resources import DISPUTE, GIVEN, RESOURCE_OPERATIONS, SANDBOX_REPORT_TYPE
from amazonpay_conformance.model.simulation import CARDS, SIMULATIONS
from amazonpay_conformance.model.switches import SWITCHES, Settings
from amazonpay_conformance.model.timers import TIMERS
from amazonpay_conformance.model.world import (
    LIVE_REFUND_STATES,
    NOTHING,
    AnyObject,
    Charge,
    ChargePermission,
    CheckoutSession,
    Record,
    Remembered,
    World,
    data_of,
)


@dataclass(frozen=True, slots=True)
class Context:
    """A call with what it is about: the object in its path, and the permission or charge it names."""

    world: World
    call: Call
    operation: Operation
    target: AnyObject | None
    session: CheckoutSession | None
    permission: ChargePermission | None
    charge: Charge | None

    @classmethod
    def of(cls, world: World, call: Call) -> Context:
        """Look up what a call is about."""
        operation = ALL_OPERATIONS[call.operation]
        target = world.find(operation.target, call.target) if operation.target else None
        named_permission = world.permissions.get(str(call.body.get("chargePermissionId")))
        named_charge = world.charges.get(str(call.body.get("chargeId")))
        return cls(
            world,
            call,
            operation,
            target,
            target if isinstance(target, CheckoutSession) else None,
            target if isinstance(target, ChargePermission) else named_permission,
            target if isinstance(target, Charge) else named_charge,
        )

    @property
    def record(self) -> Record | None:
        """The record in the path, where the call is about a lesser resource."""
        return self.target if isinstance(self.target, Record) else None

    def price(self, field: str) -> Price | None:
        """The price under `field` of the request."""
        return Price.parse(self.call.body.get(field))


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


def headroom(captured: Price) -> Decimal:
    """Return how much more than was captured may be refunded, in major units. api-facts §6.5 [D].

    For other currencies than those of the table only the share is known.
    """
    share = captured.amount * REFUND_HEADROOM_SHARE
    return min(share, REFUND_HEADROOM.get(captured.currency, share))


def permission_limit(session: CheckoutSession) -> Price | None:
    """Return the limit of the permission that completing `session` creates. api-facts §5.2, §5.3, §6.4.

    None where it is not known: no amount says the currency (a wallet is set up only), or the currency has no
    figure in the tables.
    """
    order = session.total or session.charge_amount
    if session.total and session.charge_amount and session.total.amount < session.charge_amount.amount:
        order = session.charge_amount  # where such an order is taken at all: §2.3 [?]
    if order is None:
        return None
    if session.permission_type != "OneTime":
        cap = MONTHLY_CAP[session.permission_type].get(order.currency)
        return order.of(cap) if cap is not None else None
    if not session.payment.get("allowOvercharge"):
        return order
    floor = OVERCHARGE_FLOOR.get(order.currency)
    return order.of(max(order.amount * OVERCHARGE_FACTOR, floor)) if floor is not None else None


def spent_this_month(world: World, permission: ChargePermission) -> Decimal:
    """Return what was charged in the calendar month of `world.now`, in major units. api-facts §5.2 [W]."""
    month = datetime.fromtimestamp(world.now, UTC).strftime("%Y%m")
    return sum(
        (
            (charge.captured or charge.amount).amount
            for charge in world.charges_of(permission.id)
            if charge.state not in ("Canceled", "Declined")
            and datetime.fromtimestamp(charge.created, UTC).strftime("%Y%m") == month
        ),
        Decimal(0),
    )


def balance(world: World, permission: ChargePermission, *, reserved: bool) -> Decimal | None:
    """Return what may still be charged, in major units, or None where the limit is not known.

    `reserved`: take open authorizations off as well. Whether the service does is not known (api-facts §3.2
    [?]), so readers must allow for both.
    """
    return remainder(world, permission, reserved=reserved, kept=world.settings.has("captured-remainder=kept"))


def remainder(world: World, permission: ChargePermission, *, reserved: bool, kept: bool) -> Decimal | None:
    """Return the balance, either way of what the facts leave open.

    `kept`: what was authorized and not captured does not come back (api-facts §6.3b [?]).
    """
    if permission.limit is None:
        return None
    if permission.type != "OneTime":
        return permission.limit.amount - spent_this_month(world, permission)
    spent = world.authorized_of(permission.id) if kept else world.captured_of(permission.id)
    left = permission.limit.amount - spent
    return left - world.reserved_of(permission.id) if reserved else left


def may_be_chargeable(world: World, permission: ChargePermission) -> bool:
    """Tell whether the facts leave it open that this permission is Chargeable, whatever the model holds.

    ChargeInProgress is uncertain while an authorization is open (§4.2 [?]); what a simulated decline does to
    the permission is uncertain too (§8.2, effect [?]).
    """
    return (
        permission.state == "Chargeable"
        or not permission.state_shown
        or (permission.state, permission.reason)
        in {("NonChargeable", "ChargeInProgress"), ("NonChargeable", "PaymentMethodInvalid")}
        or (permission.state == "Closed" and may_be_open(world, permission))
    )


def may_be_open(world: World, permission: ChargePermission) -> bool:
    """Tell whether the facts leave it open that this permission is not Closed, whatever the model holds.

    What a rejected charge does to its permission is uncertain (§4.2 and §8.2, effect [?]); one that is used
    up is closed either way.
    """
    rejected = permission.reason == "AmazonCanceled" and not is_used_up(world, permission)
    return permission.state != "Closed" or rejected


def is_used_up(world: World, permission: ChargePermission) -> bool:
    """Tell whether a one-time permission has closed of itself by what was captured: api-facts §4.2, §13.4."""
    if permission.type != "OneTime" or permission.limit is None:
        return False
    left = balance(world, permission, reserved=False)
    at_once = world.settings.has("permission-closes=at-first-capture")
    return (left is not None and left <= 0) or (at_once and world.captured_of(permission.id) > 0)


def may_be_closed(world: World, permission: ChargePermission) -> bool:
    """Tell whether the facts leave it open that this permission closed of itself, though the model holds it open.

    A one-time permission may close at its first capture (§13.4); a recurring one may not be renewed by its
    charges (§13.18).
    """
    if permission.type == "OneTime":
        return world.captured_of(permission.id) > 0
    over = world.now - permission.created >= TIMERS["permission_extended"]
    return permission.type == "Recurring" and over


def _is_closed(context: Context) -> bool:
    return context.permission is not None and not may_be_open(context.world, context.permission)


def _was_rejected(context: Context) -> bool:
    permission = context.permission
    return permission is not None and permission.state == "Closed" and may_be_open(context.world, permission)


def _over(context: Context, *, reserved: bool) -> bool:
    permission, price = context.permission, context.price("chargeAmount")
    if permission is None or price is None or permission.type != "OneTime":
        return False
    left = balance(context.world, permission, reserved=reserved)
    if left is not None and not reserved:
        left -= context.world.capturing_of(permission.id)  # it is as good as captured: §6.2
    return left is not None and price.amount > left


def _over_with_remainder(context: Context) -> bool:
    permission, price = context.permission, context.price("chargeAmount")
    if permission is None or price is None or permission.type != "OneTime":
        return False
    left = remainder(context.world, permission, reserved=True, kept=True)
    return left is not None and price.amount > left


def _over_cap(context: Context, *, uncertain: bool) -> bool:
    permission = context.permission
    cap = (permission.type, permission.limit.currency) if permission and permission.limit else None
    return (cap in UNCERTAIN_CAPS) is uncertain and _over_month(context)


def _over_month(context: Context) -> bool:
    permission, price = context.permission, context.price("chargeAmount")
    if permission is None or price is None or permission.type == "OneTime":
        return False
    left = balance(context.world, permission, reserved=False)
    return left is not None and price.amount > left


def _currency_differs(context: Context) -> bool:
    permission, price = context.permission, context.price("chargeAmount")
    currency = permission.currency if permission else None
    return bool(currency and price and price.currency != currency)


def _differs_from_charge(field: str) -> Callable[[Context], bool]:
    def broken(context: Context) -> bool:
        price = context.price(field)
        return bool(context.charge and price and price.currency != context.charge.amount.currency)

    return broken


def _above_ceiling(field: str) -> Callable[[Context], bool]:
    def broken(context: Context) -> bool:
        price = context.price(field)
        return bool(price and price.currency in CEILING and price.amount > CEILING[price.currency])

    return broken


def _not_positive(context: Context) -> bool:
    prices = (context.price(field) for field in ("chargeAmount", "captureAmount", "refundAmount"))
    return any(price is not None and price.amount <= 0 for price in prices)


def _session_amount_differs(context: Context) -> bool:
    session, price = context.session, context.price("chargeAmount")
    expected = session.charge_amount if session else None
    return bool(
        expected and price and (price.amount != expected.amount or price.currency != expected.currency)
    )


def _total_is_wrong(context: Context) -> bool:
    session, given = context.session, context.price("totalOrderAmount")
    return session is not None and session.total is not None and given != session.total


def _total_is_superfluous(context: Context) -> bool:
    session, given = context.session, context.price("totalOrderAmount")
    return session is not None and session.state == "Open" and session.total is None and given is not None


def _over_captured(context: Context) -> bool:
    charge, price = context.charge, context.price("captureAmount")
    return bool(charge and price and price.amount > charge.amount.amount)


def _over_refundable(context: Context, already: Decimal) -> bool:
    charge, price = context.charge, context.price("refundAmount")
    captured = charge.captured if charge else None
    return bool(captured and price and price.amount + already > captured.amount + headroom(captured))


def _over_refundable_in_sum(context: Context) -> bool:
    already = (
        context.world.refunded_of(context.charge.id, LIVE_REFUND_STATES) if context.charge else Decimal(0)
    )
    return _over_refundable(context, already)


def _too_many_charges(context: Context) -> bool:
    permission = context.permission
    if permission is None or permission.type != "OneTime":
        return False
    valid = [c for c in context.world.charges_of(permission.id) if c.state not in ("Canceled", "Declined")]
    return len(valid) >= MAX_CHARGES


def _too_many_refunds(context: Context) -> bool:
    charge = context.charge
    return charge is not None and len(context.world.refunds_of(charge.id)) >= MAX_REFUNDS


def _other_request(context: Context) -> Remembered | None:
    """What the call's idempotency key stands for already, if that was another request."""
    known = context.world.remembered.get(context.call.key or "")
    return known if known is not None and known.fingerprint != context.call.fingerprint else None


def _key_is_reused(context: Context) -> bool:
    known = _other_request(context)
    return known is not None and known.status < 400 and known.certain


def _refused_key_is_reused(context: Context) -> bool:
    known = _other_request(context)
    return known is not None and known.status >= 400


def _completing_key_is_reused(context: Context) -> bool:
    known = _other_request(context)
    return known is not None and not (known.certain and context.operation.needs_key)


def _simulation_is_unknown(context: Context) -> bool:
    code, codes = context.call.simulation, SIMULATIONS.get(context.operation.id)
    return bool(code) and codes is not None and code not in codes and not _may_be_spelt_so(context)


def _may_be_spelt_so(context: Context) -> bool:
    """Whether the code is one of those whose spelling no source gives: api-facts §8.2 [?]."""
    pending = context.operation.id == "create_charge" and (context.call.simulation or "").startswith(
        "Pending"
    )
    return pending or (context.operation.id == "create_refund" and bool(context.call.simulation))


def _simulates(switch: str) -> Callable[[Context], bool]:
    def broken(context: Context) -> bool:
        row = SIMULATIONS[context.operation.id].get(context.call.simulation or "")
        return row is not None and row.switch == switch

    return broken


def _simulation_lacks_prerequisite(context: Context) -> bool:
    call = context.call
    if context.operation.id == "complete_checkout_session" and context.session is not None:
        pending = call.simulation == "AuthorizationInitiated" or _card_pends(context.session)
        session = context.session
        return pending and not (session.intent == "Authorize" and session.may_pend)
    if context.operation.id == "create_charge" and call.simulation == "CaptureInitiated":
        return not call.body.get("captureNow")
    if context.operation.id == "create_charge" and (call.simulation or "").startswith("Pending"):
        return not call.body.get("canHandlePendingAuthorization") or bool(call.body.get("captureNow"))
    return False


def _is_at_localhost(context: Context) -> bool:
    urls = data_of(context.call.body.get("webCheckoutDetails"))
    return any(str(url).startswith("http://localhost") for url in urls.values())


def _lacks_recurring_metadata(context: Context) -> bool:
    body = context.call.body
    return body.get("chargePermissionType") == "Recurring" and not body.get("recurringMetadata")


def _total_is_below_charge(context: Context) -> bool:
    held = context.session.payment if context.session else {}
    details = {**held, **data_of(context.call.body.get("paymentDetails"))}
    total, charge = Price.parse(details.get("totalOrderAmount")), Price.parse(details.get("chargeAmount"))
    return bool(total and charge and total.amount < charge.amount)


def _is_deleted(since: Callable[[CheckoutSession], int]) -> Callable[[Context], bool]:
    def broken(context: Context) -> bool:
        session = context.session
        return session is not None and context.world.now - since(session) >= TIMERS["session_deleted"]

    return broken


def _addresses_do_not_add_up(context: Context) -> bool:
    given = context.call.body.get("multiAddressesCheckoutMetadata")
    shares = given if isinstance(given, list | tuple) else ()
    session = context.session
    details = {**(session.payment if session else {}), **data_of(context.call.body.get("paymentDetails"))}
    whole = Price.parse(details.get("chargeAmount"))
    prices = [Price.parse(share.get("price")) for share in shares if isinstance(share, Mapping)]
    return bool(shares and whole) and sum(p.amount for p in prices if p) != (whole and whole.amount)


def _amount_is_spelt_otherwise(context: Context) -> bool:
    held, given = context.session, context.call.body
    if held is None or held.state != "Open":
        return False
    return any(
        _spelling(held.payment.get(name)) not in (None, _spelling(given.get(name)))
        and Price.parse(held.payment.get(name)) == Price.parse(given.get(name))
        for name in ("chargeAmount", "totalOrderAmount")
    )


def _spelling(price: Any) -> str | None:
    return str(price.get("amount")) if isinstance(price, Mapping) else None


def _value_is_set_again(context: Context) -> bool:
    held = data_of((context.permission.data if context.permission else NOTHING).get("merchantMetadata"))
    given = data_of(context.call.body.get("merchantMetadata"))
    return any(held.get(name) not in (None, value) for name, value in given.items())


def _may_be_closed(context: Context) -> bool:
    permission = context.permission
    return (
        permission is not None and permission.state != "Closed" and may_be_closed(context.world, permission)
    )


def _refused_as(*reasons: str) -> Callable[[Context], bool]:
    """Whether the permission is refused for a reason that the facts leave open."""

    def broken(context: Context) -> bool:
        permission = context.permission
        return (
            permission is not None
            and permission.reason in reasons
            and may_be_chargeable(context.world, permission)
        )

    return broken


def _over_when_captured(context: Context) -> bool:
    charge, price = context.charge, context.price("captureAmount")
    permission = context.world.permissions.get(charge.permission) if charge else None
    if charge is None or price is None or permission is None:
        return False
    if charge.state != "Authorized" or permission.type != "OneTime":
        return False
    left = balance(context.world, permission, reserved=False)
    if left is not None:
        left -= context.world.capturing_of(permission.id)  # it is as good as captured: §6.2
    return left is not None and left < price.amount <= charge.amount.amount


def _card_pends(session: CheckoutSession) -> bool:
    return bool(session.card and CARDS[session.card].pending)


@dataclass(frozen=True, slots=True)
class HasDefect:
    """Whether a request has a defect of form, which is looked at before anything that it asks for."""

    defect: Defect

    def __call__(self, context: Context) -> bool:
        defects = context.call.defects
        return bool(defects) and self.defect in defects


def _state(kind: Literal["session", "permission", "charge"], *states: str) -> Callable[[Context], bool]:
    of_kind = attrgetter(kind)

    def broken(context: Context) -> bool:
        value: AnyObject | None = of_kind(context)
        return value is not None and value.state in states

    return broken


def _foreign_target(context: Context) -> bool:
    return context.operation.target is not None and context.target is None


def _is_gone(context: Context) -> bool:
    record = context.record
    if record is None or record.kind != "Store":
        return record is not None and record.gone
    account = context.world.find("MerchantAccount", record.id.partition("/")[0])
    return isinstance(account, Record) and account.gone


def _is_too_old(context: Context) -> bool:
    record = context.record
    return record is not None and context.world.now - record.created > TIMERS["report_kept"]


def _token_is_foreign(context: Context) -> bool:
    token = context.call.query.get("nextToken")
    return token is not None and read_token(token) is None


def _names_unknown(field: str, kind: ObjectKind) -> Callable[[Context], bool]:
    def broken(context: Context) -> bool:
        named = context.call.body.get(field)
        return isinstance(named, str) and context.world.find(kind, named) is None

    return broken


def _dispute_is_settled(context: Context) -> bool:
    record = context.record
    return record is not None and context.operation.id not in DISPUTE.state(record.state).operations


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
    Rule("REQ-R01", EVERY, HasDefect(Defect.SIGNATURE), ((403, "InvalidRequestSignature"),), "A request whose signature does not verify is refused.", "§7", "D2"),
    Rule("REQ-R02", EVERY, HasDefect(Defect.UNKNOWN_KEY), ((403, "InvalidRequestSignature"), (403, "InvalidAuthentication"), (401, "UnauthorizedAccess"), (400, "InvalidHeaderValue")), "A request signed with a key that is not the merchant's is refused.", "§7", "D2"),
    Rule("REQ-R03", EVERY, HasDefect(Defect.MISSING_HEADER), ((400, "MissingHeaderValue"), (400, "MissingHeader")), "A request without a required header is refused.", "§7, §13.15", "D", picks="missing-header-code"),
    Rule("REQ-R04", EVERY, HasDefect(Defect.INVALID_HEADER), ((400, "InvalidHeaderValue"),), "A request with an ill-formed header is refused.", "§7", "D"),
    Rule("REQ-R05", WITH_BODY, HasDefect(Defect.NOT_JSON), ((400, "InvalidRequestFormat"),), "A body that is not JSON is refused.", "§7", "D"),
    Rule("REQ-R06", OF_OBJECTS_WITH_BODY, HasDefect(Defect.MISSING_FIELD), ((400, "MissingParameterValue"), (400, "InvalidParameterValue"), (400, "InvalidParameterCombination")), "A body that lacks a mandatory field is refused.", "§7", "D"),
    Rule("REQ-R07", WITH_BODY, HasDefect(Defect.UNKNOWN_FIELD), ((400, "UnrecognizedField"), (400, "InvalidParameterValue")), "A body with an unknown field is refused.", "§2.3, §7", "D"),
    Rule("REQ-R08", WITH_BODY, HasDefect(Defect.INVALID_VALUE), ((400, "InvalidParameterValue"), (400, "InvalidParameterCombination"), (400, "MissingParameterValue")), "A body with a value outside its rule is refused.", "§7", "D"),
    Rule("REQ-R09", KEYED, _key_is_reused, ((400, "DuplicateIdempotencyKey"),), "An idempotency key that was used for a different request is refused.", "§9", "D"),
    Rule("REQ-R10", tuple(SIMULATIONS), _simulation_is_unknown, ((400, "InvalidSandboxSimulationSpecified"),), "An unknown simulation code is refused.", "§7", "D"),
    Rule("REQ-R11", ("complete_checkout_session", "create_charge"), _simulation_lacks_prerequisite, ((400, "InvalidSandboxSimulationSpecified"),), "A simulation whose prerequisite is not met is refused.", "§8 (tag [?] in §7)", "?", "simulation-prerequisite=refused"),
    Rule("REQ-R12", WITH_TARGET, _foreign_target, ((404, "ResourceNotFound"),), "An id that the merchant does not have is not found.", "§7", "D2"),
    Rule("REQ-R14", KEYED, _refused_key_is_reused, ((400, "DuplicateIdempotencyKey"),), "A key whose first request was refused is spent as well.", "§9 (whether refusals are stored is not said)", "?", "refused-keys=stored"),
    Rule("REQ-R13", ("create_charge", "capture_charge", "create_refund"), _not_positive, ((400, "InvalidParameterValue"),), "An amount of zero or less is refused.", "§6.10", "?", "zero-amount=refused"),

    Rule("REQ-R15", KEYED, HasDefect(Defect.INVALID_KEY), ((400, "InvalidHeaderValue"),), "An idempotency key that is ill-formed is refused.", "§9 (how is not said)", "?", "ill-formed-key=refused"),

    Rule("REQ-R16", EVERY, HasDefect(Defect.STALE_DATE), ((400, "InvalidHeaderValue"), (403, "InvalidRequestSignature")), "A request whose date is off by more than five minutes is refused.", "§10.3 (no figure is known)", "?", "date-skew=five-minutes"),
    Rule("REQ-R17", EVERY, HasDefect(Defect.EXTENDED_DATE), ((400, "InvalidHeaderValue"),), "A date in the extended form is refused.", "§2.1, §13.10", "?", "extended-date=refused"),
    Rule("REQ-R18", EVERY, HasDefect(Defect.REGION_SPELLING), ((400, "InvalidHeaderValue"),), "A region that is not spelt na, eu or jp is refused.", "§10.3, §13.11", "?", "region-spelling=exact"),
    Rule("REQ-R19", EVERY, HasDefect(Defect.SIGNED_HEADERS_CASE), ((403, "InvalidRequestSignature"), (400, "InvalidHeaderValue")), "SignedHeaders that are not in lower case and sorted are refused.", "§10.2, §13.12", "?", "signed-headers-case=lower"),
    Rule("REQ-R20", EVERY, HasDefect(Defect.UNSIGNED_SIMULATION), ((403, "InvalidRequestSignature"), (400, "InvalidHeaderValue")), "A simulation code that is not signed is refused.", "§10.3, §13.14", "?", "unsigned-simulation=refused"),
    Rule("REQ-R21", EVERY, HasDefect(Defect.ENVIRONMENT_PATH), ((404, "ResourceNotFound"), (400, "InvalidRequest"), (403, "InvalidAuthentication")), "A path with an environment is refused for a key that has one.", "§1, §13.17", "?", "environment-path=refused"),
    Rule("REQ-R34", EVERY, HasDefect(Defect.OTHER_ENVIRONMENT), ((404, "ResourceNotFound"), (400, "InvalidRequest"), (403, "InvalidAuthentication"), (403, "InvalidRequestSignature"), (401, "UnauthorizedAccess")), "A path of an environment that is not the key's is refused.", "§1 (what is answered is not said)", "?", "other-environment=refused"),
    Rule("REQ-R35", EVERY, HasDefect(Defect.REPEATED_HEADER), ((400, "InvalidHeaderValue"), (400, "InvalidRequest"), (403, "InvalidRequestSignature")), "A request that sends a header with one value twice is refused.", "§10.2 (SDKs sign it in three ways; what is answered is not said)", "?", "repeated-headers=refused"),
    Rule("REQ-R22", WITH_BODY, HasDefect(Defect.NUMBER_AMOUNT), ((400, "InvalidParameterValue"),), "An amount that is sent as a number is refused.", "§2.3, §13.9", "?", "number-amounts=refused"),
    Rule("REQ-R23", ("cancel_charge",), HasDefect(Defect.LONG_REASON), ((400, "InvalidParameterValue"),), "A cancellationReason above 255 characters is refused.", "§2.3, §13 (open)", "?", "cancellation-reason=refused"),
    Rule("REQ-R24", tuple(o for o in EVERY if o not in SIMULATIONS), lambda c: bool(c.call.simulation), ((400, "InvalidSandboxSimulationSpecified"),), "A simulation code is refused with an operation that has none.", "§7, §13.13", "?", "simulation-elsewhere=refused"),
    Rule("REQ-R25", ("complete_checkout_session",), _simulates("session-simulations"), ((400, "InvalidSandboxSimulationSpecified"),), "The simulation codes of Complete are not those of the table.", "§8.2", "I", "session-simulations=refused"),
    Rule("REQ-R26", ("create_charge",), _simulates("charge-simulations"), ((400, "InvalidSandboxSimulationSpecified"),), "The simulation codes of Create Charge are not those of the table.", "§8.2", "I", "charge-simulations=refused"),
    Rule("REQ-R27", ("close_charge_permission",), _simulates("close-simulation"), ((400, "InvalidSandboxSimulationSpecified"),), "The simulation code of Close is not that of the table.", "§8.2", "I", "close-simulation=refused"),
    Rule("REQ-R28", ("create_charge",), lambda c: _may_be_spelt_so(c) and c.call.simulation not in SIMULATIONS["create_charge"], ((400, "InvalidSandboxSimulationSpecified"),), "A Pending... code that is not in the table is refused.", "§8.2, §13 (open)", "?", "pending-simulations=guessed|otherwise"),
    Rule("REQ-R29", ("create_charge",), _simulates("pending-simulations"), ((400, "InvalidSandboxSimulationSpecified"),), "The Pending... codes of Create Charge are spelt otherwise than guessed.", "§8.2, §13 (open)", "?", "pending-simulations=otherwise"),
    Rule("REQ-R30", ("create_refund",), lambda c: bool(c.call.simulation) and c.call.simulation not in SIMULATIONS["create_refund"], ((400, "InvalidSandboxSimulationSpecified"),), "A code of Create Refund that is not in the table is refused.", "§8.2, §13 (open)", "?", "refund-simulations=guessed|otherwise"),
    Rule("REQ-R31", ("create_refund",), _simulates("refund-simulations"), ((400, "InvalidSandboxSimulationSpecified"),), "The codes of Create Refund are others than guessed.", "§8.2, §13 (open)", "?", "refund-simulations=otherwise"),
    Rule("REQ-R32", (*KEYED, *UNKEYED_POSTS), _completing_key_is_reused, ((400, "DuplicateIdempotencyKey"),), "A key that was used with Complete, or another POST that needs none, for another request is refused.", "§2.2, §9, §13 (open)", "?", "complete-key=replayed"),

    Rule("REQ-R33", WITH_QUERY, HasDefect(Defect.INVALID_VALUE), ((400, "InvalidParameterValue"), (400, "InvalidRequest")), "A query with a value outside its rule is refused.", "§7, §12", "D"),

    # --- Checkout Session: §4.1, §2.3, §6.12
    Rule("SES-R01", ("update_checkout_session",), _state("session", "Completed", "Canceled"), ((422, "InvalidCheckoutSessionStatus"),), "A session that is not Open cannot be updated.", "§4.1, §7", "D"),
    Rule("SES-R02", ("update_checkout_session",), lambda c: c.session is not None and c.session.state == "Open" and c.session.buyer == "approved", ((422, "InvalidCheckoutSessionStatus"),), "A session is not updated after the buyer approved it.", "§2.3 (how it is refused is not said)", "?", "update-after-approval=refused"),
    Rule("SES-R03", COMPLETING, _state("session", "Completed"), ((422, "InvalidCheckoutSessionStatus"),), "A completed session cannot be completed again.", "§4.1", "D"),
    Rule("SES-R04", COMPLETING, _state("session", "Canceled"), CANCELED_ERRORS, "A canceled session cannot be completed.", "§4.1, §13.5", "D2", picks="canceled-session-code"),
    Rule("SES-R05", COMPLETING, lambda c: c.session is not None and c.session.state == "Open" and c.session.buyer != "approved", ((422, "InvalidCheckoutSessionStatus"),), "A session is not completed before the buyer approved it.", "§4.1", "W"),
    Rule("SES-R06", COMPLETING, _session_amount_differs, ((409, "AmountMismatch"), (400, "CurrencyMismatch")), "Complete must repeat the session's chargeAmount exactly.", "§2.3, §6.12", "D"),
    Rule("SES-R07", COMPLETING, lambda c: c.session is not None and c.session.state == "Open" and not c.session.setup_only and c.price("chargeAmount") is None, ((400, "MissingParameterValue"), (409, "AmountMismatch"), (400, "InvalidParameterValue")), "Complete needs a chargeAmount, unless a wallet is only set up.", "§2.3", "D"),
    Rule("SES-R08", COMPLETING, _total_is_wrong, ((409, "AmountMismatch"), (400, "MissingParameterValue"), (400, "InvalidParameterValue"), (400, "CurrencyMismatch")), "Complete must repeat the session's totalOrderAmount.", "§2.3", "D"),
    Rule("SES-R09", COMPLETING, _total_is_superfluous, ((409, "AmountMismatch"), (400, "InvalidParameterValue"), (400, "InvalidParameterCombination"), (400, "UnrecognizedField")), "Complete gives a totalOrderAmount only if the session has one.", "§2.3 (how it is refused is not said)", "?", "superfluous-total=refused"),
    Rule("SES-R10", ("create_checkout_session", "update_checkout_session"), lambda c: _pends_and_captures(c.call.body.get("paymentDetails"), c.session), ((400, "InvalidParameterCombination"),), "A pending authorization cannot be combined with AuthorizeWithCapture.", "§2.3 (error [?])", "?", "pending-with-capture=refused"),
    Rule("SES-R11", ("finalize_checkout_session",), lambda c: c.session is not None and c.session.intent is not None and c.call.body.get("paymentIntent") not in (None, c.session.intent), ((409, "AmountMismatch"), (400, "InvalidParameterValue"), (400, "InvalidParameterCombination")), "Finalize repeats what Amazon holds.", "§5.6 (how it is refused is not said)", "?", "finalize-repeats=refused"),

    Rule("SES-R12", ("finalize_checkout_session",), lambda c: c.session is not None and c.session.product == "PayAndShip" and not c.call.body.get("shippingAddress"), ((400, "MissingParameterValue"), (400, "InvalidParameterValue"), (400, "InvalidParameterCombination")), "Finalize of a shipped order repeats the shipping address.", "§2.3", "D"),
    Rule("SES-R21", ("finalize_checkout_session",), lambda c: c.session is not None and c.session.product == "PayOnly" and not c.call.body.get("billingAddress"), ((400, "MissingParameterValue"), (400, "InvalidParameterValue"), (400, "InvalidParameterCombination")), "Finalize of an order that is not shipped repeats the billing address.", "§2.3", "D"),
    Rule("SES-R13", ("create_checkout_session", "update_checkout_session"), _is_at_localhost, ((400, "InvalidParameterValue"),), "A URL at http://localhost is refused.", "§2.3", "?", "localhost-urls=refused"),
    Rule("SES-R14", ("create_checkout_session",), _lacks_recurring_metadata, ((400, "MissingParameterValue"), (400, "InvalidParameterCombination"), (400, "InvalidParameterValue")), "A Recurring session brings recurringMetadata when it is created.", "§2.3", "?", "recurring-metadata=required"),
    Rule("SES-R15", ("create_checkout_session", "update_checkout_session"), _total_is_below_charge, ((400, "InvalidParameterValue"), (400, "InvalidParameterCombination")), "A totalOrderAmount is at least the chargeAmount.", "§2.3", "?", "total-below-charge=refused"),
    Rule("SES-R16", OF_SESSION, _is_deleted(lambda session: session.created), ((404, "ResourceNotFound"),), "A session is gone 30 days after its creation.", "§4.1, §4.6, §13 (open)", "?", "deleted-session=after-creation"),
    Rule("SES-R17", OF_SESSION, _is_deleted(lambda session: session.changed), ((404, "ResourceNotFound"),), "A session is gone 30 days after it was completed or canceled.", "§4.1, §4.6, §13 (open)", "?", "deleted-session=after-creation|after-change"),
    Rule("SES-R18", ("update_checkout_session",), _addresses_do_not_add_up, ((400, "InvalidParameterValue"), (400, "InvalidParameterCombination")), "The prices of a multi-ship order add up to its chargeAmount.", "§5.5", "?", "multi-address-sum=equal"),
    Rule("SES-R19", ("update_checkout_session",), HasDefect(Defect.MODE_AT_UPDATE), ((400, "UnrecognizedField"), (400, "InvalidParameterValue")), "A checkoutMode is set at creation only.", "§2.3, §5.6", "?", "checkout-mode-at-update=refused"),
    Rule("SES-R20", COMPLETING, _amount_is_spelt_otherwise, ((409, "AmountMismatch"),), "Complete repeats an amount to the letter.", "§6", "?", "amount-spelling=exact"),
    Rule("SES-R22", ("create_checkout_session",), HasDefect(Defect.BUTTON_ADDRESS), ((400, "InvalidParameterValue"), (400, "MissingParameterValue"), (400, "InvalidParameterCombination"), (400, "UnrecognizedField")), "The address of an additional payment button has a phoneNumber, and no stateOrRegion in a country that takes none.", "§5.6 (that it fails is known; where, and how it is told, is not)", "?", "button-address=refused"),

    # --- Charge Permission: §4.2
    Rule("PRM-R01", ("update_charge_permission",), _is_closed, ((422, "ChargePermissionNotModifiable"),), "A closed permission cannot be updated.", "§4.2", "D2"),
    Rule("PRM-R02", ("close_charge_permission",), _is_closed, ((422, "InvalidChargePermissionStatus"),), "A closed permission cannot be closed again.", "§4.2", "D2"),

    Rule("PRM-R03", ("update_charge_permission",), lambda c: c.permission is not None and c.permission.given, ((422, "ChargePermissionNotModifiable"),), "A permission that was given to the kit may already be closed, and then is not updated.", "§4.2 (its history is not known)", "?"),
    Rule("PRM-R04", ("update_charge_permission",), _was_rejected, ((422, "ChargePermissionNotModifiable"),), "A permission whose charge Amazon rejected cannot be updated.", "§4.2, §8.2 (effect [?])", "?", "rejected-permission=AmazonCanceled|AmazonClosed"),
    Rule("PRM-R05", ("close_charge_permission",), _was_rejected, ((422, "InvalidChargePermissionStatus"),), "A permission whose charge Amazon rejected cannot be closed again.", "§4.2, §8.2 (effect [?])", "?", "rejected-permission=AmazonCanceled|AmazonClosed"),
    Rule("PRM-R06", ("update_charge_permission",), _value_is_set_again, ((422, "ChargePermissionNotModifiable"), (400, "InvalidParameterValue")), "Each merchantMetadata value of a permission is set once.", "§2.3, §13 (open)", "?", "metadata-updates=once"),
    Rule("PRM-R07", ("update_charge_permission",), _may_be_closed, ((422, "ChargePermissionNotModifiable"),), "A permission that may have closed of itself cannot be updated.", "§13.4, §13.18", "?"),
    Rule("PRM-R08", ("close_charge_permission",), _may_be_closed, ((422, "InvalidChargePermissionStatus"),), "A permission that may have closed of itself cannot be closed again.", "§13.4, §13.18", "?"),
    Rule("PRM-R09", ("close_charge_permission",), lambda c: c.permission is not None and c.permission.given, ((422, "InvalidChargePermissionStatus"),), "A permission that was given to the kit may already be closed, and then is not closed again.", "§4.2 (its history is not known)", "?"),

    # --- Charge: §4.2, §4.3, §6
    Rule("CHG-R01", ("create_charge",), lambda c: c.permission is None, ((404, "ResourceNotFound"), (400, "InvalidParameterValue")), "A charge needs a permission that exists.", "§7", "D2"),
    Rule("CHG-R02", ("create_charge",), lambda c: c.permission is not None and not may_be_chargeable(c.world, c.permission), ((422, "InvalidChargePermissionStatus"),), "A permission that is not Chargeable takes no charge.", "§4.2", "D2"),
    Rule("CHG-R03", ("create_charge",), _refused_as("ChargeInProgress"), ((422, "InvalidChargePermissionStatus"),), "A permission whose charge is in progress takes no other charge.", "§4.2, §13 (open)", "?", "charge-in-progress=when-reserved|always"),
    Rule("CHG-R04", ("create_charge",), lambda c: _over(c, reserved=False), ((400, "TransactionAmountExceeded"),), "A charge must not exceed what is left of the permission's limit.", "§6.2, §6.4b, §7", "D2"),
    Rule("CHG-R05", ("create_charge",), lambda c: _over(c, reserved=True), ((400, "TransactionAmountExceeded"),), "Open authorizations count against the limit.", "§3.2, §13 (open)", "?", "open-authorizations=reserved"),
    Rule("CHG-R06", ("create_charge",), _currency_differs, ((400, "CurrencyMismatch"),), "A charge has its permission's currency.", "§6.7", "D"),
    Rule("CHG-R07", ("create_charge",), _above_ceiling("chargeAmount"), ((400, "TransactionAmountExceeded"), (400, "InvalidParameterValue"), (400, "PeriodicAmountExceeded")), "A single charge has a ceiling.", "§6.1", "D"),
    Rule("CHG-R08", ("create_charge",), lambda c: _over_cap(c, uncertain=False), ((400, "PeriodicAmountExceeded"),), "Recurring charges stay below the monthly cap.", "§5.2, §5.3", "W"),
    Rule("CHG-R09", ("create_charge",), _too_many_charges, ((422, "TransactionCountExceeded"),), "A one-time permission takes at most 25 charges.", "§6.2", "D"),
    Rule("CHG-R10", ("create_charge",), lambda c: bool(c.call.body.get("captureNow")) and bool(c.call.body.get("canHandlePendingAuthorization")), ((400, "InvalidParameterCombination"),), "captureNow cannot be combined with a pending authorization.", "§2.3 [?]", "?", "capture-now-with-pending=refused"),
    Rule("CHG-R11", ("create_charge",), lambda c: c.permission is not None and c.permission.state == "Chargeable" and c.permission.type == "OneTime" and c.world.reserved_of(c.permission.id) > 0, ((422, "InvalidChargePermissionStatus"),), "A charge in progress blocks a permission that still has a balance.", "§6.4c, §13 (open; QA-12 shows the contrary with allowOvercharge)", "?", "charge-in-progress=always"),
    Rule("CHG-R12", ("create_charge",), lambda c: c.permission is not None and c.permission.given, ((422, "InvalidChargePermissionStatus"), (400, "TransactionAmountExceeded"), (400, "PeriodicAmountExceeded"), (400, "CurrencyMismatch"), (422, "TransactionCountExceeded")), "A permission that was given to the kit may already be used up.", "§4.2, §6 (its history is not known)", "?"),
    Rule("CHG-R13", ("create_charge",), lambda c: c.permission is not None and c.permission.type == "PaymentMethodOnFile" and not c.call.body.get("chargeInitiator"), ((400, "MissingParameterValue"), (400, "InvalidParameterValue"), (400, "InvalidParameterCombination")), "A charge on a saved wallet names its chargeInitiator.", "§2.3", "?", "charge-initiator=required"),
    Rule("CHG-R14", ("create_charge",), _over_with_remainder, ((400, "TransactionAmountExceeded"),), "What was authorized and not captured does not come back.", "§6.3b", "?", "captured-remainder=kept"),
    Rule("CHG-R15", ("create_charge",), _may_be_closed, ((422, "InvalidChargePermissionStatus"),), "A permission that may have closed of itself takes no charge.", "§13.4, §13.18", "?"),
    Rule("CHG-R16", ("create_charge",), lambda c: _over_cap(c, uncertain=True), ((400, "PeriodicAmountExceeded"),), "Recurring charges stay below the monthly cap of the older API.", "§5.2 (legacy)", "I", "legacy-caps=kept"),
    Rule("CHG-R17", ("create_charge",), _refused_as("PaymentMethodInvalid"), ((422, "InvalidChargePermissionStatus"),), "A permission whose charge was declined hard takes no other charge.", "§4.2, §8.2 (effect [?])", "?", "declined-permission=PaymentMethodInvalid"),
    Rule("CHG-R18", ("create_charge",), _refused_as("AmazonCanceled"), ((422, "InvalidChargePermissionStatus"),), "A permission whose charge Amazon rejected takes no other charge.", "§4.2, §8.2 (effect [?])", "?", "rejected-permission=AmazonCanceled|AmazonClosed"),
    Rule("CHG-R20", ("capture_charge",), _state("charge", "AuthorizationInitiated", "CaptureInitiated", "Captured", "Canceled", "Declined"), ((422, "InvalidChargeStatus"),), "Only an Authorized charge can be captured.", "§4.3", "D2"),
    Rule("CHG-R21", ("capture_charge",), _over_captured, ((400, "TransactionAmountExceeded"),), "A capture must not exceed the authorized amount.", "§6.3, §6.4d", "D2"),
    Rule("CHG-R22", ("capture_charge",), _differs_from_charge("captureAmount"), ((400, "CurrencyMismatch"),), "A capture has its charge's currency.", "§6.7", "D"),
    Rule("CHG-R23", ("capture_charge",), lambda c: _closed_by_others(c), ((422, "InvalidChargePermissionStatus"), (422, "InvalidChargeStatus")), "A permission that was not closed by the merchant blocks captures.", "§7 (listed for Capture; when is not said)", "?", "closed-permission=blocked"),
    Rule("CHG-R24", ("capture_charge",), _over_when_captured, ((400, "TransactionAmountExceeded"), (422, "InvalidChargePermissionStatus"), (422, "InvalidChargeStatus")), "What is captured in all stays within the permission's limit.", "§6.2", "D"),
    Rule("CHG-R30", ("cancel_charge",), _state("charge", "CaptureInitiated", "Captured", "Canceled", "Declined"), ((422, "InvalidChargeStatus"),), "Only an authorized or pending charge can be canceled.", "§4.3", "D2"),
    Rule("CHG-R31", ("cancel_charge",), lambda c: _closed_by_others(c), ((422, "InvalidChargePermissionStatus"), (422, "InvalidChargeStatus")), "A permission that was not closed by the merchant blocks cancelling.", "§7 (listed for Cancel; when is not said)", "?", "closed-permission=blocked"),
    Rule("CHG-R40", ("update_charge",), lambda c: True, ((401, "UnauthorizedAccess"), (403, "InvalidAccountStatus"), (405, "UnsupportedOperation"), (422, "InvalidChargeStatus"), (400, "InvalidParameterValue")), "Update Charge is for payment service providers.", "§2.2 (what others get is not said)", "?", "update-charge=providers"),

    # --- Refund: §4.4, §6.5, §6.6
    Rule("REF-R01", ("create_refund",), lambda c: c.charge is None, ((404, "ResourceNotFound"), (400, "InvalidParameterValue")), "A refund needs a charge that exists.", "§7", "D2"),
    Rule("REF-R02", ("create_refund",), _state("charge", "AuthorizationInitiated", "Authorized", "CaptureInitiated", "Canceled", "Declined"), ((422, "InvalidChargeStatus"),), "Only a Captured charge can be refunded.", "§4.3", "D2"),
    Rule("REF-R03", ("create_refund",), lambda c: _over_refundable(c, Decimal(0)), ((400, "TransactionAmountExceeded"),), "A refund must not exceed the captured amount and its headroom.", "§6.5", "D"),
    Rule("REF-R04", ("create_refund",), _over_refundable_in_sum, ((400, "TransactionAmountExceeded"),), "All refunds of a charge share one headroom.", "§6.5b", "?", "refund-headroom=shared"),
    Rule("REF-R05", ("create_refund",), _differs_from_charge("refundAmount"), ((400, "CurrencyMismatch"),), "A refund has its charge's currency.", "§6.7", "D"),
    Rule("REF-R06", ("create_refund",), _above_ceiling("refundAmount"), ((400, "TransactionAmountExceeded"), (400, "InvalidParameterValue")), "A single refund has a ceiling.", "§6.1", "D"),
    Rule("REF-R07", ("create_refund",), _too_many_refunds, ((422, "TransactionCountExceeded"),), "A charge takes a limited number of refunds.", "§6.6", "?", "refund-count=ten"),

    # --- the lesser resources: §2.2, §12
    Rule("RES-R01", WITH_GIVEN_TARGET, _foreign_target, ((404, "ResourceNotFound"), (400, "InvalidParameterValue")), "A buyer, token, report document or store of which the kit does not know is not found.", "§7 (the merchant may have some that no answer told of)", "?", "unknown-records=refused"),
    Rule("RES-R02", ("get_report_schedule", "cancel_report_schedule", *ONBOARDING[1:]), _is_gone, ((404, "ResourceNotFound"), (403, "InvalidAccountStatus")), "What was canceled or deleted is not found.", "§7 (how it is refused is not said)", "?", "gone-records=refused"),
    Rule("RES-R03", ("create_report", "create_report_schedule"), lambda c: c.call.body.get("reportType") not in (None, SANDBOX_REPORT_TYPE), ((400, "InvalidParameterValue"), (400, "InvalidParameterCombination"), (400, "InvalidRequest"), (405, "UnsupportedOperation")), "The sandbox makes no reports but those of its settlements.", "§12", "D"),
    Rule("RES-R04", ("get_report", "get_report_document"), _is_too_old, ((404, "ResourceNotFound"),), "A report is not found after its 90 days.", "§4.6 (how it is refused then is not said)", "?", "old-reports=gone"),
    Rule("RES-R05", WITH_QUERY, lambda c: "nextToken" in c.call.query and len(c.call.query) > 1, ((400, "InvalidParameterValue"), (400, "InvalidRequest")), "The next page of a list is asked for by its token alone.", "§12 (how it is refused is not said)", "?", "token-alone=refused"),
    Rule("RES-R06", WITH_QUERY, _token_is_foreign, ((400, "InvalidParameterValue"),), "A token that no page gave leads to no page.", "§7 (what tokens look like is not said)", "?", "foreign-tokens=refused"),
    Rule("RES-R07", ("create_delivery_tracker",), _names_unknown("chargePermissionId", "ChargePermission"), ((404, "ResourceNotFound"), (400, "InvalidParameterValue")), "A delivery tracker needs a permission that exists.", "§7, §12", "D2"),
    Rule("RES-R08", ("create_dispute",), _names_unknown("chargeId", "Charge"), ((404, "ResourceNotFound"), (400, "InvalidParameterValue")), "A dispute needs a charge that exists.", "§7, §12", "D2"),
    Rule("RES-R09", ("update_dispute", "contest_dispute"), _dispute_is_settled, ((400, "InvalidRequest"), (400, "InvalidParameterValue"), (405, "UnsupportedOperation")), "A dispute that is resolved or closed is not contested, nor a closed one updated.", "§12 (its edges are not documented)", "?", "settled-disputes=refused"),
    Rule("RES-R10", OF_RESOURCES_WITH_BODY, HasDefect(Defect.MISSING_FIELD), ((400, "MissingParameterValue"), (400, "InvalidParameterValue"), (400, "InvalidParameterCombination")), "A body that lacks a field without which it means nothing is refused.", "§12 (which fields are mandatory is not said)", "?", "resource-fields=required"),
    Rule("RES-R11", (*ONBOARDING, "create_delivery_tracker", "create_dispute", "update_dispute", "get_authorization_token"), lambda c: True, ((401, "UnauthorizedAccess"), (403, "InvalidAccountStatus"), (405, "UnsupportedOperation")), "Some operations are for allow-listed providers, or not for the sandbox.", "§2.2, §7, §12 (what others get is not said)", "?", "provider-operations=providers"),
)
# fmt: on


def _pends_and_captures(details: object, session: CheckoutSession | None) -> bool:
    given = details if isinstance(details, Mapping) else {}
    held = session.payment if session else {}
    intent = given.get("paymentIntent", held.get("paymentIntent"))
    pends = given.get("canHandlePendingAuthorization", held.get("canHandlePendingAuthorization"))
    return intent == "AuthorizeWithCapture" and bool(pends)


def _closed_by_others(context: Context) -> bool:
    charge = context.charge
    permission = context.world.permissions.get(charge.permission) if charge else None
    if permission is None:
        return False
    closed = permission.state == "Closed" and permission.reason != "MerchantClosed"
    return closed or may_be_closed(context.world, permission)


RULES_OF: Mapping[str, tuple[Rule, ...]] = {
    operation: tuple(rule for rule in RULES if operation in rule.operations) for operation in ALL_OPERATIONS
}
"""The rules that concern an operation, in the order in which our mock looks at them."""


_OF_MEANING: Mapping[str, tuple[Rule, ...]] = {
    operation: tuple(rule for rule in rules if not isinstance(rule.broken, HasDefect))
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
    rule.id for rule in RULES if isinstance(rule.broken, HasDefect) and rule.broken.defect in UNUSUAL
)
"""Uncertain rules about a request's form: a repeated request may be refused for them all the same."""
