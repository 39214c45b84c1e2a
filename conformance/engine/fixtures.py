"""A mock for somebody's test: what the pytest fixtures hand out, and what is wrong with its caller."""

from __future__ import annotations

import contextlib
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Final

from amazonpay_conformance.engine.lane import PREFIXED_KEY_ID
from amazonpay_conformance.engine.listening import listen_to
from amazonpay_conformance.mock.certificates import Certificates
from amazonpay_conformance.mock.control import Control
from amazonpay_conformance.mock.inprocess import in_process
from amazonpay_conformance.mock.journal import Remark
from amazonpay_conformance.mock.namespaces import Mock, Namespace
from amazonpay_conformance.mock.server import Server
from amazonpay_conformance.mock.serving import ticking
from amazonpay_conformance.mock.site import site
from amazonpay_conformance.model.regions import SERVICE_HOSTS
from amazonpay_conformance.reading.requests import Merchant
from amazonpay_conformance.wire.keys import PrivateKey, generate_private_key

HIDDEN: Final = 10
"""Findings that are told in full; of the others only how many there are."""


class Keys:
    """The key that all tests of a run sign with. Which namespace a request is of, its key's id says."""

    def __init__(self, directory: Path) -> None:
        """Keep a key in a directory, made when it is asked for first."""
        self._directory = directory

    @cached_property
    def key(self) -> PrivateKey:
        """The key."""
        return generate_private_key()

    @cached_property
    def file(self) -> Path:
        """The key's file, PEM."""
        path = self._directory / "private-key.pem"
        path.touch(mode=0o600)
        path.write_text(self.pem, encoding="ascii")
        return path

    @cached_property
    def pem(self) -> str:
        """The key as PEM."""
        return self.key.to_pem("pkcs8")


@dataclass(frozen=True)
class Access:
    """How a client gets at a mock: everything that it has to be configured with."""

    base_url: str
    public_key_id: str
    keys: Keys
    ca_file: str | None
    region: str = "na"


class AmazonPay(Control):
    """A mock of a test's own. Its verbs are those of `Control`: `seed`, `approve`, `advance`, `faults`, …

    A client is configured with its `base_url`, `public_key_id`, `private_key`, `private_key_file`, `region`
    and `ca_file`.
    """

    def __init__(self, mock: Mock, namespace: Namespace, access: Access) -> None:
        super().__init__(mock, namespace)
        self._access = access
        self.base_url = access.base_url
        self.public_key_id = access.public_key_id
        self.region = access.region
        self.ca_file = access.ca_file

    @property
    def host(self) -> str:  # type: ignore[override,unused-ignore]
        """Host, and port where there is one."""
        return self.base_url.partition("://")[2]

    @property
    def private_key(self) -> str:
        """The private key, PEM."""
        return self._access.keys.pem

    @property
    def private_key_file(self) -> str:
        """The private key's file."""
        return str(self._access.keys.file)

    def complaint(self, allowed: Collection[str]) -> str:
        """Return what is wrong with whoever called, but for what is allowed; "" where nothing is.

        Args:
            allowed: ids of requirements.
        """
        remarks = [r for r in self.namespace.journal.remarks if r.requirement not in allowed]
        first = {(remark.requirement, remark.operation): remark for remark in reversed(remarks)}
        return "\n".join(_lines(list(reversed(first.values()))))


@contextlib.contextmanager
def mock_in_process(keys: Keys) -> Iterator[AmazonPay]:
    """Answer whatever `requests` sends to the service's own hosts while the context is open."""
    mock = _watched(Merchant({PREFIXED_KEY_ID: keys.key.public}))
    urls = tuple(f"https://{host}" for host in SERVICE_HOSTS)
    mock.host = SERVICE_HOSTS[0]
    with in_process(site(mock), *urls):
        yield AmazonPay(mock, mock.default, Access(urls[0], PREFIXED_KEY_ID, keys, None))


class MockServer:
    """A server for all tests of a run. Each gets a namespace of its own, found by its key's id."""

    def __init__(self, directory: Path, keys: Keys) -> None:
        """Make a certificate; nothing is served before `serving`."""
        self._keys = keys
        self._certificates = Certificates(directory)
        self._mock = _watched(Merchant({}))
        self._server = Server(site(self._mock), tls=self._certificates.server_context())
        self._count = 0

    @contextlib.contextmanager
    def serving(self) -> Iterator[MockServer]:
        """Serve while the context is open."""
        with self._server, ticking(self._mock):
            self._mock.host = f"localhost:{self._server.port}"
            yield self

    @contextlib.contextmanager
    def namespace(self) -> Iterator[AmazonPay]:
        """Open a namespace while the context is open."""
        self._count += 1
        name, key_id = f"test-{self._count}", f"{PREFIXED_KEY_ID}{self._count}"
        namespace = self._mock.open(name, Merchant({key_id: self._keys.key.public}))
        url = f"https://localhost:{self._server.port}"
        try:
            yield AmazonPay(
                self._mock, namespace, Access(url, key_id, self._keys, str(self._certificates.ca_file))
            )
        finally:
            self._mock.close(name)


def _watched(merchant: Merchant) -> Mock:
    def watch(namespace: Namespace) -> None:
        listen_to(namespace)

    return Mock(merchant, any_region=True, attach=(watch,))


def _lines(remarks: list[Remark]) -> Iterator[str]:
    for remark in remarks[:HIDDEN]:
        yield f"{remark.requirement} ({remark.level}), {remark.operation}: {remark.statement}"
        yield f"  expected  {remark.expected}"
        yield f"  received  {remark.received}"
        hint = remark.hint() if callable(remark.hint) else remark.hint
        if hint:
            yield f"  hint      {hint}"
    if len(remarks) > HIDDEN:
        yield f"and {len(remarks) - HIDDEN} more"
    if remarks:
        named = ", ".join(f'"{name}"' for name in sorted({remark.requirement for remark in remarks}))
        yield f"what is known and meant is allowed with @pytest.mark.amazonpay_allow({named})"
