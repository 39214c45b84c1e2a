"""Every choice that the facts leave to a server is permitted, and the kit tells which one it made."""

from __future__ import annotations

from typing import Any

import pytest
from amazonpay_conformance.model.switches import SWITCHES
from amazonpay_conformance.model.tampers import TAMPERS
from amazonpay_conformance.strategies.questions import NOT_ASKED, QUESTIONS
from amazonpay_conformance.strategies.spoiling import PLACES, SHOWN

UNTOLD = {
    ("deleted-session", "after-change"): "after 31 days it answers as one that counts from the creation",
    ("charge-in-progress", "when-reserved"): "it never shows what the two other choices do",
}
"""Choices that no single answer tells from the others, each with the reason."""

CHOICES = [(name, choice) for name in QUESTIONS for choice in SWITCHES[name].choices]


def test_every_switch_is_asked_about_or_it_says_what_shows_it() -> None:
    assert set(QUESTIONS) | set(NOT_ASKED) == set(SWITCHES)
    assert not set(QUESTIONS) & set(NOT_ASKED)
    assert set(SHOWN) <= set(NOT_ASKED)


SPOILT = [(name, choice) for name in SHOWN for choice in SWITCHES[name].choices]


@pytest.mark.parametrize(("switch", "choice"), SPOILT)
def test_what_it_makes_of_a_spoilt_request_tells_its_choice(switch: str, choice: str, bench: Any) -> None:
    tamper = SHOWN[switch]
    place = next(place for place in PLACES if TAMPERS[tamper].spoils in place.spoils)
    run = bench.answered(switch, choice, place.scenario(tamper))

    assert {made for made in run.observed if made[0] == switch} == {(switch, choice)}
    assert (run.findings, run.unclear) == ((), "")


@pytest.mark.parametrize(("switch", "choice"), CHOICES)
def test_a_server_is_seen_to_make_its_choice_and_not_blamed(switch: str, choice: str, bench: Any) -> None:
    run = bench.answered(switch, choice, QUESTIONS[switch])

    told = {made for made in run.observed if made[0] == switch}
    assert told == (set() if (switch, choice) in UNTOLD else {(switch, choice)})
    assert not run.findings
    assert not run.unclear
