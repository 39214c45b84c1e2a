"""The dashboard: what a mock holds and has seen, for people. Where the mock has a token, they need it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, TypeAlias
from urllib.parse import parse_qsl, urlencode

from amazonpay_conformance.mock.namespaces import DEFAULT, Mock, NoSuchNamespace
from amazonpay_conformance.mock.pages.buyer import told
from amazonpay_conformance.mock.pages.details import exchange_page, object_page
from amazonpay_conformance.mock.pages.document import page, redirect
from amazonpay_conformance.mock.pages.forms import BadForm, Tokens, fields_of
from amazonpay_conformance.mock.pages.frame import TOP, Place
from amazonpay_conformance.mock.pages.overview import LEAPS, overview
from amazonpay_conformance.mock.routes import TOKEN_COOKIE, Answer, Route, json_response
from amazonpay_conformance.wire.messages import Request, Response

CLOCK: Final = "clock"

Shown: TypeAlias = Callable[[Place, Mapping[str, str], Mapping[str, str]], Response]


class Dashboard:
    """The pages, each of a place; the query and what the path names say of what."""

    def __init__(self, mock: Mock, tokens: Tokens) -> None:
        self._mock = mock
        self._tokens = tokens

    def routes(self) -> tuple[Route, ...]:
        """Return their routes."""
        return (
            Route("GET", TOP, self._placed(self.overview)),
            Route("GET", f"{TOP}/version", self._placed(self.version)),
            Route("GET", f"{TOP}/objects/{{kind}}/{{id}}", self._placed(self.object)),
            Route("GET", f"{TOP}/exchanges/{{number}}", self._placed(self.exchange)),
            Route("POST", f"{TOP}/clock", self._placed(self.clock)),
        )

    def overview(self, place: Place, query: Mapping[str, str], _: Mapping[str, str]) -> Response:
        """Show all."""
        return page(200, overview(place, query.get("kind"), self._tokens.of(CLOCK)), scripted=True)

    def version(self, place: Place, _: Mapping[str, str], __: Mapping[str, str]) -> Response:
        """Tell the version of what would be shown, for a page that is open."""
        return json_response(200, {"version": place.version})

    def object(self, place: Place, _: Mapping[str, str], named: Mapping[str, str]) -> Response:
        """Show an object."""
        kind: Any = named["kind"]
        value = place.namespace.service.world.find(kind, named["id"])
        if value is None:
            return told(404, "There is no such object", "The mock holds none of that kind and id.")
        return page(200, object_page(place, kind, value), scripted=True)

    def exchange(self, place: Place, _: Mapping[str, str], named: Mapping[str, str]) -> Response:
        """Show an exchange."""
        entries = place.namespace.journal.entries
        entry = next((each for each in entries if str(each.number) == named["number"]), None)
        if entry is None:
            return told(404, "There is no such exchange", "The mock keeps the last ones only.")
        return page(200, exchange_page(place, entry), scripted=True)

    def clock(self, place: Place, query: Mapping[str, str], _: Mapping[str, str]) -> Response:
        """Move the clock of a namespace."""
        seconds = query.get("seconds", "")
        if seconds not in LEAPS:
            return told(400, "This form cannot be used", f"seconds: expected one of {', '.join(LEAPS)}.")
        place.namespace.service.advance(int(seconds))
        return redirect(place.path())

    def _placed(self, shown: Shown) -> Answer:
        def answer(request: Request, named: Mapping[str, str]) -> Response:
            query = dict(parse_qsl(request.query or ""))
            if request.method == "GET" and "token" in query:  # it belongs into no address line
                return _remembering(request, query)
            try:
                fields = self._sent(request) if request.method == "POST" else {}
                with self._mock.lock:
                    return shown(self._place(query), {**query, **fields}, named)
            except NoSuchNamespace as problem:
                return told(404, "There is no such namespace", f"{problem}.")
            except BadForm as problem:
                return told(400, "This form cannot be used", str(problem))

        return answer

    def _sent(self, request: Request) -> Mapping[str, str]:
        fields = fields_of(request)
        self._tokens.check(CLOCK, fields)
        return fields

    def _place(self, query: Mapping[str, str]) -> Place:
        namespace = self._mock.find(query.get("namespace", DEFAULT))
        namespace.service.catch_up()
        return Place(namespace, tuple(self._mock.namespaces))


def _remembering(request: Request, query: dict[str, str]) -> Response:
    """Keep the token that was given in a cookie, and show the page without it."""
    cookie = f"{TOKEN_COOKIE}={query.pop('token')}; Path=/; HttpOnly; SameSite=Strict"
    gone = redirect(f"{request.path}?{urlencode(query)}" if query else request.path)
    return Response(gone.status, gone.headers.with_value("set-cookie", cookie))
