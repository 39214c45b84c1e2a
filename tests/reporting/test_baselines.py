"""Baselines: what is accepted fails no run, what is new does, what is gone is told."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import pytest
from amazonpay_conformance import schemas
from amazonpay_conformance.commands.certify import exit_code
from amazonpay_conformance.commands.exits import CONFORMS, FAILURES
from amazonpay_conformance.reporting.baseline import (
    Accepted,
    BadBaseline,
    Baseline,
    compared,
    read_baseline,
    write_baseline,
)
from amazonpay_conformance.reporting.report import report
from amazonpay_conformance.reporting.terminal import summary

from .conftest import Small

GONE = Accepted("SIG-004", "mended in May", "2026-05-01")
UNTESTED = Accepted("BTN-001", "no button here", "2026-05-01")


def ids(small: Small) -> list[str]:
    return [str(group.key) for group in small.result.findings]


def accepting(*rows: Accepted) -> Baseline:
    return Baseline("known.json", {row.finding: row for row in rows})


def all_of(small: Small, *more: Accepted) -> Baseline:
    return accepting(*(Accepted(name, "known", "2026-01-02") for name in ids(small)), *more)


def test_a_run_whose_failures_are_all_accepted_passes_and_its_verdict_stays(small: Small) -> None:
    held = compared(all_of(small), small.result)
    assert held.accepted == tuple(ids(small))
    assert exit_code(small.result, held) == CONFORMS
    assert exit_code(small.result, held, strict=True) == CONFORMS
    assert exit_code(small.result) == FAILURES
    assert small.result.verdict == "fail"


def test_a_failure_that_nobody_accepted_fails_the_run(small: Small) -> None:
    held = compared(accepting(), small.result)
    failures = [str(group.key) for group in small.result.findings if group.first.is_failure]
    assert list(held.new_failures) == failures
    assert exit_code(small.result, held) == FAILURES


def test_a_new_warning_fails_a_strict_run_only(small: Small) -> None:
    failures = [str(group.key) for group in small.result.findings if group.first.is_failure]
    held = compared(accepting(*(Accepted(name, "known", "2026-01-02") for name in failures)), small.result)
    assert held.new_warnings
    assert exit_code(small.result, held) == CONFORMS
    assert exit_code(small.result, held, strict=True) == FAILURES


def test_what_no_longer_occurs_is_told_and_what_was_not_tried_is_not_taken_for_mended(small: Small) -> None:
    held = compared(all_of(small, GONE, UNTESTED), small.result)
    assert held.gone == (GONE,)
    assert held.untested == (UNTESTED,)
    assert exit_code(small.result, held) == CONFORMS
    assert exit_code(small.result, held, strict=True) == FAILURES
    printed = "\n".join(
        summary(small.result, directory=Path("d"), command="r", colour=False, width=80, compared=held)
    )
    assert "no longer occurs: SIG-004 (mended in May, 2026-05-01)" in printed


def test_a_run_that_was_cut_short_cannot_tell_that_something_is_gone(small: Small) -> None:
    short = dataclasses.replace(small.result, error="stopped", error_kind="budget")
    assert compared(all_of(small, GONE), short).gone == ()


def test_a_report_says_what_is_accepted_and_why(small: Small) -> None:
    value = report(small.result, baseline=all_of(small, GONE))
    assert schemas.violations("formats/report", value) == ()
    assert all(f["accepted"] == {"reason": "known", "date": "2026-01-02"} for f in value["findings"])
    assert value["baseline"]["gone"] == [dataclasses.asdict(GONE)]


def test_a_baseline_that_is_written_is_read_and_keeps_what_it_said(tmp_path: Path) -> None:
    file = tmp_path / "new" / "known.json"
    write_baseline(file, ["SIG-004", "CAL-005"], reason="first", date="2026-01-02")
    write_baseline(file, ["SIG-004", "HDR-001"], reason="second", date="2026-02-03")
    rows = read_baseline(file).accepted
    assert [(row.finding, row.reason, row.date) for row in rows.values()] == [
        ("HDR-001", "second", "2026-02-03"),
        ("SIG-004", "first", "2026-01-02"),
    ]
    assert schemas.violations("formats/baseline", json.loads(file.read_text(encoding="utf-8"))) == ()


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("no json", "is no JSON"),
        ("[" * 100_000, "is no JSON"),
        ("{}", "is no baseline"),
        (
            '{"format": 1, "accepted": [{"finding": "SIG-004", "reason": "", "date": "2026-01-02"}]}',
            "is no baseline",
        ),
        (
            '{"format": 1, "accepted": [{"finding": "SIG-004", "reason": "x", "date": "May"}]}',
            "is no baseline",
        ),
    ],
)
def test_another_file_is_refused_in_one_line(tmp_path: Path, text: str, why: str) -> None:
    file = tmp_path / "known.json"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(BadBaseline, match=why) as problem:
        read_baseline(file)
    assert "\n" not in str(problem.value)
