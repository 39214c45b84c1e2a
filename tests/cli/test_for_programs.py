"""What programs read: JSON on stdout, and nothing else there."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from amazonpay_conformance import schemas

IN_PROCESS = ("--transport", "in-process")
TEXT_PLAIN = """
class Wrong(ReferenceClient):
    def _headers(self, operation, call):
        return super()._headers(operation, call).with_value("content-type", "text/plain")

def connect(config):
    return reference.connect(config, Wrong)
"""
SCENARIO = {
    "format": 1,
    "shows": [{"requirement": "HDR-005"}],
    "lane": {
        "region": "na",
        "algorithm": "AMZN-PAY-RSASSA-PSS-V2",
        "public_key_id": "SANDBOX-AEXAMPLE0CONFORMANCE0KEY",
    },
    "steps": [{"call": "get_charge", "target": "charge#unknown"}],
}


def test_a_replay_tells_its_answer_and_what_was_wrong(
    command: Callable[..., Any], adapter: Callable[[str], str], tmp_path: Path
) -> None:
    (tmp_path / "s.json").write_text(json.dumps(SCENARIO), encoding="utf-8")
    wrong = command("replay", "s.json", *IN_PROCESS, "--json", "--client", adapter(TEXT_PLAIN))
    right = command("replay", "s.json", *IN_PROCESS, "--json")
    for ran in (wrong, right):
        assert schemas.violations("formats/replay", json.loads(ran.out)) == ()
    assert (wrong.code, json.loads(wrong.out)["findings"][0]["requirement"]) == (1, "HDR-005")
    assert (right.code, json.loads(right.out)["answer"]) == (0, "passes now")


def test_a_judged_trace_is_told_as_its_report(command: Callable[..., Any], tmp_path: Path) -> None:
    head = {"trace": 1, "region": "na", "public_key_id": "SANDBOX-A"}
    (tmp_path / "t.jsonl").write_text(json.dumps(head) + "\n", encoding="utf-8")
    ran = command("judge", "t.jsonl", "--json")
    assert ran.code == 5
    assert schemas.violations("formats/watch", json.loads(ran.out)) == ()


def test_the_version_is_one_line(command: Callable[..., Any]) -> None:
    ran = command("--version")
    assert (ran.code, len(ran.out.splitlines())) == (0, 1)


def test_all_shards_of_a_seed_are_the_whole_run(
    command: Callable[..., Any], adapter: Callable[[str], str]
) -> None:
    two = """
def connect(config):
    return {"get_charge": reference.connect(config, Once)["get_charge"]}
"""
    options = ("certify", *IN_PROCESS, "--client", adapter(two), "--seed", "3", "--json")
    whole = json.loads(command(*options).out)
    parts = [json.loads(command(*options, "--shard", shard).out) for shard in ("1/2", "2/2")]
    assert sum(part["scenarios"] for part in parts) == whole["scenarios"]
    assert 0 < parts[0]["scenarios"] < whole["scenarios"]


@pytest.mark.parametrize("bad", ["2", "0/2", "3/2", "a/b"])
def test_a_shard_that_cannot_be_meant_is_a_usage_error(command: Callable[..., Any], bad: str) -> None:
    assert command("certify", "--shard", bad).code == 2


@pytest.mark.parametrize(
    ("variables", "coloured"),
    [({}, True), ({"NO_COLOR": "1"}, False), ({"CI": "true"}, False), ({"TERM": "dumb"}, False)],
    ids=["a terminal", "NO_COLOR", "CI", "a dumb terminal"],
)
def test_there_are_colours_on_a_terminal_only_where_they_are_wanted(
    variables: dict[str, str], coloured: bool, tmp_path: Path
) -> None:
    left_out = ("CI", "NO_COLOR")
    clean = {name: value for name, value in os.environ.items() if name not in left_out}
    assert ("\x1b[" in _on_a_terminal({**clean, "TERM": "xterm", **variables}, tmp_path)) is coloured


def _on_a_terminal(environment: dict[str, str], directory: Path) -> str:
    """What doctor prints where stdout is a terminal."""
    ours, theirs = pty.openpty()
    try:
        command = [sys.executable, "-m", "amazonpay_conformance.cli", "doctor", *IN_PROCESS]
        subprocess.run(command, env=environment, cwd=directory, stdout=theirs, check=True)
        return os.read(ours, 10_000).decode()
    finally:
        os.close(ours)
        os.close(theirs)
