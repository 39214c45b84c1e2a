"""What several checks ask of one call is worked out once."""

from __future__ import annotations

from amazonpay_conformance.checks.once import once


def test_who_asks_about_the_same_thing_again_gets_the_same_answer() -> None:
    asked: list[object] = []

    @once
    def listed(about: list[int]) -> list[int]:
        asked.append(about)
        return [*about]

    thing = [1, 2]
    assert listed(thing) is listed(thing)
    assert asked == [thing]


def test_what_is_equal_is_not_the_same_thing() -> None:
    asked: list[object] = []

    @once
    def listed(about: list[int], beside: str) -> list[object]:
        asked.append(about)
        return [*about, beside]

    one, other = [1], [1]
    assert listed(one, "a") is not listed(other, "a")
    assert listed(other, "b") == [1, "b"]
    assert len(asked) == 3
