"""What a run writes: true, valid, and free of secrets and of buyers' data."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from amazonpay_conformance import schemas
from amazonpay_conformance.clients.driver import ClientCall, ClientConfig
from amazonpay_conformance.clients.python_driver import PythonDriver
from amazonpay_conformance.clients.reference import ReferenceClient
from amazonpay_conformance.engine.certification import Certification
from amazonpay_conformance.engine.order import PROFILES, Order
from amazonpay_conformance.engine.result import Result
from amazonpay_conformance.engine.scenario_files import from_json
from amazonpay_conformance.engine.targets import MockTarget
from amazonpay_conformance.model.buyer import ADDRESS, BUYER
from amazonpay_conformance.model.operations import OPERATIONS, Operation
from amazonpay_conformance.reporting.report import report, write_report
from amazonpay_conformance.reporting.terminal import summary
from amazonpay_conformance.wire.keys import PrivateKey, generate_private_key


class Leaky(ReferenceClient):
    """Departs in several ways, and quotes everything it knows when it raises."""

    def call(self, operation: Operation, call: ClientCall) -> Any:
        response = super().call(operation, call)
        if response.status_code >= 400:
            raise RuntimeError(f"{self._config.private_key} {response.request.headers} {response.text}")
        return response.status_code, response.text.replace(str(BUYER["name"]), "Mallory")


class LeakyAdapter:
    """The adapter of the leaky client."""

    name = "leaky"

    def connect(self, config: ClientConfig) -> dict[str, Any]:
        client = Leaky(config)
        return {name: partial(client.call, operation) for name, operation in OPERATIONS.items()}


@pytest.fixture(scope="module")
def key() -> PrivateKey:
    return generate_private_key()


@pytest.fixture(scope="module")
def result(key: PrivateKey, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Result]:
    directory = tmp_path_factory.mktemp("leaky")
    key_file = directory / "key.pem"
    key_file.write_text(key.to_pem("pkcs8"), encoding="ascii")
    target = MockTarget(key, directory, transport="in-process")
    driver = PythonDriver(LeakyAdapter())
    with target.serving():
        yield Certification(driver, target, key, key_file, Order(PROFILES["quick"], seed=1)).run()
    driver.close()


@pytest.fixture
def outputs(result: Result, tmp_path: Path) -> str:
    """Everything that a run writes or prints, as one text; lines long enough that none is wrapped."""
    write_report(result, tmp_path)
    lines = summary(result, directory=tmp_path, command="replay {scenario}", colour=False, width=9999)
    printed = "\n".join(lines)
    return printed + "".join(path.read_text(encoding="utf-8") for path in tmp_path.rglob("*.json"))


def test_the_leaky_client_is_found_out(result: Result) -> None:
    assert "CAL-005" in {group.requirement.id for group in result.findings}


def test_no_private_key_gets_out(outputs: str, key: PrivateKey) -> None:
    lines = key.to_pem("pkcs8").splitlines()[1:-1]
    assert not [line for line in lines if line in outputs]
    assert "BEGIN PRIVATE KEY" not in outputs


def test_no_signature_gets_out(outputs: str) -> None:
    assert not re.search(r"Signature=[A-Za-z0-9+/]{20}", outputs)


@pytest.mark.parametrize("value", [v for v in (*ADDRESS.values(), *BUYER.values()) if v and len(v) > 4])
def test_nothing_of_the_buyer_gets_out(outputs: str, value: str) -> None:
    # the plan itself names him where Finalize must repeat his address: made up, and by the kit
    planned = re.compile(
        r'"shippingAddress"|shippingAddress: \{|"(name|addressLine\d|postalCode|phoneNumber|city)": '
    )
    assert not [line for line in outputs.splitlines() if value in line and not planned.search(line)]


def test_the_report_has_the_form_of_its_schema(result: Result) -> None:
    assert schemas.violations("formats/report", report(result)) == ()


def test_every_scenario_in_a_report_can_be_read_back(result: Result) -> None:
    for finding in report(result)["findings"]:
        scenario, lane = from_json(finding["scenario"])
        assert len(scenario.steps) == len(finding["steps"])
        assert lane in result.lanes


def test_a_verdict_for_every_requirement_and_never_green_beside_a_failure(result: Result) -> None:
    written = report(result)
    assert written["verdict"] == "fail"
    assert sum(written["counts"].values()) == len(written["requirements"])
    failed = {r["id"] for r in written["requirements"] if r["verdict"] == "fail"}
    assert failed == {f["requirement"] for f in written["findings"] if f["level"] == "MUST"}


@pytest.mark.parametrize("width", [80, 200])
def test_the_summary_says_verdict_last(result: Result, tmp_path: Path, width: int) -> None:
    lines = list(summary(result, directory=tmp_path, command="replay {scenario}", colour=False, width=width))
    assert lines[-1] == "verdict: does not conform"
    assert not any("\x1b" in line for line in lines)
