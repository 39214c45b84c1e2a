"""The command line as a user meets it: what it prints, which exit code, and one clear line for bad input."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from amazonpay_conformance import schemas

RAISES = """
def connect(config):
    def boom(call):
        raise RuntimeError("the shop is closed")
    return {"create_checkout_session": boom, "get_charge": boom}
"""
TWO_OPERATIONS = """
Client = Once

def connect(config):
    known = reference.connect(config, Client)
    return {name: known[name] for name in ("create_checkout_session", "get_charge")}
"""
TEXT_PLAIN = f"""
{TWO_OPERATIONS}
class Client(Once):
    def _headers(self, operation, call):
        return super()._headers(operation, call).with_value("content-type", "text/plain")
"""
BARE = TEXT_PLAIN.replace('.with_value("content-type", "text/plain")', '.without("accept")')
IN_PROCESS = ("--transport", "in-process")
HANGS = """
def connect(config):
    import threading
    return {"create_checkout_session": lambda call: threading.Event().wait()}
"""


def report(directory: Path) -> dict[str, Any]:
    value: dict[str, Any] = json.loads((directory / "report.json").read_text(encoding="utf-8"))
    assert schemas.violations("formats/report", value) == ()
    return value


def test_the_reference_client_conforms_and_so_does_the_mock(
    command: Callable[..., Any], tmp_path: Path
) -> None:
    ran = command("certify", "--seed", "7", "--shard", "1/4", *IN_PROCESS)
    assert ran.code == 0, ran.out
    assert "verdict: conforms" in ran.out
    found = report(tmp_path / "amazonpay-conformance-report")
    assert (found["verdict"], found["seed"], found["findings"], found["kit_defects"]) == ("pass", 7, [], [])
    assert found["counts"]["fail"] == found["counts"]["warning"] == 0


def test_a_wrong_client_is_told_what_is_wrong_and_can_repeat_it(
    command: Callable[..., Any], adapter: Callable[[str], str], tmp_path: Path
) -> None:
    client = adapter(TEXT_PLAIN)
    ran = command("certify", *IN_PROCESS, "--client", client, "--out", "out")
    assert ran.code == 1
    assert "FAIL HDR-005: Every request carries content-type: application/json, reads too." in ran.out
    assert "received  content-type: text/plain" in ran.out
    assert "smallest scenario, 1 step:" in ran.out
    found = report(tmp_path / "out")
    assert [finding["requirement"] for finding in found["findings"]] == ["HDR-005"]
    assert found["findings"][0]["reproduced"] is True

    again = command("replay", "out/scenarios/HDR-005.json", *IN_PROCESS, "--client", client)
    assert (again.code, again.out.splitlines()[-1]) == (1, "still fails")
    right = command("replay", "out/scenarios/HDR-005.json", *IN_PROCESS)
    assert (right.code, right.out.splitlines()[-1]) == (0, "passes now")


def test_the_same_seed_gives_the_same_run(
    command: Callable[..., Any], adapter: Callable[[str], str], tmp_path: Path
) -> None:
    client = adapter(TWO_OPERATIONS)
    for out in ("one", "two"):
        command("certify", *IN_PROCESS, "--client", client, "--seed", "11", "--out", out)
    one, two = report(tmp_path / "one"), report(tmp_path / "two")
    for volatile in ("started", "seconds"):
        one.pop(volatile)
        two.pop(volatile)
    assert one == two


def test_what_a_client_lacks_is_said_and_not_failed(
    command: Callable[..., Any], adapter: Callable[[str], str]
) -> None:
    ran = command("certify", *IN_PROCESS, "--client", adapter(TWO_OPERATIONS))
    assert ran.code == 0, ran.out
    assert "the client has no capture_charge" in " ".join(ran.out.split())


def test_a_client_that_raises_fails_and_nothing_else_happens(
    command: Callable[..., Any], adapter: Callable[[str], str]
) -> None:
    ran = command("certify", *IN_PROCESS, "--client", adapter(RAISES))
    assert ran.code == 1
    assert "FAIL CAL-001" in ran.out
    assert "RuntimeError: the shop is closed" in ran.out


def test_a_client_with_no_operation_exercises_nothing(
    command: Callable[..., Any], adapter: Callable[[str], str]
) -> None:
    ran = command("certify", "--client", adapter("def connect(config):\n    return {}\n"))
    assert ran.code == 5
    assert "nothing was exercised" in ran.out


def test_an_operation_that_the_kit_does_not_have_is_named(
    command: Callable[..., Any], adapter: Callable[[str], str]
) -> None:
    ran = command(
        "certify", "--client", adapter("def connect(config):\n    return {'create_chrage': print}\n")
    )
    assert ran.code == 5
    assert "unknown  create_chrage: the kit has no such operations" in ran.err


BROKEN = {
    "no Python": ("def connect(config) return 1", "is not Python"),
    "no connect": ("x = 1", "has no connect(config)"),
    "a module that is missing": ("import no_such_module", "imports 'no_such_module', which is not installed"),
    "an exception": ("raise ValueError('not today')", "cannot be imported: ValueError: not today"),
}


@pytest.mark.parametrize("what", BROKEN)
def test_an_adapter_that_is_there_and_broken_is_a_set_up_fault(
    command: Callable[..., Any], tmp_path: Path, what: str
) -> None:
    code, said = BROKEN[what]
    (tmp_path / "broken.py").write_text(code, encoding="utf-8")
    ran = command("certify", "--client", "broken.py")
    assert ran.code == 3
    assert len(ran.error_lines) == 1
    assert said in ran.error_lines[0]


def test_a_hanging_client_ends_the_run_and_keeps_what_was_found(
    command: Callable[..., Any], adapter: Callable[[str], str], tmp_path: Path
) -> None:
    ran = command("certify", "--client", adapter(HANGS), "--deadline", "0.2", "--out", "out")
    assert ran.code == 3
    assert len(ran.error_lines) == 1
    assert report(tmp_path / "out")["error"]["kind"] == "set-up"


DRIVERS = {
    "dies at once": ("import sys; sys.exit(7)", "7"),
    "prints rubbish": ("print('hello, world', flush=True); input()", "hello, world"),
}


@pytest.mark.parametrize("what", DRIVERS)
def test_a_broken_driver_is_a_set_up_fault(command: Callable[..., Any], tmp_path: Path, what: str) -> None:
    code, said = DRIVERS[what]
    (tmp_path / "driver.py").write_text(code, encoding="utf-8")
    ran = command("certify", "--client", "exec:python3 driver.py")
    assert ran.code == 3
    assert len(ran.error_lines) == 1
    assert said in ran.error_lines[0]


BAD_INPUT = {
    "unknown client": (["certify", "--client", "nosuchclient"], 2),
    "missing adapter": (["certify", "--client", "no/such/file.py"], 2),
    "missing scenario": (["replay", "no-such-scenario.json"], 2),
    "unknown id": (["explain", "XYZ-1"], 2),
    "unreachable target": (["certify", "--target", "https://localhost:9"], 4),
    "no such target": (["certify", "--target", "ftp://somewhere"], 2),
    "plain HTTP abroad": (["certify", "--target", "http://pay-api.amazon.com"], 2),
    "Amazon without the sandbox": (["certify", "--target", "https://pay-api.amazon.com"], 2),
    "sandbox without opt-in": (["certify", "--target", "sandbox"], 2),
    "sandbox without credentials": (["certify", "--target", "sandbox", "--allow-network"], 3),
    "malformed resolve": (["certify", "--target", "https://localhost:9", "--resolve", "x"], 2),
    "missing CA": (["certify", "--target", "https://localhost:9", "--ca-file", "no-such.pem"], 3),
    "CA that is none": (["certify", "--target", "https://localhost:9", "--ca-file", "/dev/null"], 3),
    "report where a file is": (["certify", "--out", "/dev/null"], 3),
    "deadline below zero": (["certify", "--deadline", "-1"], 2),
    "deadline that is no number": (["certify", "--deadline", "nan"], 2),
    "skew below zero": (["certify", "--skew", "-1"], 2),
    "public key of the mock missing": (["serve", "--public-key", "no-such.pem"], 3),
}


@pytest.mark.parametrize("what", BAD_INPUT)
def test_bad_input_gets_one_clear_line_and_its_exit_code(command: Callable[..., Any], what: str) -> None:
    arguments, code = BAD_INPUT[what]
    ran = command(*arguments)
    assert ran.code == code, ran.err
    assert len([line for line in ran.err.splitlines() if line.startswith("amazonpay-conformance")]) == 1
    assert ran.out == ""


CREDENTIALS = {
    "live key": ({"AMAZON_PAY_PUBLIC_KEY_ID": "LIVE-ABC", "AMAZON_PAY_PRIVATE_KEY": "x.pem"}, "LIVE- key"),
    "missing key file": (
        {"AMAZON_PAY_PUBLIC_KEY_ID": "SANDBOX-A", "AMAZON_PAY_PRIVATE_KEY": "no.pem"},
        "no.pem",
    ),
    "key file without a key": (
        {"AMAZON_PAY_PUBLIC_KEY_ID": "SANDBOX-A", "AMAZON_PAY_PRIVATE_KEY": "/dev/null"},
        "PEM",
    ),
    "unknown region": (
        {
            "AMAZON_PAY_PUBLIC_KEY_ID": "SANDBOX-A",
            "AMAZON_PAY_PRIVATE_KEY": "/dev/null",
            "AMAZON_PAY_REGION": "mars",
        },
        "mars",
    ),
    "half of it": ({"AMAZON_PAY_PUBLIC_KEY_ID": "SANDBOX-A"}, "AMAZON_PAY_PRIVATE_KEY"),
}


@pytest.mark.parametrize("what", CREDENTIALS)
def test_credentials_that_cannot_be_used_are_refused(command: Callable[..., Any], what: str) -> None:
    environment, said = CREDENTIALS[what]
    ran = command("certify", "--target", "sandbox", "--allow-network", env=environment)
    assert ran.code == 3
    assert len(ran.error_lines) == 1
    assert said in ran.error_lines[0]


MALFORMED = {
    "not JSON": ("{", "is not JSON"),
    "not a scenario": ("[]", "expected"),
    "a step of no kind": (
        '{"format": 1, "lane": {"region": "na", "algorithm": "AMZN-PAY-RSASSA-PSS", "public_key_id": "A"}, '
        '"steps": [{"jump": 1}]}',
        "/steps/0",
    ),
}


@pytest.mark.parametrize("what", MALFORMED)
def test_a_malformed_scenario_file_gets_one_line_that_says_where(
    command: Callable[..., Any], tmp_path: Path, what: str
) -> None:
    text, said = MALFORMED[what]
    (tmp_path / "scenario.json").write_text(text, encoding="utf-8")
    ran = command("replay", "scenario.json")
    assert ran.code == 2
    assert len(ran.error_lines) == 1
    assert said in ran.error_lines[0]


def test_explain_says_what_a_requirement_means_and_where_it_is_written(command: Callable[..., Any]) -> None:
    ran = command("explain", "sig-004")
    assert ran.code == 0
    assert ran.out.splitlines()[0] == "SIG-004  MUST  client"
    assert "§10.2" in ran.out
    assert "signature_verifies" in ran.out


def test_explain_shows_the_way_to_a_rule_and_what_may_be_answered(command: Callable[..., Any]) -> None:
    ran = command("explain", "CHG-R21")
    assert ran.code == 0
    assert "Capture Charge charge#1: captureAmount 100.01 USD" in ran.out
    assert "400 TransactionAmountExceeded" in ran.out


def test_explain_without_an_id_lists_all_of_them(command: Callable[..., Any]) -> None:
    ran = command("explain")
    listed = [line.split()[0] for line in ran.out.splitlines()]
    assert ran.code == 0
    assert {"SIG-004", "CHG-T16", "TMR-05", "CRD-4354"} < set(listed)


def test_explain_speaks_json_to_programs(command: Callable[..., Any]) -> None:
    one, everything = command("explain", "TMR-05", "--json"), command("explain", "--json")
    assert json.loads(one.out)["details"] == {"name": "capture_window", "seconds": "604800"}
    for value in (json.loads(one.out), *json.loads(everything.out)):
        assert schemas.violations("formats/explanation", value) == ()


def test_explain_names_ids_that_are_near_an_unknown_one(command: Callable[..., Any]) -> None:
    ran = command("explain", "SIG-999")
    assert (ran.code, ran.out) == (2, "")
    assert "SIG-009" in ran.error_lines[0]


def test_strict_makes_warnings_fail(command: Callable[..., Any], adapter: Callable[[str], str]) -> None:
    client = adapter(BARE)
    tolerant = command("certify", *IN_PROCESS, "--client", client)
    strict = command("certify", *IN_PROCESS, "--client", client, "--strict")
    assert (tolerant.code, strict.code) == (0, 1)
    assert "verdict: conforms, with warnings" in tolerant.out
