"""What a permission still gives, at the figures where its rules turn: api-facts §4.2, §6.2, §6.3b, §13."""

from __future__ import annotations

from decimal import Decimal

import pytest
from amazonpay_conformance.model.balances import is_used_up, may_be_closed
from amazonpay_conformance.model.money import Price
from amazonpay_conformance.model.observable import told_by_state
from amazonpay_conformance.model.switches import Settings
from amazonpay_conformance.model.timers import TIMERS
from amazonpay_conformance.model.world import Charge, ChargePermission, World
from model_stories import NOON, Story, monthly, on, order, price

AT_ONCE = Settings.of({"permission-closes": "at-first-capture"})


def usd(amount: str) -> Price:
    return Price(Decimal(amount), "USD")


def charged(
    *amounts: str, type: str = "OneTime", limit: str | None = "100.00", settings: Settings | None = None
) -> tuple[World, ChargePermission]:
    """A world with one permission on which these amounts were captured, and the permission."""
    permission = ChargePermission(
        "permission1",
        "Chargeable",
        NOON,
        NOON,
        type=type,  # type: ignore[arg-type]
        limit=usd(limit) if limit else None,
        currency="USD",
    )
    world = World(now=NOON, settings=settings or Settings()).with_object("ChargePermission", permission)
    for number, amount in enumerate(amounts):
        made = Charge(
            f"charge{number}", "Captured", NOON, NOON, "permission1", usd(amount), captured=usd(amount)
        )
        world = world.with_object("Charge", made)
    return world, permission


@pytest.mark.parametrize(
    ("amounts", "used_up"),
    [((), False), (("99.50",), False), (("60.00", "40.00"), True), (("100.00",), True), (("112.00",), True)],
)
def test_a_one_time_permission_is_used_up_by_what_was_captured(
    amounts: tuple[str, ...], used_up: bool
) -> None:
    assert is_used_up(*charged(*amounts)) is used_up


@pytest.mark.parametrize(("amounts", "used_up"), [((), False), (("0.50",), True), (("0.01",), True)])
def test_where_the_first_capture_closes_it_any_does(amounts: tuple[str, ...], used_up: bool) -> None:
    assert is_used_up(*charged(*amounts, settings=AT_ONCE)) is used_up


def test_a_permission_whose_limit_is_not_known_is_never_known_to_be_used_up() -> None:
    assert not is_used_up(*charged("100.00", limit=None, settings=AT_ONCE))


@pytest.mark.parametrize("settings", [None, AT_ONCE])
def test_a_month_that_is_spent_is_not_the_end(settings: Settings | None) -> None:
    assert not is_used_up(*charged("100.00", type="Recurring", settings=settings))
    assert not is_used_up(*charged("100.00", type="PaymentMethodOnFile", settings=settings))


@pytest.mark.parametrize(("amounts", "closed"), [((), False), (("0.50",), True)])
def test_a_one_time_permission_may_close_at_its_first_capture(amounts: tuple[str, ...], closed: bool) -> None:
    assert may_be_closed(*charged(*amounts)) is closed


@pytest.mark.parametrize(("late", "closed"), [(-1, False), (0, True), (1, True)])
def test_a_subscription_may_be_over_after_thirteen_months_though_it_was_charged(
    late: int, closed: bool
) -> None:
    world, permission = charged("1.00", type="Recurring")
    world = World(
        now=NOON + TIMERS["permission_extended"] + late,
        permissions=world.permissions,
        charges=world.charges,
    )
    assert may_be_closed(world, permission) is closed


def requirements(story: Story, amount: str) -> set[str]:
    """The rules for which a charge may be refused."""
    ways = story.ways("create_charge", None, on("permission1", price(amount)))
    return {outcome.requirement for outcome in ways if outcome.status >= 400}


def test_what_is_being_captured_is_as_good_as_captured() -> None:
    story = Story().completed(order("Confirm", price("100.00")))
    story.charge(price("60.00"))
    story.capture(price("60.00"), simulation="CaptureInitiated")
    assert "CHG-R04" in requirements(story, "40.01")
    assert "CHG-R04" not in requirements(story, "40.00")


