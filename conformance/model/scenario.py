"""A scenario is a value: steps with symbolic ids and symbolic amounts, planned before anything is sent.

Symbols look like `charge#1`. Inside a body `{"$id": "charge#1"}` stands for an id and `{"$price": "rest"}`
for an amount that is worked out from the world when the step is reached. Nothing in a scenario depends on
what a server answered, so it can be printed, stored, shrunk and replayed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final, TypeAlias

from amazonpay_conformance.model.actions import BuyerAct, BuyerDeed, NewIds, Product
from amazonpay_conformance.model.balances import balance, headroom
from amazonpay_conformance.model.limits import CEILING
from amazonpay_conformance.model.money import REGION_CURRENCY, Price, minor_unit
from amazonpay_conformance.model.operation import Kind
from amazonpay_conformance.model.records import GIVEN_AUTHORIZATION, GIVEN_BUYER
from amazonpay_conformance.model.world import LIVE_REFUND_STATES, World

Symbol: TypeAlias = str
Bindings: TypeAlias = Mapping[Symbol, str]


@dataclass(frozen=True, slots=True)
class CallStep:
    """The client is asked to call an operation.

    `target` is the symbol of the object in the path. `key` is the symbol of the idempotency key that the
    caller gives, if the client lets him. `makes` gives symbols to what the call may create: kind → symbol.
    `tamper` names a row of `tampers`: the request is spoilt so on purpose, by a client that can. `query` are
    the parameters of lists, as they are sent; a value like `page#1` stands for the token of another page.
    """

    operation: str
    target: Symbol | None = None
    body: Mapping[str, Any] | None = None
    simulation: str | None = None
    key: Symbol | None = None
    makes: Mapping[str, Symbol] = field(default_factory=dict)
    tamper: str | None = None
    query: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RepeatStep:
    """The call that was made with idempotency key `key` is made again, to the byte."""

    key: Symbol


@dataclass(frozen=True, slots=True)
class BuyerStep:
    """The buyer acts on a session or a permission."""

    deed: BuyerDeed
    target: Symbol
    card: str | None = None
    product: Product | None = None

    def act(self, target_id: str) -> BuyerAct:
        """Return what he does to the object that the target stands for."""
        return BuyerAct(self.deed, target_id, self.card, self.product)


@dataclass(frozen=True, slots=True)
class AdvanceStep:
    """The clock of the service moves forward."""

    seconds: int


@dataclass(frozen=True, slots=True)
class RotateKeyStep:
    """The merchant gets another key, with which the client is configured from now on.

    He may have several; with `revokes` the one until now is no longer his.
    """

    revokes: bool = False


@dataclass(frozen=True, slots=True)
class FaultStep:
    """Something goes wrong with the next `times` requests: a row of `model.faults`, by its id.

    `operation` is the only one that it happens to, None where it is any.
    """

    fault: str
    times: int = 1
    operation: str | None = None


@dataclass(frozen=True, slots=True)
class ParallelStep:
    """Several callers at once, each with calls of his own, one after the other.

    Amounts are worked out from the world before the step; what a caller's first call makes, his second may
    name. A call whose symbols stand for nothing then is not made: its fellow may have been refused.

    Raises:
        ValueError: not two to four callers with one or two calls each.
    """

    callers: tuple[tuple[CallStep, ...], ...]

    def __post_init__(self) -> None:
        if len(self.callers) not in CALLERS or any(len(calls) not in CALLS for calls in self.callers):
            raise ValueError("a parallel step has two to four callers with one or two calls each")

    @property
    def calls(self) -> tuple[CallStep, ...]:
        """Every call, caller by caller."""
        return tuple(call for calls in self.callers for call in calls)


CALLERS: Final = range(2, 5)
CALLS: Final = range(1, 3)

Step: TypeAlias = CallStep | RepeatStep | BuyerStep | AdvanceStep | FaultStep | ParallelStep | RotateKeyStep


@dataclass(frozen=True, slots=True)
class Scenario:
    """Steps in their order."""

    steps: tuple[Step, ...]

    def __len__(self) -> int:
        return len(self.steps)


UNKNOWN_IDS: Mapping[Symbol, str] = {
    "session#unknown": "00000000-0000-4000-8000-000000000000",
    "permission#unknown": "S01-0000000-0000000",
    "charge#unknown": "S01-0000000-0000000-C000000",
    "refund#unknown": "S01-0000000-0000000-R000000",
}
"""What stands for objects that never existed: ids of the right form (api-facts §3.0)."""


FIXED_IDS: Mapping[Symbol, str] = {
    "buyer#1": GIVEN_BUYER,
    "token#1": GIVEN_AUTHORIZATION,
    "buyer#unknown": "no-such-buyer-token",
    "report#unknown": "A00000000T00K0DTX0JS0",
    "document#unknown": "no-such-document",
    "schedule#unknown": "no-such-schedule",
    "dispute#unknown": "S01-0000000-0000000-B000000",
}
"""What stands for lesser resources that no call makes: those that our mock has, and those that never existed."""

KINDS: Mapping[str, Kind] = {
    "session": "CheckoutSession",
    "permission": "ChargePermission",
    "charge": "Charge",
    "refund": "Refund",
    "report": "Report",
    "document": "ReportDocument",
    "schedule": "ReportSchedule",
    "account": "MerchantAccount",
    "store": "Store",
    "dispute": "Dispute",
    "file": "File",
}
"""The kinds of objects that calls make, by what their symbols begin with."""


PAGE: Final = "page#"
"""How the symbols of tokens begin that lead to the next page of a list."""


_NO_IDS: Final = NewIds()


def new_ids(makes: Mapping[str, Symbol]) -> NewIds:
    """Return what `makes` of a call says in the words of the model."""
    if not makes:
        return _NO_IDS
    own = {kind: makes[kind] for kind in ("session", "permission", "charge", "refund") if kind in makes}
    record = next((symbol for kind, symbol in makes.items() if kind in KINDS and kind not in own), "")
    return NewIds(**own, record=record)


class Unresolved(LookupError):
    """A symbol of the step stands for something that does not exist (yet)."""


@dataclass(frozen=True, slots=True)
class Setting:
    """What symbols are resolved against: the world, what symbols stand for, and the region's currency."""

    world: World
    bindings: Bindings
    region: str = "na"

    def id(self, symbol: Symbol) -> str:
        """Return the id that a symbol stands for; of two with a slash between them, both.

        Raises:
            Unresolved: nothing is bound to it.
        """
        missing = [part for part in symbol.split("/") if part not in self.bindings]
        if missing:
            raise Unresolved(missing[0])
        return "/".join(self.bindings[part] for part in symbol.split("/"))

    def query(self, step: CallStep) -> tuple[tuple[str, str], ...]:
        """Return the parameters of the step's query with every symbol replaced.

        Raises:
            Unresolved: a symbol in it is not bound.
        """
        return tuple((n, self.id(v) if v.startswith(PAGE) else v) for n, v in step.query.items())

    def body(self, step: CallStep) -> Any:
        """Return the step's body with every symbol replaced.

        Raises:
            Unresolved: a symbol in it is not bound, or an amount depends on an object that is missing.
        """
        return self._resolve(step.body, step)

    def planned(self, step: CallStep) -> Any:
        """Return what `body` does, with all that holds no symbol left as it is: to be looked at only.

        Raises:
            Unresolved: as `body` does.
        """
        return self._planned(step.body, step)

    def _planned(self, value: Any, step: CallStep) -> Any:
        if type(value) is not dict:
            return value if type(value) in _PLAIN else self._resolve(value, step)
        if "$id" in value:
            return self.id(value["$id"])
        if "$price" in value:
            return _written(value["$price"], step, self)
        changed = {
            name: new for name, item in value.items() if (new := self._planned(item, step)) is not item
        }
        return {**value, **changed} if changed else value

    def _resolve(self, value: Any, step: CallStep) -> Any:
        if isinstance(value, Mapping):
            if "$id" in value:
                return self.id(value["$id"])
            if "$price" in value:
                return _written(value["$price"], step, self)
            return {name: self._resolve(item, step) for name, item in value.items()}
        if isinstance(value, list | tuple):
            return [self._resolve(item, step) for item in value]
        return value


