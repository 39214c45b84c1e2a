"""What a Python client handed back or raised, as a Result: a table of shapes, the first that fits."""

from __future__ import annotations

from collections.abc import Callable
from types import NoneType
from typing import Any

from amazonpay_conformance.clients.driver import ABSENT, Raised, Result, Returned, Unsupported
from amazonpay_conformance.wire.messages import Headers
from amazonpay_conformance.wire.redaction import redact_text

RETURNABLE = (
    "a response object, (status, body), (status, headers, body), a dict, a list, a str, bytes or None"
)

_STATUS_NAMES = ("status_code", "status")  # requests and httpx; urllib3 and http.client
_BODY_NAMES = ("content", "text", "data", "body")  # bytes first: they need no guess at an encoding
_REQUEST_ID = "x-amz-pay-request-id"


def result_of(value: Any) -> Result:
    """Return what a client's return value tells; what it does not expose stays None or ABSENT.

    Raises:
        TypeError: it has none of the shapes of RETURNABLE.
    """
    for types, read in _SHAPES:
        if isinstance(value, types):
            return read(value)
    if _status(value) is None:
        raise TypeError(f"{type(value).__name__}, which is none of: {RETURNABLE}")
    return _from_response(value)


def raised_by(error: BaseException) -> Raised:
    """Return what an exception tells, and the status and body that it or its `response` carries."""
    response = getattr(error, "response", None)
    source = error if response is None else response  # a requests.Response of an error is falsy
    return Raised(type(error).__name__, redact_text(str(error)), _status(source), _raw_body(source))


def _from_tuple(value: tuple[Any, ...]) -> Returned:
    if len(value) not in (2, 3) or not _is_status(value[0]):
        raise TypeError(f"a tuple {value!r:.60}, which is neither (status, body) nor (status, headers, body)")
    return _returned(value[0], value[1] if len(value) == 3 else None, value[-1])


def _from_response(value: Any) -> Returned:
    raw = _raw_body(value)
    return _returned(_status(value), getattr(value, "headers", None), raw, parsed=_parsed(value))


def _returned(status: int | None, headers: Any, body: Any, parsed: Any = ABSENT) -> Returned:
    raw = _text(body)
    return Returned(
        status=None if status is None else int(status),
        raw_body=raw,
        body=body if raw is None and body is not None else parsed,
        request_id=None if headers is None else Headers.of(headers).get(_REQUEST_ID),
    )


def _is_status(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _status(source: Any) -> int | None:
    values = (getattr(source, name, None) for name in _STATUS_NAMES)
    return next((int(value) for value in values if isinstance(value, int) and _is_status(value)), None)


def _raw_body(source: Any) -> str | None:
    texts = (_text(getattr(source, name, None)) for name in _BODY_NAMES)
    return next((text for text in texts if text is not None), None)


def _text(value: Any) -> str | None:
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    return value if isinstance(value, str) else None


def _parsed(response: Any) -> Any:
    """Return what the response object itself makes of its body, ABSENT if it does not parse."""
    parse = getattr(response, "json", None)
    if not callable(parse):
        return ABSENT
    try:
        return parse()
    except ValueError:
        return ABSENT


_SHAPES: tuple[tuple[type | tuple[type, ...], Callable[[Any], Result]], ...] = (
    ((Returned, Raised, Unsupported), lambda value: value),
    (NoneType, lambda _: Returned()),
    ((str, bytes), lambda value: Returned(raw_body=_text(value))),
    ((dict, list), lambda value: Returned(body=value)),
    (tuple, _from_tuple),
)
