"""Which parts of an exchange a finding is about, so that a page can mark them.

A finding says in words what was expected and received. Headers and fields that these words name are marked;
where they name none, the part that requirements of this kind are about.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal, TypeAlias

Part: TypeAlias = Literal["request line", "request body", "status", "response body", "nothing"]

PARTS: Final[Mapping[str, Part]] = {
    **dict.fromkeys(("URL", "ORD", "INT", "DUP"), "request line"),
    **dict.fromkeys(("BDY",), "request body"),
    **dict.fromkeys(("SES", "PRM", "CHG", "REF", "REQ", "RES", "IDM", "LIN", "AUT", "VAL"), "status"),
    **dict.fromkeys(("RSP", "STA", "MON", "REL", "TIM", "CON"), "response body"),
}
"""What is marked where a finding names no header and no field, by the requirement's group."""

HEADERS_OF: Final[Mapping[str, str]] = {"SIG": "authorization", "IDK": "x-amz-pay-idempotency-key"}
"""A header that all requirements of a group are about."""

_ABOUT_REQUESTS: Final = ("SIG", "URL", "HDR", "IDK", "BDY", "ORD", "INT", "DUP", "RTY")
_WORD: Final = re.compile(r"[A-Za-z][\w.-]*\w")


@dataclass(frozen=True, slots=True)
class Marks:
    """What is marked: header names in lower case, and JSON pointers."""

    part: Part = "nothing"
    request_headers: frozenset[str] = frozenset()
    response_headers: frozenset[str] = frozenset()
    request_fields: frozenset[str] = frozenset()
    response_fields: frozenset[str] = frozenset()


def marks(finding: Mapping[str, Any], exchange: Mapping[str, Any]) -> Marks:
    """Return what to mark of an exchange.

    Args:
        finding: as in report.json.
        exchange: one that shows it.
    """
    group = finding["requirement"].partition("-")[0]
    words = frozenset(_words(finding))
    request, response = exchange["request"], exchange["response"] or {"headers": [], "body": None}
    mine, other = (request, response) if group in _ABOUT_REQUESTS else (response, request)
    headers, fields = _headers(mine, group, words), _fields(mine["body"], words)
    if not headers and not fields:
        headers, fields = frozenset(), frozenset()
        return Marks(PARTS.get(group, "nothing"))
    if mine is request:
        return Marks(request_headers=headers, request_fields=fields)
    return Marks(
        "status" if PARTS.get(group) == "status" else "nothing",
        response_headers=headers,
        response_fields=fields,
        request_fields=_fields(other["body"], words),
    )


def _words(finding: Mapping[str, Any]) -> Iterator[str]:
    for text in (finding["expected"], finding["received"]):
        for word in _WORD.findall(text):
            yield word.lower()
            yield word


def _headers(message: Mapping[str, Any], group: str, words: frozenset[str]) -> frozenset[str]:
    names = {name.lower() for name, _ in message["headers"]}
    wanted = {HEADERS_OF[group]} if group in HEADERS_OF else set()
    return frozenset(name for name in names if name in wanted or name in words)


def _fields(body: Any, words: frozenset[str]) -> frozenset[str]:
    """The fields that are named by their whole path, else those whose own name stands there."""
    pointers = list(_pointers(body, ""))
    by_path = {pointer for pointer in pointers if pointer[1:].replace("/", ".") in words}
    nested = {pointer for pointer in by_path if pointer.count("/") > 1}
    return frozenset(nested or by_path or {p for p in pointers if p.rpartition("/")[2] in words})


def _pointers(value: Any, pointer: str) -> Iterator[str]:
    if isinstance(value, Mapping):
        for name, item in value.items():
            yield f"{pointer}/{name}"
            yield from _pointers(item, f"{pointer}/{name}")
    elif isinstance(value, list):
        for number, item in enumerate(value):
            yield from _pointers(item, f"{pointer}/{number}")
