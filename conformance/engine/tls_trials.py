"""Leads a client to servers that it should not trust, one after the other, and notes what reaches them.

The client is constructed anew for each, pointed at the server in place of the service, and asked for one
call. First comes a good server: a client that reaches not even that has refused nothing.
"""

from __future__ import annotations

import contextlib
import json
import socket
import ssl
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Final

from amazonpay_conformance.checks.subject import Server as Kind
from amazonpay_conformance.checks.subject import Tried
from amazonpay_conformance.clients.driver import (
    ABSENT,
    ClientCall,
    ClientConfig,
    Driver,
    DriverError,
    Hello,
)
from amazonpay_conformance.clients.verification import signs_of_no_verification
from amazonpay_conformance.engine.tap import Tap
from amazonpay_conformance.mock.certificates import Certificates, Flaw
from amazonpay_conformance.mock.routes import Handler
from amazonpay_conformance.mock.server import Server
from amazonpay_conformance.model.operations import OPERATIONS
from amazonpay_conformance.wire.messages import Headers, Request, Response

FLAWS: Final[tuple[Flaw, ...]] = ("untrusted", "wrong-name", "expired", "not-yet-valid", "wrong-purpose")
CALL_SECONDS: Final = 5.0
ALL_SECONDS: Final = 25.0

REQUIREMENT_OF: Final[dict[Kind, str]] = {
    "untrusted": "TLS-001",
    "wrong-name": "TLS-002",
    "expired": "TLS-003",
    "not-yet-valid": "TLS-004",
    "wrong-purpose": "TLS-005",
    "tls-1.0": "TLS-006",
    "tls-1.2": "TLS-007",
    "process": "TLS-008",
    "clear": "TLS-009",
}

_IDS: Final = {"session": "bd504926-f659-4ad7-a1a9-9a747aaf5275", "order": "S01-0000000-0000000"}


@dataclass
class Trials:
    """What came of leading a client astray; `skipped` says of a requirement why it was not tried."""

    tried: list[Tried] = field(default_factory=list)
    skipped: dict[str, str] = field(default_factory=dict)

    def skip(self, why: str, *kinds: Kind) -> None:
        """Note why some were not tried; all of them where none is named."""
        for kind in kinds or REQUIREMENT_OF:
            self.skipped[REQUIREMENT_OF[kind]] = why


def try_tls(driver: Driver, hello: Hello, config: ClientConfig, certificates: Certificates | None) -> Trials:
    """Lead a client astray.

    Args:
        driver: its driver; the client is constructed anew, several times.
        hello: who it is.
        config: how it is configured otherwise.
        certificates: what makes the servers' certificates; None where no TLS is spoken.
    """
    trials = Trials()
    call = _call(hello)
    if certificates is None:
        trials.skip("no TLS is spoken: use --transport https")
    elif call is None:
        trials.skip("the client has none of the operations that this is tried with")
    else:
        _Attempt(driver, hello, config, certificates, call, trials).run()
    return trials


