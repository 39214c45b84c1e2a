"""What users build their own Hypothesis tests on: the kit as an assertion, and the state machine."""

from __future__ import annotations

import io
import subprocess
import sys
import unittest
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from amazonpay_conformance.model.scenario import BuyerStep, CallStep, ParallelStep, Scenario
from amazonpay_conformance.strategies.races import RACES, WAYS, scenario_of
from amazonpay_conformance.testing import (
    AmazonPayMachine,
    Conformance,
    NotConforming,
    SetUpProblem,
    network_settings,
    scenarios,
)
from amazonpay_conformance.testing.symbols import Names
from hypothesis import Phase, given, settings
from hypothesis.stateful import invariant, rule, run_state_machine_as_test

ONCE = network_settings(max_examples=5, stateful_step_count=6, database=None)

TWICE = """
from amazonpay_conformance.clients import reference

algorithms = reference.algorithms
idempotency_key = "both"

def connect(config):
    calls = dict(reference.connect(config))
    capture = calls["capture_charge"]
    def twice(call):
        capture(call)
        return capture(call)
    return {**calls, "capture_charge": twice}
"""


@pytest.fixture(scope="module")
def kit() -> Iterator[Conformance]:
    with Conformance(transport="in-process") as started:
        yield started


@network_settings(max_examples=5, database=None)
@given(scenario=scenarios(max_steps=5))
def test_a_right_client_passes(kit: Conformance, scenario: Scenario) -> None:
    kit.check(scenario)


def test_a_run_can_be_looked_at(kit: Conformance) -> None:
    run = kit.run(Scenario(WAYS["captured"]))
    assert [made.told.status for made in run.made] == [201, 200]
    assert run.findings == ()


def test_a_wrong_client_fails_with_the_requirement_the_steps_and_what_to_ask(
    adapter: Callable[[str], str],
) -> None:
    captured = Scenario(
        (*WAYS["authorized"], CallStep("capture_charge", "charge#1", {"captureAmount": {"$price": "all"}}))
    )
    with (
        Conformance(adapter(TWICE), transport="in-process") as kit,
        pytest.raises(NotConforming) as failed,
    ):
        kit.check(captured)
    lines = str(failed.value).splitlines()
    assert lines[0] == "CAL-002"
    assert "5. capture_charge charge#1 {captureAmount: all}" in lines
    assert any(line.strip().startswith("FAIL CAL-002") for line in lines)
    assert lines[-1] == "amazonpay-conformance explain CAL-002"


def test_a_broken_should_fails_only_a_strict_test(adapter: Callable[[str], str]) -> None:
    adapted = adapter(
        TWICE.replace("capture(call)\n        return", "return").replace(
            "return capture(call)",
            "from dataclasses import replace\n"
            "        return capture(replace(call, headers=(*call.headers, ('accept', '*/*'))))",
        )
    )
    captured = Scenario(
        (*WAYS["authorized"], CallStep("capture_charge", "charge#1", {"captureAmount": {"$price": "all"}}))
    )
    with Conformance(adapted, transport="in-process") as kit:
        assert {finding.requirement.id for finding in kit.check(captured).findings} == {"HDR-007"}
    with Conformance(adapted, transport="in-process", strict=True) as kit, pytest.raises(NotConforming):
        kit.check(captured)


def test_callers_at_once_are_run_too(kit: Conformance) -> None:
    run = kit.check(scenario_of(RACES["two captures, cancel and close"]))
    assert any(isinstance(step, ParallelStep) for step in run.scenario.steps)
    assert run.judged["LIN-001"] == 1


def test_a_client_that_there_is_not_is_told_in_one_line() -> None:
    with pytest.raises(SetUpProblem, match=r"^'nowhere.py' is not there") as problem:
        Conformance("nowhere.py").run(Scenario(()))
    assert "\n" not in str(problem.value)


def test_it_starts_again_after_it_was_closed() -> None:
    kit = Conformance(transport="in-process")
    kit.run(Scenario(()))
    kit.close()
    kit.close()
    assert kit.run(Scenario(WAYS["approved"])).skipped == ()
    kit.close()


def test_the_settings_keep_what_the_profile_says() -> None:
    with_ci = settings(settings.get_profile(settings.get_current_profile_name()), derandomize=True)
    settings.register_profile("as in CI", with_ci)
    before = settings.get_current_profile_name()
    settings.load_profile("as in CI")
    try:
        chosen = network_settings()
    finally:
        settings.load_profile(before)
    assert chosen.derandomize
    assert chosen.deadline is None
    assert Phase.shrink in chosen.phases
    assert network_settings(max_examples=7).max_examples == 7


