"""When a report's run began and ended, as other formats say it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any


def began(report: Mapping[str, Any]) -> datetime:
    """Return when a run began."""
    return datetime.strptime(report["started"], "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)


def ended(report: Mapping[str, Any]) -> datetime:
    """Return when a run ended."""
    return began(report) + timedelta(seconds=report["seconds"])


def milliseconds(moment: datetime) -> int:
    """Return milliseconds since the epoch."""
    return round(moment.timestamp() * 1000)


def iso(moment: datetime) -> str:
    """Return a moment as RFC 3339 has it, to the millisecond."""
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
