"""amazonpay-conformance.toml gives defaults; the command line goes before it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from amazonpay_conformance import schemas

TWO_OPERATIONS = """
def connect(config):
    known = reference.connect(config)
    return {name: known[name] for name in ("create_checkout_session", "get_charge")}
"""
FILE = "amazonpay-conformance.toml"


def told(command: Callable[..., Any], *arguments: str) -> tuple[str, str]:
    """What doctor says of the client, and what it says on stderr."""
    ran = command("doctor", "--json", *arguments)
    (client,) = [each["told"] for each in json.loads(ran.out)["examined"] if each["subject"] == "client"]
    return client, ran.err


def test_the_file_goes_before_defaults_and_the_command_line_before_the_file(
    command: Callable[..., Any], adapter: Callable[[str], str], tmp_path: Path
) -> None:
    adapter(TWO_OPERATIONS)
    (tmp_path / FILE).write_text('client = "adapter.py"\ntransport = "in-process"\n', encoding="utf-8")
    assert told(command) == ("adapter.py is there", f"from {FILE}: client, transport\n")
    assert told(command, "--client", "reference")[0] == "reference is there"


def test_another_file_can_be_named_and_its_paths_are_relative_to_it(
    command: Callable[..., Any], adapter: Callable[[str], str], tmp_path: Path
) -> None:
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    Path(adapter(TWO_OPERATIONS)).rename(folder / "mine.py")
    (folder / "some.toml").write_text(
        'client = "mine.py"\ntransport = "in-process"\nseed = 3\nout = "found"\nmax-requests = 5\n'
        'regions = ["eu", "jp"]\n\n[switches]\nreplay-status = "200"\n',
        encoding="utf-8",
    )
    ran = command("certify", "--config", "elsewhere/some.toml", "--json")
    found = json.loads(ran.out)
    assert schemas.violations("formats/report", found) == ()
    assert (found["seed"], found["requests"], found["lanes"][0]["region"]) == (3, 5, "eu")
    assert found == json.loads((folder / "found" / "report.json").read_text(encoding="utf-8"))


BAD = {
    "clinet = 'reference'": "there is no key 'clinet'; there are client, ",
    "profile = 'huge'": 'profile: found the string "huge", expected one of "quick", "full"',
    "seed = ": "is not TOML",
}


@pytest.mark.parametrize("text", BAD)
def test_a_file_that_cannot_be_meant_gets_one_line(
    text: str, command: Callable[..., Any], tmp_path: Path
) -> None:
    (tmp_path / FILE).write_text(text, encoding="utf-8")
    ran = command("certify")
    assert (ran.code, ran.out, len(ran.err.splitlines())) == (2, "", 1)
    assert BAD[text] in ran.err


def test_a_file_that_is_named_and_not_there_gets_one_line(command: Callable[..., Any]) -> None:
    ran = command("certify", "--config", "nowhere.toml")
    assert (ran.code, ran.err) == (2, "amazonpay-conformance: nowhere.toml: No such file or directory\n")


def test_commands_that_run_no_client_do_not_read_it(command: Callable[..., Any], tmp_path: Path) -> None:
    (tmp_path / FILE).write_text("seed = ", encoding="utf-8")
    assert command("explain", "SIG-004").code == 0
