"""Targets elsewhere: the sandbox, or somebody's mock, behind a relay on this machine that observes.

The client talks to the relay as it would to the service; every byte but the Host header is passed on. Safe
by default against the real thing: known hosts, HTTPS, sandbox paths and keys, a rate, an explicit opt-in.
"""

from __future__ import annotations

import contextlib
import http.client
import os
import re
import socket
import ssl
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal
from urllib.parse import urlsplit

from amazonpay_conformance.engine.lane import Lane
from amazonpay_conformance.engine.tap import Tap
from amazonpay_conformance.engine.targets import TargetUnreachable
from amazonpay_conformance.mock.certificates import Certificates
from amazonpay_conformance.mock.server import Server
from amazonpay_conformance.model.actions import BuyerAct
from amazonpay_conformance.model.regions import REGIONS
from amazonpay_conformance.model.resources import LASTING
from amazonpay_conformance.model.tampers import FEW, OF_ONE_MERCHANT
from amazonpay_conformance.model.world import ChargePermission, World
from amazonpay_conformance.wire.keys import PrivateKey
from amazonpay_conformance.wire.messages import Exchange, Headers, Request, Response

HOSTS: Final[Mapping[str, str]] = {region.key: region.host for region in REGIONS.values()}
"""The service's host by region. Source: api-facts §1 [D]."""

TIMEOUT_SECONDS: Final = 20
SANDBOX_REQUESTS_PER_SECOND: Final = 1.0
"""What every operation of the sandbox restores each second. Source: api-facts §7 [D]."""


class RefusedTarget(ValueError):
    """A target, a credential or a CA that is not safe to use, or not complete; one line says why."""


class MisnamedTarget(RefusedTarget):
    """The command line itself names what is no target, or none that it may name."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where a service is: its name for TLS and Host, and what to connect to."""

    host: str
    port: int
    connect_host: str
    connect_port: int
    tls: bool = True

    @property
    def authority(self) -> str:
        """Host, and port where it is not the usual one."""
        usual = 443 if self.tls else 80
        return self.host if self.port == usual else f"{self.host}:{self.port}"


def address_of(url: str, resolve: str | None = None) -> Address:
    """Read a base URL, and where to connect to instead.

    Args:
        url: https://host[:port], or http:// for a mock on the loopback.
        resolve: HOST:PORT:ADDRESS:PORT as curl's --resolve has it, or None.

    Raises:
        MisnamedTarget: it is no such URL, it names the live service in clear, or `resolve` is malformed.
    """
    parts = urlsplit(url)
    try:
        port = parts.port
    except ValueError:
        raise MisnamedTarget(f"{url!r} has no valid port") from None
    if parts.scheme not in ("https", "http") or not parts.hostname or parts.path not in ("", "/"):
        raise MisnamedTarget(f"{url!r} is no target: expected mock, sandbox, or https://host[:port]")
    tls = parts.scheme == "https"
    if not tls and parts.hostname not in ("localhost", "127.0.0.1", "::1"):
        raise MisnamedTarget(f"{url!r} is plain HTTP: signed requests leave this machine over HTTPS only")
    port = port or (443 if tls else 80)
    return _resolved(Address(parts.hostname, port, parts.hostname, port, tls), resolve)


def _resolved(address: Address, resolve: str | None) -> Address:
    if resolve is None:
        return address
    found = re.fullmatch(r"([^:]+):(\d+):(.+):(\d+)", resolve)
    if found is None:
        raise MisnamedTarget(f"--resolve {resolve!r}: expected HOST:PORT:ADDRESS:PORT")
    host, port, connect_host, connect_port = found.groups()
    if (host, int(port)) != (address.host, address.port):
        raise MisnamedTarget(
            f"--resolve is for {host}:{port}, but the target is {address.host}:{address.port}"
        )
    return Address(address.host, address.port, connect_host, int(connect_port), address.tls)


