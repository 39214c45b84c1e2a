"""Every kind of step can be printed: what goes wrong, the clock, a key that is changed, what is spoilt on purpose.

Each printed form shows the fault at a server that has it, and nothing at a right one.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from amazonpay_conformance.clients import reference
from amazonpay_conformance.clients.driver import ClientConfig
from amazonpay_conformance.clients.python_driver import PythonDriver
from amazonpay_conformance.engine.lane import PREFIXED_KEY_ID, Lane
from amazonpay_conformance.engine.runner import Run
from amazonpay_conformance.forms.printing import Shown, printed
from amazonpay_conformance.mock.service import Service
from amazonpay_conformance.model.scenario import (
    AdvanceStep,
    FaultStep,
    RepeatStep,
    RotateKeyStep,
    Scenario,
)
from amazonpay_conformance.model.tampers import TAMPERS
from amazonpay_conformance.model.timers import TIMERS
from amazonpay_conformance.mutants.server_faults import FAULTS
from amazonpay_conformance.reading.requests import Merchant
from amazonpay_conformance.strategies.merchants import FORMER
from amazonpay_conformance.strategies.steps import READ_SESSION, created
from printed import Stage, executed, run_here
from spoilt_cases import accepting, spoilt_cases

LANE = Lane("na", "AMZN-PAY-RSASSA-PSS-V2", PREFIXED_KEY_ID)

needs_tools = pytest.mark.skipif(
    not all(map(shutil.which, ("bash", "curl", "openssl"))), reason="needs bash, curl and openssl"
)


class KeepsRevokedKeys(Service):
    """A server at which a key is good for ever."""

    @property
    def merchant(self) -> Merchant:
        """The merchant, with all keys that he ever had."""
        return self._kept

    @merchant.setter
    def merchant(self, merchant: Merchant) -> None:
        held = self.__dict__.get("_kept", Merchant({})).keys
        self._kept = Merchant({**held, **merchant.keys})


def faulty(name: str) -> type[Service]:
    return next(fault.service for fault in FAULTS if fault.id == name)


@dataclass(frozen=True)
class Case:
    """A scenario, a server that goes wrong in it, and what is needed of where it is printed for."""

    id: str
    scenario: Scenario
    service: type[Service]
    others: bool = False


LOST = (FaultStep("dropped-after"), created(), RepeatStep("key#1"))
CASES = (
    # --- what goes wrong on the way
    Case("an answer is lost", Scenario(LOST), faulty("a repetition creates a second object")),
    Case(
        "the service is away",
        Scenario((created(), FaultStep("503", 2, "get_checkout_session"), READ_SESSION)),
        faulty("no request id"),
    ),
    Case(
        "an id is lost with its answer",
        Scenario((FaultStep("html"), created(), READ_SESSION)),
        faulty("no request id"),
    ),
    # --- the clock
    Case(
        "a session expires",
        Scenario((created(), AdvanceStep(TIMERS["session_expires"]), READ_SESSION)),
        faulty("a session never expires"),
    ),
    # --- keys
    Case("a key is changed", Scenario((created(), RotateKeyStep(), READ_SESSION)), faulty("no request id")),
    Case("a revoked key signs", FORMER[1], KeepsRevokedKeys),
    # --- merchants
    *(
        Case(fault.id, Scenario(()), fault.service, others=True)
        for fault in FAULTS
        if fault.scenario in ("another merchant", "another's key")
    ),
    # --- spoilt requests
    *(
        Case(tamper.id, place.scenario(tamper.id), accepting(tamper))
        for tamper, place in (case.values for case in spoilt_cases())  # type: ignore[misc]
    ),
)
BY_CURL = (
    *(case.id for case in CASES if case.id not in TAMPERS),
    "no-authorization",
    "empty-authorization",
    "signature-cut",
    "another-key",
    "other-salt",
    "another-path-signed",
    "query-not-signed",
    "another-date-signed",
    "signed-header-missing",
    "no-content-type",
    "date-without-zone",
    "body-not-utf8",
    "unknown-path",
)
"""What is run by curl, too: each kind of step, and each thing that can be done to a request."""


@pytest.fixture(scope="module")
def shown(bench: Any) -> Callable[[Case], Shown]:
    """The run of a case that showed its fault, printed by its name once for all."""
    known: dict[str, Shown] = {}

    def find(case: Case) -> Shown:
        if case.id not in known:
            run = _run(case, bench)
            finding = next(f for f in run.findings if f.requirement.subject == "server")
            known[case.id] = Shown(run, finding, LANE, frozenset({finding.cell}))
        return known[case.id]

    return find


def _run(case: Case, bench: Any) -> Run:
    """Run a case with a client that can be given another key."""
    scenario = case.scenario
    if not scenario.steps:
        scenario = bench.scenarios[next(f.scenario for f in FAULTS if f.id == case.id)]
    runner, driver = bench.runner(case.service), PythonDriver(reference)
    pem, nowhere = bench.key.to_pem("pkcs8"), str(bench.directory / "not-written.pem")
    host = bench.target.service_host
    config = ClientConfig(LANE.public_key_id, pem, nowhere, LANE.region, LANE.algorithm, host, None)
    driver.configure(config)
    try:
        return replace(runner, driver=driver, config=config).run(scenario)
    finally:
        driver.close()


@pytest.fixture(scope="module")
def stage(bench: Any, tmp_path_factory: pytest.TempPathFactory) -> Stage:
    return Stage(bench.key, tmp_path_factory.mktemp("stage"), plain=True)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_the_printed_test_shows_the_same_failure(case: Case, shown: Any, stage: Stage) -> None:
    text = printed("pytest", shown(case))
    assert "amazonpay_conformance" not in text, "it is self-contained"

    with stage.serving(case.service, others=case.others) as environment:
        wrong = run_here(text, environment)
    with stage.serving(Service, others=case.others) as environment:
        right = run_here(text, environment)

    assert wrong.startswith("still fails: ")
    assert right == "passes"


@needs_tools
@pytest.mark.parametrize("case", [case for case in CASES if case.id in BY_CURL], ids=lambda case: case.id)
def test_the_curl_script_shows_the_same_failure(case: Case, shown: Any, stage: Stage, tmp_path: Path) -> None:
    script = tmp_path / "shown.sh"
    script.write_text(printed("curl", shown(case)), encoding="utf-8")

    with stage.serving(case.service, others=case.others) as environment:
        wrong = executed(["bash", str(script)], environment)
    with stage.serving(Service, others=case.others) as environment:
        right = executed(["bash", str(script)], environment)

    assert (wrong.returncode, wrong.stderr) == (1, ""), wrong.stdout + wrong.stderr
    assert wrong.stdout.splitlines()[-1].startswith("still fails")
    assert (right.returncode, right.stderr) == (0, ""), right.stdout + right.stderr
    assert right.stdout.splitlines()[-1].startswith("passes now")
