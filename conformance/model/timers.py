"""How long things last, a row a timer: api-facts §4.6.

The model counts in seconds from a moment that the row names; whoever needs one looks it up by its name.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from amazonpay_conformance.model.machine import Tag

MINUTE, HOUR, DAY = 60, 3_600, 86_400


@dataclass(frozen=True, slots=True)
class Timer:
    """One duration, in seconds, with what it measures."""

    id: str
    name: str
    seconds: int
    statement: str
    source: str
    tag: Tag


# fmt: off
TIMER_ROWS: tuple[Timer, ...] = (
    Timer("TMR-01", "session_expires",        24 * HOUR, "An open session is canceled 24 hours after its creation.", "§4.6", "W"),
    Timer("TMR-02", "session_deleted",        30 * DAY,  "A session is deleted after 30 days; from when is not said.", "§4.1, §4.6", "D"),
    Timer("TMR-03", "authorization_decided",  24 * HOUR, "A pending authorization is decided within 24 hours, live.", "§4.6", "D"),
    Timer("TMR-04", "settlement",             30,        "In the sandbox a pending authorization, capture or refund is decided after about 30 seconds.", "§4.6, §8.1", "D"),
    Timer("TMR-05", "capture_window",         7 * DAY,   "A capture is synchronous up to 7 days after authorization.", "§4.6", "D"),
    Timer("TMR-06", "authorization_expires",  30 * DAY,  "An authorized charge is canceled 30 days after its creation, in the sandbox too.", "§4.6", "W"),
    Timer("TMR-07", "permission_expires",     180 * DAY, "A one-time permission is closed 180 days after its creation.", "§4.6", "D"),
    Timer("TMR-08", "permission_extended",    395 * DAY, "With extendExpiration, and for Recurring, it is 13 months; how long a month is is not said.", "§4.6, §13.18", "D"),
    Timer("TMR-09", "buyer_data_readable",    30 * DAY,  "Buyer data is readable for 30 days: after creation (one-time), after closing (recurring).", "§3.2, §4.6", "D"),
    Timer("TMR-10", "report_url_valid",       30,        "The URL of a report document is valid for 30 seconds.", "§4.6", "D"),
    Timer("TMR-11", "report_kept",            90 * DAY,  "Reports are kept for 90 days.", "§4.6", "D"),
    Timer("TMR-12", "chargeback_contestable", 11 * DAY,  "A chargeback can be contested for 11 days.", "§4.6", "S"),
    Timer("TMR-13", "claim_contestable",      7 * DAY,   "An A-to-z claim can be contested for 7 days.", "§4.6", "S"),
)
# fmt: on

TIMERS: Mapping[str, int] = {row.name: row.seconds for row in TIMER_ROWS}
"""Seconds by the name of the timer."""