def test_an_open_authorization_alone_is_no_reason_to_refuse_for_sure() -> None:
    story = Story().completed(order("Confirm", price("100.00")))
    story.charge(price("60.00"))
    assert requirements(story, "40.01") >= {"CHG-R05"}
    assert "CHG-R04" not in requirements(story, "40.01")
    assert not requirements(story, "40.00") & {"CHG-R04", "CHG-R05"}


def test_what_was_authorized_and_not_captured_may_be_gone() -> None:
    """§6.3b [?]."""
    story = Story().completed(order("Confirm", price("100.00")))
    story.charge(price("60.00"))
    story.capture(price("20.00"))
    assert "CHG-R14" in requirements(story, "40.01")
    assert "CHG-R14" not in requirements(story, "40.00")
    story.charge(price("30.00"))
    assert "CHG-R14" in requirements(story, "10.01")
    assert "CHG-R14" not in requirements(story, "10.00")


def test_a_month_s_cap_knows_no_remainder() -> None:
    story = Story().completed(monthly(price("100.00")))
    story.charge(price("600.00"))
    story.capture(price("20.00"))
    assert not requirements(story, "400.01") & {"CHG-R05", "CHG-R14"}


@pytest.mark.parametrize("amount", ["150.00", "50.00"])
def test_the_key_of_a_refused_request_may_be_spent(amount: str) -> None:
    """§9 [?]: of one refused with 400 as of one with 422."""
    story = Story().completed(order("Authorize", price("100.00")))
    if amount == "50.00":
        story.cancel()
    refused, _ = story.capture(price(amount), key="k")
    assert refused == (400 if amount == "150.00" else 422)
    other = story.ways("capture_charge", "charge1", {"captureAmount": price("1.00")}, key="k")
    assert (400, "DuplicateIdempotencyKey") in {(o.status, o.reason) for o in other}


@pytest.mark.parametrize(
    ("amounts", "state"),
    [
        (("99.50",), "Chargeable"),
        (("100.00",), "NonChargeable/ChargeInProgress"),
        (("60.00", "60.00"), "NonChargeable/ChargeInProgress"),
    ],
)
def test_a_permission_is_in_progress_while_its_whole_balance_is_authorized(
    amounts: tuple[str, ...], state: str
) -> None:
    """§4.2, where so chosen: more may be authorized than there is (§13)."""
    story = Story(World(now=NOON, settings=Settings.of({"open-authorizations": "free"})))
    story.completed(order("Confirm", price("100.00")))
    for amount in amounts:
        assert story.charge(price(amount)) == (201, None)
    assert story.state("permission1") == state


@pytest.mark.parametrize(
    ("authorized", "still_open", "told"),
    [
        ("100.00", None, ("captured-remainder", "kept")),
        ("120.00", None, ("captured-remainder", "kept")),
        ("60.00", None, ("permission-closes", "at-first-capture")),
        ("60.00", "40.00", ("permission-closes", "at-first-capture")),
        ("99.50", None, ("permission-closes", "at-first-capture")),
    ],
)
def test_a_permission_that_shows_as_closed_after_a_partial_capture_tells_why(
    authorized: str, still_open: str | None, told: tuple[str, str]
) -> None:
    """§6.3b, §13.4: nothing is left since the remainder is lost, or it closed at its first capture."""
    world, _ = charged()
    kept = Charge("charge1", "Captured", NOON, NOON, "permission1", usd(authorized), captured=usd("40.00"))
    world = world.with_object("Charge", kept)
    if still_open is not None:
        waiting = Charge("charge2", "Authorized", NOON, NOON, "permission1", usd(still_open))
        world = world.with_object("Charge", waiting)
    assert told_by_state(world, "ChargePermission", "permission1", ("Closed", "AmazonClosed")) == (told,)
