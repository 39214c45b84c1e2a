"""A shared mapping is as a dict that is copied at each change, whatever its size."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import pytest
from amazonpay_conformance.model.lapse import due_of, lapse, next_due
from amazonpay_conformance.model.money import Price
from amazonpay_conformance.model.shared import SMALL, Shared, other_than, with_entry
from amazonpay_conformance.model.world import Charge, Refund, Settlement, World
from hypothesis import given
from hypothesis import strategies as st


@dataclass(frozen=True)
class Owned:
    """A value that belongs to somebody."""

    owner: str
    number: int


KEYS = st.text("abcdef", max_size=2)
ENTRIES = st.lists(st.tuples(KEYS, st.integers()), max_size=60)


@given(ENTRIES)
def test_it_holds_what_a_dict_holds_in_the_same_order(entries: list[tuple[str, int]]) -> None:
    plain: dict[str, int] = {}
    shared: Shared[int] = Shared()
    for key, value in entries:
        plain, shared = {**plain, key: value}, shared.with_entry(key, value)
    assert shared == plain
    assert list(shared.items()) == list(plain.items())
    assert len(shared) == len(plain)
    assert all(key in shared for key in plain)
    assert "nobody" not in shared
    with pytest.raises(KeyError):
        shared["nobody"]


@given(ENTRIES, ENTRIES)
def test_a_copy_leaves_the_first_as_it_is_and_knows_what_is_other(
    first: list[tuple[str, int]], later: list[tuple[str, int]]
) -> None:
    before: Shared[int] = Shared.of(dict(first))
    after = before
    for key, value in later:
        after = after.with_entry(key, value)
    assert before == dict(first)
    told = dict(other_than(after, before))
    assert all(after[key] is value for key, value in told.items())
    assert {key for key in after if before.get(key) is not after[key]} == set(told)


def test_a_small_mapping_is_a_dict_and_a_large_one_is_shared() -> None:
    held: Mapping[str, Owned] = {}
    for number in range(SMALL + 50):
        held = with_entry(held, f"key-{number}", Owned(f"owner-{number % 7}", number), "owner")
        assert isinstance(held, Shared) == (number >= SMALL)
    assert [value.number for value in held.values()] == list(range(SMALL + 50))
    assert isinstance(held, Shared)
    mine = [value.number for value in held.belonging_to("owner-3")]
    assert mine == [number for number in range(SMALL + 50) if number % 7 == 3]
    changed = held.with_entry("key-3", Owned("owner-3", -1))
    assert [value.number for value in changed.belonging_to("owner-3")] == [-1, *mine[1:]]
    assert changed.belonging_to("nobody") == ()


def test_a_large_world_answers_as_a_small_one_does() -> None:
    world, price = World(now=0), Price.parse({"amount": "1.00", "currencyCode": "USD"})
    assert price is not None
    for number in range(SMALL * 2):
        charge = Charge(f"c{number}", "Captured", 0, 0, f"p{number % 3}", price, captured=price)
        world = world.with_object("Charge", charge)
        refund = Refund(f"r{number}", "Refunded", 0, 0, f"c{number % 5}", price)
        world = world.with_object("Refund", refund)
    plain = replace(world, charges=dict(world.charges), refunds=dict(world.refunds))
    assert world.charges_of("p1") == plain.charges_of("p1")
    assert world.refunds_of("c4") == plain.refunds_of("c4")
    assert world.captured_of("p2") == plain.captured_of("p2") > 0


def test_no_timer_comes_due_before_the_next_one_that_is_told() -> None:
    price = Price.parse({"amount": "1.00", "currencyCode": "USD"})
    assert price is not None
    settles = Settlement(30, "")
    world = World(now=0).with_object(
        "Refund", Refund("r", "RefundInitiated", 0, 0, "c", price, settles=settles)
    )
    assert next_due(world) == due_of(world.refunds["r"]) == 30
    assert [outcome.subject for outcome in lapse(world, 29)] == [None]
    assert [outcome.subject for outcome in lapse(world, 30)] == [("Refund", "r"), None]
    settled = list(lapse(world, 30))[-1].world
    assert next_due(settled) is due_of(settled.refunds["r"]) is None
    assert next_due(World(now=0)) is None
