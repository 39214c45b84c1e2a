"""The quotas say what api-facts §7 says, typed here a second time; a bucket admits just as many."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from fractions import Fraction

import pytest
from amazonpay_conformance.model.operations import OPERATIONS
from amazonpay_conformance.model.throttling import THROTTLE_OF, THROTTLES, Bucket
from hypothesis import given
from hypothesis import strategies as st

# live burst, live a second, sandbox burst, sandbox a second
FACTS: dict[str, tuple[int, int, int | None, int | None]] = {
    "cancel_charge": (10, 2, 2, 1),
    "capture_charge": (20, 4, 2, 1),
    "close_charge_permission": (10, 2, 2, 1),
    "complete_checkout_session": (20, 4, 2, 1),
    "create_charge": (10, 4, 2, 1),
    "create_checkout_session": (40, 16, 5, 1),
    "create_merchant_account": (10, 1, 1, 1),
    "create_refund": (10, 4, 2, 1),
    "create_delivery_tracker": (10, 1, 1, 1),
    "get_authorization_token": (5, 1, None, None),
    "get_charge": (20, 4, 5, 1),
    "get_charge_permission": (20, 4, 10, 1),
    "get_checkout_session": (40, 8, 10, 1),
    "get_merchant_status": (10, 1, 1, 1),
    "get_refund": (20, 4, 5, 1),
    "update_charge_permission": (10, 2, 5, 1),
    "update_checkout_session": (20, 8, 5, 1),
}
UNDOCUMENTED = {"finalize_checkout_session", "update_charge"}
LESSER = {
    "create_merchant_account",
    "create_delivery_tracker",
    "get_authorization_token",
    "get_merchant_status",
}

QUOTAS = sorted(
    {pair for b1, r1, b2, r2 in FACTS.values() for pair in ((b1, r1), (b2, r2)) if None not in pair}
)
quotas = st.sampled_from(QUOTAS)
seconds = st.fractions(min_value=0, max_value=30, max_denominator=1000)
"""Crowded: thirty seconds hold many more calls than any bucket."""
crowds = st.lists(seconds, max_size=80).map(sorted)


def admitted(bucket: Bucket, times: Iterable[Fraction | int]) -> list[Fraction | int]:
    """The times at which a call was allowed."""
    allowed = []
    for now in times:
        bucket, ok = bucket.take(now)
        if ok:
            allowed.append(now)
    return allowed


def within(times: list[Fraction], burst: int, rate: int) -> bool:
    """Whether no window, from any call to the last one, has more than burst + rate * its length."""
    last = times[-1]
    return all(len(times) - n <= burst + rate * (last - start) for n, start in enumerate(times))


def test_the_table_says_what_the_facts_say() -> None:
    rows = {
        row.operation: (row.live_burst, row.live_rate, row.sandbox_burst, row.sandbox_rate)
        for row in THROTTLES
    }
    assert rows == FACTS
    assert list(THROTTLE_OF) == [row.operation for row in THROTTLES]


def test_every_row_has_an_id_of_its_own_a_source_and_a_tag() -> None:
    assert [row.id for row in THROTTLES] == [f"THR-{n:02}" for n in range(1, len(THROTTLES) + 1)]
    assert {(row.source, row.tag) for row in THROTTLES} == {("§7", "D")}


def test_quotas_are_documented_for_all_operations_but_two() -> None:
    assert set(OPERATIONS) - set(THROTTLE_OF) == UNDOCUMENTED
    assert set(THROTTLE_OF) >= LESSER


def test_a_bucket_is_filled_as_the_row_of_its_environment_says() -> None:
    row = THROTTLE_OF["create_charge"]
    assert row.bucket("live", 7) == Bucket.full(10, 4, 7)
    assert row.bucket("sandbox", 7) == Bucket.full(2, 1, 7)


def test_a_quota_that_is_half_known_is_none() -> None:
    row = replace(THROTTLES[0], live_burst=None, sandbox_rate=None)
    assert row.bucket("live", 0) is None
    assert row.bucket("sandbox", 0) is None


def test_an_operation_without_a_quota_has_no_bucket() -> None:
    row = THROTTLE_OF["get_authorization_token"]
    assert row.bucket("sandbox", 0) is None
    assert row.bucket("live", 0) == Bucket.full(5, 1, 0)


@pytest.mark.parametrize(("burst", "rate"), QUOTAS)
def test_a_full_bucket_allows_its_burst_at_once_and_no_more(burst: int, rate: int) -> None:
    assert len(admitted(Bucket.full(burst, rate, 0), [0] * (burst + 3))) == burst


@pytest.mark.parametrize(("burst", "rate"), QUOTAS)
def test_an_empty_bucket_allows_its_rate_in_each_second(burst: int, rate: int) -> None:
    times = [0] * burst + [second for second in range(1, 6) for _ in range(rate + 2)]
    regained = min(rate, burst)
    assert len(admitted(Bucket.full(burst, rate, 0), times)) == burst + 5 * regained


@pytest.mark.parametrize(("burst", "rate"), QUOTAS)
def test_a_bucket_is_full_again_after_a_rest_and_never_fuller(burst: int, rate: int) -> None:
    empty = Bucket.full(burst, rate, 0)
    for _ in range(burst):
        empty, _allowed = empty.take(0)
    for rest in (Fraction(burst, rate), Fraction(10**9)):
        assert len(admitted(empty, [rest] * (burst + 3))) == burst


@given(quotas, crowds)
def test_no_window_admits_more_than_its_burst_and_what_is_restored(
    quota: tuple[int, int], times: list[Fraction]
) -> None:
    burst, rate = quota
    allowed = admitted(Bucket.full(burst, rate, 0), times)
    for first, start in enumerate(allowed):
        for last, end in enumerate(allowed[first:], first):
            assert last - first + 1 <= burst + rate * (end - start)


@given(quotas, crowds)
def test_whoever_keeps_to_the_quotas_is_never_refused(quota: tuple[int, int], times: list[Fraction]) -> None:
    polite: list[Fraction] = []
    for now in times:
        if within([*polite, now], *quota):
            polite.append(now)
    assert admitted(Bucket.full(*quota, 0), polite) == polite


@given(quotas, crowds)
def test_a_refused_call_costs_nothing(quota: tuple[int, int], times: list[Fraction]) -> None:
    allowed = admitted(Bucket.full(*quota, 0), times)
    assert admitted(Bucket.full(*quota, 0), allowed) == allowed


@given(quotas, crowds)
def test_taking_leaves_the_bucket_as_it_was(quota: tuple[int, int], times: list[Fraction]) -> None:
    bucket = Bucket.full(*quota, 0)
    assert admitted(bucket, times) == admitted(bucket, times)
    assert bucket == Bucket.full(*quota, 0)


def test_a_third_of_a_second_three_times_is_a_second() -> None:
    bucket = Bucket.full(1, 1, 0)
    bucket, _ = bucket.take(0)
    for third in (1, 2):
        bucket, allowed = bucket.take(Fraction(third, 3))
        assert not allowed
    assert bucket.take(Fraction(3, 3))[1]


def test_a_clock_that_goes_back_gives_nothing_and_takes_nothing() -> None:
    bucket, _ = Bucket.full(1, 1, 10).take(10)
    bucket, allowed = bucket.take(3)
    assert not allowed
    assert bucket.at == 10
    assert bucket.take(11)[1]
