"""A digest of an answer, the same whenever a server answers the same. Its source goes into printed forms."""

from __future__ import annotations

import hashlib
import json
import re


def answer_digest(status: int, has_request_id: bool, body: bytes, ids: dict[str, str]) -> str:
    """Return what stays the same of an answer from run to run, as a digest that tells nothing of a buyer.

    Args:
        status: the HTTP status.
        has_request_id: whether x-amz-pay-request-id was there.
        body: the body.
        ids: the ids so far by their symbols; other ids, hosts and times are all alike.
    """
    text = body.decode("utf-8", "replace")
    for name in sorted(ids, key=lambda known: -len(ids[known])):
        text = text.replace(ids[name], name)
    text = re.sub(r"[A-Z][0-9]{2}-[0-9]{7}-[0-9]{7}(-[A-Z][0-9]{6})?", "an id", text)
    text = re.sub(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "an id", text)
    text = re.sub(r"[0-9]{8}T[0-9]{6}Z", "a time", text)
    text = re.sub(r"https://[^/\"\s]+", "a host", text)
    try:
        text = json.dumps(json.loads(text), sort_keys=True)
    except ValueError:
        text = f"not JSON: {text}"
    return hashlib.sha256(f"{status} {has_request_id} {text}".encode()).hexdigest()[:16]
