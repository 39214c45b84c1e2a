"""A trace as a file: a JSON value a line (schemas/formats/trace.json), written while it happens.

The one rule: nothing in it is a secret or a buyer's. Bodies and headers pass the allow-list of
`wire.redaction`; what can be judged only by all that was sent is judged before, and the file says how.
A HAR file, which a proxy or a browser writes, is read too: there everything is as it was sent.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import IO, Any, Final, TypeAlias
from urllib.parse import urlsplit

from amazonpay_conformance import schemas
from amazonpay_conformance.checks.check import (
    BUTTON_CHECKS,
    PAGE_CHECKS,
    WIRE_CHECKS,
    Judgement,
    Problem,
)
from amazonpay_conformance.engine.brought import Brought
from amazonpay_conformance.engine.watch import Noticed, Pressed
from amazonpay_conformance.model.actions import Advance, BuyerAct
from amazonpay_conformance.reading.requests import Merchant, RequestReading, read_request
from amazonpay_conformance.wire.messages import Exchange, Headers, Request, Response
from amazonpay_conformance.wire.redaction import (
    redact_body,
    redact_headers,
    redact_target,
    redact_text,
)

FORMAT: Final = 1
_UNREADABLE: Final = "not JSON"


class BadTrace(ValueError):
    """A file that holds no trace; the message is one line that says where and why."""


@dataclass(frozen=True, slots=True)
class Head:
    """The first line: how the mock and its merchant were configured."""

    region: str
    public_key_id: str


@dataclass(frozen=True, slots=True)
class Recorded:
    """An exchange out of a file, and what was judged by the whole of it where that is no longer there."""

    exchange: Exchange
    reading: RequestReading | None = None
    on_the_wire: tuple[Judgement, ...] = ()


@dataclass(frozen=True, slots=True)
class RecordedButton:
    """A button that was pressed, and what was judged of it; the payload itself is not kept."""

    judgements: tuple[Judgement, ...]


@dataclass(frozen=True, slots=True)
class RecordedNotification:
    """A notification that was brought to the shop: of what, and what it answered. It tells of no state."""

    object_id: str
    status: int | None


Entry: TypeAlias = Recorded | RecordedButton | RecordedNotification | BuyerAct | Advance


@dataclass
class Trace:
    """What could be read of a file. `broken` says where it ended early, "" where it did not."""

    head: Head
    entries: tuple[Entry, ...]
    broken: str = ""


# --- writing


class TraceWriter:
    """Writes each line as it happens, so that nothing is lost if the process is killed."""

    def __init__(self, stream: IO[str], head: Head) -> None:
        self._stream = stream
        self._hinted: set[str] = set()
        self._write({"trace": FORMAT, "region": head.region, "public_key_id": head.public_key_id})

    def exchanged(self, noticed: Noticed) -> None:
        """Write an exchange."""
        broken = {one.check for one in noticed.on_the_wire if one.problems}
        self._write({"exchange": exchange_line(noticed, hinted=self._hinted)})
        self._hinted |= broken

    def acted(self, action: BuyerAct | Advance) -> None:
        """Write an act of the buyer, or that time has passed."""
        if isinstance(action, Advance):
            self._write({"advance": action.seconds})
            return
        act = {name: value for name, value in asdict(action).items() if value is not None}
        self._write({"buyer": act})

    def pressed(self, pressed: Pressed) -> None:
        """Write that a button was pressed, and how it was judged."""
        self._write({"button": {"judged": _judged_line(pressed.judgements, self._hinted)}})
        self._hinted |= {one.check for one in pressed.judgements if one.problems}

    def notified(self, brought: Brought) -> None:
        """Write that a notification was brought, and what it was answered."""
        line = asdict(brought)
        del line["again"]
        self._write({"notification": line})

    def _write(self, line: Mapping[str, Any]) -> None:
        self._stream.write(json.dumps(line, ensure_ascii=False, separators=(",", ":")) + "\n")
        self._stream.flush()


def exchange_line(noticed: Noticed, *, hinted: Set[str] = frozenset()) -> dict[str, Any]:
    """Return an exchange as the file has it.

    Args:
        noticed: the exchange, and what is to be said of it.
        hinted: checks whose hint was given before; to find one may be dear.
    """
    exchange, call = noticed.exchange, noticed.reading.call
    request, response = exchange.request, exchange.response
    return {
        "received_at": round(exchange.received_at, 3),
        "request": {
            "method": request.method,
            "target": redact_target(request.target),
            "headers": _headers_line(request.headers),
            "body": _body_line(request.body),
        },
        "response": None
        if response is None
        else {
            "status": response.status,
            "headers": _headers_line(response.headers),
            "body": _body_line(response.body),
        },
        "key": None if call is None or call.key is None else _digest(call.key),
        "fingerprint": _digest(call.fingerprint) if call else None,
        "judged": _judged_line(noticed.on_the_wire, hinted),
    }


def _judged_line(judgements: Iterable[Judgement], hinted: Set[str]) -> dict[str, Any]:
    return {
        one.check: [_problem_line(p, hint=one.check not in hinted) for p in one.problems]
        for one in judgements
    }


def _problem_line(problem: Problem, *, hint: bool) -> dict[str, str]:
    given = problem.hint() if hint and callable(problem.hint) else problem.hint
    texts = {
        "expected": problem.expected,
        "received": problem.received,
        "hint": given if isinstance(given, str) else "",
    }
    return {name: redact_text(text) for name, text in texts.items()}


def _headers_line(headers: Headers) -> list[list[str]]:
    return [[name, value] for name, value in redact_headers(headers)]


def _body_line(body: bytes) -> Any:
    """The body's value in a list, for a body may be null; an empty list where there is none."""
    if not body:
        return []
    try:
        return [redact_body(json.loads(body.decode("utf-8")))]
    except (ValueError, RecursionError):
        return _UNREADABLE


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]


