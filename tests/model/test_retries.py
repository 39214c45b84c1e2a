"""What a client declares of its retries: api-facts §7."""

from __future__ import annotations

import pytest
from amazonpay_conformance.model.retries import LEAST_WAIT, MOST_TRIES, Retries


def test_the_last_wait_that_is_declared_goes_for_all_that_follow() -> None:
    declared = Retries(5, waits=(1.0, 2.2, 7.0))
    assert [declared.wait(number) for number in range(5)] == [1.0, 2.2, 7.0, 7.0, 7.0]


def test_whoever_declares_no_waits_has_none() -> None:
    assert Retries(3).wait(0) is None
    assert Retries(3).patience == 0.0


@pytest.mark.parametrize(("times", "patience"), [(0, 0.0), (1, 1.0), (3, 10.2), (4, 17.2)])
def test_patience_is_what_all_retries_wait_together(times: int, patience: float) -> None:
    assert Retries(times, waits=(1.0, 2.2, 7.0)).patience == pytest.approx(patience)


def test_the_bounds_leave_room_for_every_sdk() -> None:
    """The official SDKs send a call four times at most, and wait a second at least."""
    assert 4 < MOST_TRIES <= 10
    assert 0 < LEAST_WAIT < 1
