"""The paths of the pages, and the files that they need."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Final

from amazonpay_conformance.mock.namespaces import Mock
from amazonpay_conformance.mock.pages.buyer import BuyerPages
from amazonpay_conformance.mock.pages.dashboard import Dashboard
from amazonpay_conformance.mock.pages.document import asset
from amazonpay_conformance.mock.pages.drawing import machines_style
from amazonpay_conformance.mock.pages.forms import Tokens
from amazonpay_conformance.mock.pages.sign_in import SignIn
from amazonpay_conformance.mock.routes import Answer, Route
from amazonpay_conformance.wire.messages import Request, Response

_TYPES: Final[Mapping[str, str]] = {
    "css": "text/css; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
}


def page_routes(mock: Mock) -> tuple[Route, ...]:
    """Return the routes of the buyer's pages; whoever knows a session's id may act as its buyer."""
    tokens = Tokens()
    buyer, sign_in = BuyerPages(mock, tokens), SignIn(mock, tokens)
    return (
        *Dashboard(mock, tokens).routes(),
        Route("GET", "/checkout.js", _file("checkout.js"), guarded=False),
        # browsers ask for it of themselves, and that is no request of a shop's
        Route("GET", "/favicon.ico", lambda *_: Response(204), guarded=False),
        Route("GET", "/pages/style.css", _file("style.css"), guarded=False),
        Route("GET", "/pages/dashboard.css", _file("dashboard.css"), guarded=False),
        Route("GET", "/pages/dashboard.js", _file("dashboard.js"), guarded=False),
        Route("GET", "/pages/machines.css", _machines, guarded=False),
        # a shop's page sends this form, so it comes from another site
        Route("POST", "/checkout/button", sign_in.press, guarded=False, from_anywhere=True),
        Route("POST", "/checkout/sign-in", sign_in.sign_in, guarded=False),
        Route("GET", "/checkout/{session}", buyer.show, guarded=False),
        Route("POST", "/checkout/{session}", buyer.act, guarded=False),
    )


def _file(name: str) -> Answer:
    def answer(_: Request, __: Mapping[str, str]) -> Response:
        return asset(_read(name), _TYPES[name.rpartition(".")[2]])

    return answer


def _machines(_: Request, __: Mapping[str, str]) -> Response:
    return asset(machines_style().encode(), _TYPES["css"])


@cache
def _read(name: str) -> bytes:
    return (files("amazonpay_conformance.mock.pages") / name).read_bytes()
