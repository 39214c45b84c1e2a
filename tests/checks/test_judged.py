"""Every requirement has a check, every check a requirement, and the lookup between them is right."""

from __future__ import annotations

import pytest
from amazonpay_conformance.checks.check import (
    BUTTON_CHECKS,
    CALL_CHECKS,
    END_CHECKS,
    EXCHANGE_CHECKS,
    JUDGED,
    MODEL_CHECKS,
    NOTICE_CHECKS,
    PAGE_CHECKS,
    RACE_CHECKS,
    TRACE_CHECKS,
    TRIAL_CHECKS,
    WIRE_CHECKS,
    on_button,
    on_call,
    on_end,
    on_exchange,
    on_model,
    on_race,
    on_trace,
    on_wire,
)
from amazonpay_conformance.checks.judge import judged_by
from amazonpay_conformance.model.operations import OPERATIONS
from amazonpay_conformance.model.requirements import REQUIREMENTS, STATE_REQUIREMENTS, Requirement
from amazonpay_conformance.model.rules import RULES

HELD_TO = [r for r in REQUIREMENTS.values() if r.level != "MAY"]
LEFT_OPEN = [r for r in REQUIREMENTS.values() if r.level == "MAY"]


@pytest.mark.parametrize("requirement", HELD_TO, ids=lambda requirement: requirement.id)
def test_every_requirement_that_a_subject_is_held_to_has_a_check(requirement: Requirement) -> None:
    assert judged_by(requirement.id)


@pytest.mark.parametrize("requirement", LEFT_OPEN, ids=lambda requirement: requirement.id)
def test_no_check_judges_what_is_uncertain(requirement: Requirement) -> None:
    assert judged_by(requirement.id) == ()


@pytest.mark.parametrize("check", JUDGED)
def test_every_check_judges_requirements_that_exist(check: str) -> None:
    assert JUDGED[check]
    assert set(JUDGED[check]) <= set(REQUIREMENTS)


def test_every_check_that_is_asked_says_what_it_judges() -> None:
    of_calls = [*EXCHANGE_CHECKS, *CALL_CHECKS, *BUTTON_CHECKS, *MODEL_CHECKS]
    assert sorted(
        [*of_calls, *TRACE_CHECKS, *END_CHECKS, *RACE_CHECKS, *TRIAL_CHECKS, *NOTICE_CHECKS, *PAGE_CHECKS]
    ) == sorted(JUDGED)
    assert set(WIRE_CHECKS) <= set(EXCHANGE_CHECKS)


def test_the_answer_is_judged_for_every_operation_and_every_rule_that_is_asserted() -> None:
    rules = {rule.id for rule in RULES if rule.asserted}
    operations = {operation.requirement for operation in OPERATIONS.values()}
    assert set(JUDGED["answer_is_permitted"]) >= rules | operations


def test_the_state_is_judged_for_every_kind_of_object() -> None:
    assert set(JUDGED["state_is_permitted"]) == set(STATE_REQUIREMENTS.values())


@pytest.mark.parametrize(
    "register", [on_exchange, on_wire, on_call, on_button, on_model, on_race, on_trace, on_end]
)
def test_a_check_of_a_requirement_that_does_not_exist_is_refused(register: object) -> None:
    before = dict(JUDGED)
    with pytest.raises(KeyError, match="XYZ-001"):
        register("XYZ-001")(lambda *_: None)  # type: ignore[operator]
    assert before == JUDGED


def test_who_judges_a_requirement_is_told_by_name() -> None:
    assert judged_by("SIG-004") == ("signature_verifies",)
    assert judged_by("BTN-001") == ("button_signature_verifies",)
    assert judged_by("IDM-001") == ("answer_is_permitted", "repetition_gets_the_first_answer")


def test_nobody_judges_what_is_not_in_the_catalogue() -> None:
    assert judged_by("XYZ-001") == ()
