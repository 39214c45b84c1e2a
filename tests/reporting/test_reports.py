"""What a run writes: true, valid, and free of secrets and of buyers' data, in every form."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest
from amazonpay_conformance import schemas
from amazonpay_conformance.commands.outputs import Wanted, write_more
from amazonpay_conformance.engine.scenario_files import from_json
from amazonpay_conformance.model.buyer import ADDRESSES, BUYER
from amazonpay_conformance.reporting import comparing
from amazonpay_conformance.reporting.merging import merged
from amazonpay_conformance.reporting.stored import write_merged
from cryptography.hazmat.primitives import serialization

from .conftest import FORMATS, Small

MARKED = sorted(
    {
        value
        for person in (BUYER, *ADDRESSES.values())
        for value in person.values()
        if isinstance(value, str) and len(value) > 4
    }
)
"""What the service answers of its buyer, and the client repeats in its errors."""


@pytest.fixture(scope="module")
def outputs(small: Small, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Everything that the kit writes or prints of a run, as one text; some lines long enough not to wrap."""
    whole = tmp_path_factory.mktemp("merged")
    both = merged([small.report, small.report])
    write_merged(both, [small.directory], whole)
    write_more(both, whole, Wanted(FORMATS, small.signing_key))
    found = comparing.difference(small.report, {**small.report, "findings": []})
    printed = [small.printed(width) for width in (80, 200, 9999)]
    printed += [*comparing.lines(found), json.dumps(found)]
    files = [path for top in (small.directory, whole) for path in sorted(top.rglob("*")) if path.is_file()]
    return "\n".join((*printed, *(path.read_text(encoding="utf-8") for path in files)))


def test_the_run_has_something_to_hide_and_every_form_was_written(small: Small, outputs: str) -> None:
    assert small.heard.signatures
    names = {path.suffix for path in small.directory.rglob("*")}
    assert names >= {".json", ".html", ".xml", ".sarif", ".har", ".ndjson", ".svg", ".md", ".py", ".mmd"}
    assert "CAL-005" in outputs


def test_no_private_key_gets_out(small: Small, outputs: str) -> None:
    lines = small.key.to_pem("pkcs8").splitlines()[1:-1]
    assert not [line for line in lines if line in outputs]
    signing = small.signing_key.private_bytes_raw()
    pem = small.signing_key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    assert signing.hex() not in outputs
    assert pem.decode().splitlines()[1] not in outputs
    assert "PRIVATE KEY" not in outputs


def test_no_signature_of_a_request_gets_out(small: Small, outputs: str) -> None:
    assert not [value for value in small.heard.signatures if value[:20] in outputs]
    assert not re.search(r"Signature=[A-Za-z0-9+/]{20}", outputs)


@pytest.mark.parametrize("value", MARKED)
def test_nothing_of_the_buyer_gets_out(outputs: str, value: str) -> None:
    assert value not in outputs


def test_the_report_has_the_form_of_its_schema(small: Small) -> None:
    assert schemas.violations("formats/report", small.report) == ()


def test_every_scenario_in_a_report_can_be_read_back(small: Small) -> None:
    for finding in small.report["findings"]:
        scenario, lane = from_json(finding["scenario"])
        assert len(scenario.steps) == len(finding["steps"])
        assert lane in small.result.lanes


def test_a_finding_has_what_went_over_the_wire_before_it(small: Small) -> None:
    for finding in small.report["findings"]:
        steps = [exchange["step"] for exchange in finding["before"]]
        assert steps == sorted(steps)
        assert all(step < finding["step"] for step in steps)
        assert bool(steps) is (finding["step"] > 0)


def test_a_verdict_for_every_requirement_and_never_green_beside_a_failure(small: Small) -> None:
    written = small.report
    assert written["verdict"] == "fail"
    assert sum(written["counts"].values()) == len(written["requirements"])
    failed = {r["id"] for r in written["requirements"] if r["verdict"] == "fail"}
    assert failed == {f["requirement"] for f in written["findings"] if f["level"] == "MUST"}


@pytest.mark.parametrize("width", [80, 200])
def test_the_summary_says_verdict_last_and_keeps_to_the_width(small: Small, width: int) -> None:
    lines = small.printed(width).splitlines()
    assert lines[-1] == "verdict: does not conform"
    assert not any("\x1b" in line for line in lines)
    kept = [line for line in lines if not line.lstrip().startswith(("repeat", "report:"))]
    assert [line for line in kept if len(line) > width] == []


def test_requirements_that_were_not_exercised_for_one_reason_are_told_together(small: Small) -> None:
    assert "TLS-001, TLS-002, TLS-003" in small.printed(9999)
    assert small.printed(9999).count("no TLS is spoken") == 1


def test_each_requirement_that_was_not_judged_is_told_with_a_reason(small: Small) -> None:
    reasons = [row["reason"] for row in small.report["not_exercised"]]
    for row in small.report["requirements"]:
        if row["verdict"] == "not exercised":
            assert [why for why in reasons if why.startswith(f"{row['id']}: ")] != [], row["id"]


def test_a_whole_tells_no_reason_for_what_a_part_has_judged(small: Small) -> None:
    told = {**small.report, "not_exercised": [{"reason": "SIG-004: nothing came to it", "times": 1}]}
    assert merged([told])["not_exercised"] == []


def test_a_report_can_be_written_over_itself(small: Small, tmp_path: Path) -> None:
    shutil.copytree(small.directory, tmp_path / "again")
    write_merged(small.report, [tmp_path / "again"], tmp_path / "again")
    assert json.loads((tmp_path / "again" / "report.json").read_text(encoding="utf-8")) == small.report
