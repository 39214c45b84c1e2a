"""Clients that trust servers which they should not: one mistake a row, as people make them to get a test to pass."""

from __future__ import annotations

import ssl
from typing import Any, Final

import requests
from amazonpay_conformance.clients.driver import ClientConfig
from amazonpay_conformance.clients.reference import TIMEOUT_SECONDS, ReferenceClient
from amazonpay_conformance.mutants.client_seams import Client, Fault
from amazonpay_conformance.wire.messages import Request
from requests.adapters import HTTPAdapter

EXPIRED: Final = 10  # OpenSSL's X509_V_ERR_…
NOT_YET_VALID: Final = 9
WRONG_PURPOSE: Final = 26


def _with_adapter(**settings: Any) -> Client:
    """Connect with other settings of the TLS library."""

    class Adapter(HTTPAdapter):
        def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
            super().init_poolmanager(*args, **{**kwargs, **settings})

    class Changed(ReferenceClient):
        def __init__(self, config: ClientConfig) -> None:
            super().__init__(config)
            self._session.mount("https://", Adapter())

    return Changed


def _context(minimum: ssl.TLSVersion, ciphers: str = "") -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.minimum_version = minimum
    if ciphers:
        context.set_ciphers(ciphers)
    return context


def _forgiving(code: int) -> Client:
    """Connect again without verification where the certificate has a certain flaw."""

    class Changed(ReferenceClient):
        def _send(self, signed: Request) -> Any:
            try:
                return super()._send(signed)
            except requests.exceptions.SSLError as error:
                if _code(error) != code:
                    raise
            self._session.verify = False
            return super()._send(signed)

    return Changed


def _code(error: BaseException | None) -> int | None:
    """The reason that OpenSSL gave, wherever the libraries above it have put that."""
    while error is not None:
        for cause in (error, *error.args, getattr(error.args[0] if error.args else None, "reason", None)):
            for inner in (cause, *getattr(cause, "args", ())):
                if isinstance(inner, ssl.SSLCertVerificationError):
                    return inner.verify_code
        error = error.__cause__ or error.__context__
    return None


class VerifiesNothing(ReferenceClient):
    """verify=False, from a forum."""

    def __init__(self, config: ClientConfig) -> None:
        super().__init__(config)
        self._session.verify = False


class SwitchesVerificationOff(ReferenceClient):
    """Replaces what every other library of the process verifies with."""

    def __init__(self, config: ClientConfig) -> None:
        super().__init__(config)
        library: Any = ssl
        library._create_default_https_context = ssl._create_unverified_context


class FallsBack(ReferenceClient):
    """Tries http where https does not work."""

    def _send(self, signed: Request) -> Any:
        try:
            return super()._send(signed)
        except requests.exceptions.SSLError:
            url = f"http://{self._config.service_host}{signed.target}"
            return self._session.request(
                signed.method, url, headers=dict(signed.headers.items), timeout=TIMEOUT_SECONDS
            )


class FollowsAnywhere(ReferenceClient):
    """Follows a redirect wherever it leads, with all that it sent before."""

    def _send(self, signed: Request) -> Any:
        response = super()._send(signed)
        if response.status_code != 307:
            return response
        return self._session.request(
            signed.method,
            response.headers["location"],
            headers=dict(signed.headers.items),
            timeout=TIMEOUT_SECONDS,
        )


TLS_FAULTS: Final = (
    Fault(
        "verifies-no-certificate",
        ("TLS-001",),
        "Whoever stands in between reads and changes every payment.",
        VerifiesNothing,
        says="no authority it trusts has signed",
        transport="https",
    ),
    Fault(
        "looks-at-no-name",
        ("TLS-002",),
        "Any certificate that anybody was given for his own host will do to be Amazon.",
        _with_adapter(assert_hostname=False),
        says="for another host",
        transport="https",
    ),
    Fault(
        "takes-expired-certificates",
        ("TLS-003",),
        "A key that leaked years ago still passes for Amazon's.",
        _forgiving(EXPIRED),
        says="expired yesterday",
        transport="https",
    ),
    Fault(
        "takes-certificates-of-the-future",
        ("TLS-004",),
        "A certificate with a wrong date is taken for a wrong clock.",
        _forgiving(NOT_YET_VALID),
        says="valid from tomorrow",
        transport="https",
    ),
    Fault(
        "takes-certificates-of-clients",
        ("TLS-005",),
        "Whoever was given a certificate to log in with can be the server.",
        _forgiving(WRONG_PURPOSE),
        says="for clients",
        transport="https",
    ),
    Fault(
        "speaks-tls-1-0",
        ("TLS-006",),
        "Whoever stands in between can talk it down to a version that is broken.",
        _with_adapter(ssl_context=_context(ssl.TLSVersion.TLSv1, "ALL:@SECLEVEL=0")),
        says="TLS 1.0 only",
        transport="https",
    ),
    Fault(
        "speaks-tls-1-3-only",
        ("TLS-007",),
        "Nothing today; 1.2 is what the documents recommend, and proxies speak.",
        _with_adapter(ssl_context=_context(ssl.TLSVersion.TLSv1_3)),
        says="TLS 1.2 only",
        transport="https",
    ),
    Fault(
        "switches-verification-off-for-all",
        ("TLS-008",),
        "The shop's database, its mail, its other payments: none of them knows whom it talks to.",
        SwitchesVerificationOff,
        says="urllib accepts a certificate that nobody trusts",
        transport="https",
    ),
    Fault(
        "falls-back-to-http",
        ("TLS-009",),
        "Whoever cuts the handshake reads the order, the address, the signature.",
        FallsBack,
        says="in clear",
        transport="https",
    ),
    Fault(
        "follows-a-redirect-to-http",
        ("TLS-009",),
        "One wrong redirect, and all of it is readable.",
        FollowsAnywhere,
        says="in clear",
        transport="https",
    ),
)
