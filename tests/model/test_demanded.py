"""What is demanded of a server and what is only permitted: `Outcome.required`, and some things aside.

A permitted answer that is not required is judged right and is never asked for.
"""

from __future__ import annotations

from typing import Any

import pytest
from amazonpay_conformance.model.actions import BuyerAct, Call, NewIds
from amazonpay_conformance.model.lapse import lapse
from amazonpay_conformance.model.step import Outcome, step
from amazonpay_conformance.model.world import World
from model_stories import NOON, SETTLED, Story, on, order, price

HUNDRED = price("100.00")


def replayed(outcomes: tuple[Outcome, ...], key: str) -> list[Outcome]:
    return [outcome for outcome in outcomes if outcome.replays == key]


@pytest.mark.parametrize(
    ("amount", "refusal"),
    [(price("100.01"), (400, "TransactionAmountExceeded")), (HUNDRED, (422, "InvalidChargeStatus"))],
)
def test_a_refusal_that_was_kept_is_permitted_and_not_required(
    story: Story, amount: dict[str, Any], refusal: tuple[int, str]
) -> None:
    """§9 [?]: whether refusals are stored at all."""
    story.completed(order("Authorize", HUNDRED))
    if refusal[0] == 422:
        story.cancel()
    body = {"captureAmount": amount}
    assert story.call("capture_charge", "charge1", body, key="k") == refusal
    again = story.ways("capture_charge", "charge1", body, key="k")
    (kept,) = replayed(again, "k")
    assert (kept.status, kept.reason) == refusal
    assert not kept.required
    assert kept.shows == (("refused-keys", "stored"),)


def test_a_success_that_was_kept_is_required(story: Story) -> None:
    story.completed(order("Authorize", HUNDRED))
    body = {"captureAmount": HUNDRED}
    story.call("capture_charge", "charge1", body, key="k")
    again = story.ways("capture_charge", "charge1", body, key="k")
    assert [(o.status, o.required) for o in again if o.status < 400] == [(200, True)]


def test_an_answer_to_a_key_that_may_be_ignored_is_not_required(story: Story) -> None:
    story.approved(order("Authorize", HUNDRED))
    body = {"chargeAmount": HUNDRED}
    story.call("complete_checkout_session", "session1", body, key="k")
    again = story.ways("complete_checkout_session", "session1", body, key="k")
    assert [o.required for o in replayed(again, "k")] == [False]


def test_the_good_answer_of_a_lesser_resource_is_required() -> None:
    call = Call("get_reports", None, {}, new=NewIds())
    assert [(o.status, o.required) for o in step(World(now=NOON), call)] == [(200, True)]


# --- pending simulations: §8.2 [?]


@pytest.mark.parametrize(
    "more", [{}, {"captureNow": True}, {"captureNow": True, "canHandlePendingAuthorization": True}]
)
def test_a_pending_simulation_pends_only_where_a_charge_may_pend(story: Story, more: dict[str, Any]) -> None:
    story.completed(order("Confirm", HUNDRED))
    ways = story.ways(
        "create_charge", None, on("permission1", HUNDRED, **more), simulation="PendingHardDeclined"
    )
    states = {o.world.charges["charge1"].state for o in ways if o.status < 400}
    assert states == {"Captured" if "captureNow" in more else "Authorized"}


# --- Update Charge: §2.2, §4.3


def test_a_provider_s_update_cancels_a_charge_and_gives_its_permission_back(story: Story) -> None:
    story.completed(order("Authorize", HUNDRED))
    told = {"statusDetails": {"state": "Canceled", "reasonCode": "ExpiredUnused"}}
    (done,) = (o for o in story.ways("update_charge", "charge1", told) if o.status == 200)
    assert done.world.charges["charge1"].state == "Canceled"
    assert done.world.permissions["permission1"].state == "Chargeable"
    assert "CHG" in done.used[0]


def test_an_update_of_a_charge_that_is_over_moves_nothing(story: Story) -> None:
    story.captured(HUNDRED)
    told = {"statusDetails": {"state": "Canceled", "reasonCode": "ExpiredUnused"}}
    ways = story.ways("update_charge", "charge1", told)
    assert {o.world.charges["charge1"].state for o in ways} == {"Captured"}
    assert all(o.used == () for o in ways)


# --- time, one thing after the other


def test_each_thing_that_happens_by_itself_is_told_with_what_it_happened_to(story: Story) -> None:
    story.completed(order("Authorize", HUNDRED, canHandlePendingAuthorization=True), "0701")
    settled, end = lapse(story.world, SETTLED)
    assert settled.subject == ("Charge", "charge1")
    assert settled.world.now == story.world.now + SETTLED
    assert (end.subject, end.used) == (None, ())
    assert {(o.status, o.requirement) for o in (settled, end)} == {(0, "")}


# --- what a charge takes over from its session: §2.3


def test_a_charge_of_a_checkout_has_the_soft_descriptor_of_its_session(story: Story) -> None:
    story.completed(order("AuthorizeWithCapture", HUNDRED, softDescriptor="Shop"))
    assert dict(story.world.charges["charge1"].data) == {"softDescriptor": "Shop"}


def test_a_descriptor_that_was_taken_back_is_not_taken_over(story: Story) -> None:
    story.completed(order("AuthorizeWithCapture", HUNDRED, softDescriptor=None))
    assert dict(story.world.charges["charge1"].data) == {}


# --- what a buyer chose once: his address stays his until he takes another


def test_a_buyer_keeps_the_address_that_he_chose_first(story: Story) -> None:
    story.call("create_checkout_session", None, order("Authorize", HUNDRED))
    for act in (BuyerAct("signs_in", "session1", address="po-box"), BuyerAct("approves", "session1")):
        (outcome,) = step(story.world, act)
        story.world = outcome.world
        assert story.world.sessions["session1"].address == "po-box"


def test_a_capture_may_be_told_as_rejected_at_once_and_need_not_be(story: Story) -> None:
    """§8.2, §13 [?]."""
    story.completed(order("Authorize", HUNDRED))
    ways = story.ways("capture_charge", "charge1", {"captureAmount": HUNDRED}, simulation="AmazonRejected")
    assert [(o.status, o.required) for o in ways] == [(200, True), (422, False)]
