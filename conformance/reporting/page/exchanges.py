"""Exchanges as they were on the wire, with what a finding is about marked."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from amazonpay_conformance.reporting.page.marks import Marks
from amazonpay_conformance.reporting.page.markup import Markup, details, element, join, join_inline, text

NO_MARKS: Final = Marks()


def exchange(value: Mapping[str, Any], marked: Marks = NO_MARKS, *, is_open: bool = False) -> Markup:
    """Return an exchange that can be opened.

    Args:
        value: as in report.json.
        marked: what to mark.
        is_open: whether it is open at first.
    """
    request, response = value["request"], value["response"]
    fault = (
        element("span", text(f" {value['fault']}, on purpose"), class_="tag") if value["fault"] else text("")
    )
    heading = join(
        element("code", text(f"{request['method']} {request['target']}")),
        text("→ "),
        _answer(response),
        fault,
    )
    sides = element("div", _request(request, marked), _response(response, marked), class_="sides")
    return details(heading, sides, is_open=is_open, class_="exchange")


def _answer(response: Mapping[str, Any] | None) -> Markup:
    if response is None:
        return element("strong", text("no answer"), class_="bad")
    body = response["body"]
    code = body.get("reasonCode") if isinstance(body, dict) else None
    words = f"{response['status']} {code}" if isinstance(code, str) else str(response["status"])
    return element("strong", text(words), class_="bad" if response["status"] >= 400 else "good")


def _request(request: Mapping[str, Any], marked: Marks) -> Markup:
    line = _line(f"{request['method']} {request['target']}", is_marked=marked.part == "request line")
    whole = marked.part == "request body"
    return _message("Request", line, request, marked.request_headers, marked.request_fields, whole=whole)


def _response(response: Mapping[str, Any] | None, marked: Marks) -> Markup:
    if response is None:
        return element("div", element("h5", text("Response")), element("p", text("None came.")))
    line = _line(str(response["status"]), is_marked=marked.part == "status")
    whole = marked.part == "response body"
    return _message("Response", line, response, marked.response_headers, marked.response_fields, whole=whole)


def _message(
    name: str,
    line: Markup,
    message: Mapping[str, Any],
    headers: frozenset[str],
    fields: frozenset[str],
    *,
    whole: bool,
) -> Markup:
    rows = [_line(f"{n}: {v}", is_marked=n.lower() in headers) for n, v in message["headers"]]
    body = list(_body(message["body"], fields, whole=whole))
    written = "\n".join((line, *rows, *(("", *body) if body else ())))
    return element("div", element("h5", text(name)), element("pre", Markup(written), tabindex="0"))


def _body(body: Any, fields: frozenset[str], *, whole: bool) -> Iterator[Markup]:
    if body is None:
        return
    if isinstance(body, str):
        yield _line(body, is_marked=whole)
        return
    for written, pointer in json_lines(body):
        within = any(pointer == field or pointer.startswith(f"{field}/") for field in fields)
        yield _line(written, is_marked=whole or within)


def json_lines(value: Any, pointer: str = "", start: str = "", end: str = "") -> Iterator[tuple[str, str]]:
    """Yield the lines of indented JSON, each with the pointer of the value that it belongs to.

    Args:
        value: it.
        pointer: where it is.
        start: what stands before it in its first line.
        end: what stands behind it in its last line.
    """
    depth = " " * (len(start) - len(start.lstrip(" ")))
    if isinstance(value, dict) and value:
        items = [
            (f"{depth}  {json.dumps(name, ensure_ascii=False)}: ", name, item) for name, item in value.items()
        ]
        yield from _block(items, pointer, f"{start}{{", f"{depth}}}{end}")
    elif isinstance(value, list) and value:
        entries = [(f"{depth}  ", str(number), item) for number, item in enumerate(value)]
        yield from _block(entries, pointer, f"{start}[", f"{depth}]{end}")
    else:
        yield f"{start}{json.dumps(value, ensure_ascii=False)}{end}", pointer


def _block(
    items: Sequence[tuple[str, str, Any]], pointer: str, first: str, last: str
) -> Iterator[tuple[str, str]]:
    yield first, pointer
    for number, (start, name, item) in enumerate(items, 1):
        comma = "," if number < len(items) else ""
        yield from json_lines(item, f"{pointer}/{name}", start, comma)
    yield last, pointer


def _line(words: str, *, is_marked: bool) -> Markup:
    if not is_marked:
        return text(words)
    start = len(words) - len(words.lstrip(" "))
    return join_inline(text(words[:start]), element("mark", text(words[start:])))
