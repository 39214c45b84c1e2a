"""The mock served on its own: key, certificate, server and control API put together."""

from __future__ import annotations

import contextlib
import ipaddress
import secrets
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from amazonpay_conformance.mock.certificates import Certificates
from amazonpay_conformance.mock.namespaces import Mock, Namespace
from amazonpay_conformance.mock.notifier import delivering
from amazonpay_conformance.mock.pointing import pointing_lines
from amazonpay_conformance.mock.postman import place_of
from amazonpay_conformance.mock.quota import Figures
from amazonpay_conformance.mock.server import Server
from amazonpay_conformance.mock.service import ImpossibleAct, Service
from amazonpay_conformance.mock.site import certificates_only, site
from amazonpay_conformance.mock.state import State, StateProblem
from amazonpay_conformance.mock.verbs import PREFIX
from amazonpay_conformance.model.switches import DEFAULTS, Settings
from amazonpay_conformance.reading.requests import Merchant
from amazonpay_conformance.wire.keys import (
    KeyProblem,
    PublicKey,
    generate_private_key,
    load_private_key,
    load_public_key,
)

MADE_UP_KEY_ID: Final = "SANDBOX-AEXAMPLE0CONFORMANCE0KEY"
PRIVATE_KEY: Final = "private-key.pem"


class ServingProblem(Exception):
    """The mock cannot be served; the message is one line."""


@dataclass(frozen=True, slots=True)
class ServedMock:
    """A mock that is being served. `proxy` is where it plays a proxy before the service's own hosts.

    `ca_file` is None where it speaks plain HTTP; `certificate_ca` is whom to trust where certificates of
    notifications are fetched, None where none are.
    """

    server: Server
    mock: Mock
    ca_file: Path | None
    public_key_id: str
    private_key_file: Path | None
    token: str | None = None
    proxy: Server | None = None
    certificate_ca: Path | None = None

    @property
    def service(self) -> Service:
        """The service of the default namespace."""
        return self.mock.default.service

    @property
    def host(self) -> str:
        """Host and port."""
        return f"localhost:{self.server.port}"

    @property
    def base_url(self) -> str:
        """Where it is."""
        return f"{'http' if self.ca_file is None else 'https'}://{self.host}"

    def lines(self) -> Iterator[str]:
        """Yield what whoever started it needs to know."""
        regions = "all regions" if self.mock.any_region else f"region {self.mock.region}"
        yield f"mock        {self.base_url}  ({regions}; stop with Ctrl-C)"
        if self.ca_file is not None:
            yield f"CA to trust {self.ca_file}"
        yield f"key id      {self.public_key_id}"
        if self.private_key_file is not None:
            yield f"private key {self.private_key_file}  (made for this mock)"
        if self.proxy is not None:
            yield f"proxy       http://localhost:{self.proxy.port}"
        yield f"button      {self.base_url}/checkout.js  (in place of Amazon's, docs/pages.md)"
        yield f"dashboard   {self.base_url}/dashboard{'' if self.token is None else f'?token={self.token}'}"
        for endpoint in self.mock.default.notifier.endpoints:
            yield f"notifies    {place_of(endpoint)}  (docs/notifications.md)"
        if self.mock.certificate_host is not None:
            yield f"certificates https://{self.mock.certificate_host}  (of notifications)"
            yield f"CA to trust {self.certificate_ca}  (where they are fetched)"
        yield f"control     {self.base_url}{PREFIX}openapi.json  (docs/mock.md)"
        if self.token is not None:
            yield f"token       {self.token}  (Authorization: Bearer …)"

    def pointing(self) -> Iterator[str]:
        """Yield how to point each client at it."""
        proxy = None if self.proxy is None else f"http://localhost:{self.proxy.port}"
        yield "point a client at it:"
        tls = self.ca_file is not None
        yield from pointing_lines(self.host, self.base_url, self.certificate_ca, proxy, tls=tls)

    def wait(self) -> None:
        """Serve until the process is interrupted."""
        with contextlib.suppress(KeyboardInterrupt):
            threading.Event().wait()


@dataclass(frozen=True, slots=True)
class Place:
    """Where a mock is served, and how.

    `port` 0 is a free one. Beyond this machine, `token` is asked of whoever controls it; one is made where
    none is given. `tls` False is plain HTTP. `proxy_port` None is no proxy. `state` is the file that keeps
    what there is; `keeps_ca` leaves the CA's key beside its certificate, so that the next start has the same.
    `certificate_port` is where a mock on plain HTTP serves certificates of notifications, over TLS.
    """

    port: int = 0
    address: str = "127.0.0.1"
    tls: bool = True
    token: str | None = None
    proxy_port: int | None = None
    state: Path | None = None
    keeps_ca: bool = False
    certificate_port: int | None = None

    @property
    def needs_certificates(self) -> bool:
        """Whether somebody is to be spoken to over TLS."""
        return self.tls or self.proxy_port is not None or self.certificate_port is not None

    @property
    def needed_token(self) -> str | None:
        """The token that is asked for, None where everybody may come."""
        if self.token is not None or is_loopback(self.address):
            return self.token
        return secrets.token_urlsafe(24)


