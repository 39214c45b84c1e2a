"""What is not asked of a call with which nothing went wrong would have nothing to say of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest
from amazonpay_conformance.checks.check import CALL_CHECKS, CALM_CHECKS
from amazonpay_conformance.checks.subject import Made
from amazonpay_conformance.clients import reference
from amazonpay_conformance.clients.driver import ClientCall, ClientConfig
from amazonpay_conformance.clients.python_driver import PythonDriver
from amazonpay_conformance.engine.lane import PREFIXED_KEY_ID, Lane
from amazonpay_conformance.engine.order import PROFILES, Order
from amazonpay_conformance.engine.setup import Choice, Prepared, prepared
from amazonpay_conformance.model.scenario import CallStep, FaultStep, Scenario
from amazonpay_conformance.strategies.questions import QUESTIONS

LANE = Lane("na", "AMZN-PAY-RSASSA-PSS", PREFIXED_KEY_ID)
CREATE = next(step for step in QUESTIONS["further-constraints"].steps if isinstance(step, CallStep))
READ = CallStep("get_checkout_session", "session#1")
MISSING = CallStep("get_charge", "charge#unknown")


def told(answer: Any) -> Any:
    return answer


def not_told(_: Any) -> None:
    return None


def told_failure(_: Any) -> None:
    raise RuntimeError("something went wrong")


@pytest.fixture(scope="module")
def mock() -> Iterator[Prepared]:
    with prepared(Choice(transport="in-process")) as ready:
        yield ready


def calls(mock: Prepared, tell: Any, *steps: Any) -> tuple[Made, ...]:
    def connect(config: ClientConfig) -> dict[str, Any]:
        def telling(call: Any) -> Any:
            def made(asked: ClientCall) -> Any:
                return tell(call(asked))

            return made

        return {name: telling(call) for name, call in reference.connect(config).items()}

    adapter = SimpleNamespace(operations=reference.operations, idempotency_key="both", connect=connect)
    driver = PythonDriver(adapter)
    ready = Prepared(driver, mock.target, mock.key, mock.key_file, "na")
    try:
        return ready.certification(Order(PROFILES["quick"], seed=0)).run_one(Scenario(steps), LANE).made
    finally:
        driver.close()


@pytest.mark.parametrize("tell", [told, not_told, told_failure])
def test_what_a_calm_call_is_not_asked_does_not_apply_to_it(mock: Prepared, tell: Any) -> None:
    made = calls(mock, tell, CREATE, READ, MISSING)
    assert [one.is_calm for one in made] == [True, True, True]
    left_out = [check for name, (_, check) in CALL_CHECKS.items() if name not in CALM_CHECKS]
    assert len(left_out) > 10
    for number, one in enumerate(made):
        whole = replace(one, earlier=made[:number])
        assert [check.__name__ for check in left_out if check(whole) is not None] == []


@pytest.mark.parametrize("fault", ["429", "500", "dropped-after", "unknown-field", "malformed"])
def test_a_call_with_which_something_went_wrong_is_not_calm(
    mock: Prepared, fault: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reference, "WAITS", (0.0,))
    made = calls(mock, told, CREATE, FaultStep(fault), READ)
    assert [one.is_calm for one in made] == [True, False]
