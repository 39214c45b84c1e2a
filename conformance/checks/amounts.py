"""Amounts in what a client sends: how they are written, their decimals, their currency.

An amount that the caller gave just so is his own: only what the client made of it is judged.
Source: api-facts §2.3, §3.6, §6.8, §6.9.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from amazonpay_conformance.checks.check import Answer, Problem, on_wire
from amazonpay_conformance.checks.once import once
from amazonpay_conformance.checks.subject import Act, Made, Seen
from amazonpay_conformance.model.limits import CURRENCIES
from amazonpay_conformance.model.money import MINOR_DIGITS
from amazonpay_conformance.wire.messages import JSON

_PLAIN: Final = re.compile(r"-?[0-9]+(\.[0-9]+)?")
_MISWRITTEN: Final[tuple[tuple[str, re.Pattern[str]], ...]] = (
    # the first that fits says what it is
    ("an exponent", re.compile(r"[+-]?[0-9.]+[eE][+-]?[0-9]+")),
    ("separators of thousands", re.compile(r"-?[0-9]{1,3}([,.'_\s][0-9]{3})+([.,][0-9]{1,2})?")),
    ("a comma for the decimal point", re.compile(r"-?[0-9]*,[0-9]+")),
    (
        "a currency beside the number",
        re.compile(r"[^0-9]*[A-Za-z\u20ac\u00a3\u00a5$]+[^0-9]*[0-9.,\s]+|[0-9.,\s]+[^0-9.,\s]+"),
    ),
    ("white space", re.compile(r"\s*-?[0-9]+(\.[0-9]+)?\s*")),
    ("a sign", re.compile(r"\+[0-9]+(\.[0-9]+)?")),
    ("a point with no digit beside it", re.compile(r"-?(\.[0-9]+|[0-9]+\.)")),
)


@dataclass(frozen=True, slots=True)
class Sum:
    """An amount as a body has it, at a JSON pointer."""

    pointer: str
    amount: Any
    currency: Any

    @property
    def where(self) -> str:
        """The place as people write it: chargeAmount.amount."""
        return self.pointer.removeprefix("/").replace("/", ".")


@on_wire("BDY-009")
def amounts_are_plain_digits(seen: Seen, made: Act) -> Answer:
    return _judged(seen, made, _miswritten)


@on_wire("BDY-010")
def amounts_have_the_currencys_decimals(seen: Seen, made: Act) -> Answer:
    return _judged(seen, made, _too_fine)


@on_wire("BDY-011")
def currencies_are_the_regions(seen: Seen, made: Act) -> Answer:
    if not sums_sent(seen):
        return None
    region = made.configured.region
    return tuple(
        problem for one in _own_currency(seen, made) if (problem := _foreign(one, region)) is not None
    )


@once
def told_of_amounts(seen: Seen, made: Act) -> dict[str, Problem]:
    """Return what these checks say, by JSON pointer: no other check says it again."""
    region = made.configured.region
    found = {}
    for one in _own(seen, made):
        written = _miswritten(one) or _too_fine(one)
        if written is not None:
            found[f"{one.pointer}/amount"] = written
    for one in _own_currency(seen, made):
        elsewhere = _foreign(one, region)
        if elsewhere is not None:
            found[f"{one.pointer}/currencyCode"] = elsewhere
    return found


@once
def sums_sent(seen: Seen) -> tuple[Sum, ...]:
    """Return every amount in the body that was sent."""
    return tuple(sums(seen.sent))


def sums(value: JSON, pointer: str = "") -> Iterator[Sum]:
    """Yield every `{amount, currencyCode}` in a JSON value."""
    if isinstance(value, Mapping):
        amount, currency = value.get("amount"), value.get("currencyCode")
        whole = "amount" in value and "currencyCode" in value
        if whole and not isinstance(amount, Mapping | list) and not isinstance(currency, Mapping | list):
            yield Sum(pointer, amount, currency)
        for name, item in value.items():
            yield from sums(item, f"{pointer}/{name}")
    elif isinstance(value, list):
        for number, item in enumerate(value):
            yield from sums(item, f"{pointer}/{number}")


def _judged(seen: Seen, made: Act, judge: Callable[[Sum], Problem | None]) -> Answer:
    if not sums_sent(seen):
        return None
    return tuple(problem for one in _own(seen, made) if (problem := judge(one)) is not None)


@once
def _own(seen: Seen, made: Act) -> list[Sum]:
    """The amounts of a body that are the client's own doing."""
    callers = {_key(one) for one in _callers(made)}
    return [one for one in sums_sent(seen) if _key(one) not in callers]


@once
def _own_currency(seen: Seen, made: Act) -> list[Sum]:
    """The amounts of a body whose currency is the client's own doing, whoever made the number."""
    callers = {(one.pointer, repr(one.currency)) for one in _callers(made)}
    return [one for one in sums_sent(seen) if (one.pointer, repr(one.currency)) not in callers]


def _callers(made: Act) -> Iterator[Sum]:
    return sums(made.asked.payload) if isinstance(made, Made) else iter(())


def _key(one: Sum) -> tuple[str, str, str]:
    return one.pointer, repr(one.amount), repr(one.currency)


def _miswritten(one: Sum) -> Problem | None:
    if not isinstance(one.amount, str) or _PLAIN.fullmatch(one.amount):
        return None
    what = next((name for name, form in _MISWRITTEN if form.fullmatch(one.amount)), "what is no number")
    return Problem(
        f"{one.where}.amount: digits, with a point for the decimals, as 1234.56",
        f"{one.where}.amount: {one.amount[:40]!r}, with {what}",
        "write amounts without the locale, and from a decimal type",
    )


def _too_fine(one: Sum) -> Problem | None:
    if isinstance(one.amount, bool) or not isinstance(one.amount, str | int | float):
        return None
    if not _PLAIN.fullmatch(str(one.amount)) and isinstance(one.amount, str):
        return None
    digits = MINOR_DIGITS.get(str(one.currency), 2)
    number, decimals = Decimal(str(one.amount)), str(one.amount).partition(".")[2]
    if number == round(number, digits) and len(decimals) <= 2:
        return None
    most = f"at most {digits} decimals" if digits else "no decimals"
    return Problem(
        f"{one.where}.amount: {most} in {one.currency}",
        f"{one.where}.amount: {one.amount}",
        "a binary float was written out: calculate with decimals" if len(decimals) > 10 else "",
    )


def _foreign(one: Sum, region: str) -> Problem | None:
    taken = sorted(row.code for row in CURRENCIES if _is_taken(row.code, region))
    if not isinstance(one.currency, str) or one.currency in taken or one.currency not in MINOR_DIGITS:
        return None  # a currency that the API does not know breaks the schema
    return Problem(f"{one.where}.currencyCode: {' or '.join(taken)} in region {region}", one.currency)


def _is_taken(code: str, region: str) -> bool:
    return any(
        row.code == code and (region in row.ledger_of or (region == "eu" and row.presentment))
        for row in CURRENCIES
    )
