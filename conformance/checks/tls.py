"""What a client does when the server is not the service: bad certificates, old TLS, no TLS. api-facts §1.

The client was led there by its own configuration. Whatever reaches such a server would reach an attacker.
"""

from __future__ import annotations

from typing import Final

from amazonpay_conformance.checks.check import HELD, Answer, Problem, on_trial
from amazonpay_conformance.checks.subject import Server, Tried

OVERRIDE: Final = (
    "seen with the client pointed at another host, as a test needs it; if that option alone switches "
    "verification off, it must not be used against the service"
)


@on_trial("TLS-001")
def untrusted_certificates_are_refused(tried: Tried) -> Answer:
    return _refused(tried, "untrusted", "a certificate that no authority it trusts has signed")


@on_trial("TLS-002")
def wrong_names_are_refused(tried: Tried) -> Answer:
    return _refused(tried, "wrong-name", "a certificate for another host")


@on_trial("TLS-003")
def expired_certificates_are_refused(tried: Tried) -> Answer:
    return _refused(tried, "expired", "a certificate that expired yesterday")


@on_trial("TLS-004")
def certificates_of_the_future_are_refused(tried: Tried) -> Answer:
    return _refused(tried, "not-yet-valid", "a certificate that is valid from tomorrow")


@on_trial("TLS-005")
def certificates_for_clients_are_refused(tried: Tried) -> Answer:
    return _refused(tried, "wrong-purpose", "a certificate that is for clients, not for servers")


@on_trial("TLS-006")
def tls_1_0_is_refused(tried: Tried) -> Answer:
    return _refused(tried, "tls-1.0", "a server that speaks TLS 1.0 only")


@on_trial("TLS-007")
def tls_1_2_is_spoken(tried: Tried) -> Answer:
    if tried.server != "tls-1.2":
        return None
    if tried.requests:
        return HELD
    return Problem("a request to a server that speaks TLS 1.2 only", "no request")


@on_trial("TLS-008")
def verification_stays_on_in_the_process(tried: Tried) -> Answer:
    if tried.server != "process":
        return None
    if not tried.signs:
        return HELD
    return Problem("a process that verifies certificates as it did before", "; ".join(tried.signs), OVERRIDE)


@on_trial("TLS-009")
def nothing_signed_goes_in_clear(tried: Tried) -> Answer:
    if tried.server != "clear":
        return None
    signed = [request for request in tried.requests if "authorization" in request.headers]
    if not signed:
        return HELD
    first = signed[0]
    return Problem(
        "nothing signed over plain HTTP, the client being pointed at an https address",
        f"{first.method} {first.path} with its authorization header, in clear",
        "do not fall back to http, and do not follow a redirect there",
    )


def _refused(tried: Tried, server: Server, what: str) -> Answer:
    if tried.server != server:
        return None
    if not tried.requests:
        return HELD
    first = tried.requests[0]
    return Problem(f"no request: {what} is refused", f"{first.method} {first.path} was sent", OVERRIDE)
