"""All that a mock serves: the API, and beside it what is the mock's own."""

from __future__ import annotations

from amazonpay_conformance.mock.control import control_routes
from amazonpay_conformance.mock.namespaces import Mock
from amazonpay_conformance.mock.pages.routes import page_routes
from amazonpay_conformance.mock.routes import Handler, Route, Router, message
from amazonpay_conformance.wire.messages import Headers, Request, Response


def routes(mock: Mock) -> tuple[Route, ...]:
    """Return what is the mock's own, a row a path; a module that adds to it has its line here."""
    return (*control_routes(mock), *page_routes(mock))


def with_certificates(mock: Mock) -> Handler:
    """Return what answers all that is no page and no verb: the API, and certificates of notifications."""

    def handle(request: Request) -> Response:
        return _certificate(mock, request) or mock.handle(request)

    return handle


def certificates_only(mock: Mock) -> Handler:
    """Return what serves certificates of notifications, and nothing else."""

    def handle(request: Request) -> Response:
        with mock.lock:
            return _certificate(mock, request) or message(404, "here are certificates of notifications only")

    return handle


def site(mock: Mock, *, token: str | None = None) -> Handler:
    """Return the handler of a mock.

    Args:
        mock: what answers.
        token: what guarded routes ask for, where not everybody may come.
    """
    router = Router(routes(mock), with_certificates(mock), token=token)

    def handle(request: Request) -> Response:
        with mock.lock:
            response = router(request)
            mock.save()
        return response

    return handle


def _certificate(mock: Mock, request: Request) -> Response | None:
    if request.method != "GET":
        return None
    for namespace in mock.namespaces.values():
        if (pem := namespace.notifier.served(request.path)) is not None:
            return Response(200, Headers.of({"content-type": "application/x-pem-file"}), pem)
    return None