class Relay:
    """Passes requests on to a service and remembers when that could not be done."""

    def __init__(
        self,
        address: Address,
        *,
        ca_file: Path | None,
        per_second: float | None,
        sandbox_only: bool,
        sandbox_key: bool = False,
    ) -> None:
        self._sandbox_key = sandbox_key
        self.fault: str | None = None
        self._address = address
        self._pause = 1 / per_second if per_second else 0.0
        self._next = 0.0
        self._pace = threading.Lock()
        self._sandbox_only = sandbox_only
        self._tls = trusting(ca_file) if address.tls else None

    def __call__(self, request: Request) -> Response:
        """Answer with what the service answers; with 502 and a `fault` where it cannot be reached."""
        if self._sandbox_only and not self._is_of_the_sandbox(request):
            return self._failed(
                f"the client sent a request to {request.path[:40]}, which is not the sandbox's"
            )
        self._keep_pace()
        try:
            return self._forward(request)
        except (OSError, http.client.HTTPException) as problem:
            return self._failed(f"{self._address.authority} cannot be reached: {_why(problem)}")

    def _is_of_the_sandbox(self, request: Request) -> bool:
        """A /sandbox/ path, or any but /live/ with a key that is the sandbox's alone."""
        if self._sandbox_key:
            return not request.path.startswith("/live/")
        return request.path.startswith("/sandbox/")

    def _keep_pace(self) -> None:
        with self._pace:
            now = time.monotonic()
            turn = max(now, self._next)
            self._next = turn + self._pause
        if turn > now:
            time.sleep(turn - now)

    def _forward(self, request: Request) -> Response:
        connection = self._connect()
        with contextlib.closing(connection):
            connection.putrequest(request.method, request.target, skip_host=True, skip_accept_encoding=True)
            connection.putheader("Host", self._address.authority)
            for name, value in request.headers.without("host").without("connection"):
                connection.putheader(name, value.encode("latin-1"))
            connection.putheader("Connection", "close")
            connection.endheaders(request.body or None)
            answer = connection.getresponse()
            body = answer.read()
            kept = [(n, v) for n, v in answer.getheaders() if n.lower() not in _HOP_BY_HOP]
            return Response(answer.status, Headers.of(kept), body)

    def _connect(self) -> http.client.HTTPConnection:
        address = self._address
        connection = http.client.HTTPConnection(address.host, address.port, timeout=TIMEOUT_SECONDS)
        plain = socket.create_connection((address.connect_host, address.connect_port), TIMEOUT_SECONDS)
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # head and body go out as two writes
        connection.sock = self._tls.wrap_socket(plain, server_hostname=address.host) if self._tls else plain
        return connection

    def _failed(self, why: str) -> Response:
        self.fault = why
        return Response(502, Headers.of({"content-type": "text/plain"}), why.encode())


def trusting(ca_file: Path | None) -> ssl.SSLContext:
    """Return a TLS context that trusts a CA, or those of the system.

    Raises:
        RefusedTarget: the file is not there, or holds no certificate.
    """
    try:
        return ssl.create_default_context(cafile=str(ca_file) if ca_file else None)
    except ssl.SSLError:
        raise RefusedTarget(f"--ca-file {ca_file}: there is no certificate in PEM in it") from None
    except OSError as problem:
        raise RefusedTarget(f"--ca-file {ca_file}: {problem.strerror}") from None


_HOP_BY_HOP = frozenset({"connection", "keep-alive", "transfer-encoding", "content-length"})


def _why(problem: Exception) -> str:
    if isinstance(problem, ssl.SSLCertVerificationError):
        return f"its certificate is not trusted ({problem.verify_message}); --ca-file names a CA to trust"
    return str(problem) or type(problem).__name__


