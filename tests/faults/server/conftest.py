"""What these tests share: the catalogues of servers, and a bench on which a server is tried."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from amazonpay_conformance.checks.subject import Configured, Seen
from amazonpay_conformance.clients.driver import ClientConfig
from amazonpay_conformance.clients.python_driver import PythonDriver
from amazonpay_conformance.engine.lane import PREFIXED_KEY_ID, Lane
from amazonpay_conformance.engine.runner import Run, Runner
from amazonpay_conformance.engine.targets import MockTarget
from amazonpay_conformance.mock.service import Service
from amazonpay_conformance.model.scenario import Scenario
from amazonpay_conformance.model.switches import Settings
from amazonpay_conformance.mutants import server_callers as callers
from amazonpay_conformance.mutants import server_faults as faults
from amazonpay_conformance.mutants import server_scenarios as scenarios
from amazonpay_conformance.mutants import server_seams as seams
from amazonpay_conformance.mutants import server_variations as variations
from amazonpay_conformance.reading.requests import Merchant
from amazonpay_conformance.wire.keys import PrivateKey, generate_private_key
from beside import beside

beside(__file__, "spoilt_cases")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A test that takes `fault`, `variation` or `scenario` runs for each row of that table."""
    tables = {"fault": faults.FAULTS, "variation": variations.VARIATIONS}
    for name, rows in tables.items():
        if name in metafunc.fixturenames:
            metafunc.parametrize(name, rows, ids=lambda row: row.id)
    if "scenario" in metafunc.fixturenames:
        metafunc.parametrize("scenario", scenarios.SCENARIOS)


@dataclass
class Bench:
    """Runs scenarios against servers of the catalogue, as the engine does against anybody's.

    There is one target, and a driver for every caller and region: loading a key costs more than a scenario.
    """

    key: PrivateKey
    directory: Path
    closing: ExitStack
    drivers: dict[tuple[str, Lane], PythonDriver] = field(default_factory=dict)
    scenarios: Mapping[str, Scenario] = field(default_factory=lambda: scenarios.SCENARIOS)
    served: type[Service] = Service
    right: dict[str, Run] = field(default_factory=dict)
    consulted: dict[str, frozenset[str]] = field(default_factory=dict)
    faulty: dict[str, Run] = field(default_factory=dict)

    def __post_init__(self) -> None:
        # what is served changes from run to run, so a function stands for the class
        make: Any = lambda *given, **named: self.served(*given, **named)  # noqa: E731
        target = MockTarget(self.key, self.directory, transport="in-process", make=make)
        self.target = self.closing.enter_context(target.serving())

    def run(self, name: str, service: type[Service], client: str = "", region: Any = "na") -> Run:
        """Run a scenario of the catalogue against a fresh service."""
        return self.play({**scenarios.SCENARIOS, **scenarios.APART}[name], service, client, region)

    def answered(self, switch: str, choice: str, scenario: Scenario) -> Run:
        """How a scenario goes with a service that answers one open question in one way."""
        return self.play(scenario, variations.answers_otherwise(switch, choice))

    def play(self, scenario: Scenario, service: type[Service], client: str = "", region: Any = "na") -> Run:
        """Run any scenario against a fresh service."""
        return self.runner(service, client, region).run(scenario)

    def runner(self, service: type[Service], client: str = "", region: Any = "na") -> Runner:
        """Return what runs scenarios against a service, until another is asked for."""
        lane = Lane(region, "AMZN-PAY-RSASSA-PSS-V2", PREFIXED_KEY_ID)
        self.served = service
        self.target.open(lane)
        configured = Configured(lane.public_key_id, lane.region, lane.algorithm, self.key.public)
        merchant = Merchant({lane.public_key_id: self.key.public})
        return Runner(self._driver(client, lane), self.target, configured, merchant, caller_keys=True)

    def right_run(self, name: str) -> Run:
        """How a scenario goes with the right service."""
        if name not in self.right:
            with _consulting() as switches:
                self.right[name] = self.run(name, Service)
            self.consulted[name] = frozenset(switches)
        return self.right[name]

    def differs_in(self, switch: str) -> Iterator[str]:
        """The scenarios that may go otherwise where one open question is answered otherwise: it is asked there.

        All of them where there is no such question.
        """
        for name in self.scenarios:
            self.right_run(name)
            if not switch or switch in self.consulted[name]:
                yield name

    def try_out(self, fault: Any) -> Run:
        """Run a faulty server in the scenario where its fault shows."""
        if fault.id not in self.faulty:
            name = fault.scenario or self._fitting(fault)
            self.faulty[fault.id] = self.run(name, fault.service, fault.client, fault.region)
        return self.faulty[fault.id]

    def _fitting(self, fault: Any) -> str:
        for name in scenarios.SCENARIOS:
            run = self.right_run(name)
            if fault.transition and fault.transition in run.covered:
                return str(name)
            if not fault.transition and any(_puts_at_stake(seen, fault.breaks) for seen in seen_in(run)):
                return str(name)
        raise LookupError(f"no scenario is fit to show the fault {fault.id!r}")

    def _driver(self, client: str, lane: Lane) -> PythonDriver:
        if (client, lane) not in self.drivers:
            driver = self.drivers[client, lane] = PythonDriver(callers.CALLERS[client])
            self.closing.callback(driver.close)
            pem, nowhere = self.key.to_pem("pkcs8"), str(self.directory / "not-written.pem")
            host = self.target.service_host
            driver.configure(
                ClientConfig(lane.public_key_id, pem, nowhere, lane.region, lane.algorithm, host, None)
            )
        return self.drivers[client, lane]


@contextmanager
def _consulting() -> Iterator[set[str]]:
    """Take note of the switches that anybody asks for while the context is open."""
    asked: set[str] = set()

    def choice(settings: Settings, name: str) -> str:
        asked.add(name)
        return original(settings, name)

    original = Settings.choice
    with patch.object(Settings, "choice", choice):
        yield asked


def seen_in(run: Run) -> Iterator[Seen]:
    """Every exchange of a run."""
    return (seen for made in run.made for seen in made.seen)


def _puts_at_stake(seen: Seen, requirements: frozenset[str]) -> bool:
    return bool(seams.at_stake(seen.permitted) == requirements)


@pytest.fixture(scope="session")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    """A bench for all tests; what was tried once is known."""
    with ExitStack() as closing:
        yield Bench(generate_private_key(), tmp_path_factory.mktemp("bench"), closing)


@pytest.fixture(scope="session")
def catalogue() -> Any:
    """The module that holds every fault."""
    return faults
