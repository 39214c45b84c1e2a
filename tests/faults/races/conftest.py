"""What these tests share: the servers of the catalogue, and a bench on which callers race."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from amazonpay_conformance.checks.subject import Configured
from amazonpay_conformance.clients import reference
from amazonpay_conformance.clients.driver import ClientConfig
from amazonpay_conformance.clients.python_driver import PythonDriver
from amazonpay_conformance.engine.crew import Crew
from amazonpay_conformance.engine.lane import PREFIXED_KEY_ID, Lane
from amazonpay_conformance.engine.runner import Run, Runner
from amazonpay_conformance.engine.targets import MockTarget
from amazonpay_conformance.mock.service import Service
from amazonpay_conformance.mock.turns import Turns
from amazonpay_conformance.model.scenario import Scenario
from amazonpay_conformance.mutants import race_faults
from amazonpay_conformance.reading.requests import Merchant
from amazonpay_conformance.wire.keys import PrivateKey, generate_private_key

LANE = Lane("na", "AMZN-PAY-RSASSA-PSS-V2", PREFIXED_KEY_ID)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A test that takes `fault` runs for each row of the table."""
    if "fault" in metafunc.fixturenames:
        metafunc.parametrize("fault", race_faults.FAULTS, ids=lambda row: row.id)


class Telling(MockTarget):
    """The mock's target, that tells its service how many callers come at once."""

    @contextlib.contextmanager
    def at_once(self, callers: int) -> Iterator[None]:
        """Let several callers in at once."""
        if isinstance(self._service, race_faults.LooksThenActs):
            self._service.expect(callers)
        with super().at_once(callers):
            yield


@dataclass
class Course:
    """Runs scenarios with a crew of reference clients against any server."""

    key: PrivateKey
    directory: Path
    transport: Any
    closing: ExitStack
    served: type[Service] = Service
    turns: Callable[[Service], Any] = Turns
    runner: Runner = field(init=False)

    def __post_init__(self) -> None:
        make: Any = lambda *given, **named: self.served(*given, **named)  # noqa: E731
        let_in: Any = lambda service: self.turns(service)  # noqa: E731
        target = Telling(self.key, self.directory, transport=self.transport, make=make, turns=let_in)
        self.closing.enter_context(target.serving())
        target.open(LANE)
        driver, crew = PythonDriver(reference), Crew(partial(PythonDriver, reference))
        self.closing.callback(driver.close)
        self.closing.callback(crew.close)
        config = ClientConfig(
            LANE.public_key_id,
            self.key.to_pem("pkcs8"),
            str(self.directory / "not-written.pem"),
            LANE.region,
            LANE.algorithm,
            target.service_host,
            target.ca_file,
            scheme=target.scheme,
        )
        driver.configure(config)
        crew.configure(config)
        configured = Configured(LANE.public_key_id, LANE.region, LANE.algorithm, self.key.public)
        merchant = Merchant({LANE.public_key_id: self.key.public})
        self.runner = Runner(driver, target, configured, merchant, caller_keys=True, crew=crew)

    def run(self, scenario: Scenario, service: type[Service] = Service) -> Run:
        """Run a scenario against a fresh service; one that is not the mock sees to its callers itself."""
        self.served = service
        self.turns = Turns if service.handle is Service.handle else race_faults.Turns
        return self.runner.run(scenario)


@pytest.fixture(scope="session")
def servers() -> Any:
    """The module of servers."""
    return race_faults


@pytest.fixture(scope="session", params=["in-process", "https"])
def course(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Course]:
    """A course on which callers meet in this process, and one on which they do over HTTPS."""
    with ExitStack() as closing:
        yield Course(generate_private_key(), tmp_path_factory.mktemp("course"), request.param, closing)
