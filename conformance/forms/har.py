"""A counterexample's exchanges as HAR 1.2, redacted as everything is that the kit writes."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from amazonpay_conformance.checks.subject import Seen
from amazonpay_conformance.engine.findings import Finding
from amazonpay_conformance.engine.runner import Run
from amazonpay_conformance.forms.recorded import exchanges
from amazonpay_conformance.wire.messages import Headers
from amazonpay_conformance.wire.redaction import redact_body, redact_headers, redact_target


def http_archive(run: Run, finding: Finding, version: str) -> str:
    """Return the archive as JSON.

    Args:
        version: the kit's.
        run: a run that showed the fault.
        finding: the fault; what came after its step is left out.
    """
    seen = [seen for step in range(finding.step + 1) for seen in exchanges(run, step)]
    log = {
        "version": "1.2",
        "creator": {"name": "amazonpay-conformance", "version": version},
        "comment": f"{finding.requirement.id}: {finding.requirement.statement}",
        "entries": [_entry(one) for one in seen],
    }
    return json.dumps({"log": log}, indent=2, ensure_ascii=False) + "\n"


def _entry(seen: Seen) -> dict[str, Any]:
    request, response = seen.request, seen.response
    at = datetime.fromtimestamp(seen.exchange.received_at or 0, UTC)
    host = request.headers.get("host") or "unknown"
    posted = _text(request.body)
    return {
        "startedDateTime": at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "time": 0,
        "request": {
            "method": request.method,
            "url": f"https://{host}{redact_target(request.target)}",
            "httpVersion": "HTTP/1.1",
            "cookies": [],
            "headers": _headers(request.headers),
            "queryString": [],
            "headersSize": -1,
            "bodySize": len(request.body),
            **({"postData": {"mimeType": "application/json", "text": posted}} if request.body else {}),
        },
        "response": {
            # 0 is what browsers write where no answer came
            "status": response.status if response else 0,
            "statusText": "",
            "httpVersion": "HTTP/1.1",
            "cookies": [],
            "headers": _headers(response.headers) if response else [],
            "content": {
                "size": len(response.body) if response else 0,
                "mimeType": (response.headers.get("content-type") or "") if response else "",
                "text": _text(response.body) if response else "",
            },
            "redirectURL": "",
            "headersSize": -1,
            "bodySize": len(response.body) if response else -1,
        },
        "cache": {},
        "timings": {"send": 0, "wait": 0, "receive": 0},
    }


def _headers(headers: Headers) -> list[dict[str, str]]:
    return [{"name": name, "value": value} for name, value in redact_headers(headers)]


def _text(body: bytes) -> str:
    if not body:
        return ""
    try:
        return json.dumps(redact_body(json.loads(body.decode("utf-8"))), ensure_ascii=False)
    except ValueError:
        return f"[{len(body)} bytes that are not JSON]"
