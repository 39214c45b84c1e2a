"""Notifies a merchant of what happens in a mock: follows its service, and has letters for the postman.

Nothing of it waits for an endpoint: letters are brought by a thread of their own (`delivering`), one after
the other, while the mock answers others.
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from amazonpay_conformance.mock.notifications import About, Places, Post, Publisher
from amazonpay_conformance.mock.outbox import Letter, Outbox
from amazonpay_conformance.mock.postman import BadEndpoint, Delivery, checked_endpoint, deliver
from amazonpay_conformance.mock.service import ImpossibleAct, Service
from amazonpay_conformance.mock.steps import Change, Step
from amazonpay_conformance.model.notifications import OBJECT_TYPES, notice_of
from amazonpay_conformance.model.objects import MACHINES
from amazonpay_conformance.model.operation import Kind
from amazonpay_conformance.model.resources import RESOURCE_MACHINES
from amazonpay_conformance.model.world import AnyObject, Record, data_of

if TYPE_CHECKING:
    from amazonpay_conformance.mock.namespaces import Mock

LOOK_SECONDS: Final = 0.2
"""How often it is looked whether the mock's clock has made something due."""

Told = Callable[[Letter], None]


@dataclass(frozen=True, slots=True)
class Memory:
    """What a notifier remembers: the letters, and what is to become of the next ones."""

    letters: tuple[Letter, ...]
    coming: tuple[str, ...]


class Notifier:
    """Writes a letter for every step of a service that notifies, where it has an endpoint to send it to."""

    def __init__(self, service: Service) -> None:
        self.service = service
        self.endpoints: tuple[str, ...] = ()
        self.ca_file: str | None = None
        self.certificate_host: str | None = None
        """Where certificates are fetched, over TLS; None where the service itself is."""
        self.outbox = Outbox()
        self.listeners: list[Told] = []
        """Who is told of each letter that was brought, or was not."""
        self._publisher: Publisher | None = None
        service.followers.append(self.follow)

    def notify_at(self, endpoints: tuple[str, ...], ca_file: str | None = None) -> None:
        """Send notifications to these endpoints from now on.

        Args:
            endpoints: their addresses; none for no more notifications.
            ca_file: whom to trust where they are https; the system's authorities where None.

        Raises:
            ImpossibleAct: certificates are served nowhere.
        """
        if endpoints:
            self._publishing()
        self.endpoints, self.ca_file = endpoints, ca_file

    def follow(self, step: Step) -> None:
        """Write what a step notifies of, a notification an object."""
        endpoints = self._all_endpoints()
        if not endpoints:
            return
        settings = self.service.world.settings
        for change in step.changes:
            kinds = [notice_of(transition, settings) for transition in _fired(change, step.used)]
            kind = next(filter(None, reversed(kinds)), None)
            if kind is not None:
                about = About.of(step.after, change.kind, change.id, kind)
                self.outbox.put(about, endpoints, step.at, self._write)

    def send(self, about: About, variant: str, endpoint: str | None = None) -> tuple[int, ...]:
        """Write a notification by hand, to one endpoint or to all, and return the numbers of its letters.

        Raises:
            ImpossibleAct: there is no endpoint, or certificates are served nowhere.
        """
        endpoints = self._all_endpoints() if endpoint is None else (endpoint,)
        if not endpoints:
            raise ImpossibleAct("there is no endpoint to notify: serve --notify URL, or set one")
        self._publishing()
        return self.outbox.send(about, endpoints, self.service.clock.now(), self._write, variant)

    def about(self, object_id: str, change: str = "STATE_CHANGE") -> About:
        """Return what a message says of an object of the mock.

        Raises:
            ImpossibleAct: there is no such object, or none that notifications tell of.
        """
        world = self.service.world
        kinds: tuple[Kind, ...] = tuple(OBJECT_TYPES)
        found = next((kind for kind in kinds if object_id in world.objects(kind)), None)
        if found is None:
            raise ImpossibleAct(f"there is no {', '.join(kinds)} {object_id!r}")
        return About.of(world, found, object_id, change)

    def served(self, path: str) -> bytes | None:
        """Return the certificate that is served at a path, None where there is none."""
        return None if self._publisher is None else self._publisher.served(path)

    def came(self, letter: Letter, came: Delivery) -> None:
        """Take down what became of a letter that was brought."""
        changed = self.outbox.came(letter, came.status, came.why, self.service.clock.now())
        if changed is not None:
            for listener in self.listeners:
                listener(changed)

    def remember(self) -> Memory:
        """Return a copy of what it holds."""
        return Memory(tuple(self.outbox.letters), tuple(self.outbox.coming))

    def recall(self, memory: Memory) -> None:
        """Hold what was remembered. Where it is sent stays as it is."""
        self.outbox.letters = deque(memory.letters, self.outbox.letters.maxlen)
        self.outbox.coming = deque(memory.coming)

    def _all_endpoints(self) -> tuple[str, ...]:
        """Those that were set, and those near by that merchants' accounts name (api-facts §12 [S])."""
        accounts = self.service.world.objects("MerchantAccount")
        if not accounts or not self._has_certificates:
            return self.endpoints
        named = (url for account in accounts.values() for url in _named_endpoints(account))
        return tuple(dict.fromkeys((*self.endpoints, *named)))

    @property
    def _has_certificates(self) -> bool:
        return not (self.certificate_host or self.service.host).startswith("http://")

    def _write(self, about: About, variant: str) -> Post:
        return self._publishing().post(about, variant, sent_at=time.time())

    def _publishing(self) -> Publisher:
        """The publisher, made when it is first needed: that takes some 200 ms."""
        if self._publisher is None:
            trusted = self.certificate_host or self.service.host
            if not self._has_certificates:
                raise ImpossibleAct(
                    "notifications need TLS, for certificates are fetched over https only: "
                    "serve with --certificate-port, or without --http"
                )
            port = trusted.partition(":")[2]
            foreign = f"127.0.0.1:{port}" if port else "127.0.0.1"
            places = Places(trusted, foreign, self.service.host.removeprefix("http://"))
            self._publisher = Publisher(places, settings=self.service.world.settings)
        return self._publisher


