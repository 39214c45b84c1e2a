"""The mock as a whole: namespaces that know nothing of each other, and what is common to them.

A namespace is a merchant with his objects, his clock and whatever goes wrong for him. A request belongs to
the one that its header names, or whose key signs it. Everything happens one at a time.
"""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable, Iterable
from typing import Any, Final, Protocol, TypeAlias

from amazonpay_conformance.mock.clock import Clock
from amazonpay_conformance.mock.faults import Faults
from amazonpay_conformance.mock.history import History
from amazonpay_conformance.mock.journal import Journal, Judge, Remark, exchange_of
from amazonpay_conformance.mock.notifier import Notifier
from amazonpay_conformance.mock.press import Press
from amazonpay_conformance.mock.routes import message
from amazonpay_conformance.mock.service import Service
from amazonpay_conformance.model.switches import DEFAULTS, Settings
from amazonpay_conformance.reading.requests import Merchant, operation_of, signer_of
from amazonpay_conformance.wire.messages import Request, Response

JudgeButton: TypeAlias = Callable[[Press], Iterable[Remark]]

NAMESPACE_HEADER: Final = "x-amazonpay-mock-namespace"
DEFAULT: Final = "default"

Memories: TypeAlias = tuple[Any, ...]

_NAME: Final = re.compile(r"[A-Za-z0-9_.:\[\]/-]{1,200}")


class NoSuchNamespace(LookupError):
    """There is no namespace of that name; the message says so."""


class Keeper(Protocol):
    """Something of a namespace that is put back with it. What it remembers, nobody changes."""

    def remember(self) -> Any:
        """Return a copy of what it holds."""

    def recall(self, memory: Any) -> None:
        """Hold what was remembered."""


class Namespace:
    """One merchant's part of a mock: `service` answers, `faults` go wrong, `journal` has what was seen.

    Whatever else holds something for a namespace is one of its `keepers`.
    """

    def __init__(self, name: str, service: Service, judge: Judge | None = None) -> None:
        self.name = name
        self.service = service
        self.faults = Faults()
        self.journal = Journal()
        self.history = History()
        self.judge = judge
        self.notifier = Notifier(service)
        self.keepers: list[Keeper] = [service, self.faults, self.history, self.notifier]
        self.snapshots: dict[str, Memories] = {}
        service.followers.append(self.history.take)
        self.judge_button: JudgeButton | None = None
        self._answer = self.faults.around(service.handle)
        self._beginning: Memories = ()

    def begin(self) -> None:
        """Be as now whenever it is reset."""
        self._beginning = self.remember()

    def reset(self) -> None:
        """Be as in the beginning, only later."""
        self.recall(self._beginning)
        self.service.restart()
        self.journal.clear()
        self.snapshots.clear()

    def remember(self) -> Memories:
        """Return all that is held for it."""
        return tuple(keeper.remember() for keeper in self.keepers)

    def recall(self, memories: Memories) -> None:
        """Hold what was remembered."""
        for keeper, memory in zip(self.keepers, memories, strict=True):
            keeper.recall(memory)

    def handle(self, request: Request) -> Response:
        """Answer one request, and take down what came of it before the answer leaves."""
        received_at, began = time.time(), time.perf_counter()
        response = self._answer(request)
        exchange = exchange_of(request, response, received_at, (began, time.perf_counter()))
        remarks = self.judge(exchange) if self.judge is not None else ()
        self.journal.add(exchange, operation_of(request), remarks)
        return response

    def pressed(self, press: Press) -> None:
        """Take down what is wrong with a button that was pressed."""
        for remark in self.judge_button(press) if self.judge_button is not None else ():
            self.journal.note(remark)