class RemoteTarget:
    """A service that nobody here controls: no buyer, no clock, only what the API itself allows."""

    is_mock = False
    has_buyer = False
    has_clock = False
    has_keys = False
    has_faults = False

    def __init__(
        self,
        name: str,
        address: Address,
        directory: Path,
        *,
        permissions: tuple[str, ...] = (),
        ca_file: Path | None = None,
        per_second: float | None = None,
        sandbox_only: bool = True,
        sandbox_key: bool = False,
    ) -> None:
        self.name = name
        self.permissions = permissions
        self.tampers = FEW if sandbox_only else OF_ONE_MERCHANT
        self.in_turn = per_second is not None
        self.spared = LASTING if sandbox_only else frozenset()
        self.signing_host: str | None = address.authority
        certificates = Certificates(directory)
        self.certificates: Certificates | None = certificates
        self.ca_file: str | None = str(certificates.ca_file)
        self._relay = Relay(
            address,
            ca_file=ca_file,
            per_second=per_second,
            sandbox_only=sandbox_only,
            sandbox_key=sandbox_key,
        )
        self._tap = Tap(self._relay)
        self._server = Server(self._tap, tls=certificates.server_context(), slow=True)
        self.service_host = ""

    @property
    def scheme(self) -> Literal["https", "http"]:
        """The client reaches the relay over HTTPS."""
        return "https"

    @contextlib.contextmanager
    def serving(self) -> Iterator[RemoteTarget]:
        """Relay while the context is open."""
        with self._server:
            self.service_host = f"localhost:{self._server.port}"
            yield self

    def open(self, lane: Lane) -> None:
        """Ask the service for something that does not exist, to see that it is there.

        Raises:
            TargetUnreachable: nobody answers.
        """
        self._relay(
            Request("GET", "/sandbox/v2/charges/none", headers=Headers.of({"accept": "application/json"}))
        )
        self._raise_fault()

    def fresh(self) -> World:
        """Return the world that the kit was given; the service keeps what earlier scenarios did."""
        self._tap.take()
        now = int(time.time())
        given = {name: ChargePermission.of_unknown_history(name, now) for name in self.permissions}
        return World(now=now, permissions=given, exact_clock=False)

    def take(self) -> tuple[Exchange, ...]:
        """Return the exchanges since the last time.

        Raises:
            TargetUnreachable: one of them could not be passed on.
        """
        taken = self._tap.take()
        self._raise_fault()
        return taken

    @contextlib.contextmanager
    def at_once(self, callers: int) -> Iterator[None]:
        """Pass requests of several callers on at once."""
        self._server.at_once = True
        try:
            with self._tap.meeting(callers):
                yield
        finally:
            self._server.at_once = False

    def buyer(self, act: BuyerAct) -> None:
        """Refuse: there is no buyer here."""
        raise RuntimeError(f"nobody can do {act.deed!r} for the buyer at {self.name}")

    @property
    def other(self) -> tuple[str, PrivateKey]:
        """Refuse: nobody gave the kit another merchant's key."""
        raise RuntimeError(f"no other merchant is known at {self.name}")

    def rotate(self, *, revokes: bool) -> tuple[str, PrivateKey]:
        """Refuse: keys are changed in Seller Central."""
        raise RuntimeError(f"nobody here changes keys at {self.name}")

    def advance(self, seconds: int) -> None:
        """Refuse: this clock is not ours."""
        raise RuntimeError(f"the clock of {self.name} cannot be moved")

    def spoil(self, fault: str, times: int, operation: str | None) -> None:
        """Refuse: what another service answers is passed on as it is."""
        raise RuntimeError(f"nothing goes wrong on purpose with {self.name}")

    def _raise_fault(self) -> None:
        if self._relay.fault is not None:
            raise TargetUnreachable(self._relay.fault)


@dataclass(frozen=True, slots=True)
class Credentials:
    """What the environment gives for a target elsewhere. The key never shows in a repr."""

    public_key_id: str
    private_key: str
    region: Literal["na", "eu", "jp"]
    permissions: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return f"Credentials(public_key_id={self.public_key_id!r}, region={self.region!r})"


def credentials(environment: Mapping[str, str] = os.environ) -> Credentials | None:
    """Read credentials from AMAZON_PAY_PUBLIC_KEY_ID, _PRIVATE_KEY, _REGION and _CHARGE_PERMISSIONS.

    The private key is a PEM text or the path of a file that holds one.

    Returns:
        The credentials, or None where no variable is set.

    Raises:
        RefusedTarget: they are not complete, the key is a LIVE one, or the file cannot be read.
    """
    key_id, key = environment.get("AMAZON_PAY_PUBLIC_KEY_ID"), environment.get("AMAZON_PAY_PRIVATE_KEY")
    if key_id is None and key is None:
        return None
    if not key_id or not key:
        missing = "AMAZON_PAY_PUBLIC_KEY_ID" if not key_id else "AMAZON_PAY_PRIVATE_KEY"
        raise RefusedTarget(f"{missing} is not set in the environment (docs/sandbox.md)")
    if key_id.upper().startswith("LIVE"):
        raise RefusedTarget("AMAZON_PAY_PUBLIC_KEY_ID is a LIVE- key: the kit never uses one")
    region = environment.get("AMAZON_PAY_REGION", "na").lower()
    if region not in ("na", "eu", "jp"):
        raise RefusedTarget(f"AMAZON_PAY_REGION is {region!r}: expected na, eu or jp")
    given = environment.get("AMAZON_PAY_CHARGE_PERMISSIONS", "")
    return Credentials(
        key_id,
        key if "-----BEGIN" in key else _key_file(key),
        "na" if region == "na" else "eu" if region == "eu" else "jp",
        tuple(name.strip() for name in given.split(",") if name.strip()),
    )


def _key_file(path: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8")
    except OSError as problem:
        raise RefusedTarget(f"the private key file {path}: {problem.strerror}") from None
    except UnicodeDecodeError:
        raise RefusedTarget(f"the private key file {path} is not a PEM text") from None
