"""What a client told its caller, read once for all checks that compare it with the wire."""

from __future__ import annotations

import json
from typing import Any, Final

from amazonpay_conformance.checks.once import once
from amazonpay_conformance.checks.subject import Made
from amazonpay_conformance.wire.redaction import redact_text

NOT_TOLD: Final = object()
"""What stands for a body that the caller does not see."""

NAMES_OF_ERRORS: Final = ("error", "errors", "exception", "message", "errorMessage")
"""Fields by which clients that return an object for everything tell of a failure."""

SPEECHLESS: Final = ("unsupported", "crashed")
"""Outcomes by which a caller is told nothing."""


@once
def told_body(made: Made) -> Any:
    """Return the body as the caller sees it, parsed where it is JSON, or NOT_TOLD."""
    if made.told.has_body:
        return made.told.body
    if made.told.raw_body is None or made.told.outcome == "raised":
        return NOT_TOLD
    try:
        return json.loads(made.told.raw_body)
    except ValueError:
        return made.told.raw_body


def told_state(made: Made) -> str | None:
    """Return the state of the object as the caller sees it, None where he sees none."""
    return state_in(told_body(made))


def state_in(body: Any) -> str | None:
    """Return the state that an object tells."""
    status = body.get("statusDetails") if isinstance(body, dict) else None
    state = status.get("state") if isinstance(status, dict) else None
    return state if isinstance(state, str) else None


def told_reason(made: Made) -> str | None:
    """Return the reasonCode as the caller sees it, None where he sees none."""
    told = told_body(made)
    code = told.get("reasonCode") if isinstance(told, dict) else None
    return code if isinstance(code, str) else None


def learns_of_failure(made: Made) -> bool:
    """Tell whether the caller is told that something went wrong."""
    told, body = made.told, told_body(made)
    if told.outcome == "raised" or (told.status or 0) >= 400 or told_reason(made) is not None:
        return True
    return isinstance(body, dict) and any(body.get(name) for name in NAMES_OF_ERRORS)


def is_refused(made: Made) -> bool:
    """Tell whether the answer that the caller is to be told of is a refusal."""
    last = made.last
    told = made.told.outcome not in SPEECHLESS
    return told and last is not None and last.response is not None and last.response.status >= 400


@once
def is_hidden(made: Made) -> bool:
    """Whether a refusal looks like success: refusals_reach_the_caller says so, and nobody says it again."""
    return is_refused(made) and not learns_of_failure(made)


def status_of(made: Made) -> int | None:
    """Return the status of the answer that the caller is to be told of."""
    return made.last.response.status if made.last and made.last.response else None


def error_of(made: Made) -> str:
    """Return what the client raised, fit to be shown."""
    return redact_text(made.told.error)[:300]
