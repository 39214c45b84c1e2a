"""What is served beside the API: a row a path, and a router that leaves every other path to the API.

Control verbs, the buyer's pages and whatever else is the mock's own hang on it, each in a module of its own.
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final, Literal, TypeAlias
from urllib.parse import parse_qsl, unquote, urlsplit

from amazonpay_conformance.wire.messages import Headers, Request, Response

Handler: TypeAlias = Callable[[Request], Response]
Answer: TypeAlias = Callable[[Request, Mapping[str, str]], Response]
Method: TypeAlias = Literal["GET", "POST", "PATCH", "PUT", "DELETE"]

TOKEN_COOKIE: Final = "amazonpay_mock_token"  # noqa: S105 - a name


@dataclass(frozen=True)
class Route:
    """One path of the mock's own.

    A name in braces stands for one segment, which `answer` gets decoded. `guarded`: where the mock has a
    token, whoever comes must have it, too. `from_anywhere`: a page of another site may send it.
    """

    method: Method
    path: str
    answer: Answer
    guarded: bool = True
    from_anywhere: bool = False

    @cached_property
    def _parts(self) -> tuple[str, ...]:
        return tuple(self.path.split("/"))

    @property
    def top(self) -> str:
        """The first segment: all beneath it is the mock's own."""
        return self._parts[1]

    def match(self, path: str) -> dict[str, str] | None:
        """Return what stands for the names in a path, None where it is another path."""
        sent = path.split("/")
        if len(sent) != len(self._parts):
            return None
        pairs = list(zip(self._parts, sent, strict=True))
        if any(part != given and not _is_name(part) for part, given in pairs):
            return None
        return {part[1:-1]: unquote(given) for part, given in pairs if _is_name(part)}


class Router:
    """Hands requests to the route that matches, and all that is beneath none of them to `otherwise`."""

    def __init__(self, routes: Iterable[Route], otherwise: Handler, *, token: str | None = None) -> None:
        self._routes = tuple(routes)
        self._tops = frozenset(route.top for route in self._routes)
        self._otherwise = otherwise
        self._token = token

    def __call__(self, request: Request) -> Response:
        """Answer one request."""
        if self._tops.intersection(request.path.split("/", 2)[1:2]):
            return self._own(request)
        return self._otherwise(request)

    def _own(self, request: Request) -> Response:
        fitting = [
            (route, found) for route in self._routes if (found := route.match(request.path)) is not None
        ]
        if not fitting:
            return message(404, f"the mock has nothing at {request.path}")
        asked = "GET" if request.method == "HEAD" else request.method
        for route, found in fitting:
            if route.method == asked:
                return self._refusal(route, request) or route.answer(request, found)
        allowed = ", ".join(sorted({route.method for route, _ in fitting}))
        refused = message(405, f"expected {allowed} {request.path}")
        return Response(refused.status, refused.headers.with_value("allow", allowed), refused.body)

    def _refusal(self, route: Route, request: Request) -> Response | None:
        if route.method != "GET" and not route.from_anywhere and not _is_of_this_site(request):
            return message(403, "a page of another site may not do this")
        if route.guarded and self._token is not None and not _has_token(request, self._token):
            return message(401, "expected the token that the mock printed, as Authorization: Bearer TOKEN")
        return None


def message(status: int, text: str) -> Response:
    """Return an answer that says something to whoever wrote the request."""
    return json_response(status, {"message": text})


def json_response(status: int, value: Any) -> Response:
    """Return an answer that holds a value as JSON."""
    body = json.dumps(value, ensure_ascii=False).encode()
    return Response(
        status, Headers.of({"content-type": "application/json", "cache-control": "no-store"}), body
    )


def _is_name(part: str) -> bool:
    return part.startswith("{") and part.endswith("}")


def _is_of_this_site(request: Request) -> bool:
    """Browsers say in Origin which page sends a form or a script's request."""
    origin = request.headers.get("origin")
    return origin is None or urlsplit(origin).netloc == request.headers.get("host")


def _has_token(request: Request, token: str) -> bool:
    given = [value for name, value in parse_qsl(request.query or "") if name == "token"]
    scheme, _, credentials = (request.headers.get("authorization") or "").partition(" ")
    if scheme.lower() == "bearer":
        given.append(credentials.strip())
    for cookie in (request.headers.get("cookie") or "").split(";"):
        name, _, value = cookie.strip().partition("=")
        if name == TOKEN_COOKIE:
            given.append(value)
    return any(hmac.compare_digest(value.encode(), token.encode()) for value in given)