@contextlib.contextmanager
def delivering(mock: Mock) -> Iterator[None]:
    """Bring what is due, one letter after the other, while the context is open."""
    over = threading.Event()
    thread = threading.Thread(target=_round, args=(mock, over), name="amazonpay-mock-postman", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join(1.0)


def deliver_due(mock: Mock) -> int:
    """Bring all that is due now, and return how many letters that were."""
    count = 0
    while (found := _next(mock)) is not None:
        _bring(mock, *found)
        count += 1
    return count


def _round(mock: Mock, over: threading.Event) -> None:
    while not over.is_set():
        found = _next(mock)
        if found is None:
            over.wait(LOOK_SECONDS)
        else:
            _bring(mock, *found)


def _bring(mock: Mock, notifier: Notifier, letter: Letter) -> None:
    came = deliver(letter.endpoint, letter.post, ca_file=notifier.ca_file)
    with mock.lock:
        notifier.came(letter, came)


def _next(mock: Mock) -> tuple[Notifier, Letter] | None:
    with mock.lock:
        for namespace in mock.namespaces.values():
            notifier = namespace.notifier
            letter = notifier.outbox.due(notifier.service.clock.now())
            if letter is not None:
                return notifier, letter
    return None


def _named_endpoints(account: AnyObject) -> Iterator[str]:
    """Yield the endpoints of a merchant's account; what is elsewhere than near by is not posted to."""
    if not isinstance(account, Record) or account.gone:
        return
    urls = data_of(account.data.get("integrationInfo")).get("ipnEndpointUrls")
    for url in urls if isinstance(urls, list) else ():
        with contextlib.suppress(BadEndpoint):
            yield checked_endpoint(str(url))


def _fired(change: Change, used: tuple[str, ...]) -> tuple[str, ...]:
    """Return the transitions that led an object from what it was to what it is, in their order."""
    machine = {**MACHINES, **RESOURCE_MACHINES}.get(change.kind)
    rows = {} if machine is None else {row.id: row for row in machine.transitions}
    state, fired = None if change.before is None else change.before.state, []
    for row in (rows[name] for name in used if name in rows):
        if row.source == state:
            state = row.target
            fired.append(row.id)
    return tuple(fired) if state == change.after.state else ()