@dataclass
class _Attempt:
    """All trials of one client."""

    driver: Driver
    hello: Hello
    config: ClientConfig
    certificates: Certificates
    call: ClientCall
    trials: Trials
    began: float = field(default_factory=time.monotonic)

    def run(self) -> None:
        if not self._sent(self.certificates.server_context()):
            self.trials.skip("the client sends nothing to a server with a good certificate either")
            return
        self._flaws()
        self._old_tls()
        self._new_tls()
        self._clear()

    def _flaws(self) -> None:
        sent = {flaw: self._timed(flaw, self.certificates.flawed_context(flaw)) for flaw in FLAWS}
        signs = self._process()
        if signs or sent["untrusted"]:
            why = "TLS-008" if signs else "TLS-001"
            kinds = FLAWS if signs else FLAWS[1:]
            self.trials.skip(f"no certificate is verified at all, see {why}", *kinds)
            sent = {} if signs else {"untrusted": sent["untrusted"]}
        self.trials.tried += [Tried(flaw, found) for flaw, found in sent.items() if found is not None]

    def _process(self) -> tuple[str, ...]:
        with _serving(_refusal, self.certificates.flawed_context("untrusted")) as (port, _):
            signs = signs_of_no_verification(self.driver, f"https://localhost:{port}/", self.hello.language)
        if isinstance(signs, str):
            self.trials.skip(signs, "process")
            return ()
        self.trials.tried.append(Tried("process", signs=signs))
        return signs

    def _old_tls(self) -> None:
        context = self.certificates.context_of(ssl.TLSVersion.TLSv1)
        if not _can_be_served(context):
            self.trials.skip(f"{ssl.OPENSSL_VERSION} cannot serve TLS 1.0 here", "tls-1.0")
            return
        sent = self._timed("tls-1.0", context)
        if sent is not None:
            self.trials.tried.append(Tried("tls-1.0", sent))

    def _new_tls(self) -> None:
        sent = self._timed("tls-1.2", self.certificates.context_of(ssl.TLSVersion.TLSv1_2))
        if sent is not None:
            self.trials.tried.append(Tried("tls-1.2", sent))

    def _clear(self) -> None:
        """A server that speaks no TLS where TLS is due, and one that sends the client there."""
        if self._is_late("clear"):
            return
        with _serving(_refusal, None) as (port, clear):
            self._make(port)
            redirect = _redirect(f"http://localhost:{port}")
            with _serving(redirect, self.certificates.server_context()) as (elsewhere, _):
                self._make(elsewhere)
            self.trials.tried.append(Tried("clear", _requests(clear)))

    def _timed(self, kind: Kind, context: ssl.SSLContext) -> tuple[Request, ...] | None:
        return None if self._is_late(kind) else self._sent(context)

    def _is_late(self, kind: Kind) -> bool:
        late = time.monotonic() - self.began > ALL_SECONDS
        if late:
            self.trials.skip(f"the client takes too long to give up ({ALL_SECONDS:g} s were allowed)", kind)
        return late

    def _sent(self, context: ssl.SSLContext) -> tuple[Request, ...]:
        with _serving(_refusal, context) as (port, tap):
            self._make(port)
            return _requests(tap)

    def _make(self, port: int) -> None:
        """Have the client make its call; how that ends is its own affair."""
        config = replace(self.config, service_host=f"localhost:{port}", scheme="https", signing_host=None)
        self.driver.configure(config)
        with contextlib.suppress(DriverError):  # it hangs on: what it sent until then is what counts
            self.driver.call(self.call)


def _call(hello: Hello) -> ClientCall | None:
    """Return a call that the client can make: a read if it has one, of an id that nobody has."""
    ids = {
        "get_charge": f"{_IDS['order']}-C000000",
        "get_charge_permission": _IDS["order"],
        "get_refund": f"{_IDS['order']}-R000000",
        "get_checkout_session": _IDS["session"],
    }
    for name, path_id in ids.items():
        if name in hello.capabilities.operations:
            return ClientCall(name, path_id, ABSENT, deadline=CALL_SECONDS)
    others = sorted(hello.capabilities.operations & frozenset(OPERATIONS))
    if not others:
        return None
    somebody = None if OPERATIONS[others[0]].target is None else _IDS["session"]
    return ClientCall(others[0], somebody, {}, deadline=CALL_SECONDS)


@contextlib.contextmanager
def _serving(answer: Handler, context: ssl.SSLContext | None) -> Iterator[tuple[int, Tap]]:
    tap = Tap(answer)
    with Server(tap, tls=context) as server:
        yield server.port, tap


def _requests(tap: Tap) -> tuple[Request, ...]:
    return tuple(exchange.request for exchange in tap.take())


def _refusal(_: Request) -> Response:
    """A final answer, so that no client tries again."""
    body = {"reasonCode": "ResourceNotFound", "message": "There is no such object."}
    headers = Headers.of({"content-type": "application/json", "x-amz-pay-request-id": "trial"})
    return Response(404, headers, json.dumps(body).encode())


def _redirect(to: str) -> Handler:
    def answer(request: Request) -> Response:
        headers = {"location": f"{to}{request.target}", "x-amz-pay-request-id": "trial"}
        return Response(307, Headers.of(headers))

    return answer


def _can_be_served(context: ssl.SSLContext) -> bool:
    """Tell whether OpenSSL here can shake hands so, for a client that accepts anything."""
    version = context.maximum_version
    client = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    client.check_hostname, client.verify_mode = False, ssl.CERT_NONE
    try:
        client.set_ciphers("ALL:@SECLEVEL=0")
        client.minimum_version = client.maximum_version = version
        with (
            _serving(_refusal, context) as (port, _),
            socket.create_connection(("127.0.0.1", port), 3) as plain,
        ):
            client.wrap_socket(plain).close()
    except (OSError, ValueError):
        return False
    return True
