"""What answers the client: our mock, or a service elsewhere behind a relay that observes.

Both are reached through the same local server with the same tap, so one judge sees the same kind of trace.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from functools import cached_property
from pathlib import Path
from typing import Literal, Protocol, TypeAlias

from amazonpay_conformance.engine.lane import OTHER_KEY_ID, Lane
from amazonpay_conformance.engine.tap import Tap
from amazonpay_conformance.mock.certificates import Certificates
from amazonpay_conformance.mock.clock import Clock
from amazonpay_conformance.mock.faults import Faults
from amazonpay_conformance.mock.inprocess import in_process
from amazonpay_conformance.mock.routes import Handler
from amazonpay_conformance.mock.server import Server
from amazonpay_conformance.mock.service import Service
from amazonpay_conformance.mock.turns import Turns
from amazonpay_conformance.model.actions import BuyerAct
from amazonpay_conformance.model.tampers import TAMPERS
from amazonpay_conformance.model.world import World
from amazonpay_conformance.reading.requests import Merchant
from amazonpay_conformance.strategies.generator import EPOCH
from amazonpay_conformance.wire.keys import PrivateKey, generate_private_key
from amazonpay_conformance.wire.messages import Exchange

Transport: TypeAlias = Literal["https", "http", "in-process"]


class TargetUnreachable(Exception):
    """Nobody answers at the target, or not as an HTTP service does."""


class Target(Protocol):
    """Answers a client and shows what went over the wire."""

    name: str
    is_mock: bool
    has_buyer: bool
    has_clock: bool
    has_faults: bool
    permissions: tuple[str, ...]
    tampers: frozenset[str]
    has_keys: bool
    in_turn: bool
    """Whether it gets one request after the other, whoever calls."""
    spared: frozenset[str]
    """Operations that it is not bothered with."""
    service_host: str
    signing_host: str | None
    ca_file: str | None
    certificates: Certificates | None
    """What certificates are made with; None where no TLS is spoken."""

    @property
    def scheme(self) -> Literal["https", "http"]:
        """How the client reaches it."""

    def open(self, lane: Lane) -> None:
        """Make ready for a lane.

        Raises:
            TargetUnreachable: nobody answers there.
        """

    def fresh(self) -> World:
        """Begin a scenario and return the world as it is then."""

    def take(self) -> tuple[Exchange, ...]:
        """Return the exchanges since the last time.

        Raises:
            TargetUnreachable: the service could not be reached in one of them.
        """

    def at_once(self, callers: int) -> AbstractContextManager[None]:
        """Let so many callers in at once while the context is open, the first request of each at one time."""

    def buyer(self, act: BuyerAct) -> None:
        """Let the buyer act."""

    def advance(self, seconds: int) -> None:
        """Move the service's clock."""

    def spoil(self, fault: str, times: int, operation: str | None) -> None:
        """Let a fault happen to the next requests."""

    @property
    def other(self) -> tuple[str, PrivateKey]:
        """Public key id and key of another merchant, who has objects of his own."""

    def rotate(self, *, revokes: bool) -> tuple[str, PrivateKey]:
        """Give the merchant another key, and take the ones that he has if told to."""


