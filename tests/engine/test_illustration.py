"""What is shown as legal is what the model permits, what is shown as illegal is not, both in plain words."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from amazonpay_conformance.engine import illustration
from amazonpay_conformance.engine.cases import CASES
from amazonpay_conformance.engine.illustration import Line, demonstrate, illustrate
from amazonpay_conformance.model.machine import Transition
from amazonpay_conformance.model.objects import MACHINES, UNREACHED
from amazonpay_conformance.model.operations import ALL_OPERATIONS, OPERATIONS
from amazonpay_conformance.model.requirements import REQUIREMENTS, Requirement
from amazonpay_conformance.model.rules import RULES, Rule
from amazonpay_conformance.model.step import step
from amazonpay_conformance.strategies.generator import Abilities
from amazonpay_conformance.strategies.visits import Visit, visits

PLANNED = [requirement for requirement in REQUIREMENTS.values() if not requirement.legal]
ASSERTED = [rule for rule in RULES if rule.asserted]
UNCERTAIN = [rule for rule in RULES if not rule.asserted]
REACHED = [t for machine in MACHINES.values() for t in machine.transitions if t.id not in UNREACHED]


def by_id(row: Any) -> str:
    return str(row.id)


@pytest.fixture(scope="module")
def explored() -> tuple[Visit, ...]:
    """The whole exploration, which each illustration would begin anew."""
    return tuple(visits(Abilities()))


@pytest.fixture(autouse=True)
def _explored_once(explored: tuple[Visit, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(illustration, "visits", lambda _: iter(explored))


@pytest.mark.parametrize("requirement", PLANNED, ids=by_id)
def test_legal_answers_are_those_that_the_model_permits(requirement: Requirement) -> None:
    shown = illustrate(requirement.id)
    assert shown is not None
    permitted = {(outcome.status, outcome.reason) for outcome in step(shown.world, shown.call)}
    assert {(answer.status, answer.reason) for answer in shown.legal} == permitted
    assert (shown.illegal.status, shown.illegal.reason) not in permitted


@pytest.mark.parametrize("requirement", PLANNED, ids=by_id)
def test_the_last_call_puts_the_requirement_at_stake(requirement: Requirement) -> None:
    shown = illustrate(requirement.id)
    assert shown is not None
    assert requirement.id in {outcome.requirement for outcome in step(shown.world, shown.call)}


@pytest.mark.parametrize("rule", ASSERTED, ids=by_id)
def test_a_rule_is_shown_by_a_call_that_breaks_it_plainly(rule: Rule) -> None:
    shown = illustrate(rule.id)
    assert shown is not None
    assert {(answer.status, answer.reason) for answer in shown.legal} & set(rule.errors)
    assert all(answer.status >= 400 for answer in shown.legal)
    assert shown.illegal.status == ALL_OPERATIONS[shown.call.operation].success[0]


@pytest.mark.parametrize("rule", UNCERTAIN, ids=by_id)
def test_an_uncertain_rule_is_shown_by_a_call_that_may_be_refused_or_done(rule: Rule) -> None:
    shown = illustrate(rule.id)
    assert shown is not None
    assert {answer.status >= 400 for answer in shown.legal} == {True, False}
    assert shown.illegal.status >= 400


@pytest.mark.parametrize("operation", OPERATIONS.values(), ids=by_id)
def test_an_operation_is_shown_by_a_call_that_succeeds(operation: Any) -> None:
    shown = illustrate(operation.requirement)
    assert shown is not None
    assert operation.success[0] in {answer.status for answer in shown.legal}
    assert shown.illegal.status >= 400


def test_every_case_by_hand_is_of_a_rule_or_an_operation() -> None:
    assert set(CASES) <= {requirement.id for requirement in PLANNED}


def test_an_amount_is_shown_as_it_is_sent() -> None:
    shown = illustrate("SES-R20")
    assert shown is not None
    assert shown.words.endswith("chargeAmount 100 USD")


def test_nothing_is_looked_for_where_no_scenario_goes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(illustration, "visits", lambda _: pytest.fail("the model was explored"))
    assert demonstrate("RES-T01") == ()


def test_what_is_no_rule_is_not_illustrated() -> None:
    assert illustrate("SIG-004") is None


def test_an_id_that_no_requirement_has_is_an_error() -> None:
    with pytest.raises(KeyError):
        illustrate("XYZ-001")


def test_steps_are_told_in_words_with_what_came_of_them() -> None:
    shown = illustrate("CHG-R21")
    assert shown is not None
    assert shown.way[:2] == (
        Line(
            "Create Checkout Session: chargeAmount 100.00 USD, paymentIntent Authorize",
            "201: session#1 is Open",
        ),
        Line("The buyer approves", ""),
    )
    assert shown.words == "Capture Charge charge#1: captureAmount 100.01 USD"
    assert [str(answer) for answer in shown.legal] == ["400 TransactionAmountExceeded"]


def test_the_same_step_taken_many_times_is_one_line() -> None:
    shown = illustrate("CHG-R09")
    assert shown is not None
    assert [line.times for line in shown.way] == [1, 1, 1, 1, 25]


def test_an_idempotency_key_is_shown_where_it_comes_twice() -> None:
    reused, plain = illustrate("REQ-R09"), illustrate("SES-R05")
    assert reused is not None
    assert plain is not None
    assert [line.words.rpartition(", ")[2] for line in reused.way] == ["idempotency key#1"]
    assert "idempotency" not in str(plain.way)


def test_what_the_steps_do_not_show_is_remarked() -> None:
    shown = illustrate("REQ-R03")
    assert shown is not None
    assert shown.words.endswith(", without x-amz-pay-date")


def test_the_exploration_stops_at_what_was_looked_for(
    explored: tuple[Visit, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = []

    def counted(_: Abilities) -> Iterator[Visit]:
        for visit in explored:
            seen.append(visit)
            yield visit

    monkeypatch.setattr(illustration, "visits", counted)
    assert illustrate("SES-R05") is not None
    assert len(seen) == 2


@pytest.mark.parametrize("transition", REACHED, ids=by_id)
def test_every_transition_that_can_be_reached_is_shown(transition: Transition) -> None:
    assert transition.target in str(demonstrate(transition.id)[-1].answer) or _leaves_the_state(transition)


def _leaves_the_state(transition: Transition) -> bool:
    """Whether nothing is to be seen of it, or a further transition follows at once."""
    return transition.source == transition.target or transition.id == "PRM-T24"


def test_a_transition_that_nothing_leads_to_is_not_shown() -> None:
    assert demonstrate("CHG-T27") == ()


def test_time_is_told_in_the_largest_units() -> None:
    assert demonstrate("CHG-T17")[-2].words == "The clock advances by 7 days and 1 second"
