"""All that a mock serves: the API, and beside it what is the mock's own."""

from __future__ import annotations

from amazonpay_conformance.mock.control import control_routes
from amazonpay_conformance.mock.namespaces import Mock
from amazonpay_conformance.mock.pages.routes import page_routes
from amazonpay_conformance.mock.routes import Handler, Route, Router
from amazonpay_conformance.wire.messages import Request, Response


def routes(mock: Mock) -> tuple[Route, ...]:
    """Return what is the mock's own, a row a path; a module that adds to it has its line here."""
    return (*control_routes(mock), *page_routes(mock))


def site(mock: Mock, *, token: str | None = None) -> Handler:
    """Return the handler of a mock.

    Args:
        mock: what answers.
        token: what guarded routes ask for, where not everybody may come.
    """
    router = Router(routes(mock), mock.handle, token=token)

    def handle(request: Request) -> Response:
        with mock.lock:
            response = router(request)
            mock.save()
        return response

    return handle