class MockTarget:
    """Our mock, a fresh one for every scenario, behind one server.

    `make` builds the service; tests hand in builders of faulty ones. `turns` is what calls it, by default
    for one request at a time.
    """

    is_mock = True
    has_buyer = True
    has_clock = True
    has_faults = True
    permissions: tuple[str, ...] = ()
    tampers = frozenset(TAMPERS)
    has_keys = True
    in_turn = False
    spared: frozenset[str] = frozenset()
    signing_host: str | None = None

    def __init__(
        self,
        key: PrivateKey,
        directory: Path,
        *,
        transport: Transport = "https",
        make: Callable[..., Service] = Service,
        turns: Callable[[Service], Handler] = Turns,
    ) -> None:
        self.name = "mock"
        self._turns = turns
        self._key = key
        self._make = make
        self._transport = transport
        self._lane: Lane | None = None
        self._tap = Tap(Service(Merchant({})).handle)
        self._service: Service | None = None
        self._rotations = 0
        self._other: tuple[Service, tuple[str, PrivateKey]] | None = None
        self._faults = Faults()
        self.certificates = Certificates(directory) if transport == "https" else None
        self.ca_file = str(self.certificates.ca_file) if self.certificates else None
        tls = self.certificates.server_context() if self.certificates else None
        self.server = Server(self._tap, tls=tls)
        self.service_host = "mock.amazonpay-conformance.example"

    @property
    def scheme(self) -> Literal["https", "http"]:
        """How the client reaches it."""
        return "http" if self._transport == "http" else "https"

    @contextlib.contextmanager
    def serving(self) -> Iterator[MockTarget]:
        """Serve while the context is open."""
        if self._transport == "in-process":
            with in_process(self._tap, f"https://{self.service_host}"):
                yield self
            return
        with self.server:
            self.service_host = f"localhost:{self.server.port}"
            yield self

    def open(self, lane: Lane) -> None:
        """Serve this lane's merchant from now on."""
        self._lane = lane

    def fresh(self) -> World:
        """Start a new service with a clock of its own that stands still, at the time at which plans begin.

        So a month ends for both at one time, and a seed gives the same run on any day.
        """
        if self._lane is None:
            raise RuntimeError("open() comes before fresh()")
        self._tap.take()
        merchant = Merchant({self._lane.public_key_id: self._key.public})
        self._service = self._make(
            merchant, region=self._lane.region, host=self.service_host, clock=Clock(frozen=True, start=EPOCH)
        )
        self._rotations = 0
        self._faults = Faults()
        self._tap.answer = self._faults.around(self._turns(self._service))
        return World(now=self._service.world.now)

    def take(self) -> tuple[Exchange, ...]:
        """Return the exchanges since the last time."""
        return self._tap.take()

    @contextlib.contextmanager
    def at_once(self, callers: int) -> Iterator[None]:
        """Let several callers in at once; the mock still handles their requests one at a time."""
        self.server.at_once = True
        try:
            with self._tap.meeting(callers):
                yield
        finally:
            self.server.at_once = False

    def buyer(self, act: BuyerAct) -> None:
        """Let the mock's buyer act.

        Raises:
            ImpossibleAct: he cannot do that now.
        """
        if self._service is not None:
            self._service.buyer(act.deed, act.target, act.card, act.product)

    def advance(self, seconds: int) -> None:
        """Move the mock's clock."""
        if self._service is not None:
            self._service.advance(seconds)

    def spoil(self, fault: str, times: int, operation: str | None) -> None:
        """Let a fault happen to the next requests."""
        self._faults.script(fault, times, operation)

    @property
    def other(self) -> tuple[str, PrivateKey]:
        """Another merchant's key, who is let in when he is asked for first."""
        service = self._served()
        if self._other is None or self._other[0] is not service:
            signer = OTHER_KEY_ID, self._second_key
            service.admit(Merchant({OTHER_KEY_ID: self._second_key.public}))
            self._other = service, signer
        return self._other[1]

    def rotate(self, *, revokes: bool) -> tuple[str, PrivateKey]:
        """Give the merchant another key, and take the ones that he has if told to."""
        service = self._served()
        self._rotations += 1
        key = self._second_key if self._rotations % 2 else self._key
        public_key_id = f"{next(iter(service.merchant.keys))}{self._rotations}"
        held = {} if revokes else dict(service.merchant.keys)
        service.merchant = Merchant({**held, public_key_id: key.public})
        return public_key_id, key

    @cached_property
    def _second_key(self) -> PrivateKey:
        return generate_private_key()

    def _served(self) -> Service:
        if self._service is None:
            raise RuntimeError("fresh() comes first")
        return self._service
