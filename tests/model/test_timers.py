"""How long each timer runs, from whatever moment: api-facts §4.6, §8.1.

The moments have bits in common with the timers, so that a sum that is none shows.
"""

from __future__ import annotations

import pytest
from amazonpay_conformance.model.world import World
from model_stories import DAY, NOON, SETTLED, Story, monthly, on, order, price

HUNDRED = price("100.00")
MAY_PEND = {"canHandlePendingAuthorization": True}

pytestmark = pytest.mark.parametrize("start", [NOON, NOON + 30, NOON + 65_535, NOON + 15_638_399])


@pytest.fixture
def story(start: int) -> Story:
    return Story(World(now=start))


def test_an_authorization_at_checkout_settles_after_thirty_seconds(story: Story) -> None:
    story.completed(order("Authorize", HUNDRED, **MAY_PEND), "0701")
    story.after(SETTLED - 1)
    assert story.state("charge1") == "AuthorizationInitiated"
    story.after(1)
    assert story.state("charge1") == "Authorized"


def test_a_later_authorization_settles_after_thirty_seconds(story: Story) -> None:
    story.completed(order("Confirm", HUNDRED))
    story.call(
        "create_charge", None, on("permission1", HUNDRED, **MAY_PEND), simulation="PendingHardDeclined"
    )
    assert story.state("charge1") == "AuthorizationInitiated"
    story.after(SETTLED - 1)
    assert story.state("charge1") == "AuthorizationInitiated"
    story.after(1)
    assert story.state("charge1") == "Declined/HardDeclined"


def test_a_capture_settles_after_thirty_seconds(story: Story) -> None:
    story.completed(order("Authorize", HUNDRED))
    story.capture(HUNDRED, simulation="CaptureInitiated")
    story.after(SETTLED - 1)
    assert story.state("charge1") == "CaptureInitiated"
    story.after(1)
    assert story.state("charge1") == "Captured"


def test_a_refund_settles_after_thirty_seconds(story: Story) -> None:
    story.captured(HUNDRED)
    story.refund(HUNDRED)
    story.after(SETTLED - 1)
    assert story.state("refund1") == "RefundInitiated"
    story.after(1)
    assert story.state("refund1") == "Refunded"


def test_a_session_lives_a_day(story: Story) -> None:
    story.call("create_checkout_session", None, order("Authorize", HUNDRED))
    story.after(DAY - 1)
    assert story.state("session1") == "Open"
    story.after(1)
    assert story.state("session1") == "Canceled/Expired"


def test_a_capture_is_at_once_for_seven_days(story: Story) -> None:
    story.completed(order("Authorize", HUNDRED))
    story.after(7 * DAY)
    late = Story(story.world)
    story.capture(HUNDRED)
    assert story.state("charge1") == "Captured"
    late.after(1)
    late.capture(HUNDRED)
    assert late.state("charge1") == "CaptureInitiated"


def test_an_authorized_charge_lives_thirty_days(story: Story) -> None:
    story.completed(order("Authorize", HUNDRED))
    story.after(30 * DAY - 1)
    assert story.state("charge1") == "Authorized"
    story.after(1)
    assert story.state("charge1") == "Canceled/ExpiredUnused"


@pytest.mark.parametrize(("extended", "days"), [(False, 180), (True, 395)])
def test_a_one_time_permission_lives_180_days_or_thirteen_months(
    story: Story, extended: bool, days: int
) -> None:
    story.completed(order("Confirm", HUNDRED, extendExpiration=extended))
    story.after(days * DAY - 1)
    assert story.state("permission1") == "Chargeable"
    story.after(1)
    assert story.state("permission1") == "Closed/Expired"


def test_a_charge_renews_a_subscription_for_thirteen_months(story: Story) -> None:
    story.completed(monthly(HUNDRED))
    story.after(100 * DAY)
    story.charge(price("1.00"))
    story.after(395 * DAY - 1)
    assert story.state("permission1") == "Chargeable"
    story.after(1)
    assert story.state("permission1") == "Closed/Expired"
