"""Measures the kit: whether it finds a fault, by what, how soon; and whether it leaves the right ones alone.

Clients and servers meet the plan of a profile as anybody's do, until a requirement that they break is seen
broken; a shop does what it does under the watch, an endpoint is tried as by `certify-endpoint`, and both are
the same for every profile. All in this process, nobody waits; only what is about TLS or bare HTTP is served.
"""

from __future__ import annotations

import contextlib
import ssl
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Final

from amazonpay_conformance.clients import reference
from amazonpay_conformance.clients.driver import Driver
from amazonpay_conformance.clients.python_driver import PythonDriver
from amazonpay_conformance.engine.crew import Crew
from amazonpay_conformance.engine.endpoint_trials import Attempt
from amazonpay_conformance.engine.order import PROFILES, Order
from amazonpay_conformance.engine.targets import MockTarget
from amazonpay_conformance.mock.service import Service
from amazonpay_conformance.mock.turns import Turns
from amazonpay_conformance.model.requirements import REQUIREMENTS
from amazonpay_conformance.mutants import client_seams, endpoint_seams, integration_seams, race_faults
from amazonpay_conformance.mutants.keys import merchants_key
from amazonpay_conformance.mutants.listing import Group, Listed
from amazonpay_conformance.mutants.patience import Clock, nobody_waits
from amazonpay_conformance.mutants.sight import By, Plans, UntilSeen

OUT_OF_TURN: Final = (race_faults.LooksThenActs, race_faults.RefusesTwins)
"""Servers that see themselves to callers who come at once."""


@dataclass(frozen=True, slots=True)
class Measured:
    """How a fault fared. `requirement` is what it was seen by; the figures are None where it was not.

    `requests` and `seconds` are those until it was seen first, `by` says whether every seed would have shown it.
    `steps` are those of the smallest scenario that shows it, at the cost of `shrinking` requests; None where no
    scenario does. `others` are MUSTs that were found broken until then though the fault
    does not break them. `problem` says why it could not be measured.
    """

    id: str
    group: Group
    found: bool
    requirement: str = ""
    requests: int | None = None
    seconds: float | None = None
    steps: int | None = None
    shrinking: int | None = None
    by: By = ""
    others: tuple[str, ...] = ()
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Held:
    """How a right subject fared: what it was falsely accused of."""

    id: str
    alarms: tuple[str, ...]


class Telling(MockTarget):
    """The mock's target, that tells a service that is out of turn how many callers come at once."""

    @contextlib.contextmanager
    def at_once(self, callers: int) -> Iterator[None]:
        """Let several callers in at once."""
        if isinstance(self._service, race_faults.LooksThenActs):
            self._service.expect(callers)
        with super().at_once(callers):
            yield


class Laboratory:
    """Measures one subject after the other, with one profile and one seed; plans are made once."""

    def __init__(self, profile: str, seed: int, directory: Path, clock: Clock) -> None:
        self._profile = PROFILES[profile]
        self._seed = seed
        self._directory = directory
        self._clock = clock
        self._key = merchants_key()
        self._key_file = directory / "key.pem"
        self._key_file.touch(mode=0o600)
        self._key_file.write_text(self._key.to_pem("pkcs8"), encoding="ascii")
        self._plans: Plans = {}

    def fault(self, listed: Listed) -> Measured:
        """Return how a fault fares."""
        measures: dict[str, Callable[[Listed], Measured]] = {
            "client": self._certified,
            "server": self._certified,
            "integration": _watched,
            "endpoint": _tried,
        }
        self._clock.late = 0.0
        try:
            return measures[listed.kind](listed)
        except Exception as problem:  # a mutant that breaks is a row of the table, and not the end of it
            return Measured(listed.id, listed.group, False, problem=f"{type(problem).__name__}: {problem}")

    def right(self, listed: Listed) -> Held:
        """Return how a right subject fares."""
        found: dict[str, Callable[[Listed], set[str]]] = {
            "client": self._accused,
            "server": self._accused,
            "integration": lambda one: {f.requirement.id for f in _shop(one.row).watch.findings},
            "endpoint": lambda one: set(endpoint_seams.tried(one.row.shop, one.row.parts).found),
        }
        self._clock.late = 0.0
        accused = found[listed.kind](listed)
        return Held(listed.id, tuple(sorted(accused - _may_show(listed))))

    def _certified(self, listed: Listed) -> Measured:
        with self._certification(listed) as certification:
            certification.prepare()
            began = time.perf_counter()
            certification.run()
            seconds, sight = time.perf_counter() - began, certification.sight
            if sight is None:
                why = certification.result.error
                return Measured(
                    listed.id, listed.group, False, others=_but(listed, certification.others), problem=why
                )
            others = _but(listed, certification.others)
            steps, shrinking = certification.shrunk(self._profile.shrink_requests)
        figures = (sight.requirement, sight.requests, round(seconds, 2), steps, shrinking, sight.by, others)
        return Measured(listed.id, listed.group, True, *figures)

    def _accused(self, listed: Listed) -> set[str]:
        with self._certification(listed) as certification:
            result = certification.run()
        if result.error:
            raise RuntimeError(f"{listed.id}: {result.error}")
        return {group.requirement.id for group in result.groups}

    @contextlib.contextmanager
    def _certification(self, listed: Listed) -> Iterator[UntilSeen]:
        with contextlib.ExitStack() as closing:
            subject: Any = "client" if listed.kind == "client" else "server"
            driver, target, crew = _client(listed, self) if subject == "client" else _server(listed, self)
            closing.callback(driver.close)
            if crew is not None:
                closing.callback(crew.close)
            closing.enter_context(target.serving())
            # one of the clients replaces it for all
            closing.callback(setattr, ssl, "_create_default_https_context", ssl.create_default_context)
            order = Order(
                self._profile,
                self._seed,
                region=getattr(listed.row, "region", "na"),
                subjects=frozenset({subject}),
                shrink_requests=None if listed.breaks else 0,
            )
            yield UntilSeen(
                driver,
                target,
                self._key,
                self._key_file,
                order,
                breaks=listed.breaks,
                plans=self._plans,
                crew=crew,
            )

    def target(
        self, transport: Any, service: type[Service], kind: type[MockTarget] = MockTarget
    ) -> MockTarget:
        """Return a target that serves with a service."""
        turns: Any = race_faults.Turns if issubclass(service, OUT_OF_TURN) else Turns
        return kind(self._key, self._directory, transport=transport, make=service, turns=turns)


