"""Figures that bound money: currencies, ceilings, headrooms, monthly caps, counts. api-facts §3.6, §5.2, §5.3, §6.

A figure is a row for each currency that a source names; for other currencies nothing is known, so nothing is
judged.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from amazonpay_conformance.model.machine import Tag


@dataclass(frozen=True, slots=True)
class Currency:
    """A currency: its decimals, the regions whose ledger it is, and whether EU accounts may present it."""

    id: str
    code: str
    minor_digits: int
    ledger_of: tuple[str, ...]
    presentment: bool
    source: str
    tag: Tag


@dataclass(frozen=True, slots=True)
class Limit:
    """One figure. `value` is in major units of `currency`, or a count or share where that is ""."""

    id: str
    name: str
    currency: str
    value: Decimal
    statement: str
    source: str
    tag: Tag


# fmt: off
CURRENCIES: tuple[Currency, ...] = (
    Currency("CUR-AUD", "AUD", 2, (),      True,  "§3.6, §6.9", "S"),
    Currency("CUR-CHF", "CHF", 2, (),      True,  "§3.6, §6.9", "S"),
    Currency("CUR-DKK", "DKK", 2, (),      True,  "§3.6, §6.9", "S"),
    Currency("CUR-EUR", "EUR", 2, ("eu",), True,  "§3.6, §6.9", "S"),
    Currency("CUR-GBP", "GBP", 2, ("eu",), True,  "§3.6, §6.9", "S"),
    Currency("CUR-HKD", "HKD", 2, (),      True,  "§3.6, §6.9", "S"),
    Currency("CUR-JPY", "JPY", 0, ("jp",), True,  "§3.6, §6.8", "W"),
    Currency("CUR-NOK", "NOK", 2, (),      True,  "§3.6, §6.9", "S"),
    Currency("CUR-NZD", "NZD", 2, (),      True,  "§3.6, §6.9", "S"),
    Currency("CUR-SEK", "SEK", 2, (),      True,  "§3.6, §6.9", "S"),
    Currency("CUR-USD", "USD", 2, ("na",), True,  "§3.6, §6.9", "S"),
    Currency("CUR-ZAR", "ZAR", 2, (),      True,  "§3.6, §6.9", "S"),
)
# fmt: on


def _rows(
    prefix: str, name: str, statement: str, source: str, tag: Tag, values: Mapping[str, str]
) -> Iterator[Limit]:
    for currency, value in values.items():
        row_id = f"{prefix}-{currency}" if currency else prefix
        yield Limit(row_id, name, currency, Decimal(value), statement, source, tag)


_THOUSAND = dict.fromkeys(("GBP", "CHF", "AUD", "NZD", "EUR"), "1000")
_TEN_THOUSAND = dict.fromkeys(("DKK", "HKD", "NOK", "SEK", "ZAR"), "10000")
_FILED = dict.fromkeys(("USD", "EUR", "GBP", "AUD", "CHF", "NZD"), "15000")
_FILED_NORDIC = dict.fromkeys(("DKK", "HKD", "NOK", "SEK", "ZAR"), "150000")

# fmt: off
LIMITS: tuple[Limit, ...] = (
    *_rows("LIM-CEILING",    "ceiling",            "One charge or refund is at most this.",                                "§6.1", "D", {"USD": "150000", "EUR": "150000", "GBP": "150000", "JPY": "10000000"}),
    *_rows("LIM-HEADROOM",   "refund headroom",    "Refunds may exceed the captured amount by a share, but by no more than this.", "§6.5", "D", {"USD": "75", "EUR": "75", "GBP": "75", "JPY": "8400"}),
    *_rows("LIM-SHARE",      "refund share",       "Refunds may exceed the captured amount by this share of it.",          "§6.5", "D", {"": "0.15"}),
    *_rows("LIM-OVERCHARGE", "overcharge floor",   "With allowOvercharge the limit is at least this.",                     "§6.4", "D", {"USD": "500", "EUR": "500", "GBP": "500", "JPY": "70000"}),
    *_rows("LIM-FACTOR",     "overcharge factor",  "With allowOvercharge the limit is this many times the order amount, if that is more.", "§6.4", "D", {"": "9"}),
    *_rows("LIM-MONTH",      "Recurring",          "A recurring permission is charged at most this in a calendar month.",  "§5.2", "D", {"USD": "1000", "JPY": "100000"}),
    *_rows("LIM-MONTH",      "Recurring",          "A recurring permission is charged at most this in a calendar month, says the table of an older API.", "§5.2 (legacy)", "I", {**_THOUSAND, **_TEN_THOUSAND}),
    *_rows("LIM-FILED",      "PaymentMethodOnFile", "A saved wallet is charged at most this in a calendar month.",         "§5.3", "D", {**_FILED, **_FILED_NORDIC, "JPY": "2000000"}),
    *_rows("LIM-CHARGES",    "charges",            "A one-time permission takes at most this many valid charges.",         "§6.2", "D", {"": "25"}),
    *_rows("LIM-REFUNDS",    "refunds",            "A charge takes at most this many refunds, in an older API.",           "§6.6 (legacy)", "?", {"": "10"}),
)
# fmt: on


def _figures(name: str) -> Mapping[str, Decimal]:
    return {row.currency: row.value for row in LIMITS if row.name == name}


CEILING: Mapping[str, Decimal] = _figures("ceiling")
REFUND_HEADROOM: Mapping[str, Decimal] = _figures("refund headroom")
REFUND_HEADROOM_SHARE = _figures("refund share")[""]
OVERCHARGE_FLOOR: Mapping[str, Decimal] = _figures("overcharge floor")
OVERCHARGE_FACTOR = _figures("overcharge factor")[""]
MAX_CHARGES = int(_figures("charges")[""])
MAX_REFUNDS = int(_figures("refunds")[""])
MONTHLY_CAP: Mapping[str, Mapping[str, Decimal]] = {
    name: _figures(name) for name in ("Recurring", "PaymentMethodOnFile")
}
UNCERTAIN_CAPS: frozenset[tuple[str, str]] = frozenset(
    (row.name, row.currency) for row in LIMITS if row.name in MONTHLY_CAP and row.tag == "I"
)
"""Monthly caps that no source of this API confirms, as (type of permission, currency)."""