class Mock:
    """All namespaces. `attach` is called with each as it is opened, to listen to it for instance."""

    def __init__(
        self,
        merchant: Merchant,
        *,
        region: str = "na",
        host: str = "localhost",
        clock: Clock | None = None,
        settings: Settings = DEFAULTS,
        any_region: bool = False,
        make: Callable[..., Service] = Service,
        attach: tuple[Callable[[Namespace], None], ...] = (),
    ) -> None:
        self.region = region
        self.settings = settings
        self.any_region = any_region
        self.lock = threading.RLock()
        self.attach = attach
        self.savers: list[Callable[[], None]] = []
        """Called after whatever happened, before it is answered."""
        self._make = make
        self.namespaces: dict[str, Namespace] = {}
        self._host = host
        self._certificate_host: str | None = None
        self.open(DEFAULT, merchant, clock)

    @property
    def default(self) -> Namespace:
        """The namespace of whoever names none."""
        return self.namespaces[DEFAULT]

    @property
    def host(self) -> str:
        """Where the buyer is sent to: host, and port where there is one."""
        return self._host

    @host.setter
    def host(self, host: str) -> None:
        self._host = host
        for namespace in self.namespaces.values():
            namespace.service.host = host

    @property
    def certificate_host(self) -> str | None:
        """Where certificates of notifications are fetched: host and port. None where the mock itself is."""
        return self._certificate_host

    @certificate_host.setter
    def certificate_host(self, host: str) -> None:
        self._certificate_host = host
        for namespace in self.namespaces.values():
            namespace.notifier.certificate_host = host

    def open(self, name: str, merchant: Merchant, clock: Clock | None = None) -> Namespace:
        """Open a namespace, an empty one.

        Raises:
            ValueError: the name is taken, or none.
        """
        with self.lock:
            if name in self.namespaces:
                raise ValueError(f"there is a namespace {name!r} already")
            if not _NAME.fullmatch(name):
                raise ValueError(f"{name!r} is no name of a namespace: expected {_NAME.pattern}")
            service = self._make(
                merchant,
                region=self.region,
                host=self._host,
                clock=clock,
                settings=self.settings,
                any_region=self.any_region,
            )
            namespace = self.namespaces[name] = Namespace(name, service)
            namespace.notifier.certificate_host = self._certificate_host
            for listen in self.attach:
                listen(namespace)
            namespace.begin()
            return namespace

    def close(self, name: str) -> None:
        """Forget a namespace and all that is in it; the default one stays.

        Raises:
            NoSuchNamespace: there is none of that name, or it is the default one.
        """
        with self.lock:
            if name == DEFAULT or self.namespaces.pop(name, None) is None:
                raise NoSuchNamespace(f"no namespace {name!r} that could be closed")

    def find(self, name: str) -> Namespace:
        """Return a namespace.

        Raises:
            NoSuchNamespace: there is none of that name.
        """
        if name not in self.namespaces:
            raise NoSuchNamespace(f"there is no namespace {name!r}; open it first")
        return self.namespaces[name]

    def namespace_of(self, request: Request) -> Namespace:
        """Return the namespace that a request belongs to.

        Raises:
            NoSuchNamespace: its header names none that there is.
        """
        named = request.headers.get(NAMESPACE_HEADER)
        if named is not None:
            return self.find(named)
        if len(self.namespaces) == 1:
            return self.default
        key_id = signer_of(request)
        having = (n for n in self.namespaces.values() if key_id in n.service.merchant.keys)
        return next(having, self.default)

    def save(self) -> None:
        """Have what happened written down, where somebody does."""
        with self.lock:
            for saver in self.savers:
                saver()

    def catch_up(self) -> None:
        """Let happen in every namespace what came due meanwhile."""
        with self.lock:
            for namespace in self.namespaces.values():
                namespace.service.catch_up()
            self.save()

    def handle(self, request: Request) -> Response:
        """Answer a request of the API."""
        with self.lock:
            try:
                namespace = self.namespace_of(request)
            except NoSuchNamespace as problem:
                return message(400, str(problem))
            return namespace.handle(request)
