"""Reports of parts become one that is never better than a part; two reports are held against each other."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest
from amazonpay_conformance import schemas
from amazonpay_conformance.cli import main
from amazonpay_conformance.reporting.comparing import difference, is_worse, lines
from amazonpay_conformance.reporting.merging import ALIKE, CannotMerge, merged
from amazonpay_conformance.reporting.stored import BadReport, read_report

from .conftest import Small


@pytest.fixture
def clean(small: Small) -> dict[str, Any]:
    """The report as it would be had nothing been found, with another seed and less covered."""
    report = copy.deepcopy(small.report)
    for row in report["requirements"]:
        row["verdict"] = {"fail": "pass", "warning": "pass"}.get(row["verdict"], row["verdict"])
    report["findings"], report["verdict"], report["seed"] = [], "pass", 2
    report["runs"][0]["seed"] = 2
    name = report["coverage"]["transitions"].pop()
    missed = {"id": name, "reason": "nothing in this run came to it"}
    report["coverage"]["not_covered"].append(missed)
    aspect = report["coverage"]["aspects"]["transition"]
    aspect["not_covered"].append(missed)
    aspect["covered"] -= 1
    return report


def test_a_merged_report_obeys_the_schema_and_adds_up(small: Small, clean: dict[str, Any]) -> None:
    whole = merged([small.report, clean])
    assert schemas.violations("formats/report", whole) == ()
    assert whole["requests"] == small.report["requests"] + clean["requests"]
    assert [run["seed"] for run in whole["runs"]] == [1, 2]
    assert sum(whole["counts"].values()) == len(whole["requirements"])


def test_what_one_part_covered_the_whole_covered(small: Small, clean: dict[str, Any]) -> None:
    for parts in ([small.report, clean], [clean, small.report]):
        whole = merged(parts)["coverage"]
        assert whole["transitions"] == small.report["coverage"]["transitions"]
        assert whole["aspects"]["transition"]["covered"] == len(whole["transitions"])


@pytest.mark.parametrize("order", [1, -1])
def test_a_whole_is_never_better_than_a_part(small: Small, clean: dict[str, Any], order: int) -> None:
    assert merged([small.report, clean][::order])["verdict"] == "fail"
    for part in ("inconclusive", "not exercised"):
        assert merged([clean, {**clean, "verdict": part}][::order])["verdict"] == "inconclusive"
    assert merged([clean, clean])["verdict"] == "pass"


def test_a_finding_of_two_parts_is_one_by_the_shorter_way(small: Small) -> None:
    longer = copy.deepcopy(small.report)
    for finding in longer["findings"]:
        finding["steps"] += ["something more"]
    whole = merged([longer, small.report])
    assert [f["id"] for f in whole["findings"]] == [f["id"] for f in small.report["findings"]]
    assert [f["steps"] for f in whole["findings"]] == [f["steps"] for f in small.report["findings"]]
    assert whole["findings"][0]["count"] == 2 * small.report["findings"][0]["count"]


@pytest.mark.parametrize("what", ALIKE)
def test_reports_of_different_subjects_are_refused(small: Small, what: str) -> None:
    other = copy.deepcopy(small.report)
    other["kit"] = (
        {**other["kit"], "version": "0", "model": "0" * 64}
        if what in ("version of the kit", "model")
        else other["kit"]
    )
    for name in ("client", "target", "subjects", "profile", "setting"):
        if what == name:
            other[name] = "another"
    with pytest.raises(CannotMerge, match="differ in their"):
        merged([small.report, other])


def test_a_difference_obeys_its_schema_and_names_what_is_new(small: Small, clean: dict[str, Any]) -> None:
    found = difference(clean, small.report)
    assert schemas.violations("formats/diff", found) == ()
    assert [row["id"] for row in found["new"]] == [f["id"] for f in small.report["findings"]]
    assert is_worse(found)
    assert any(line.startswith("new        MUST") for line in lines(found))


def test_what_is_gone_was_judged_and_held(small: Small, clean: dict[str, Any]) -> None:
    found = difference(small.report, clean)
    assert len(found["gone"]) == len(small.report["findings"])
    assert found["coverage"]["lost"] == [
        set(small.report["coverage"]["transitions"]).difference(clean["coverage"]["transitions"]).pop()
    ]
    assert not is_worse(found)


def test_what_was_not_judged_again_is_not_gone(small: Small, clean: dict[str, Any]) -> None:
    for row in clean["requirements"]:
        row["judged"] = 0
    found = difference(small.report, clean)
    assert found["gone"] == []
    assert len(found["untested"]) == len(small.report["findings"])


def test_a_shard_cannot_tell_that_something_is_gone(small: Small, clean: dict[str, Any]) -> None:
    clean["runs"][0]["shard"] = "1/2"
    assert difference(small.report, clean)["gone"] == []


def test_the_same_run_twice_differs_in_nothing(small: Small) -> None:
    found = difference(small.report, small.report)
    assert not found["new"] + found["gone"] + found["untested"] + found["verdicts"] + found["unlike"]
    assert len(found["still"]) == len(small.report["findings"])


def test_merge_writes_a_report_with_its_page_and_the_files_of_its_findings(
    small: Small, tmp_path: Path
) -> None:
    out = tmp_path / "whole"
    assert (
        main(["merge", str(small.directory), str(small.directory), "--out", str(out), "--format", "junit"])
        == 1
    )
    assert read_report(out)["requests"] == 2 * small.report["requests"]
    assert {"report.json", "report.html", "junit.xml", "scenarios"} == {path.name for path in out.iterdir()}
    assert sorted((out / "scenarios").iterdir())


def test_diff_answers_with_its_exit_code(
    small: Small, clean: dict[str, Any], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "report.json"
    file.write_text(json.dumps(clean), encoding="utf-8")
    assert main(["diff", str(small.directory), str(file)]) == 0
    assert main(["diff", str(tmp_path), str(small.directory), "--json"]) == 1
    assert capsys.readouterr().out.rstrip().endswith("}")


@pytest.mark.parametrize("command", ["diff", "merge"])
def test_what_is_no_report_is_refused_in_one_line(
    command: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "report.json").write_text("{}", encoding="utf-8")
    assert main([command, str(tmp_path), str(tmp_path)]) == 3
    assert capsys.readouterr().err.count("\n") == 1
    with pytest.raises(BadReport, match="cannot be read"):
        read_report(tmp_path / "nowhere")
