"""`certify-endpoint` on a shop over HTTP and in this process, right and wrong, and on what is none."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from typing import Any

import pytest
from amazonpay_conformance import schemas
from amazonpay_conformance.cli import main

EXAMPLE = Path(__file__).parents[2] / "examples" / "endpoint" / "shop.py"

needs_validator = pytest.mark.skipif(
    importlib.util.find_spec("sns_message_validator") is None, reason="needs `make examples`"
)

IN_PROCESS = f"""
import sys
sys.path.insert(0, {str(EXAMPLE.parent)!r})
from shop import Shop


class Mine(Shop):
    def __init__(self, config):
        super().__init__(config)
        {{rule}}

    def look(self, charge):
        {{look}}


def connect(config):
    shop = Mine(config)
    return {{{{
        "endpoint": lambda headers, body: shop.notified(body),
        "order": shop.order,
        "accepted": shop.accepted,
    }}}}
"""


def run(tmp_path: Path, shop: str, *more: str) -> tuple[int, dict[str, Any]]:
    report = tmp_path / "report.json"
    code = main(["certify-endpoint", shop, "--out", str(tmp_path / "out"), "--report", str(report), *more])
    return code, json.loads(report.read_text()) if report.exists() else {}


def adapter(tmp_path: Path, text: str) -> str:
    path = tmp_path / "my_shop.py"
    path.write_text(text, encoding="utf-8")
    return str(path)


@needs_validator
def test_the_example_conforms_over_http(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It starts a server of its own and verifies with a stranger's library: that takes some seconds."""
    code, report = run(tmp_path, str(EXAMPLE), "--wait", "2")
    out = capsys.readouterr().out
    assert code == 0, out
    assert report["verdict"] == "pass"
    assert not [row for row in report["requirements"] if row["verdict"] != "pass"]
    assert schemas.violations("formats/endpoint", report) == ()
    assert "verdict: conforms" in out
    assert "BEGIN" not in out


@needs_validator
def test_a_shop_that_does_not_read_fails(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = IN_PROCESS.format(rule="pass", look="self.paid.append(charge); return 200")
    code, report = run(tmp_path, adapter(tmp_path, text), "--quiet")
    out = capsys.readouterr().out
    assert code == 1
    assert {"NTF-009", "NTF-010", "NTF-011"} <= {f["requirement"] for f in report["findings"]}
    assert schemas.violations("formats/endpoint", report) == ()
    assert "FAIL NTF-010: A notification of a declined or canceled charge is not taken for a payment." in out


@needs_validator
@pytest.mark.parametrize(
    ("rule", "found"),
    [
        ("", {"NTF-007"}),  # as the library has it
        (r"cert_url_regex=r'^https://sns\.[-a-z0-9]+\.amazonaws\.com/.*\.pem$'", set()),
        (r"cert_url_regex=r'^https://sns\.[-a-z0-9]+\.amazonaws\.com.*\.pem$'", {"NTF-005"}),
        (r"cert_url_regex=r'^https?://sns\.[-a-z0-9]+\.amazonaws\.com/.*\.pem$'", {"NTF-006"}),
    ],
)
def test_through_a_proxy_the_endpoint_s_own_rule_is_tried(
    rule: str, found: set[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    chosen = f"self.validator = type(self.validator)({rule})"
    text = IN_PROCESS.format(rule=chosen, look="return super().look(charge)")
    _, report = run(tmp_path, adapter(tmp_path, text), "--quiet", "--proxy-port", "0")
    assert {finding["requirement"] for finding in report["findings"]} == found, capsys.readouterr().out


@needs_validator
def test_strict_makes_warnings_fail(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = IN_PROCESS.format(rule="pass", look="super().look(charge); return 200")
    shop = adapter(tmp_path, text)
    assert run(tmp_path, shop, "--quiet")[0] == 0
    assert run(tmp_path, shop, "--quiet", "--strict")[0] == 1
    assert "WARNING NTF-019" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("x = 1", "has no connect(config)"),
        ("def connect(config):\n    raise OSError('no database')", "connect raised OSError: no database"),
        ("def connect(config):\n    return []", "connect: expected a mapping, it returned list"),
        ("def connect(config):\n    return {'endpoint': 1}", "connect: endpoint is neither"),
        ("def connect(config):\n    return {'endpoints': ''}", "connect: 'endpoints' is none of endpoint,"),
        (
            "def connect(config):\n    return {'endpoint': print, 'accepted': 1}",
            "connect: accepted is no function",
        ),
        (
            "def connect(config):\n"
            "    return {'endpoint': lambda h, b: 200, 'accepted': lambda charge: 'yes'}",
            "accepted: expected True, False or a number, it returned str",
        ),
    ],
)
def test_a_broken_adapter_is_told_in_one_line(
    text: str, told: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, report = run(tmp_path, adapter(tmp_path, text))
    err = capsys.readouterr().err
    assert (code, report) == (3, {})
    assert told in err
    assert err.count("\n") == 1


@pytest.mark.parametrize(
    ("shop", "code", "told"),
    [
        ("http://localhost:9/ipn", 4, "nobody answers at http://localhost:9/ipn"),
        ("https://shop.example.com/ipn", 2, "is not on this machine or in a private network"),
        ("http://user:secret@localhost/ipn", 2, "has no user name or password"),
        ("http://", 2, "is no endpoint"),
        ("no/such/shop.py", 3, "is not there"),
        ("no_such_module", 3, "no_such_module"),
    ],
)
def test_what_is_no_endpoint_is_told_in_one_line(
    shop: str, code: int, told: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(tmp_path, shop, "--ready", "0.2")[0] == code
    err = capsys.readouterr().err
    assert told in err
    assert "secret" not in err
    assert err.count("\n") == 1


def test_an_endpoint_that_refuses_all_is_blamed_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = "def connect(config):\n    return {'endpoint': lambda headers, body: 404}"
    code, report = run(tmp_path, adapter(tmp_path, text))
    assert code == 1
    assert [finding["requirement"] for finding in report["findings"]] == ["NTF-001"]
    passed = {row["id"] for row in report["requirements"] if row["verdict"] == "pass"}
    assert passed == {"NTF-002", "NTF-008", "NTF-018"}
    assert "no true notification is taken, see NTF-001" in capsys.readouterr().out


def test_a_switch_that_there_is_not_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(tmp_path, "http://localhost:9/", "--switch", "colour=red")[0] == 2
    assert "no switch 'colour'" in capsys.readouterr().err
