"""A client, a target and the checks, put together for tests of one's own: a scenario in, an assertion out."""

from __future__ import annotations

import atexit
from contextlib import ExitStack
from typing import Any, Self

from amazonpay_conformance.clients.driver import Algorithm, ClientConfig, Region
from amazonpay_conformance.engine.certification import Certification, abilities
from amazonpay_conformance.engine.findings import Finding
from amazonpay_conformance.engine.lane import Lane, lanes
from amazonpay_conformance.engine.order import PROFILES, Order
from amazonpay_conformance.engine.replay import Replayed
from amazonpay_conformance.engine.runner import Execution, Run, Runner
from amazonpay_conformance.engine.setup import Choice, Prepared, prepared
from amazonpay_conformance.engine.targets import Transport
from amazonpay_conformance.model.requirements import Subject
from amazonpay_conformance.model.scenario import Scenario
from amazonpay_conformance.strategies.generator import Abilities


class NotConforming(AssertionError):
    """A requirement does not hold; the message tells which, and every step that led there."""


class Conformance:
    """A client under test, and what answers it. Started when it is used first.

    Close it, or use it as a context manager: while it is open the process trusts the mock's certificate.
    """

    def __init__(
        self,
        client: str = "reference",
        target: str = "mock",
        *,
        transport: Transport = "https",
        region: Region = "na",
        algorithm: Algorithm | None = None,
        switches: tuple[str, ...] = (),
        strict: bool = False,
    ) -> None:
        """Name what is to be tested.

        Args:
            client: as for `certify --client`: "reference", an adapter's path or module, a command line.
            target: "mock", or the address of another.
            transport: how the client reaches the mock: "https", "http", or "in-process" for clients on
                `requests`, without a socket.
            region: na, eu or jp.
            algorithm: how the client is to sign; what it declares first where not said.
            switches: how the mock answers open questions, as NAME=CHOICE.
            strict: whether a broken SHOULD fails a test, too.
        """
        self._choice = Choice(client, target, transport, region, switches=switches)
        self._region: Region = region
        self._algorithm = algorithm
        self._strict = strict
        self._open = ExitStack()
        self._ready: Prepared | None = None
        self._runner: Runner | None = None

    def __enter__(self) -> Self:
        """Start client and target.

        Raises:
            SetUpProblem: one of them cannot be used.
        """
        self._prepared()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Take down what was started; it is started again when it is used again."""
        self._open.close()
        self._ready = self._runner = None
        atexit.unregister(self.close)

    @property
    def abilities(self) -> Abilities:
        """What client and target can do together; `scenarios()` and `steps()` take it."""
        ready = self._prepared()
        return abilities(ready.driver.hello(), ready.target)

    @property
    def config(self) -> ClientConfig:
        """How the client is configured: where to send requests, and with which key to sign them."""
        return self._certification().config(self._lane())

    @property
    def subjects(self) -> frozenset[Subject]:
        """Whose requirements are held: the client's, or the server's where the client is the kit's own."""
        return self._choice.subjects

    def run(self, scenario: Scenario) -> Run:
        """Run a scenario on a fresh target and return what came of it, right or wrong.

        Raises:
            DriverError: the client's driver broke.
            TargetUnreachable: the target did not answer.
        """
        return self.runner().run(scenario)

    def check(self, scenario: Scenario) -> Run:
        """Run a scenario on a fresh target, and fail where a requirement does not hold.

        Raises:
            NotConforming: one does not; an AssertionError.
        """
        run = self.run(scenario)
        self.judge(run)
        return run

    def judge(self, run: Run) -> None:
        """Fail where a run has findings that count.

        Raises:
            NotConforming: it has.
        """
        counted = tuple(filter(self.counts, run.findings))
        if counted:
            lines = (*Replayed("still fails", run, counted).lines(),)[:-1]
            ids = dict.fromkeys(finding.requirement.id for finding in counted)
            hints = (f"amazonpay-conformance explain {name}" for name in ids)
            raise NotConforming("\n".join((", ".join(ids), *lines, *hints)))

    def counts(self, finding: Finding) -> bool:
        """Tell whether a finding fails a test: it is of a subject under test, and a MUST unless `strict`."""
        mine = finding.requirement.subject in self.subjects or finding.requirement.subject == "integration"
        return mine and (self._strict or finding.is_failure)

    def begin(self) -> Execution:
        """Begin a run on a fresh target that is told its steps one by one."""
        return self.runner().begin()

    def runner(self) -> Runner:
        """Return what runs scenarios."""
        if self._runner is None:
            self._runner = self._certification().runner(self._lane())
        return self._runner

    def _lane(self) -> Lane:
        capabilities = self._prepared().driver.hello().capabilities
        return next(lanes(capabilities, region=self._region, algorithm=self._algorithm))

    def _certification(self) -> Certification:
        return self._prepared().certification(Order(PROFILES["quick"], seed=0, region=self._region))

    def _prepared(self) -> Prepared:
        if self._ready is None:
            self._ready = self._open.enter_context(prepared(self._choice))
            atexit.register(self.close)
        return self._ready


def network_settings(**more: Any) -> Any:
    """Return Hypothesis settings for tests that send requests; a decorator, as `settings` is.

    No deadline, for an answer takes as long as it takes; 30 examples; the reproduction blob is printed; a
    slow example is no fault of health; what could have been drawn as well is not looked for, which would take
    more requests than to shrink. All else stays as the profile in force has it: with CI set, Hypothesis
    derandomises.

    Args:
        more: settings to go over these.
    """
    from hypothesis import HealthCheck, Phase, settings

    chosen: dict[str, Any] = {
        "deadline": None,
        "max_examples": 30,
        "print_blob": True,
        "phases": [phase for phase in Phase if phase is not Phase.explain],
        "suppress_health_check": [HealthCheck.too_slow],
        **more,
    }
    return settings(**chosen)
