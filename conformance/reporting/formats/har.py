"""HAR 1.2: the exchanges that showed each finding, a page for each finding."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from amazonpay_conformance.reporting.formats.moments import began, iso


def har(report: Mapping[str, Any]) -> str:
    """Return the exchanges of a report's findings as HAR.

    Args:
        report: the value of report.json.
    """
    at = iso(began(report))
    log = {
        "version": "1.2",
        "creator": {"name": report["kit"]["name"], "version": report["kit"]["version"]},
        "comment": "when each exchange was is not kept: all have the time at which the run began",
        "pages": [_page(finding, at) for finding in report["findings"]],
        "entries": [entry for finding in report["findings"] for entry in _entries(finding, at)],
    }
    return json.dumps({"log": log}, indent=2, ensure_ascii=False) + "\n"


def _page(finding: Mapping[str, Any], at: str) -> dict[str, Any]:
    title = f"{finding['id']}: {finding['statement']}"
    return {"startedDateTime": at, "id": finding["id"], "title": title, "pageTimings": {}}


def _entries(finding: Mapping[str, Any], at: str) -> Iterator[dict[str, Any]]:
    for exchange in (*finding["before"], *finding["exchanges"]):
        yield {
            "pageref": finding["id"],
            "startedDateTime": at,
            "time": 0,
            "request": _request(exchange["request"]),
            "response": _response(exchange["response"]),
            "cache": {},
            "timings": {"send": 0, "wait": 0, "receive": 0},
        }


def _request(request: Mapping[str, Any]) -> dict[str, Any]:
    hosts = [value for name, value in request["headers"] if name.lower() == "host"]
    posted = {"postData": {"mimeType": "application/json", "text": _text(request["body"])}}
    return {
        "method": request["method"],
        "url": f"https://{hosts[0] if hosts else 'unknown'}{request['target']}",
        "httpVersion": "HTTP/1.1",
        "cookies": [],
        "headers": _headers(request["headers"]),
        "queryString": [],
        "headersSize": -1,
        "bodySize": -1,
        **(posted if request["body"] is not None else {}),
    }


def _response(response: Mapping[str, Any] | None) -> dict[str, Any]:
    headers = response["headers"] if response else []
    kinds = [value for name, value in headers if name.lower() == "content-type"]
    text = _text(response["body"]) if response else ""
    return {
        "status": response["status"] if response else 0,  # what browsers write where no answer came
        "statusText": "",
        "httpVersion": "HTTP/1.1",
        "cookies": [],
        "headers": _headers(headers),
        "content": {"size": len(text.encode()), "mimeType": kinds[0] if kinds else "", "text": text},
        "redirectURL": "",
        "headersSize": -1,
        "bodySize": -1,
    }


def _headers(headers: list[list[str]]) -> list[dict[str, str]]:
    return [{"name": name, "value": value} for name, value in headers]


def _text(body: Any) -> str:
    if body is None or isinstance(body, str):
        return body or ""
    return json.dumps(body, ensure_ascii=False)
