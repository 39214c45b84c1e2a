"""Scenario files and the corpus: what is kept, what is refused and why, and that nothing grows by equals."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from amazonpay_conformance.checks.check import Problem
from amazonpay_conformance.engine.corpus import add_to_corpus, digest, read_corpus
from amazonpay_conformance.engine.findings import Cell, Finding, Group
from amazonpay_conformance.engine.lane import PREFIXED_KEY_ID, Lane
from amazonpay_conformance.engine.scenario_files import BadScenario, Stored, read_scenario, to_json
from amazonpay_conformance.engine.stores import Directory
from amazonpay_conformance.model.scenario import BuyerStep, CallStep, RepeatStep, Scenario

LANE = Lane("na", "AMZN-PAY-RSASSA-PSS-V2", PREFIXED_KEY_ID)
CELL = Cell("SES-002", "get_checkout_session", "Open")


def scenario(session: str = "session#1", key: str = "key#1") -> Scenario:
    body = {"storeId": "plain"}
    create = CallStep("create_checkout_session", None, body, None, key, {"session": session})
    return Scenario((create, CallStep("get_checkout_session", session)))


def group(of: Scenario, *, reproduced: bool | None = True) -> Group:
    finding = Finding.of("SES-002", "a_check", "get_checkout_session", 1, Problem("200", "500"), None)
    return Group(CELL, finding, of, LANE, cells={CELL}, reproduced=reproduced)


def test_a_file_says_what_it_was_kept_for(tmp_path: Path) -> None:
    path = tmp_path / "one.json"
    path.write_text(json.dumps(to_json(scenario(), LANE, {CELL})), encoding="utf-8")

    assert read_scenario(path) == Stored(scenario(), LANE, frozenset({CELL}))


def _with(**changed: Any) -> bytes:
    return json.dumps({**to_json(scenario(), LANE), **changed}).encode()


CREATE = to_json(scenario(), LANE)["steps"][0]
BAD = {
    "not UTF-8": (b'{"format": "\xff"}', "is not UTF-8"),
    "not JSON": (b"{", "is not JSON"),
    "nested": (b"[" * 100_000, "is nested too deeply"),
    "huge": (b" " * ((1 << 20) + 1), "more than any scenario has"),
    "a list": (b"[]", "/: "),
    "another version": (_with(format=2), "/format: 2 is of another kit; this one reads 1"),
    "an unknown step": (_with(steps=[CREATE, {"dance": "tango"}]), "/steps/1: is no step: expected one of"),
    "an unknown operation": (_with(steps=[{"call": "steal_charge"}]), "/steps/0/call"),
    "a symbol too early": (
        _with(steps=[{"call": "get_checkout_session", "target": "session#1"}, CREATE]),
        "/steps/0: session#1 is used before a step makes it",
    ),
    "a symbol in a body": (
        _with(steps=[{"call": "create_refund", "body": {"chargeId": {"$id": "charge#1"}}}]),
        "/steps/0: charge#1 is used before a step makes it",
    ),
    "a key too early": (_with(steps=[{"repeat": "key#9"}]), "/steps/0: key#9 is used before a step makes it"),
    "a lane that is none": (_with(lane={"region": "mars"}), "/lane"),
}


@pytest.mark.parametrize("what", BAD)
def test_what_is_no_scenario_is_refused_with_one_line(what: str, tmp_path: Path) -> None:
    data, says = BAD[what]
    path = tmp_path / "bad.json"
    path.write_bytes(data)

    with pytest.raises(BadScenario) as refused:
        read_scenario(path)
    assert says in str(refused.value)
    assert str(path) in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_permission_that_no_step_makes_may_have_been_given(tmp_path: Path) -> None:
    given = Scenario((CallStep("get_charge_permission", "permission#1"),))
    path = tmp_path / "given.json"
    path.write_text(json.dumps(to_json(given, LANE)), encoding="utf-8")

    assert read_scenario(path).scenario == given


def test_a_corpus_keeps_a_scenario_once_whatever_its_symbols_are_numbered(tmp_path: Path) -> None:
    (kept,) = add_to_corpus(Directory(tmp_path), [group(scenario())])

    assert add_to_corpus(Directory(tmp_path), [group(scenario("session#7", "key#5"))]) == []
    assert [path.name for path in tmp_path.iterdir()] == [kept]
    assert kept.startswith("SES-002-get_checkout_session-Open.")
    assert read_corpus(Directory(tmp_path)).scenarios == (Stored(scenario(), LANE, frozenset({CELL})),)


def test_only_what_was_shown_again_is_kept(tmp_path: Path) -> None:
    assert add_to_corpus(Directory(tmp_path), [group(scenario(), reproduced=None)]) == []
    assert add_to_corpus(Directory(tmp_path), [group(scenario(), reproduced=False)]) == []


def test_what_a_corpus_cannot_read_is_skipped_with_a_line(tmp_path: Path) -> None:
    add_to_corpus(Directory(tmp_path), [group(scenario())])
    (tmp_path / "of-the-future.json").write_bytes(_with(format=3))
    found = read_corpus(Directory(tmp_path))

    assert len(found.scenarios) == 1
    assert [line.rpartition("/")[2] for line in found.problems] == [
        "format: 3 is of another kit; this one reads 1"
    ]


def test_a_corpus_that_is_not_there_is_empty(tmp_path: Path) -> None:
    assert read_corpus(Directory(tmp_path / "none")).scenarios == ()


def test_other_steps_have_another_digest() -> None:
    longer = Scenario((*scenario().steps, RepeatStep("key#1")))
    other = Scenario((*scenario().steps, BuyerStep("signs_in", "session#1")))

    assert len({digest(one) for one in (scenario(), longer, other)}) == 3