def test_nothing_heavy_is_imported_before_it_is_used() -> None:
    code = "import sys, amazonpay_conformance.testing; print('hypothesis.stateful' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_a_name_that_there_is_not_is_an_attribute_error() -> None:
    import amazonpay_conformance.testing as module

    with pytest.raises(AttributeError, match="no attribute 'machine_gun'"):
        _ = module.machine_gun


# --- the state machine


def test_the_machine_finds_nothing_wrong_with_what_is_right() -> None:
    run_state_machine_as_test(AmazonPayMachine, settings=ONCE)


def test_the_machine_runs_under_unittest_too() -> None:
    case = AmazonPayMachine.TestCase
    case.settings = ONCE
    ran = unittest.TextTestRunner(stream=io.StringIO()).run(case("runTest"))
    assert (ran.testsRun, ran.failures, ran.errors) == (1, [], [])


def test_a_wrong_client_fails_the_machine_with_the_finding(adapter: Callable[[str], str]) -> None:
    class Machine(AmazonPayMachine):
        amazon_pay = Conformance(adapter(TWICE), transport="in-process")

        @rule()
        def order_and_capture(self) -> None:
            self.place_an_order("Authorize")
            self.call("capture_charge", "charge#1", {"captureAmount": {"$price": "all"}})

    with pytest.raises(NotConforming, match=r"FAIL CAL-002(.|\n)*explain CAL-002"):
        run_state_machine_as_test(Machine, settings=network_settings(max_examples=20, database=None))
    Machine.amazon_pay.close()


def test_a_machine_can_be_driven_by_hand() -> None:
    machine: Any = AmazonPayMachine()
    machine.place_an_order("Authorize")
    (charge,) = machine.world.charges.values()
    assert machine.id_of("charge#1") == charge.id
    assert machine.symbol_of(charge.id) == "charge#1"
    answer = machine.call("capture_charge", charge.id, {"captureAmount": {"$price": "half"}})
    assert answer["statusDetails"]["state"] == "Captured"
    refused = machine.call("cancel_charge", "charge#1", {"cancellationReason": "too late"})
    assert refused["reasonCode"] == "InvalidChargeStatus"
    assert machine.findings == ()
    again = machine.amazon_pay.run(machine.scenario)
    assert [made.told.status for made in again.made] == [201, 200, 200, 422]


def test_what_is_made_by_a_call_gets_a_symbol_and_can_be_replayed() -> None:
    machine: Any = AmazonPayMachine()
    machine.place_an_order("Confirm")
    for _ in range(2):
        body = {"chargePermissionId": {"$id": "permission#1"}, "chargeAmount": {"$price": "small"}}
        machine.call("create_charge", body=body)
    assert set(machine.world.charges) == {machine.id_of("charge#1"), machine.id_of("charge#2")}
    assert [step.makes for step in machine.scenario.steps[-2:]] == [
        {"charge": "charge#1"},
        {"charge": "charge#2"},
    ]
    assert machine.amazon_pay.run(machine.scenario).skipped == ()


def test_an_operation_that_there_is_not_is_refused() -> None:
    with pytest.raises(ValueError, match="there is no operation 'buy'"):
        AmazonPayMachine().call("buy")


def test_what_ones_own_code_sends_is_heard_and_judged() -> None:
    import requests

    machine: Any = AmazonPayMachine()
    requests.post(f"{machine.config.base_url}/v2/checkoutSessions", json={}, timeout=5)
    with pytest.raises(NotConforming, match="HDR-001"):
        machine.judge()


def test_what_ones_own_code_makes_can_be_used_by_the_rules() -> None:
    from amazonpay_conformance.clients.driver import ClientCall
    from amazonpay_conformance.clients.reference import connect

    machine: Any = AmazonPayMachine()
    shop = connect(machine.config)
    order = WAYS["approved"][0]
    assert isinstance(order, CallStep)
    shop["create_checkout_session"](ClientCall("create_checkout_session", payload=_plain(order.body)))
    machine.judge()
    machine.take(BuyerStep("signs_in", "session#1"))
    assert [session.buyer for session in machine.world.sessions.values()] == ["signed_in"]


def test_invariants_of_ones_own_are_looked_at() -> None:
    class Machine(AmazonPayMachine):
        @invariant()
        def there_is_no_session(self) -> None:
            assert not self.world.sessions, "a session was made"

    with pytest.raises(AssertionError, match="a session was made"):
        run_state_machine_as_test(Machine, settings=network_settings(max_examples=20, database=None))


def test_names_are_given_in_the_order_of_appearance() -> None:
    names = Names({"a": "charge#1"})
    assert names.count("charge") == 1
    assert names.count("session") == 0


def _plain(body: Any) -> Any:
    """A body of a scenario with a plain amount in the place of each symbol."""
    if isinstance(body, dict) and "$price" in body:
        return {"amount": "100.00", "currencyCode": "USD"}
    return {name: _plain(value) for name, value in body.items()} if isinstance(body, dict) else body
