"""A run ends when it is told to, keeps what it found, and is not green for what it did not try."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from amazonpay_conformance import schemas
from amazonpay_conformance.engine.budget import Budget, Stop, Stopped

TEXT_PLAIN = """
class Wrong(ReferenceClient):
    def _headers(self, operation, call):
        return super()._headers(operation, call).with_value("content-type", "text/plain")

def connect(config):
    return reference.connect(config, Wrong)
"""
SIGNALS_ITSELF = """
import os, signal, threading

class Slow(ReferenceClient):
    calls = 0

    def _headers(self, operation, call):
        Slow.calls += 1
        if Slow.calls == {at}:
            os.kill(os.getpid(), signal.{name})
            {then}
        return super()._headers(operation, call).with_value("content-type", "text/plain")

def connect(config):
    return reference.connect(config, Slow)
"""


def report(directory: Path) -> dict[str, Any]:
    value: dict[str, Any] = json.loads((directory / "report.json").read_text(encoding="utf-8"))
    assert schemas.violations("formats/report", value) == ()
    return value


def test_a_budget_of_requests_is_kept_to_the_request(command: Callable[..., Any], tmp_path: Path) -> None:
    ran = command("certify", "--transport", "in-process", "--max-requests", "25", "--seed", "3")
    found = report(tmp_path / "amazonpay-conformance-report")
    assert found["requests"] == 25
    assert found["error"] == {"kind": "budget", "message": "the budget of 25 requests is spent"}
    assert found["untried"]["systematic"] > 0
    assert (ran.code, found["verdict"]) == (5, "inconclusive")
    assert "ended early: the budget of 25 requests is spent; not tried: " in ran.out
    assert {r["verdict"] for r in found["requirements"] if r["judged"] == 0} == {"not exercised"}
    assert "seed 3" in ran.out


def test_a_budget_counts_what_shrinking_takes_and_leaves_something_for_it(
    command: Callable[..., Any], adapter: Callable[[str], str], tmp_path: Path
) -> None:
    ran = command("certify", "--client", adapter(TEXT_PLAIN), "--max-requests", "40", "--out", "out")
    found = report(tmp_path / "out")
    assert ran.code == 1
    assert found["requests"] == 30
    assert 1 <= found["shrink_requests"] <= 10
    assert found["findings"][0]["reproduced"] is True
    assert len(found["findings"][0]["steps"]) == 1


def test_two_runs_of_a_seed_and_a_budget_are_the_same(
    command: Callable[..., Any], adapter: Callable[[str], str], tmp_path: Path
) -> None:
    client = adapter(TEXT_PLAIN)
    for out in ("one", "two"):
        command("certify", "--client", client, "--seed", "9", "--max-requests", "60", "--out", out)
    one, two = report(tmp_path / "one"), report(tmp_path / "two")
    for found in (one, two):
        del found["started"], found["seconds"]
        for finding in found["findings"]:
            del finding["exchanges"]  # dates and ids of requests
    assert one == two


@pytest.mark.parametrize(("name", "code"), [("SIGINT", 1), ("SIGTERM", 1)])
def test_a_signal_keeps_what_was_found(
    name: str, code: int, adapter: Callable[[str], str], tmp_path: Path
) -> None:
    client = adapter(SIGNALS_ITSELF.format(at=7, name=name, then="pass"))
    ran = _run(tmp_path, "--client", client, "--out", "out")
    found = report(tmp_path / "out")
    assert ran.returncode == code
    assert found["error"] == {"kind": "interrupted", "message": f"stopped by {name}"}
    assert found["requests"] == 7
    assert [finding["id"] for finding in found["findings"]] == ["HDR-005"]
    assert found["findings"][0]["reproduced"] is None
    assert f"ended early: stopped by {name}; not tried: " in ran.stdout


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM"])
def test_the_exit_code_names_the_signal_where_nothing_was_wrong(
    name: str, adapter: Callable[[str], str], tmp_path: Path
) -> None:
    right = SIGNALS_ITSELF.replace('"text/plain"', '"application/json"')
    client = adapter(right.format(at=7, name=name, then="pass"))
    ran = _run(tmp_path, "--client", client, "--out", "out")
    assert ran.returncode == 128 + signal.Signals[name]
    assert report(tmp_path / "out")["verdict"] == "inconclusive"


def test_a_second_signal_ends_it_at_once(adapter: Callable[[str], str], tmp_path: Path) -> None:
    again = (
        "os.kill(os.getpid(), signal.SIGTERM); threading.Event().wait()"  # two of one kind may come as one
    )
    client = adapter(SIGNALS_ITSELF.format(at=7, name="SIGINT", then=again))
    ran = _run(tmp_path, "--client", client, "--out", "out")
    assert ran.returncode == 130
    assert ran.stderr.splitlines()[-1] == "stopped by the user"
    assert "Traceback" not in ran.stderr
    assert not (tmp_path / "out").exists()


def test_a_signal_while_shrinking_keeps_the_finding(adapter: Callable[[str], str], tmp_path: Path) -> None:
    client = adapter(SIGNALS_ITSELF.format(at=31, name="SIGINT", then="pass"))
    _run(tmp_path, "--client", client, "--max-requests", "40", "--out", "out")
    (finding,) = report(tmp_path / "out")["findings"]
    assert finding["id"] == "HDR-005"
    assert finding["scenario"]["steps"]


@pytest.mark.parametrize(
    "bad",
    [["--max-time", "0"], ["--max-time", "soon"], ["--max-requests", "-1"], ["--shrink-requests", "x"]],
    ids=" ".join,
)
def test_a_budget_that_cannot_be_meant_is_a_usage_error(command: Callable[..., Any], bad: list[str]) -> None:
    assert command("certify", *bad).code == 2


def test_time_is_looked_at_before_every_step() -> None:
    now = [0.0]
    budget = Budget(seconds=10, clock=lambda: now[0])
    budget.check()
    now[0] = 9.9
    budget.check()
    now[0] = 10
    with pytest.raises(Stopped, match="the budget of 10 seconds is spent") as stopped:
        budget.check()
    assert stopped.value.kind == "budget"


def test_a_wish_from_outside_comes_before_any_budget() -> None:
    stop = Stop()
    budget = Budget(requests=1, stop=stop)
    budget.spend(5)
    stop.asked = "stopped by SIGINT"
    with pytest.raises(Stopped, match="SIGINT") as stopped:
        budget.check()
    assert stopped.value.kind == "interrupted"


def _run(directory: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "amazonpay_conformance.cli", "certify", "--transport", "in-process"]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("AMAZON_PAY_")}
    return subprocess.run(
        [*command, *arguments],
        cwd=directory,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
