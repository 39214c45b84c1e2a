"""A notification endpoint tried as a whole: a mock served, a shop pointed at it, every trial made."""

from __future__ import annotations

import contextlib
import socket
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from amazonpay_conformance.checks.subject import Notified
from amazonpay_conformance.clients.locate import adapter_at
from amazonpay_conformance.clients.shop import Shop, ShopConfig, connect
from amazonpay_conformance.clients.trust import trusted
from amazonpay_conformance.engine.endpoint_trials import (
    Attempt,
    Endpoint,
    Poster,
    Trial,
    poster_in_process,
)
from amazonpay_conformance.engine.stage import Stage
from amazonpay_conformance.mock.certificates import Certificates
from amazonpay_conformance.mock.notifications import MERCHANT_ID, Places, Post
from amazonpay_conformance.mock.postman import Delivery, checked_endpoint, deliver
from amazonpay_conformance.mock.server import Server
from amazonpay_conformance.mock.serving import MADE_UP_KEY_ID
from amazonpay_conformance.model.switches import DEFAULTS, Settings
from amazonpay_conformance.wire.keys import (
    KeyProblem,
    PublicKey,
    generate_private_key,
    load_public_key,
)
from amazonpay_conformance.wire.messages import Request, Response

KEY_FILE: Final = "private-key.pem"
SNS: Final = "sns.us-east-1.amazonaws.com"
LOOK_ALIKE: Final = f"{SNS}.attacker.example"
"""Hosts that only a proxy can play."""


class EndpointProblem(Exception):
    """The trials cannot be made; the message is one line."""


class EndpointUnreachable(EndpointProblem):
    """Nobody answers at the endpoint's address."""


@dataclass(frozen=True, slots=True)
class EndpointChoice:
    """What is tried, and how.

    `shop` is an address, or an adapter's file or module. The mock is served at `port`, 0 for a free one.
    `wait` is how long the shop has for what it should do, `deadline` for an answer, `ready` to come up. At
    `proxy_port`, 0 for a free one, a proxy plays a host of SNS's, and one that looks like it.
    """

    shop: str
    directory: Path
    port: int = 0
    region: str = "na"
    public_key_id: str | None = None
    public_key_file: Path | None = None
    ca_file: Path | None = None
    settings: Settings = DEFAULTS
    wait: float = 5.0
    deadline: float = 15.0
    ready: float = 30.0
    allow_network: bool = False
    proxy_port: int | None = None


@dataclass(frozen=True, slots=True)
class Served:
    """What whoever sets the shop up needs to know."""

    config: ShopConfig
    key_file: Path | None

    def lines(self) -> Iterator[str]:
        """Yield it, a line a thing."""
        yield f"Amazon Pay  {self.config.base_url}  (region {self.config.region})"
        yield f"CA to trust {self.config.ca_file}"
        yield f"key id      {self.config.public_key_id}"
        if self.key_file is not None:
            yield f"private key {self.key_file}  (made for this mock)"
        if self.config.proxy is not None:
            yield f"proxy       {self.config.proxy}  (the shop's HTTPS_PROXY and HTTP_PROXY)"
        yield f"certificates of notifications are trusted at https://{self.config.certificate_host}/ only"


def certify_endpoint(
    choice: EndpointChoice,
    *,
    served: Callable[[Served], None] = lambda _: None,
    told: Callable[[Trial, Notified], None] = lambda _, __: None,
) -> Endpoint:
    """Make every trial of an endpoint.

    Args:
        choice: what is tried.
        served: told how the shop is to be configured, before it is asked for anything.
        told: told of each trial.

    Raises:
        EndpointProblem: the mock cannot be served, or the shop not be used.
        BadEndpoint: the address is none.
        UnknownClient: the words lead to no adapter.
        BrokenShop: the adapter raised.
    """
    is_address = choice.shop.startswith(("http://", "https://"))
    if is_address:
        checked_endpoint(choice.shop, allow_network=choice.allow_network)
    adapter = None if is_address else adapter_at(choice.shop)
    with _stage(choice) as (stage, ready):
        served(ready)
        with (
            trusted(ready.config.ca_file, ready.config.proxy),
            contextlib.closing(_shop(choice, adapter, ready)) as shop,
        ):
            poster, wait = _poster(shop, choice)
            attempt = Attempt(stage, shop, poster, wait=wait, deadline=choice.deadline, told=told)
            return attempt.run()


def _environment(ready: Served) -> contextlib.AbstractContextManager[None]:
    """What the shop needs to be told by the environment: it is in this process, or started by it."""
    return trusted(ready.config.ca_file, ready.config.proxy)


