"""Everything a certification needs before it begins, put together and taken down again."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

from amazonpay_conformance.clients.driver import Driver, Region
from amazonpay_conformance.clients.locate import BrokenClient, UnknownClient, locate
from amazonpay_conformance.engine.budget import Stop
from amazonpay_conformance.engine.certification import Certification
from amazonpay_conformance.engine.crew import Crew
from amazonpay_conformance.engine.events import Listener
from amazonpay_conformance.engine.order import Order
from amazonpay_conformance.engine.remote import (
    HOSTS,
    SANDBOX_REQUESTS_PER_SECOND,
    Credentials,
    MisnamedTarget,
    RefusedTarget,
    RemoteTarget,
    address_of,
    credentials,
)
from amazonpay_conformance.engine.result import Result
from amazonpay_conformance.engine.targets import MockTarget, Target, Transport
from amazonpay_conformance.mock.service import Service
from amazonpay_conformance.model.regions import SERVICE_HOSTS
from amazonpay_conformance.model.requirements import Subject
from amazonpay_conformance.model.switches import BadSwitch, Settings
from amazonpay_conformance.wire.keys import KeyProblem, PrivateKey, generate_private_key, load_private_key

REFERENCE: Final = "reference"


class SetUpProblem(Exception):
    """Nothing can begin; the message is one line. `is_usage` where the command line itself is at fault."""

    def __init__(self, message: str, *, is_usage: bool = False) -> None:
        super().__init__(message)
        self.is_usage = is_usage


@dataclass(frozen=True, slots=True)
class Choice:
    """Which client, against what, and how they meet. `switches`, as NAME=CHOICE, are for the mock."""

    client: str = REFERENCE
    target: str = "mock"
    transport: Transport = "https"
    region: Region | None = None
    ca_file: Path | None = None
    resolve: str | None = None
    allow_network: bool = False
    switches: tuple[str, ...] = ()

    @property
    def subjects(self) -> frozenset[Subject]:
        """Who is under test: the client, unless it is the reference; the server, unless it is the mock.

        Where both are ours, both are judged: the kit tests itself.
        """
        ours = (self.client == REFERENCE, self.target == "mock")
        judged: dict[tuple[bool, bool], frozenset[Subject]] = {
            (True, True): frozenset({"client", "server"}),
            (True, False): frozenset({"server"}),
            (False, True): frozenset({"client"}),
            (False, False): frozenset({"client", "server"}),
        }
        return judged[ours]


@dataclass(frozen=True, slots=True)
class Prepared:
    """A driver, a target and a key pair that fit together."""

    driver: Driver
    target: Target
    key: PrivateKey
    key_file: Path
    region: Region
    public_key_id: str | None = None
    crew: Crew | None = None

    def certify(self, order: Order, listeners: tuple[Listener, ...] = (), stop: Stop | None = None) -> Result:
        """Run a certification, until its end or until it is to stop."""
        return self.certification(order, listeners, stop).run()

    def certification(
        self, order: Order, listeners: tuple[Listener, ...] = (), stop: Stop | None = None
    ) -> Certification:
        """Return a certification that has not begun."""
        return Certification(
            self.driver,
            self.target,
            self.key,
            self.key_file,
            order,
            listeners,
            self.public_key_id,
            self.crew,
            stop,
        )


@contextlib.contextmanager
def prepared(choice: Choice, *, make: type[Service] = Service) -> Iterator[Prepared]:
    """Prepare what a choice asks for; everything is taken down at the end.

    Args:
        choice: client and target.
        make: what the mock serves with; a faulty service in tests of the kit.

    Raises:
        SetUpProblem: the client, the target or a credential cannot be used.
    """
    with tempfile.TemporaryDirectory(prefix="amazonpay-conformance-") as name:
        directory = Path(name)
        made = partial(make, settings=_settings(choice))
        try:
            given = None if choice.target == "mock" else _credentials(choice)
            key = load_private_key(given.private_key) if given else generate_private_key()
            target = _target(choice, key, given, directory, made)
        except RefusedTarget as problem:
            raise SetUpProblem(str(problem), is_usage=isinstance(problem, MisnamedTarget)) from None
        except KeyProblem as problem:
            raise SetUpProblem(f"AMAZON_PAY_PRIVATE_KEY: {problem}") from None
        key_file = _write_key(key, directory)
        region = choice.region or (given.region if given else "na")
        with target.serving(), _driver(choice.client, target.ca_file) as driver:
            key_id = given.public_key_id if given else None
            with _crew(choice, target.ca_file) as crew:
                yield Prepared(driver, target, key, key_file, region, key_id, crew)


@contextlib.contextmanager
def _driver(client: str, ca_file: str | None) -> Iterator[Driver]:
    try:
        driver = locate(client, ca_file=ca_file)
    except UnknownClient as problem:
        raise SetUpProblem(str(problem), is_usage=not isinstance(problem, BrokenClient)) from None
    try:
        yield driver
    finally:
        driver.close()


@contextlib.contextmanager
def _crew(choice: Choice, ca_file: str | None) -> Iterator[Crew | None]:
    """Further instances of the client, where it is a server that is to be called by several at once."""
    if "server" not in choice.subjects:
        yield None
        return
    with contextlib.closing(Crew(partial(locate, choice.client, ca_file=ca_file))) as crew:
        yield crew


def _credentials(choice: Choice) -> Credentials | None:
    given = credentials()
    if choice.target != "sandbox":
        return given
    if not choice.allow_network:
        raise MisnamedTarget(
            "the sandbox is a real service: add --allow-network to send requests to it (docs/sandbox.md)"
        )
    if given is None:
        raise RefusedTarget(
            "the sandbox needs AMAZON_PAY_PUBLIC_KEY_ID, AMAZON_PAY_PRIVATE_KEY and AMAZON_PAY_REGION in the "
            "environment (docs/sandbox.md)"
        )
    return given


def _settings(choice: Choice) -> Settings:
    if choice.switches and choice.target != "mock":
        raise SetUpProblem(
            f"--switch is for the mock: what {choice.target} does is its own affair", is_usage=True
        )
    try:
        return Settings.parse(choice.switches)
    except BadSwitch as problem:
        raise SetUpProblem(str(problem), is_usage=True) from None


def _target(
    choice: Choice,
    key: PrivateKey,
    given: Credentials | None,
    directory: Path,
    make: Callable[..., Service],
) -> MockTarget | RemoteTarget:
    if choice.target == "mock":
        return MockTarget(key, directory, transport=choice.transport, make=make)
    permissions = given.permissions if given else ()
    if choice.target == "sandbox" and given is not None:
        address = address_of(f"https://{HOSTS[choice.region or given.region]}", choice.resolve)
        return RemoteTarget(
            f"sandbox ({address.host})",
            address,
            directory,
            permissions=permissions,
            ca_file=choice.ca_file,
            per_second=None if choice.resolve else SANDBOX_REQUESTS_PER_SECOND,
            sandbox_key=given.public_key_id.upper().startswith("SANDBOX"),
        )
    address = address_of(choice.target, choice.resolve)
    if address.host.rstrip(".").lower() in SERVICE_HOSTS:
        raise MisnamedTarget(
            f"{address.host} is Amazon's: use --target sandbox, which keeps it to the sandbox"
        )
    return RemoteTarget(
        choice.target, address, directory, permissions=permissions, ca_file=choice.ca_file, sandbox_only=False
    )


def _write_key(key: PrivateKey, directory: Path) -> Path:
    key_file = directory / "private-key.pem"
    key_file.touch(mode=0o600)
    key_file.write_text(key.to_pem("pkcs8"), encoding="ascii")
    return key_file
