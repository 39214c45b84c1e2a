"""What the kit was measured to find: figures that ship with it, made by `power` (docs/power.md)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from importlib.resources import files
from typing import Any, Final

SOURCE: Final = "amazonpay-conformance power"
_FILE: Final = "detection.json"


def detection_of(profile: str) -> dict[str, Any] | None:
    """Return the figures of a profile; None where it was not measured.

    Args:
        profile: the profile of a certification.
    """
    found = json.loads(files(__package__).joinpath(_FILE).read_text(encoding="utf-8")).get(profile)
    return None if found is None else {**found, "source": SOURCE}


def told(certificate: Mapping[str, Any]) -> str:
    """Return what a certificate says of detection power as a line, and whether that is stale.

    Args:
        certificate: all that was signed.
    """
    found = certificate["detection"]
    if found is None:
        return f"not measured for the profile {certificate['profile']}"
    some = "" if found["of"] == found["catalogue"] else f" that were measured of {found['catalogue']}"
    figures = f"{found['found']} of {found['of']} faults{some}, {found['false_alarms']} false alarms"
    measured = f"measured with kit {found['kit']}, model {found['model_hash'][:16]}…"
    stale = found["model_hash"] != certificate["kit"]["model_hash"]
    return f"{figures}, {measured}{', which is not the model that judged: stale' if stale else ''}"