_PLAIN: Final = frozenset({str, int, bool, float, type(None)})

ORDER_AMOUNTS: Mapping[str, Mapping[str, Decimal]] = {
    # above 1,000 too: thousands separators are a known mistake (ecosystem §2.1)
    "zero": {},
    "small": {"JPY": Decimal(1)},
    "order": {"JPY": Decimal(10_000)},
    "large": {"JPY": Decimal(123_456)},
    "total": {"JPY": Decimal(30_000)},
    "monthly": {"JPY": Decimal(50_000)},
}
_ORDER_DEFAULTS: Mapping[str, Decimal] = {
    "zero": Decimal(0),
    "small": Decimal("0.01"),
    "order": Decimal("100.00"),
    "large": Decimal("1234.56"),
    "total": Decimal("300.00"),
    "monthly": Decimal("500.00"),
}

OTHER_CURRENCY: Mapping[str, str] = {"USD": "EUR", "EUR": "GBP", "GBP": "EUR", "JPY": "USD"}


def _written(symbol: str, step: CallStep, setting: Setting) -> dict[str, Any]:
    """Return the amount as its form asks: a JSON number, or without decimals where it has none to tell."""
    base, _, form = symbol.partition("/")
    value = price(base, step, setting)
    body = value.wire()
    whole = value.amount == value.amount.to_integral_value()
    if form == "number":
        body["amount"] = int(value.amount) if whole else float(value.amount)
    elif form == "plain" and whole:
        body["amount"] = str(int(value.amount))
    return body


