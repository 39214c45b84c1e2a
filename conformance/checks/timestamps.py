"""When things happened, as a server tells it, and in which environment. api-facts §3, §4.6."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from amazonpay_conformance.checks.check import HELD, Answer, Problem, on_exchange
from amazonpay_conformance.checks.subject import Made, Seen
from amazonpay_conformance.model.timers import TIMERS
from amazonpay_conformance.model.world import ChargePermission


@on_exchange("TIM-002")
def times_run_forward(seen: Seen, made: Made) -> Answer:
    """Judge lastUpdatedTimestamp by the creation of the object and by what was shown of it before."""
    shown = _shown(seen)
    changed = _seconds((shown.get("statusDetails") or {}).get("lastUpdatedTimestamp")) if shown else None
    if shown is None or changed is None:
        return None
    earlier = [when for body in _earlier(seen, made) if (when := _changed(body)) is not None]
    created = _seconds(shown.get("creationTimestamp"))
    bounds = [*earlier, *([created] if created is not None else [])]
    if not bounds or changed >= max(bounds):
        return HELD
    return Problem(f"lastUpdatedTimestamp not before {_text(max(bounds))}", _text(changed))


@on_exchange("TIM-003")
def creation_stays_where_it_was(seen: Seen, made: Made) -> Answer:
    shown = _shown(seen)
    created = _seconds(shown.get("creationTimestamp")) if shown else None
    if created is None:
        return None
    told = (when for body in _earlier(seen, made) if (when := _seconds(body.get("creationTimestamp"))))
    first = next(told, None)
    if first is None:
        return None
    return HELD if first == created else Problem(f"creationTimestamp {_text(first)}", _text(created))


@on_exchange("TIM-004")
def permission_lives_as_long_as_documented(seen: Seen, made: Made) -> Answer:
    """Judge one-time permissions: of recurring ones whether a charge renews them is not known (§13.18)."""
    shown = _shown(seen)
    if shown is None or seen.matched is None or seen.matched.subject is None:
        return None
    permission = seen.after.find(*seen.matched.subject)
    if not isinstance(permission, ChargePermission) or permission.given or permission.type != "OneTime":
        return None
    created, expires = _seconds(shown.get("creationTimestamp")), _seconds(shown.get("expirationTimestamp"))
    if created is None or expires is None or permission.expires is None:
        return None
    extended = permission.expires - permission.created != TIMERS["permission_expires"]
    wanted = TIMERS["permission_extended" if extended else "permission_expires"]
    return HELD if expires - created == wanted else Problem(f"{wanted} s", f"{expires - created:.0f} s")


@on_exchange("REL-005")
def environment_is_the_one_called(seen: Seen, made: Made) -> Answer:
    shown = _shown(seen)
    if shown is None or "releaseEnvironment" not in shown or not made.configured.sandbox:
        return None
    found = shown["releaseEnvironment"]
    if found is None:
        return None  # where it may be null the schema check says
    return HELD if found == "Sandbox" else Problem("releaseEnvironment Sandbox", f"{found}")


def _shown(seen: Seen) -> dict[str, Any] | None:
    """The body of an object as it is now; None for stored answers and what the model does not know."""
    if seen.body is None or seen.matched is None or seen.matched.subject is None:
        return None
    return seen.body if seen.matched.replays is None else None


def _earlier(seen: Seen, made: Made) -> Iterator[dict[str, Any]]:
    """What was shown of the same object before."""
    subject = seen.matched.subject if seen.matched else None
    for past in (past for call in made.earlier for past in call.seen):
        if past.matched is not None and past.matched.subject == subject and (body := _shown(past)):
            yield body


def _changed(body: dict[str, Any]) -> float | None:
    return _seconds((body.get("statusDetails") or {}).get("lastUpdatedTimestamp"))


def _seconds(value: object) -> float | None:
    return seconds_of(str(value))


@lru_cache(4096)
def seconds_of(text: str) -> float | None:
    """Return a time in the service's form in seconds since the epoch; None if it has another.

    Source: api-facts §3 [W].
    """
    try:
        return datetime.strptime(text, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC).timestamp()
    except ValueError:
        return None


def _text(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y%m%dT%H%M%SZ")
