"""Which rules a call breaks that no source confirms, and exactly when: api-facts §4.6, §5.5, §8.2, §13.

A refusal that is permitted and not asserted names its rule; these tests look at the names.
"""

from __future__ import annotations

from typing import Any

import pytest
from amazonpay_conformance.model.simulation import SIMULATION_ROWS
from amazonpay_conformance.model.switches import Settings
from amazonpay_conformance.model.world import World
from model_stories import DAY, NOON, Body, Story, monthly, on, order, price

HUNDRED = price("100.00")
MAY_PEND = {"canHandlePendingAuthorization": True}
UNKNOWN_CODE = (400, "InvalidSandboxSimulationSpecified")


def refused_for(story: Story, operation: str, target: str | None, body: Body, **more: Any) -> set[str]:
    """The rules for which a call may be refused."""
    return {o.requirement for o in story.ways(operation, target, body, **more) if o.status >= 400}


def succeeds(story: Story, operation: str, target: str | None, body: Body, **more: Any) -> bool:
    return any(outcome.status < 400 for outcome in story.ways(operation, target, body, **more))


# --- simulation codes


@pytest.mark.parametrize("code", ["PendingSomething", "Pending"])
def test_a_pending_code_that_is_in_no_table_may_be_one_all_the_same(story: Story, code: str) -> None:
    story.completed(order("Confirm", HUNDRED))
    body = on("permission1", HUNDRED)
    assert succeeds(story, "create_charge", None, body, simulation=code)
    assert "REQ-R28" in refused_for(story, "create_charge", None, body, simulation=code)
    assert not succeeds(story, "create_charge", None, body, simulation="Something")
    assert refused_for(story, "create_charge", None, body, simulation="Something") == {"REQ-R10"}


def test_a_pending_code_is_none_of_a_capture(story: Story) -> None:
    story.completed(order("Authorize", HUNDRED))
    ways = story.ways("capture_charge", "charge1", {"captureAmount": HUNDRED}, simulation="PendingDeclined")
    assert {(o.status, o.reason) for o in ways} == {UNKNOWN_CODE}


GUESSED = {
    "complete_checkout_session": "REQ-R25",
    "create_charge": "REQ-R26",
    "close_charge_permission": "REQ-R27",
    "create_refund": "REQ-R31",
}
ROWS = [row for row in SIMULATION_ROWS if row.operation in GUESSED]


@pytest.mark.parametrize("row", ROWS, ids=[row.id for row in ROWS])
def test_a_code_that_is_known_at_second_hand_may_be_refused(story: Story, row: Any) -> None:
    if row.operation == "complete_checkout_session":
        story.approved(order("Authorize", HUNDRED, **MAY_PEND))
        given = ("session1", {"chargeAmount": HUNDRED})
    elif row.operation == "create_refund":
        story.captured(HUNDRED)
        given = (None, {"chargeId": "charge1", "refundAmount": HUNDRED})
    else:
        story.completed(order("Confirm", HUNDRED))
        closes = row.operation == "close_charge_permission"
        given = ("permission1", {"closureReason": "x"}) if closes else (None, on("permission1", HUNDRED))
    expected = "REQ-R29" if row.switch == "pending-simulations" else GUESSED[row.operation]
    assert expected in refused_for(story, row.operation, *given, simulation=row.code)
    assert expected not in refused_for(story, row.operation, *given)


@pytest.mark.parametrize(
    ("code", "more", "lacks"),
    [
        ("CaptureInitiated", {}, True),
        ("CaptureInitiated", {"captureNow": True}, False),
        ("PendingHardDeclined", {}, True),
        ("PendingHardDeclined", MAY_PEND, False),
        ("PendingHardDeclined", {**MAY_PEND, "captureNow": True}, True),
        ("HardDeclined", {}, False),
        (None, {}, False),
    ],
)
def test_a_charge_s_code_lacks_its_prerequisite(
    story: Story, code: str | None, more: Body, lacks: bool
) -> None:
    story.completed(order("Confirm", HUNDRED))
    body = on("permission1", HUNDRED, **more)
    assert ("REQ-R11" in refused_for(story, "create_charge", None, body, simulation=code)) is lacks


@pytest.mark.parametrize(
    ("intent", "details", "lacks"),
    [("Authorize", MAY_PEND, False), ("Authorize", {}, True), ("Confirm", MAY_PEND, True)],
)
def test_a_session_s_code_lacks_its_prerequisite(
    story: Story, intent: str, details: Body, lacks: bool
) -> None:
    story.approved(order(intent, HUNDRED, **details))
    body = {"chargeAmount": HUNDRED}
    found = refused_for(
        story, "complete_checkout_session", "session1", body, simulation="AuthorizationInitiated"
    )
    assert ("REQ-R11" in found) is lacks


# --- sessions


