"""Letters go out in order, again where they were not taken, and as badly as somebody wants it."""

from __future__ import annotations

from typing import Final

import pytest
from amazonpay_conformance.mock.notifications import About, Post
from amazonpay_conformance.mock.outbox import Letter, Outbox

HOUR: Final = 3_600
HERE: Final = ("http://localhost/ipn",)
A: Final = About("CHARGE", "S01-0000000-0000000-C000001", "S01-0000000-0000000")
B: Final = About("REFUND", "S01-0000000-0000000-R000001", "S01-0000000-0000000")


def written(about: About, variant: str) -> Post:
    return Post(variant, f"{about.object_id}/{variant}", about, b"{}")


def put(box: Outbox, *abouts: About, now: int = 0) -> None:
    for about in abouts:
        box.put(about, HERE, now, written)


def brought(box: Outbox, now: int, status: int | None = 200) -> list[str]:
    """Bring all that is due, and say which objects they told of."""
    told = []
    while (letter := box.due(now)) is not None:
        told.append(letter.post.about.object_type)
        box.came(letter, status, "", now)
    return told


def test_letters_go_in_the_order_in_which_things_happened() -> None:
    box = Outbox()
    put(box, A, B, A)
    assert brought(box, 0) == ["CHARGE", "REFUND", "CHARGE"]
    assert brought(box, 9_999) == []


def test_every_endpoint_gets_a_letter() -> None:
    box = Outbox()
    box.put(A, ("http://localhost/1", "http://localhost/2"), 0, written)
    assert [letter.endpoint[-1] for letter in box.letters] == ["1", "2"]


@pytest.mark.parametrize("status", [500, 503, None])
def test_what_is_not_taken_goes_again_hourly_for_three_hours(status: int | None) -> None:
    box = Outbox()
    put(box, A)
    for hour in range(4):
        assert brought(box, hour * HOUR - 1, status) == []
        assert brought(box, hour * HOUR, status) == ["CHARGE"]
    assert brought(box, 99 * HOUR, status) == []
    assert [(letter.fate, letter.tries) for letter in box.letters] == [("given up", 4)]


@pytest.mark.parametrize("status", [200, 204, 302, 400, 404])
def test_what_was_answered_below_500_goes_no_more(status: int) -> None:
    box = Outbox()
    put(box, A)
    assert brought(box, 0, status) == ["CHARGE"]
    assert brought(box, 99 * HOUR) == []
    assert [letter.fate for letter in box.letters] == ["answered"]


def test_a_retry_stands_behind_what_came_meanwhile() -> None:
    box = Outbox()
    put(box, A)
    brought(box, 0, 503)
    put(box, B, now=10)
    assert brought(box, 10) == ["REFUND"]
    assert brought(box, HOUR) == ["CHARGE"]


def test_what_is_lost_never_goes() -> None:
    box = Outbox()
    box.script("lost")
    put(box, A, B)
    assert brought(box, 99 * HOUR) == ["REFUND"]
    assert [letter.fate for letter in box.letters] == ["lost", "answered"]


def test_what_goes_twice_has_one_message_id() -> None:
    box = Outbox()
    box.script("twice")
    put(box, A)
    assert brought(box, 0) == ["CHARGE", "CHARGE"]
    assert len({letter.post.message_id for letter in box.letters}) == 1


def test_what_is_late_goes_an_hour_later() -> None:
    box = Outbox()
    box.script("late")
    put(box, A, B)
    assert brought(box, 0) == ["REFUND"]
    assert brought(box, HOUR) == ["CHARGE"]


def test_what_is_reordered_goes_behind_the_next() -> None:
    box = Outbox()
    box.script("reordered")
    put(box, A)
    assert brought(box, 99) == []
    put(box, B, now=100)
    assert brought(box, 100) == ["REFUND", "CHARGE"]


def test_a_variant_is_for_as_many_as_were_asked_for() -> None:
    box = Outbox()
    box.script("forged-signature", 2)
    put(box, A, A, A)
    assert [letter.post.variant for letter in box.letters] == ["forged-signature", "forged-signature", "true"]


def test_there_is_no_other_variant() -> None:
    with pytest.raises(KeyError):
        Outbox().script("sideways")


def test_a_letter_that_was_forgotten_meanwhile_comes_back_to_nobody() -> None:
    box = Outbox()
    put(box, A)
    letter = box.due(0)
    assert isinstance(letter, Letter)
    box.letters.clear()
    assert box.came(letter, 200, "", 0) is None
    assert list(box.open()) == []