def price(symbol: str, step: CallStep, setting: Setting) -> Price:
    """Work out an amount symbol.

    A symbol is a base, then `+1` or `-1` for one minor unit more or less, or `@other` for another currency:
    `all+1`. In a body `/number` may follow for a JSON number, or `/plain` for "14" instead of "14.00". Bases: zero; small,
    order, large, total, monthly (amounts of an order); same (the session's amount); same-total; all, half,
    small (of what can be captured, charged or refunded now); ceiling; headroom (all that may be refunded,
    headroom included).

    Raises:
        Unresolved: it depends on an object that is missing, or nothing is left to take one unit from.
    """
    base, other, _ = symbol.partition("@other")
    base, more, _ = base.partition("+1")
    base, less = base.removesuffix("-1"), base.endswith("-1")
    value = _base(base, step, setting)
    if more:
        value = value.of(value.amount + minor_unit(value.currency))
    if less:
        value = value.of(value.amount - minor_unit(value.currency))
        if value.amount <= 0:
            raise Unresolved(symbol)
    return Price(value.amount, OTHER_CURRENCY[value.currency]) if other else value


def _base(base: str, step: CallStep, setting: Setting) -> Price:
    if base in ("same", "same-total"):
        return _of_session(base, step, setting)
    whole = _whole(step, setting)
    if base in _ORDER_DEFAULTS:
        currency = whole.currency if whole else REGION_CURRENCY[setting.region]
        return Price(ORDER_AMOUNTS[base].get(currency, _ORDER_DEFAULTS[base]), currency)
    if base == "ceiling":
        currency = whole.currency if whole else REGION_CURRENCY[setting.region]
        return Price(CEILING[currency], currency)
    if whole is None:
        raise Unresolved(base)
    return _part(base, whole, step, setting)


def _part(base: str, whole: Price, step: CallStep, setting: Setting) -> Price:
    if base == "all":
        return whole
    if base == "half":
        return whole.of((whole.amount / 2).quantize(minor_unit(whole.currency)))
    if base == "headroom":
        charge = setting.world.charges.get(_named(step, "chargeId", setting))
        if charge is None or charge.captured is None:
            raise Unresolved(base)
        room = headroom(charge.captured).quantize(minor_unit(whole.currency), rounding="ROUND_DOWN")
        return whole.of(whole.amount + room)
    raise Unresolved(base)


def _of_session(base: str, step: CallStep, setting: Setting) -> Price:
    session = setting.world.sessions.get(setting.id(step.target or ""))
    value = (session.total if base == "same-total" else session.charge_amount) if session else None
    if value is None:
        raise Unresolved(base)
    return value


def _whole(step: CallStep, setting: Setting) -> Price | None:
    """All that the step could move: what is left to charge, to capture, or to refund."""
    find = _WHOLES.get(step.operation)
    return find(step, setting) if find else None


def _chargeable(step: CallStep, setting: Setting) -> Price | None:
    permission = setting.world.permissions.get(_named(step, "chargePermissionId", setting))
    left = balance(setting.world, permission, reserved=True) if permission else None
    if permission is None or permission.limit is None or left is None:
        return None
    return permission.limit.of(max(left, Decimal(0)))


def _capturable(step: CallStep, setting: Setting) -> Price | None:
    charge = setting.world.charges.get(setting.bindings.get(step.target or "", ""))
    return charge.amount if charge else None


def _refundable(step: CallStep, setting: Setting) -> Price | None:
    charge = setting.world.charges.get(_named(step, "chargeId", setting))
    if charge is None or charge.captured is None:
        return charge.amount if charge else None
    already = setting.world.refunded_of(charge.id, LIVE_REFUND_STATES)
    return charge.captured.of(charge.captured.amount - already)


_WHOLES: Mapping[str, Callable[[CallStep, Setting], Price | None]] = {
    "create_charge": _chargeable,
    "capture_charge": _capturable,
    "create_refund": _refundable,
}


def _named(step: CallStep, field_name: str, setting: Setting) -> str:
    named = (step.body or {}).get(field_name)
    symbol = named.get("$id") if isinstance(named, Mapping) else None
    return setting.bindings.get(symbol or "", "")
