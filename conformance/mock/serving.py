"""The mock served on its own: key, certificate, server and control API put together."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from amazonpay_conformance.mock.certificates import Certificates
from amazonpay_conformance.mock.namespaces import Mock, Namespace
from amazonpay_conformance.mock.server import Server
from amazonpay_conformance.mock.service import Service
from amazonpay_conformance.mock.site import site
from amazonpay_conformance.mock.verbs import PREFIX
from amazonpay_conformance.model.switches import DEFAULTS, Settings
from amazonpay_conformance.reading.requests import Merchant
from amazonpay_conformance.wire.keys import KeyProblem, PublicKey, generate_private_key, load_public_key

MADE_UP_KEY_ID: Final = "SANDBOX-AEXAMPLE0CONFORMANCE0KEY"


class ServingProblem(Exception):
    """The mock cannot be served; the message is one line."""


@dataclass(frozen=True, slots=True)
class ServedMock:
    """A mock that is being served."""

    server: Server
    mock: Mock
    ca_file: Path
    public_key_id: str
    private_key_file: Path | None

    @property
    def service(self) -> Service:
        """The service of the default namespace."""
        return self.mock.default.service

    @property
    def base_url(self) -> str:
        """Where it is."""
        return f"https://localhost:{self.server.port}"

    def lines(self) -> Iterator[str]:
        """Yield what whoever started it needs to know."""
        yield f"mock        {self.base_url}  (region {self.service.region}; stop with Ctrl-C)"
        yield f"CA to trust {self.ca_file}"
        yield f"key id      {self.public_key_id}"
        if self.private_key_file is not None:
            yield f"private key {self.private_key_file}  (made for this mock)"
        yield f"control     {self.base_url}{PREFIX}openapi.json  (docs/mock.md)"

    def wait(self) -> None:
        """Serve until the process is interrupted."""
        with contextlib.suppress(KeyboardInterrupt):
            threading.Event().wait()


@contextlib.contextmanager
def served(
    directory: Path,
    *,
    port: int = 0,
    region: str = "na",
    public_key_id: str | None = None,
    public_key_file: Path | None = None,
    settings: Settings = DEFAULTS,
    attach: tuple[Callable[[Namespace], None], ...] = (),
) -> Iterator[ServedMock]:
    """Serve a mock on the loopback while the context is open.

    Args:
        directory: where the CA certificate goes, and the private key where one is made.
        port: the port, 0 for a free one.
        region: whose ids it makes.
        public_key_id: the merchant's key id; a made-up one where None.
        public_key_file: his public key as PEM; a pair is made where None.
        settings: how it answers what the facts leave open.
        attach: called with each namespace as it is opened, to listen to it for instance.

    Raises:
        ServingProblem: the key cannot be read, the directory not written, the port not bound.
    """
    try:
        public_key, key_file = _key(directory, public_key_file)
        certificates = Certificates(directory)
    except KeyProblem as problem:
        raise ServingProblem(f"{public_key_file}: {problem}") from None
    except OSError as problem:
        raise ServingProblem(f"{problem.filename or directory}: {problem.strerror}") from None
    key_id = public_key_id or MADE_UP_KEY_ID
    mock = Mock(Merchant({key_id: public_key}), region=region, settings=settings, attach=attach)
    server = Server(site(mock), tls=certificates.server_context(), port=port)
    try:
        server.start()
    except OSError as problem:
        raise ServingProblem(f"port {port} cannot be bound: {problem.strerror}") from None
    try:
        mock.host = f"localhost:{server.port}"
        yield ServedMock(server, mock, certificates.ca_file, key_id, key_file)
    finally:
        server.close()


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


def _key(directory: Path, public_key_file: Path | None) -> tuple[PublicKey, Path | None]:
    if public_key_file is not None:
        return load_public_key(public_key_file.read_bytes()), None
    key = generate_private_key()
    directory.mkdir(parents=True, exist_ok=True)
    path = directory / "private-key.pem"
    path.touch(mode=0o600)
    path.write_text(key.to_pem("pkcs8"), encoding="ascii")
    return key.public, path