def _shop(choice: EndpointChoice, adapter: Any, ready: Served) -> Shop:
    return Shop(choice.shop) if adapter is None else connect(adapter, ready.config)


def _poster(shop: Shop, choice: EndpointChoice) -> tuple[Poster, float]:
    """How notifications come to the shop; a function's shop has done all when it has answered."""
    url = shop.endpoint
    if not isinstance(url, str):
        return poster_in_process(shop), 0.0
    checked_endpoint(url, allow_network=choice.allow_network)
    _await(url, choice.ready)
    ca_file = str(choice.ca_file) if choice.ca_file else None
    address = url

    def post(notification: Post) -> Delivery:
        return deliver(address, notification, seconds=choice.deadline * 2, ca_file=ca_file)

    return post, choice.wait


def _await(url: str, seconds: float) -> None:
    """Wait until somebody listens."""
    parts = urlsplit(url)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    ends = time.monotonic() + seconds
    while True:
        try:
            socket.create_connection((parts.hostname or "", port), 1).close()
            return
        except OSError as problem:
            if time.monotonic() > ends:
                why = problem.strerror or type(problem).__name__
                raise EndpointUnreachable(f"nobody answers at {url}: {why}") from None
        time.sleep(0.1)


@contextlib.contextmanager
def _stage(choice: EndpointChoice) -> Iterator[tuple[Stage, Served]]:
    public_key, pem, key_file = _key(choice)
    key_id = choice.public_key_id or MADE_UP_KEY_ID
    stage = Stage(key_id, public_key, generate_private_key(), region=choice.region, settings=choice.settings)
    try:
        certificates = Certificates(choice.directory, more_hosts=(SNS, LOOK_ALIKE))
    except OSError as problem:
        raise EndpointProblem(f"{problem.filename or choice.directory}: {problem.strerror}") from None
    tls = certificates.server_context()
    with contextlib.ExitStack() as stack:
        server = _started(Server(lambda r: stage.handle(r), tls=tls, port=choice.port), stack)
        clear = _started(Server(lambda r: _in_clear(stage, r)), stack)
        host, proxy = f"localhost:{server.port}", None
        places = Places(host, f"127.0.0.1:{server.port}", f"localhost:{clear.port}")
        if choice.proxy_port is not None:
            proxy = _started(_proxy(stage, certificates, choice.proxy_port), stack)
            places = Places(SNS, LOOK_ALIKE, SNS)
        stage.mock.host = host
        stage.publish_at(places)
        config = ShopConfig(
            f"https://{host}",
            str(certificates.ca_file),
            choice.region,
            key_id,
            pem,
            MERCHANT_ID,
            places.trusted,
            None if proxy is None else f"http://localhost:{proxy.port}",
        )
        yield stage, Served(config, key_file)


def _started(server: Server, stack: contextlib.ExitStack) -> Server:
    try:
        server.start()
    except OSError as problem:
        raise EndpointProblem(f"port {server.port} cannot be bound: {problem.strerror}") from None
    stack.callback(server.close)
    return server


def _proxy(stage: Stage, certificates: Certificates, port: int) -> Server:
    """What plays SNS's host and its look-alike, with TLS and in clear."""

    def handle(request: Request) -> Response:
        scheme, _, rest = request.path.partition("://")
        if scheme != "http":
            return stage.handle(request)  # in a tunnel
        return _in_clear(stage, replace(request, path=f"/{rest.partition('/')[2]}"))

    tunnel = certificates.server_context()
    return Server(handle, tunnel=tunnel, hosts=(SNS, LOOK_ALIKE), port=port)


def _in_clear(stage: Stage, request: Request) -> Response:
    """Only certificates are to be had without TLS."""
    return stage.handle(request) if request.path in stage.publisher.paths else Response(404)


def _key(choice: EndpointChoice) -> tuple[PublicKey, str, Path | None]:
    """The key that the shop signs with: public, private where it is made here, and the private one's file."""
    if choice.public_key_file is not None:
        try:
            return load_public_key(choice.public_key_file.read_bytes()), "", None
        except KeyProblem as problem:
            raise EndpointProblem(f"{choice.public_key_file}: {problem}") from None
        except OSError as problem:
            raise EndpointProblem(f"{choice.public_key_file}: {problem.strerror}") from None
    key = generate_private_key()
    path = choice.directory / KEY_FILE
    try:
        choice.directory.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(key.to_pem("pkcs8"), encoding="ascii")
    except OSError as problem:
        raise EndpointProblem(f"{path}: {problem.strerror}") from None
    return key.public, key.to_pem("pkcs8"), path
