"""The in-process shell: whatever `requests` sends to a base URL is answered by a handler, no socket opened.

Only clients on `requests` are caught; every other one needs the server.
"""

from __future__ import annotations

import contextlib
import re
import time
from collections.abc import Iterator
from urllib.parse import urlsplit

import requests
import responses
from amazonpay_conformance.mock.routes import Handler
from amazonpay_conformance.wire.messages import Headers, Injected, Request


@contextlib.contextmanager
def in_process(handler: Handler, *base_urls: str) -> Iterator[None]:
    """Answer requests to each of `base_urls` with `handler` while the context is open.

    Requests to other addresses pass through untouched.
    """
    with responses.RequestsMock(assert_all_requests_are_fired=False) as registry:
        urls = "|".join(map(re.escape, base_urls))
        beneath = rf"(?:{urls})(?=[/?]|$)"  # not https://host.example.org for https://host.example
        pattern = re.compile(beneath)

        def answer(
            prepared: requests.PreparedRequest,
        ) -> tuple[int, dict[str, str], bytes] | requests.RequestException:
            _forget(registry)
            response = handler(message(prepared))
            if response.injected is not None and (broken := _delivered(response.injected)) is not None:
                return broken  # `responses` raises it
            body = b"" if prepared.method == "HEAD" else response.body
            return response.status, dict(response.headers.items), body

        for method in ("GET", "POST", "PATCH", "DELETE", "PUT", "HEAD", "OPTIONS"):
            registry.add_callback(method, pattern, callback=answer, content_type=None)
        registry.add_passthru(re.compile(rf"^(?!{beneath})"))
        yield


def _forget(registry: responses.RequestsMock) -> None:
    """Drop the calls that `responses` keeps, of which nobody here reads one: a run makes thousands."""
    for kept in (registry.calls, *(rule.calls for rule in registry.registered())):
        kept.reset()


def _delivered(injected: Injected) -> requests.RequestException | None:
    """Do what a wire would do to an answer; return what `requests` raises where none arrives whole."""
    if injected.cut == "before the answer":
        return requests.ConnectionError("Connection aborted: remote end closed it without a response")
    if injected.cut == "in the body":
        return requests.exceptions.ChunkedEncodingError("Connection broken: IncompleteRead")
    time.sleep(injected.delay)
    return None


def message(prepared: requests.PreparedRequest) -> Request:
    """Return a prepared request as the message that would go on the wire."""
    parts = urlsplit(prepared.url or "")
    path, mark, query = prepared.path_url.partition("?")
    headers = Headers.of([("Host", parts.netloc), *((k, _text(v)) for k, v in prepared.headers.items())])
    body = prepared.body or b""
    raw = body.encode("utf-8") if isinstance(body, str) else bytes(body)
    return Request(prepared.method or "GET", path, query if mark else None, headers, raw)


def _text(value: str | bytes) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else value
