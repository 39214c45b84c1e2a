"""Runs in which something goes wrong on purpose: the kit keeps its bearings, and nobody else is blamed."""

from __future__ import annotations

import sys
import textwrap
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from amazonpay_conformance.clients import reference
from amazonpay_conformance.clients.driver import ClientCall
from amazonpay_conformance.clients.python_driver import PythonDriver
from amazonpay_conformance.engine.certification import Certification, abilities
from amazonpay_conformance.engine.lane import PREFIXED_KEY_ID, Lane
from amazonpay_conformance.engine.order import PROFILES, Order
from amazonpay_conformance.engine.scenario_files import describe
from amazonpay_conformance.engine.setup import Choice, Prepared, prepared
from amazonpay_conformance.engine.simpler import simpler_steps
from amazonpay_conformance.model.faults import FAULTS
from amazonpay_conformance.model.operations import Operation
from amazonpay_conformance.model.scenario import CallStep, FaultStep, RepeatStep, Scenario
from amazonpay_conformance.strategies.questions import QUESTIONS
from amazonpay_conformance.strategies.search import Search
from amazonpay_conformance.strategies.worlds import explore

LANE = Lane("na", "AMZN-PAY-RSASSA-PSS", PREFIXED_KEY_ID)
CREATE = next(step for step in QUESTIONS["further-constraints"].steps if isinstance(step, CallStep))
READ = CallStep("get_checkout_session", "session#1")


class NeverRetries(reference.ReferenceClient):
    """Sends once, whatever comes."""

    def call(self, operation: Operation, call: ClientCall) -> Any:
        return self._send(self._signed(self._request(operation, call)))


def adapter(make: type[reference.ReferenceClient]) -> Any:
    return SimpleNamespace(
        name="client",
        operations=reference.operations,
        idempotency_key="both",
        connect=lambda config: reference.connect(config, make),
    )


@pytest.fixture(scope="module")
def mock() -> Iterator[Prepared]:
    with prepared(Choice(transport="in-process")) as ready:
        yield ready


@pytest.fixture(params=[reference.ReferenceClient, NeverRetries], ids=["retries", "does not retry"])
def certification(
    request: pytest.FixtureRequest, mock: Prepared, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Certification]:
    monkeypatch.setattr(reference, "WAITS", (0.0, 0.0, 0.0))
    driver = PythonDriver(adapter(request.param))
    ready = Prepared(driver, mock.target, mock.key, mock.key_file, "na")
    yield ready.certification(Order(PROFILES["quick"], seed=0))
    driver.close()


@pytest.mark.parametrize("fault", [f for f in FAULTS if f.id != "429-retry-after"], ids=lambda f: f.id)
def test_a_run_goes_on_after_a_fault_and_no_server_is_blamed(
    certification: Certification, fault: Any
) -> None:
    run = certification.run_one(Scenario((FaultStep(fault.id), CREATE, RepeatStep("key#1"), READ)), LANE)
    assert (run.skipped, run.unclear) == ((), "")
    assert not [finding for finding in run.findings if finding.requirement.subject == "server"]
    assert run.made[-1].told.status == 200


def test_what_was_made_is_known_though_its_answer_was_lost(mock: Prepared) -> None:
    driver = PythonDriver(adapter(NeverRetries))
    ready = Prepared(driver, mock.target, mock.key, mock.key_file, "na")
    run = ready.certification(Order(PROFILES["quick"], seed=0)).run_one(
        Scenario((FaultStep("dropped-after"), CREATE, READ)), LANE
    )
    driver.close()
    assert run.skipped == ()
    assert [made.told.outcome for made in run.made] == ["raised", "returned"]


def test_random_plans_with_faults_hold(certification: Certification, mock: Prepared) -> None:
    able = abilities(PythonDriver(reference).hello(), mock.target)
    assert able.faults
    search = Search(able, explore(replace(able, faults=False), most=40).plans, seed=5)
    found = (s for s in search.random() if any(isinstance(step, FaultStep) for step in s.steps))
    for _ in range(6):
        scenario = Scenario(
            tuple(s for s in next(found).steps if s != FaultStep("429-retry-after", 1, "get_charge"))
        )
        run = certification.run_one(scenario, LANE)
        assert run.unclear == ""
        assert not [f for f in run.findings if f.requirement.subject == "server"]


DRIVER = """
    import json, sys
    from amazonpay_conformance.clients import reference
    from amazonpay_conformance.clients.driver import ABSENT, ClientCall, ClientConfig

    FIELDS = ("public_key_id", "private_key", "private_key_path", "region", "algorithm", "service_host")
    operations = None
    for line in sys.stdin:
        said = json.loads(line)
        if said["type"] == "bye":
            break
        if said["type"] == "hello":
            answer = dict(type="hello", protocol=1, client=dict(name="c", version="1", language="Python"),
                          capabilities=dict(operations=["create_checkout_session", "get_checkout_session"]))
        elif said["type"] == "config":
            scheme = said["base_url"].partition(":")[0]
            config = ClientConfig(*(said[name] for name in FIELDS), None, scheme=scheme)
            operations, answer = reference.connect(config), dict(type="ready")
        else:
            headers = tuple(map(tuple, said["headers"]))
            payload = said.get("payload", ABSENT)
            call = ClientCall(said["operation"], said["path_id"], payload, headers=headers)
            response = operations[call.operation](call)
            try:
                body = response.json()
            except ValueError:
                sys.exit(3)
            answer = dict(type="result", id=said["id"], outcome="returned", body=body)
            answer["status"] = response.status_code
        print(json.dumps(answer), flush=True)
"""


def test_a_process_that_ends_over_a_bad_answer_is_a_finding_and_is_started_anew(tmp_path: Path) -> None:
    script = tmp_path / "driver.py"
    script.write_text(textwrap.dedent(DRIVER), encoding="utf-8")
    with prepared(Choice(f"exec:{sys.executable} {script}", transport="http")) as ready:
        certification = ready.certification(Order(PROFILES["quick"], seed=0))
        run = certification.run_one(Scenario((CREATE, FaultStep("malformed"), READ, READ)), LANE)
    assert [finding.requirement.id for finding in run.findings] == ["CAL-012"]
    assert [made.told.outcome for made in run.made] == ["returned", "crashed", "returned"]
    assert "exited with code 3" in run.findings[0].problem.received


def test_a_fault_is_told_in_a_line() -> None:
    assert describe(FaultStep("503")) == "fault 503: the next request"
    assert describe(FaultStep("503", 4, "get_charge")) == "fault 503: the next 4 requests of get_charge"


def test_a_fault_becomes_simpler() -> None:
    assert (FaultStep("503", 1, "get_charge"),) in list(simpler_steps(FaultStep("503", 4, "get_charge")))
    assert list(simpler_steps(FaultStep("503"))) == []
