"""What a replay answers, and for what; and that found scenarios join a corpus that is tried first."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

TEXT_PLAIN = """
class Wrong(ReferenceClient):
    def _headers(self, operation, call):
        return super()._headers(operation, call).with_value("content-type", "text/plain")

def connect(config):
    return reference.connect(config, Wrong)
"""

LANE = {
    "region": "na",
    "algorithm": "AMZN-PAY-RSASSA-PSS-V2",
    "public_key_id": "SANDBOX-AEXAMPLE0CONFORMANCE0KEY",
}
CREATE = {"call": "create_checkout_session", "body": {"storeId": "plain"}, "makes": {"session": "session#1"}}


def write(path: Path, shows: str, *steps: dict[str, Any]) -> str:
    value = {"format": 1, "shows": [{"requirement": shows}], "lane": LANE, "steps": list(steps)}
    path.write_text(json.dumps(value), encoding="utf-8")
    return path.name


def test_it_answers_for_what_the_file_was_written_for(
    command: Callable[..., Any], adapter: Callable[[str], str], tmp_path: Path
) -> None:
    client = ("--client", adapter(TEXT_PLAIN), "--transport", "in-process")
    mine = command("replay", write(tmp_path / "mine.json", "HDR-005", CREATE), *client)
    other = command("replay", write(tmp_path / "other.json", "HDR-001", CREATE), *client)

    assert (mine.code, mine.out.splitlines()[-1]) == (1, "still fails")
    assert (other.code, other.out.splitlines()[-1]) == (0, "passes now; also found: HDR-005")
    assert "FAIL (not what the file was written for) HDR-005" in other.out


def test_it_says_at_which_step_it_could_not_go_on(command: Callable[..., Any], tmp_path: Path) -> None:
    signs_in = {"buyer": "approves", "target": "session#1"}
    file = write(tmp_path / "early.json", "SES-002", CREATE, signs_in)
    ran = command("replay", file, "--transport", "in-process")

    assert ran.code == 5
    assert ran.out.splitlines()[-1].startswith("cannot reach: step 2: ")


def test_what_was_not_put_to_the_test_does_not_pass(command: Callable[..., Any], tmp_path: Path) -> None:
    ran = command("replay", write(tmp_path / "s.json", "REF-001", CREATE), "--transport", "in-process")

    assert (ran.code, ran.out.splitlines()[-1]) == (5, "cannot reach: REF-001 was not put to the test")


def test_what_is_found_joins_the_corpus_and_is_tried_first(
    command: Callable[..., Any], adapter: Callable[[str], str], tmp_path: Path
) -> None:
    client = ("--client", adapter(TEXT_PLAIN), "--transport", "in-process", "--corpus", "kept")
    command("certify", *client, "--max-requests", "40")
    (kept,) = (tmp_path / "kept").iterdir()
    assert kept.name.startswith("HDR-005.")
    (tmp_path / "kept" / "rubbish.json").write_text("{", encoding="utf-8")

    again = command("certify", *client, "--max-requests", "2", "--out", "again")
    found = json.loads((tmp_path / "again" / "report.json").read_text(encoding="utf-8"))

    assert again.code == 1
    assert found["findings"][0]["id"] == "HDR-005"
    assert found["untried"]["corpus"] == 0
    assert any("skipped kept/rubbish.json is not JSON" in line for line in again.error_lines)
    assert len(list((tmp_path / "kept").iterdir())) == 2


def test_a_clients_fault_is_printed_and_the_printed_test_shows_it_again(
    command: Callable[..., Any], adapter: Callable[[str], str], tmp_path: Path
) -> None:
    client = ("--client", adapter(TEXT_PLAIN), "--transport", "in-process")
    command("certify", *client, "--max-requests", "40", "--out", "out")
    found = json.loads((tmp_path / "out" / "report.json").read_text(encoding="utf-8"))
    forms = {form["form"]: form for form in found["findings"][0]["forms"]}

    assert forms["curl"]["file"] is None
    assert "the fault is the client's" in forms["curl"]["problem"]
    assert (
        (tmp_path / "out" / forms["mermaid"]["file"])
        .read_text(encoding="utf-8")
        .startswith("sequenceDiagram")
    )
    assert json.loads((tmp_path / "out" / forms["har"]["file"]).read_text(encoding="utf-8"))["log"]["entries"]
    test = str(tmp_path / "out" / forms["pytest"]["file"])
    assert _pytest(test, tmp_path) == (1, "still fails")
    assert _pytest(test, tmp_path, AMAZONPAY_CLIENT="reference")[0] == 0


def _pytest(file: str, directory: Path, **environment: str) -> tuple[int, str]:
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", file]
    ran = subprocess.run(
        command,
        cwd=directory,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    return ran.returncode, "still fails" if "still fails" in ran.stdout else ran.stdout


def test_a_replay_prints_what_fails_again_and_nothing_else(
    command: Callable[..., Any], adapter: Callable[[str], str], tmp_path: Path
) -> None:
    file = write(tmp_path / "mine.json", "HDR-005", CREATE)
    wrong = ("--client", adapter(TEXT_PLAIN), "--transport", "in-process")
    shown = command("replay", file, *wrong, "--as", "mermaid")
    kept = command("replay", file, *wrong, "--as", "har", "--out", "mine.har")
    curl = command("replay", file, *wrong, "--as", "curl")
    right = command("replay", file, "--transport", "in-process", "--as", "pytest")

    assert (shown.code, shown.out.splitlines()[0]) == (1, "sequenceDiagram")
    assert (kept.code, kept.out) == (1, "")
    assert json.loads((tmp_path / "mine.har").read_text(encoding="utf-8"))["log"]["version"] == "1.2"
    assert (curl.code, curl.out) == (2, "")
    assert "it cannot be said as curl: the fault is the client's" in curl.error_lines[-1]
    assert (right.code, right.out) == (5, "")
    assert right.error_lines[-1].endswith("nothing is printed: only what fails again is")
