"""Every id is explained, in words that stand by themselves and in JSON that satisfies its schema."""

from __future__ import annotations

from collections import Counter
from typing import get_args

import pytest
from amazonpay_conformance import schemas
from amazonpay_conformance.engine import illustration
from amazonpay_conformance.model.examples import EXAMPLES
from amazonpay_conformance.model.machine import TAGS, Tag
from amazonpay_conformance.model.requirements import REQUIREMENTS, Level, Requirement, Subject
from amazonpay_conformance.reporting.explanation import (
    COMMANDS,
    LEVELS,
    WIDTH,
    Explanation,
    UnknownId,
    explain,
    ids,
    lines,
    listing,
    summary,
)
from amazonpay_conformance.strategies.generator import Abilities
from amazonpay_conformance.strategies.visits import Visit, visits


@pytest.fixture(scope="module")
def explored() -> tuple[Visit, ...]:
    """The whole exploration, which each explanation would begin anew."""
    return tuple(visits(Abilities()))


@pytest.fixture(autouse=True)
def _explored_once(explored: tuple[Visit, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(illustration, "visits", lambda _: iter(explored))


@pytest.mark.parametrize("known", ids())
def test_every_id_is_explained_in_80_columns_and_in_json(known: str) -> None:
    told = explain(known)
    text = list(lines(told))
    assert text[0] == known or text[0].startswith(f"{known}  ")
    assert [line for line in text if len(line) > WIDTH and line != known] == []
    assert schemas.violations("formats/explanation", told.to_json()) == ()


@pytest.mark.parametrize("requirement", REQUIREMENTS.values(), ids=lambda requirement: requirement.id)
def test_every_requirement_has_a_legal_and_an_illegal_example(requirement: Requirement) -> None:
    told = explain(requirement.id)
    assert told.legal
    assert told.illegal
    assert told.legal != told.illegal


@pytest.mark.parametrize("requirement", REQUIREMENTS.values(), ids=lambda requirement: requirement.id)
def test_a_requirement_is_told_with_source_tag_and_checks(requirement: Requirement) -> None:
    text = " ".join(" ".join(lines(explain(requirement.id))).split())
    assert requirement.statement in text
    assert requirement.source in text
    assert TAGS[requirement.tag] in text
    assert LEVELS[requirement.level] in text


@pytest.mark.parametrize("id_", EXAMPLES)
def test_an_example_by_hand_fits_the_lines_and_is_of_a_requirement(id_: str) -> None:
    example = EXAMPLES[id_]
    assert (REQUIREMENTS[id_].legal, REQUIREMENTS[id_].illegal) == (example.legal, example.illegal)
    assert max(map(len, [*example.legal.splitlines(), *example.illegal.splitlines()])) <= WIDTH - 2


def test_no_id_stands_for_two_things() -> None:
    assert [known for known, times in Counter(ids()).items() if times > 1] == []


def test_every_tag_level_and_subject_has_its_words() -> None:
    assert set(TAGS) == set(get_args(Tag))
    assert set(LEVELS) == set(get_args(Level))
    assert set(COMMANDS) == set(get_args(Subject))


def test_an_explanation_reads_so() -> None:
    assert "\n".join(lines(explain("IDK-002"))) == (
        "IDK-002  MUST  client\n"
        "An idempotency key has 1 to 32 of the characters A-Z a-z 0-9 _ -.\n"
        "\n"
        "level       MUST: who breaks it, fails\n"
        "source      api-facts §9 (docs/api-facts.md)\n"
        "tag         D: read in Amazon's own developer pages\n"
        "judged by   key_is_well_formed\n"
        "\n"
        "legal\n"
        "  x-amz-pay-idempotency-key: 9f86d081884c7d659a2feaa0c55ad015\n"
        "\n"
        "illegal\n"
        "  x-amz-pay-idempotency-key: 9f86d081-884c-7d65-9a2f-eaa0c55ad015\n"
        "  (a UUID with its dashes has 36 characters)\n"
        "\n"
        "a run that shows only this one\n"
        "  pytest --amazonpay-client=CLIENT -k IDK-002"
    )


def test_a_rule_is_explained_by_the_way_to_a_call_that_breaks_it() -> None:
    text = "\n".join(lines(explain("SES-R05")))
    assert (
        "the way there\n"
        "  1. Create Checkout Session: chargeAmount 100.00 USD, paymentIntent Authorize\n"
        "     -> 201: session#1 is Open\n"
        "  2. Complete Checkout Session session#1: chargeAmount 100.00 USD\n"
        "\n"
        "the legal answer\n"
        "  422 InvalidCheckoutSessionStatus\n"
        "\n"
        "an illegal answer\n"
        "  200 (it is done as if the rule were not there)\n"
    ) in text


def test_steps_that_are_one_line_are_counted_all_the_same() -> None:
    text = "\n".join(lines(explain("CHG-R09")))
    assert "  5 to 29. Create Charge" in text
    assert "  30. Create Charge" in text


def test_of_an_uncertain_rule_it_is_said_that_nobody_is_held_to_it() -> None:
    text = "\n".join(lines(explain("CHG-R11")))
    assert "MAY: nobody is held to it" in text
    assert "no check, since both answers are permitted" in text
    assert "a run that shows only this one" not in text


@pytest.mark.parametrize(
    ("known", "says"),
    [
        ("CHG-T16", ["transition of a Charge", "From Authorized to Captured.", "Capture Charge"]),
        ("CHG-T15", ["From Authorized to Canceled (MerchantCanceled)."]),
        ("SES-T01", ["It begins as Open.", "1. Create Checkout Session"]),
        ("SES-T02", ["It stays Open."]),
        ("CHG-T22", ["not reached", "no simulation of it is known", "may be seen unasked  yes"]),
        ("patch", ["switch", "merge: yes; replace: no", "--switch patch=CHOICE"]),
        ("THR-01", ["quota of an operation"]),
        ("EFF-01", ["effect on a related object", "session_is_completed"]),
        ("TMR-05", ["timer", "604800", "api-facts §4.6", "D: read in Amazon's own"]),
        ("CRD-4354", ["simulated card", "HardDeclined after 30 seconds"]),
        ("SIM-09", ["simulation", "Create Charge", "captureNow true"]),
        ("LIM-MONTH-USD", ["limit", "1000", "USD"]),
        ("CUR-JPY", ["currency", "minor digits  0"]),
        ("CON-C02", ["constraint", "chargeAmount is not set."]),
    ],
)
def test_every_kind_of_row_says_what_it_holds(known: str, says: list[str]) -> None:
    text = "\n".join(lines(explain(known)))
    assert [words for words in says if words not in text] == []


def test_an_id_may_be_written_in_small_letters() -> None:
    assert explain(" chg-t16 ") == explain("CHG-T16")


@pytest.mark.parametrize(
    ("asked", "near"),
    [("SIG-999", "SIG-009"), ("CHGT16", "CHG-T16"), ("TMR-5", "TMR-05"), ("LIM-USD", "LIM-")],
)
def test_an_unknown_id_is_refused_with_those_that_are_near(asked: str, near: str) -> None:
    with pytest.raises(UnknownId, match=f"near: .*{near}"):
        explain(asked)


def test_where_nothing_is_near_it_is_said_what_ids_look_like() -> None:
    with pytest.raises(UnknownId, match="ids look like SIG-004"):
        explain("hello world")


def test_the_listing_has_a_line_for_each_id() -> None:
    told = list(listing())
    assert [line.split()[0] for line in told] == list(ids())
    assert next(line for line in told if line.startswith("SIG-004")).split(maxsplit=2)[1:] == [
        "MUST",
        REQUIREMENTS["SIG-004"].statement,
    ]


def test_a_summary_has_no_way_and_no_answers_that_must_be_planned() -> None:
    told = summary("CHG-R21")
    assert isinstance(told, Explanation)
    assert (told.way, told.call, told.legal) == ((), "", ())
