"""What a run covered is told from what was seen, and what it did not has a reason."""

from __future__ import annotations

import pytest
from amazonpay_conformance.engine.coverage import Coverage
from amazonpay_conformance.engine.lane import PREFIXED_KEY_ID, Lane
from amazonpay_conformance.engine.order import PROFILES, Order
from amazonpay_conformance.engine.setup import Choice, prepared
from amazonpay_conformance.model.coverage import ASPECTS, Aspect, items
from amazonpay_conformance.model.scenario import Scenario
from amazonpay_conformance.strategies.generator import Abilities
from amazonpay_conformance.strategies.questions import QUESTIONS

NOTHING = Abilities(frozenset(), caller_keys=False, simulations=False, buyer=False, clock=False)


@pytest.mark.parametrize("aspect", ASPECTS)
def test_of_every_aspect_there_is_something_to_cover(aspect: Aspect) -> None:
    assert items(aspect)
    assert all(item[0] == aspect for item in items(aspect))


@pytest.mark.parametrize("aspect", ASPECTS)
def test_what_was_not_covered_has_a_reason(aspect: Aspect) -> None:
    missed = Coverage(frozenset(), NOTHING).missed(aspect)
    assert len(missed) == len(items(aspect))
    assert all(one.reason and one.text for one in missed)


def reason(item: tuple[str, ...], able: Abilities, *, pairs: bool = True) -> str:
    """Why an item was not covered."""
    found = Coverage(frozenset(), able, pairs).missed(item[0])  # type: ignore[arg-type]
    return next(one.reason for one in found if one.item == item)


def test_an_operation_that_the_client_lacks_is_named() -> None:
    able = Abilities(operations=Abilities().operations - {"create_refund"})
    assert reason(("transition", "REF-T01"), able) == "the client has no create_refund"
    assert reason(("boundary", "BND-07", "beyond"), able) == "the client has no create_refund"
    assert reason(("simulation", "SIM-17"), able) == "the client has no create_refund"


def test_a_buyer_or_a_clock_that_the_target_lacks_is_named() -> None:
    able = Abilities(buyer=False, clock=False)
    assert "no buyer" in reason(("transition", "SES-T04"), able)
    assert "no clock" in reason(("transition", "SES-T13"), able)
    assert "no clock" in reason(("timer", "session_expires", "at"), able)


def test_what_nobody_comes_to_is_told_with_its_source() -> None:
    assert "§8.2" in reason(("transition", "CHG-T22"), Abilities())
    assert "§5.1" in reason(("pair", "SES-T01", "SES-T05"), Abilities())
    assert "§8.1" in reason(
        ("reason", "ChargePermission", "NonChargeable", "PaymentMethodExpired"), Abilities()
    )


def test_pairs_that_quick_does_not_go_for_are_told_so() -> None:
    assert "--profile full" in reason(("pair", "CHG-T01", "CHG-T16"), Abilities(), pairs=False)


def test_another_code_of_a_rule_that_was_broken_is_no_omission() -> None:
    given = ("error", "create_charge", "404", "ResourceNotFound")
    missed = Coverage(frozenset({given}), Abilities()).missed("error")
    other = next(
        one for one in missed if one.item == ("error", "create_charge", "400", "MissingParameterValue")
    )
    assert other.reason
    assert given not in [one.item for one in missed]


def test_a_run_covers_what_was_answered_and_no_more() -> None:
    lane = Lane("na", "AMZN-PAY-RSASSA-PSS-V2", PREFIXED_KEY_ID)
    with prepared(Choice("reference", transport="in-process")) as ready:
        certification = ready.certification(Order(PROFILES["quick"], seed=0))
        run = certification.run_one(QUESTIONS["patch"], lane)
        lost = certification.run_one(Scenario(QUESTIONS["patch"].steps[1:]), lane)
    assert run.items == {
        ("transition", "SES-T01"),
        ("transition", "SES-T02"),
        ("pair", "SES-T01", "SES-T02"),
        ("state", "CheckoutSession", "Open"),
    }
    assert run.covered == {"SES-T01", "SES-T02"}
    assert not lost.items, "what could not be sent covers nothing"


def test_profiles_plan_for_pairs_in_full_only() -> None:
    assert {name: profile.pairs for name, profile in PROFILES.items()} == {"quick": False, "full": True}