@contextlib.contextmanager
def laboratory(profile: str, seed: int) -> Iterator[Laboratory]:
    """Open a laboratory; everything is taken down at the end."""
    with tempfile.TemporaryDirectory(prefix="amazonpay-conformance-") as name, nobody_waits() as clock:
        yield Laboratory(profile, seed, Path(name), clock)


def _client(listed: Listed, where: Laboratory) -> tuple[Driver, MockTarget, Crew | None]:
    row = listed.row
    adapter: Any = client_seams.Adapter(row.id, row.make, row.idempotency_key, row.retries)
    return PythonDriver(adapter), where.target(row.transport, row.serves), None


def _server(listed: Listed, where: Laboratory) -> tuple[Driver, MockTarget, Crew | None]:
    adapter: Any = reference
    target = where.target("in-process", listed.row.service, Telling)
    return PythonDriver(adapter), target, Crew(partial(PythonDriver, adapter))


def _watched(listed: Listed) -> Measured:
    began = time.perf_counter()
    watch = _shop(listed.row).watch
    seconds = round(time.perf_counter() - began, 2)
    found = next((f for f in watch.findings if f.requirement.id in listed.breaks), None)
    others = _others(listed, (f.requirement.id for f in watch.findings))
    if found is None:
        return Measured(listed.id, listed.group, False, others=others)
    requests = min(found.step + 1, watch.exchanges)
    return Measured(listed.id, listed.group, True, found.requirement.id, requests, seconds, others=others)


def _shop(row: Any) -> integration_seams.Till:
    till = integration_seams.Till.open(row.region, row.key_id)
    row.shop(till)
    till.watch.finish()
    return till


def _tried(listed: Listed) -> Measured:
    began = time.perf_counter()
    attempt = endpoint_seams.attempt(listed.row.shop)
    posts: dict[str, int] = {}
    attempt.told = lambda trial, _: posts.update({trial.name: _posts(attempt)})
    found = attempt.run().found
    seconds = round(time.perf_counter() - began, 2)
    mine = next((name for name in found if name in listed.breaks), None)
    others = _others(listed, found)
    if mine is None:
        return Measured(listed.id, listed.group, False, others=others)
    requests = posts[found[mine].notified.trial]
    return Measured(listed.id, listed.group, True, mine, requests, seconds, others=others)


def _posts(attempt: Attempt) -> int:
    return attempt.endpoint.posts


def _others(listed: Listed, found: Iterable[str]) -> tuple[str, ...]:
    return _but(listed, {name for name in found if REQUIREMENTS[name].level == "MUST"} - listed.breaks)


def _but(listed: Listed, others: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(set(others) - listed.follows))


def _may_show(listed: Listed) -> frozenset[str]:
    return frozenset(name for name in listed.shows if REQUIREMENTS[name].level != "MUST")