# --- reading


def read_trace(path: Path, merchant: Merchant | None = None, region: str = "na") -> Trace:
    """Read a trace that `serve --trace` wrote, or a HAR file.

    A file whose end is cut off, or that goes wrong somewhere, is read up to there.

    Args:
        path: the file.
        merchant: whose keys sign in a HAR file; without them no signature is judged.
        region: where the merchant of a HAR file is.

    Raises:
        BadTrace: it cannot be read, or nothing in it is a trace.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as problem:
        raise BadTrace(f"{path}: {problem.strerror}") from None
    except UnicodeDecodeError:
        raise BadTrace(f"{path}: is not text in UTF-8") from None
    if '"log"' in text[:1_000]:
        return _har(path, text, merchant, region)
    return _lines(path, text)


def _lines(path: Path, text: str) -> Trace:
    lines = text.removesuffix("\n").split("\n")
    head = _json(lines[0]) or {}
    if schemas.violations("formats/trace", head) or "trace" not in head:
        raise BadTrace(
            f'{path}: is neither a trace, whose first line is {{"trace": {FORMAT}, …}}, nor a HAR file'
        )
    entries: list[Entry] = []
    broken = ""
    for number, line in enumerate(lines[1:], 2):
        value = _json(line)
        why = _misread(value)
        if why:
            broken = f"{path}: line {number} cannot be read ({why}); what comes before it is judged"
            break
        entries.append(_entry(value))
    return Trace(Head(head["region"], head["public_key_id"]), tuple(entries), broken)


def _misread(value: Any) -> str:
    """Say why a line after the first cannot be read, "" where it can."""
    if value is None:
        return "it is not JSON"
    found = schemas.violations("formats/trace", value)
    if found:
        return found[0].message
    alone = len(value) == 1 and not value.keys() & {"trace", "region", "public_key_id"}
    return "" if alone else "expected one of exchange, button, notification, buyer, advance"


def _json(line: str) -> Any:
    try:
        return json.loads(line)
    except (ValueError, RecursionError):
        return None


def _entry(value: Mapping[str, Any]) -> Entry:
    if "advance" in value:
        return Advance(value["advance"])
    if "buyer" in value:
        return BuyerAct(**value["buyer"])
    if "notification" in value:
        return RecordedNotification(value["notification"]["object_id"], value["notification"]["status"])
    if "button" in value:
        return RecordedButton(tuple(_judgements(value["button"]["judged"], {**BUTTON_CHECKS, **PAGE_CHECKS})))
    line = value["exchange"]
    request = line["request"]
    path, mark, query = request["target"].partition("?")
    sent = Request(
        request["method"],
        path,
        query if mark else None,
        Headers.of([(name, text) for name, text in request["headers"]]),
        _bytes(request["body"]),
    )
    answer = line["response"]
    response = answer and Response(
        answer["status"],
        Headers.of([(name, text) for name, text in answer["headers"]]),
        _bytes(answer["body"]),
    )
    reading = read_request(sent, Merchant({}))
    if reading.call is not None:
        call = replace(reading.call, key=line["key"], fingerprint=line["fingerprint"] or "")
        reading = replace(reading, call=call)
    exchange = Exchange(sent, response, line["received_at"])
    return Recorded(exchange, reading, tuple(_judgements(line["judged"], WIRE_CHECKS)))


def _judgements(judged: Mapping[str, Any], known: Mapping[str, tuple[str, object]]) -> Iterator[Judgement]:
    """What was judged when it was written; of checks that this version does not have, nothing."""
    for check, problems in judged.items():
        if check in known:
            yield Judgement(known[check][0], check, tuple(Problem(**told) for told in problems))


def _bytes(body: Any) -> bytes:
    if body == _UNREADABLE:
        return _UNREADABLE.encode()
    return json.dumps(body[0]).encode() if body else b""


# --- HAR


def _har(path: Path, text: str, merchant: Merchant | None, region: str) -> Trace:
    try:
        entries = json.loads(text)["log"]["entries"]
        found = tuple(filter(None, map(_of_har, entries)))
    except (ValueError, KeyError, TypeError, AttributeError, binascii.Error) as problem:
        raise BadTrace(f"{path}: is no HAR file ({type(problem).__name__}: {problem})") from None
    keys = merchant.keys if merchant else {}
    signed = next((r.authorization for r in map(_first_reading, found) if r.authorization), None)
    key_id = next(iter(keys), signed.public_key_id if signed else "")
    return Trace(Head(region, key_id), found)


def _first_reading(entry: Recorded) -> RequestReading:
    return read_request(entry.exchange.request, Merchant({}))


def _of_har(entry: Mapping[str, Any]) -> Recorded | None:
    """An entry that is of this API; a page loads much else."""
    request, response = entry["request"], entry["response"]
    url = urlsplit(request["url"])
    if "/v2/" not in f"{url.path}/" or not url.hostname:
        return None
    headers = Headers.of([(field["name"], field["value"]) for field in request["headers"]])
    if "authorization" not in headers:
        return None
    body = (request.get("postData") or {}).get("text") or ""
    sent = Request(request["method"], url.path, url.query or None, headers, body.encode("utf-8"))
    at = datetime.fromisoformat(entry["startedDateTime"].replace("Z", "+00:00")).timestamp()
    return Recorded(Exchange(sent, _har_answer(response), at))


def _har_answer(response: Mapping[str, Any]) -> Response | None:
    if not response["status"]:
        return None  # the connection was cut
    content = response.get("content") or {}
    text = content.get("text") or ""
    body = base64.b64decode(text) if content.get("encoding") == "base64" else text.encode("utf-8")
    headers = Headers.of([(field["name"], field["value"]) for field in response["headers"]])
    return Response(response["status"], headers, body)