@contextlib.contextmanager
def served(
    directory: Path,
    *,
    place: Place | None = None,
    port: int = 0,
    region: str | None = "na",
    public_key_id: str | None = None,
    public_key_file: Path | None = None,
    settings: Settings = DEFAULTS,
    throttling: Figures = "off",
    notify: tuple[str, ...] = (),
    notify_ca: Path | None = None,
    attach: tuple[Callable[[Namespace], None], ...] = (),
) -> Iterator[ServedMock]:
    """Serve a mock while the context is open, on the loopback unless told otherwise.

    Args:
        directory: where the CA certificate goes, and the private key where one is made; one that is there is
            taken.
        place: where and how it is served.
        port: the port, where `place` does not say.
        region: whose ids it makes; None for the region that each request names.
        public_key_id: the merchant's key id; a made-up one where None.
        public_key_file: his public key as PEM; a pair is made where None.
        settings: how it answers what the facts leave open.
        throttling: whose quotas hold.
        notify: the merchant's endpoints, which notifications are posted to.
        notify_ca: whom to trust where they are https.
        attach: called with each namespace as it is opened, to listen to it for instance.

    Raises:
        ServingProblem: the key cannot be read, the directory not written, the port not bound, the state file
            not used.
    """
    place = place or Place(port=port)
    key_id = public_key_id or MADE_UP_KEY_ID
    public_key, key_file = _key_of(directory, public_key_file)
    certificates = _certificates(directory, place)
    mock = Mock(
        Merchant({key_id: public_key}),
        region=region or "na",
        any_region=region is None,
        settings=settings,
        attach=attach,
    )
    mock.default.service.quota.figures = throttling
    mock.default.begin()
    token = place.needed_token
    with contextlib.ExitStack() as stack:
        if place.state is not None:
            _keep(place.state, mock, stack)
        handler = site(mock, token=token)
        tls = certificates.server_context() if certificates and place.tls else None
        server = _started(Server(handler, tls=tls, host=place.address, port=place.port), stack)
        mock.host = f"localhost:{server.port}" if place.tls else f"http://localhost:{server.port}"
        proxy = None
        if place.proxy_port is not None and certificates is not None:
            tunnel = certificates.server_context()
            proxy = Server(handler, tunnel=tunnel, host=place.address, port=place.proxy_port)
            _started(proxy, stack)
        certificate_ca = certificates.ca_file if certificates else None
        if not place.tls and place.certificate_port is not None and certificates is not None:
            context = certificates.server_context()
            shown = Server(
                certificates_only(mock), tls=context, host=place.address, port=place.certificate_port
            )
            mock.certificate_host = f"localhost:{_started(shown, stack).port}"
        _notify(mock, notify, notify_ca)
        stack.enter_context(ticking(mock))
        stack.enter_context(delivering(mock))
        ca_file = certificate_ca if place.tls else None
        yield ServedMock(server, mock, ca_file, key_id, key_file, token, proxy, certificate_ca)


@contextlib.contextmanager
def ticking(mock: Mock, seconds: float = 1.0) -> Iterator[None]:
    """Let happen what comes due while nobody asks, as often as told, while the context is open."""
    over = threading.Event()

    def tick() -> None:
        while not over.wait(seconds):
            mock.catch_up()

    thread = threading.Thread(target=tick, name="amazonpay-mock-clock", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def is_loopback(address: str) -> bool:
    """Tell whether only this machine reaches an address."""
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return address == "localhost"


def merchant_of(public_key_id: str | None, public_key_file: Path | None) -> Merchant:
    """Return a merchant with the key in a file, or with none.

    Args:
        public_key_id: his key id; a made-up one where None.
        public_key_file: his public key as PEM.

    Raises:
        ServingProblem: the key cannot be read.
    """
    if public_key_file is None:
        return Merchant({})
    try:
        key = load_public_key(public_key_file.read_bytes())
    except KeyProblem as problem:
        raise ServingProblem(f"{public_key_file}: {problem}") from None
    except OSError as problem:
        raise ServingProblem(f"{public_key_file}: {problem.strerror}") from None
    return Merchant({public_key_id or MADE_UP_KEY_ID: key})


def _notify(mock: Mock, endpoints: tuple[str, ...], ca_file: Path | None) -> None:
    try:
        mock.default.notifier.notify_at(endpoints, str(ca_file) if ca_file else None)
    except ImpossibleAct as problem:
        raise ServingProblem(str(problem)) from None


def _started(server: Server, stack: contextlib.ExitStack) -> Server:
    try:
        server.start()
    except OSError as problem:
        reason = problem.strerror or str(problem)
        raise ServingProblem(f"{server.host} port {server.port} cannot be bound: {reason}") from None
    stack.callback(server.close)
    return server


def _keep(path: Path, mock: Mock, stack: contextlib.ExitStack) -> None:
    try:
        state = State(path)
        stack.callback(state.close)
        state.reopen(mock)
    except StateProblem as problem:
        raise ServingProblem(str(problem)) from None


def _certificates(directory: Path, place: Place) -> Certificates | None:
    if not place.needs_certificates:
        return None
    try:
        return Certificates(directory, keeps_key=place.keeps_ca)
    except OSError as problem:
        raise ServingProblem(f"{problem.filename or directory}: {problem.strerror}") from None
    except ValueError as problem:
        raise ServingProblem(
            f"{directory}: its CA cannot be used, remove ca.pem and ca-key.pem to have a new one: {problem}"
        ) from None


def _key_of(directory: Path, public_key_file: Path | None) -> tuple[PublicKey, Path | None]:
    path = public_key_file or directory / PRIVATE_KEY
    try:
        if public_key_file is not None:
            return load_public_key(public_key_file.read_bytes()), None
        if path.exists():
            return load_private_key(path.read_bytes()).public, path
        return _made(path), path
    except KeyProblem as problem:
        raise ServingProblem(f"{path}: {problem}") from None
    except OSError as problem:
        raise ServingProblem(f"{problem.filename or path}: {problem.strerror}") from None


def _made(path: Path) -> PublicKey:
    key = generate_private_key()
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch(mode=0o600)
    path.write_text(key.to_pem("pkcs8"), encoding="ascii")
    return key.public
