"""A list of records page by page: which of them it shows, and the token that leads to the next page.

A token holds all that was asked, with times that stand still, for the next page is asked for by it alone.
Source: api-facts §12.
"""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from amazonpay_conformance.model.operation import Kind
from amazonpay_conformance.model.world import Record, World

NO_PAGE = "no-such-token"
"""What no page ever gave for a token: the kit asks with it what becomes of such a one."""

DEFAULT_SIZE = 10  # api-facts §12 [D][S]
DEFAULT_AGE = 90 * 86_400  # seconds; createdSince where it is not said: api-facts §12 [D][S]


@dataclass(frozen=True, slots=True)
class Page:
    """Records of a list, the newest first; `next_token` is None on the last page."""

    records: tuple[Record, ...]
    next_token: str | None


@dataclass(frozen=True, slots=True)
class Asked:
    """What a list is to show: from `start` on, `size` of those between two times; empty sets let all pass."""

    types: frozenset[str]
    states: frozenset[str]
    since: int
    until: int
    size: int
    start: int = 0

    def fits(self, record: Record) -> bool:
        """Tell whether a record is one of those."""
        return (
            not record.gone
            and self.since <= record.created <= self.until
            and (not self.types or record.data.get("reportType") in self.types)
            and (not self.states or record.state in self.states)
        )


def page(world: World, kind: Kind, query: Mapping[str, str]) -> Page:
    """Return what a list call shows.

    Args:
        world: the world to read it from.
        kind: the kind of record that is listed.
        query: the query of the request. Where a token that no page gave leads is a switch.
    """
    asked = read_token(query.get("nextToken", ""))
    if asked is None and "nextToken" in query and world.settings.has("foreign-tokens=empty-page"):
        return Page((), None)
    asked = asked or _asked(world, query)
    newest = reversed(tuple(world.records.get(kind, {}).values()))
    fitting = [record for record in newest if asked.fits(record)]
    end = asked.start + asked.size
    return Page(tuple(fitting[asked.start : end]), _token(asked, end) if len(fitting) > end else None)


def read_token(token: str) -> Asked | None:
    """Return what a token stands for, None where it is none of ours."""
    try:
        types, states, *numbers = json.loads(urlsafe_b64decode(token))
        since, until, size, start = map(int, numbers)
        return Asked(frozenset(types), frozenset(states), since, until, size, start)
    except (ValueError, TypeError):
        return None


def _token(asked: Asked, start: int) -> str:
    parts = [sorted(asked.types), sorted(asked.states), asked.since, asked.until, asked.size, start]
    return urlsafe_b64encode(json.dumps(parts, separators=(",", ":")).encode()).decode()


def _asked(world: World, query: Mapping[str, str]) -> Asked:
    return Asked(
        _names(query.get("reportTypes")),
        _names(query.get("processingStatuses")),
        _seconds(query.get("createdSince"), world.now - DEFAULT_AGE),
        _seconds(query.get("createdUntil"), world.now),
        int(query.get("pageSize", DEFAULT_SIZE)),
    )


def _names(text: str | None) -> frozenset[str]:
    return frozenset(filter(None, (text or "").split(",")))


def _seconds(text: str | None, otherwise: int) -> int:
    """Read a time of the form that the schema asks for; what is no time of the calendar is as not sent."""
    try:
        return int(datetime.fromisoformat(text or "").timestamp())
    except ValueError:
        return otherwise
