"""What may have happened to a value between the caller and the wire, in words: the first that explains it.

A client that formats values itself goes wrong in known ways. Naming the way saves its author the search.
Source: api-facts §10.2, §13.9; ecosystem of plugins (thousands separators, double escapes, cut texts).
"""

from __future__ import annotations

import html
import json
import unicodedata
from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from typing import Any, Final
from urllib.parse import quote, quote_plus


def slip(wanted: Any, found: Any) -> str:
    """Return what was probably done to `wanted` to make `found` of it; "" where nothing known fits.

    Args:
        wanted: what the caller said.
        found: what the body says.
    """
    if isinstance(wanted, str) and isinstance(found, str):
        known = next((words for words, made in _TEXTS if _fits(made, wanted, found)), "")
        if known:
            return known
    one, other = _number(wanted), _number(found)
    if one is None or other is None:
        return _of_types(wanted, found)
    return next((words for words, fits in _NUMBERS if fits(one, other)), "")


def _fits(made: Callable[[str], str], wanted: str, found: str) -> bool:
    try:
        return made(wanted) == found
    except (UnicodeError, ValueError):
        return False


def _cut(wanted: str, found: str) -> bool:
    return wanted.startswith(found) and len(found) < len(wanted)


def _of_types(wanted: Any, found: Any) -> str:
    if isinstance(wanted, bool) and isinstance(found, str) and found.lower() == str(wanted).lower():
        return "a boolean was written as a text"
    if isinstance(wanted, dict | list) and isinstance(found, str):
        return "an object was written as JSON inside a text"
    if isinstance(wanted, str) and isinstance(found, str) and found and _cut(wanted, found):
        return f"the text was cut after {len(found)} characters"
    return ""


def _number(value: Any) -> Decimal | None:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


_TEXTS: Final[tuple[tuple[str, Callable[[str], str]], ...]] = (
    ("the text was escaped for JSON twice", lambda text: json.dumps(text)[1:-1]),
    ("the text was escaped for JSON twice", lambda text: json.dumps(text, ensure_ascii=False)[1:-1]),
    ("slashes were escaped twice", lambda text: text.replace("/", "\\/")),
    ("backslashes were taken away", lambda text: text.replace("\\", "")),
    ("quotes were escaped by hand (addslashes)", lambda text: _slashed(text)),
    ("the text was escaped for HTML", html.escape),
    ("the text was escaped for HTML", lambda text: html.escape(text, quote=False)),
    ("the text was encoded for a URL", lambda text: quote(text, safe="")),
    ("the text was encoded for a URL", quote_plus),
    ("UTF-8 was read as another character set (mojibake)", lambda text: text.encode().decode("latin-1")),
    ("UTF-8 was read as another character set (mojibake)", lambda text: text.encode().decode("cp1252")),
    ("what is not ASCII was replaced", lambda text: text.encode("ascii", "replace").decode()),
    ("what is not ASCII was dropped", lambda text: text.encode("ascii", "ignore").decode()),
    ("what is not Latin-1 was replaced", lambda text: text.encode("latin-1", "replace").decode("latin-1")),
    ("white space was trimmed", str.strip),
    ("white space was folded", lambda text: " ".join(text.split())),
    ("the text was normalised (NFD)", lambda text: unicodedata.normalize("NFD", text)),
    ("the text was normalised (NFC)", lambda text: unicodedata.normalize("NFC", text)),
    ("the text was normalised (NFKC)", lambda text: unicodedata.normalize("NFKC", text)),
    ("the text was put in lower case", str.lower),
    ("the text was put in upper case", str.upper),
)


def _slashed(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("'", "\\'")


_NUMBERS: Final[tuple[tuple[str, Callable[[Decimal, Decimal], bool]], ...]] = (
    ("the amount is in minor units: a hundred times what it should be", lambda a, b: a != 0 and b == a * 100),
    ("the amount was divided by a hundred", lambda a, b: a != 0 and b * 100 == a),
    (
        "the amount was rounded, or its decimals cut",
        lambda a, b: b == b.to_integral_value() and abs(a - b) < 1,
    ),
    ("the sign was turned", lambda a, b: a == -b),
)
