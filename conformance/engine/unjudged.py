"""Why a requirement was not judged: what it takes, where not every client and every target gives that.

The report tells it of each; who reads "not exercised" wants to know whether that is his to change.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

TAKES: Final[Mapping[str, str]] = {
    "CAL-008": "the client does not show its caller's headers afterwards (caller_headers, docs/drivers.md)",
    "CHG-003": "Update Charge was not open to this merchant, which is left open (update-charge)",
    "CHG-R24": "an earlier rule refuses what would show it (open-authorizations, charge-in-progress)",
    "MON-005": "no answer had a conversionRate",
}
"""What was missing, by requirement."""

ELSE: Final = "nothing in this run came to what it is about"


def why_unjudged(requirement: str) -> str:
    """Return why a requirement was not judged, in words for the report; `explain` tells what it is about."""
    return TAKES.get(requirement, ELSE)