@pytest.mark.parametrize(("seconds", "gone"), [(-1, False), (0, True), (1, True)])
def test_a_session_is_gone_thirty_days_after_its_creation_or_its_end(
    story: Story, seconds: int, gone: bool
) -> None:
    story.call("create_checkout_session", None, order("Authorize", HUNDRED))
    story.after(DAY)
    assert story.state("session1") == "Canceled/Expired"
    story.after(29 * DAY + seconds)
    assert refused_for(story, "get_checkout_session", "session1", {}) == ({"SES-R16"} if gone else set())
    story.after(DAY)
    both = {"SES-R16", "SES-R17"} if gone else {"SES-R16"}
    assert refused_for(story, "get_checkout_session", "session1", {}) == both


@pytest.mark.parametrize(
    ("shares", "differs"),
    [(("60.00", "40.00"), False), (("100.00",), False), (("60.00", "40.01"), True), (("60.00",), True)],
)
def test_the_prices_of_several_addresses_may_have_to_add_up(
    story: Story, shares: tuple[str, ...], differs: bool
) -> None:
    story.call("create_checkout_session", None, order("Authorize", HUNDRED))
    told = [{"addressId": str(n), "price": price(amount)} for n, amount in enumerate(shares)]
    body = {"multiAddressesCheckoutMetadata": told}
    assert ("SES-R18" in refused_for(story, "update_checkout_session", "session1", body)) is differs


# --- a permission that may have closed of itself: §13.4


def test_a_permission_may_have_closed_at_its_first_capture(story: Story) -> None:
    story.completed(order("Confirm", HUNDRED))
    note = {"merchantMetadata": {"noteToBuyer": "x"}}
    assert "PRM-R07" not in refused_for(story, "update_charge_permission", "permission1", note)
    story.charge(price("40.00"))
    story.capture(price("40.00"))
    assert "PRM-R07" in refused_for(story, "update_charge_permission", "permission1", note)
    assert "PRM-R08" in refused_for(story, "close_charge_permission", "permission1", {"closureReason": "x"})
    assert "CHG-R15" in refused_for(story, "create_charge", None, on("permission1", price("1.00")))
    story.close()
    assert "PRM-R07" not in refused_for(story, "update_charge_permission", "permission1", note)


# --- captures: §6.2, §7


FREE = Settings.of({"open-authorizations": "free", "charge-in-progress": "never"})


def twice(kind: Body) -> Story:
    """Two charges of 60 dollars, authorized on a permission of 100."""
    story = Story(World(now=NOON, settings=FREE)).completed(kind)
    assert [story.charge(price("60.00")) for _ in range(2)] == [(201, None)] * 2
    return story


@pytest.mark.parametrize(("simulation", "first"), [(None, "50.00"), ("CaptureInitiated", "50.00")])
def test_all_that_is_captured_stays_within_the_limit(simulation: str | None, first: str) -> None:
    story = twice(order("Confirm", HUNDRED))
    assert story.capture(price(first), simulation=simulation) == (200, None)
    for amount, over in (("50.00", False), ("50.01", True), ("55.00", True), ("60.00", True)):
        body = {"captureAmount": price(amount)}
        assert ("CHG-R24" in refused_for(story, "capture_charge", "charge2", body)) is over
        assert succeeds(story, "capture_charge", "charge2", body) is not over
    beyond = refused_for(story, "capture_charge", "charge2", {"captureAmount": price("60.01")})
    assert "CHG-R21" in beyond
    assert "CHG-R24" not in beyond
    assert "CHG-R24" not in refused_for(story, "capture_charge", "charge1", {"captureAmount": HUNDRED})


def test_a_month_s_captures_are_bound_by_the_charges_alone() -> None:
    story = twice({**monthly(HUNDRED)})
    assert story.capture(price("60.00")) == (200, None)
    body = {"captureAmount": price("60.00")}
    assert "CHG-R24" not in refused_for(story, "capture_charge", "charge2", body)


def test_nothing_is_judged_of_a_capture_without_a_charge_or_an_amount(story: Story) -> None:
    story.completed(order("Authorize", HUNDRED))
    assert "CHG-R24" not in refused_for(story, "capture_charge", "charge9", {"captureAmount": HUNDRED})
    assert "CHG-R24" not in refused_for(story, "capture_charge", "charge1", {})


def test_whoever_closes_a_permission_but_the_merchant_may_block_its_captures(story: Story) -> None:
    story.completed(monthly(HUNDRED))
    story.charge(price("1.00"))
    body = {"captureAmount": price("1.00")}
    by_buyer = Story(story.world)
    assert story.close() == (200, None)
    assert "CHG-R23" not in refused_for(story, "capture_charge", "charge1", body)
    assert by_buyer.buyer("closes_permission", "permission1")
    assert by_buyer.state("permission1") == "Closed/BuyerClosed"
    assert "CHG-R23" in refused_for(by_buyer, "capture_charge", "charge1", body)


def test_any_open_authorization_may_block_a_permission(story: Story) -> None:
    story.completed(order("Confirm", HUNDRED))
    assert "CHG-R11" not in refused_for(story, "create_charge", None, on("permission1", price("1.00")))
    story.charge(price("0.01"))
    assert "CHG-R11" in refused_for(story, "create_charge", None, on("permission1", price("1.00")))
