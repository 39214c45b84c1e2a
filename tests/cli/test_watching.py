"""A shop in another process is watched, its trace judged; bad files get one clear line."""

from __future__ import annotations

import contextlib
import json
import re
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import requests
from amazonpay_conformance import schemas
from amazonpay_conformance.clients import reference
from amazonpay_conformance.clients.driver import ABSENT, ClientCall, ClientConfig
from amazonpay_conformance.clients.reference import ReferenceClient
from amazonpay_conformance.mock.serving import MADE_UP_KEY_ID
from amazonpay_conformance.model.operations import OPERATIONS

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="stopped with SIGINT")

URL = "https://shop.example/return"
PRICE = {"amount": "100.00", "currencyCode": "USD"}
NOTE = "leave it with Mrs Example next door"
ORDER = {
    "webCheckoutDetails": {"checkoutReviewReturnUrl": URL, "checkoutResultReturnUrl": URL},
    "storeId": "amzn1.application-oa2-client.0000000000000000000000000000c0de",
    "merchantMetadata": {"noteToBuyer": NOTE},
    "paymentDetails": {"paymentIntent": "Authorize", "chargeAmount": PRICE},
}


class Served:
    """A mock in a process of its own, and a shop that calls it."""

    def __init__(self, directory: Path, *options: str) -> None:
        self.directory = directory
        self.process = subprocess.Popen(
            [sys.executable, "-m", "amazonpay_conformance.cli", "serve", *options],
            cwd=directory,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdout is not None
        head = [self.process.stdout.readline() for _ in range(5)]
        found = re.search(r"localhost:\d+", head[0])
        assert found is not None, head
        self.host = found[0]
        self.ca = str(directory / "amazonpay-conformance-mock" / "ca.pem")
        pem = (directory / "amazonpay-conformance-mock" / "private-key.pem").read_text()
        config = ClientConfig(MADE_UP_KEY_ID, pem, "", "na", "AMZN-PAY-RSASSA-PSS-V2", self.host, self.ca)
        self.client = ReferenceClient(config)

    def call(self, operation: str, target: str | None = None, body: Any = ABSENT) -> Any:
        return self.client.call(OPERATIONS[operation], ClientCall(operation, target, body)).json()

    def buyer(self, deed: str, session: str) -> None:
        self.control("buyer", {"deed": deed, "target": session})

    def control(self, verb: str, body: dict[str, Any]) -> None:
        answer = requests.post(f"https://{self.host}/_mock/{verb}", json=body, verify=self.ca, timeout=10)
        assert answer.status_code == 204

    def stop(self) -> tuple[int, str, str]:
        self.process.send_signal(signal.SIGINT)
        out, err = self.process.communicate(timeout=60)
        return self.process.returncode, out, err


def sell(mock: Served, *, captures: int) -> str:
    """Sell one thing, and capture it as often."""
    session = mock.call("create_checkout_session", None, ORDER)["checkoutSessionId"]
    mock.buyer("signs_in", session)
    mock.call("get_checkout_session", session)
    mock.buyer("approves", session)
    charge: str = mock.call("complete_checkout_session", session, {"chargeAmount": PRICE})["chargeId"]
    for _ in range(captures):
        mock.call("capture_charge", charge, {"captureAmount": PRICE})
    return charge


def test_what_a_baseline_accepts_fails_no_judgement_and_what_is_new_does(
    tmp_path: Path, command: Callable[..., Any]
) -> None:
    mock = Served(tmp_path, "--trace", "shop.jsonl")
    sell(mock, captures=2)
    mock.stop()
    accepted = command("judge", "shop.jsonl", "--baseline", "known.json", "--accept", "mended in spring")
    assert accepted.code == 1  # the run that accepts still says what it found, as that of certify does
    known = json.loads((tmp_path / "known.json").read_text())["accepted"]
    assert [row["finding"].partition("-capture")[0] for row in known] == ["ORD-003"]

    again = command("judge", "shop.jsonl", "--baseline", "known.json", "--report", "judged.json")
    assert again.code == 0
    assert "Baseline known.json: 1 accepted, 0 new" in again.out
    report = json.loads((tmp_path / "judged.json").read_text())
    assert schemas.violations("formats/watch", report) == ()
    assert report["findings"][0]["accepted"]["reason"] == "mended in spring"

    gone = {"finding": "ORD-004", "reason": "of old", "date": "2026-01-01"}
    (tmp_path / "other.json").write_text(json.dumps({"format": 1, "accepted": [gone]}))
    new = command("judge", "shop.jsonl", "--baseline", "other.json")
    assert new.code == 1
    assert "0 accepted, 1 new" in new.out
    for words, code in ((("--accept", "why"), 2), (("--baseline", "nowhere.json"), 3)):
        refused = command("judge", "shop.jsonl", *words)
        assert (refused.code, len(refused.error_lines)) == (code, 1)


def test_a_shop_is_watched_and_its_trace_judged(tmp_path: Path, command: Callable[..., Any]) -> None:
    mock = Served(tmp_path, "--trace", "shop.jsonl", "--report", "watch.json")
    charge = sell(mock, captures=3)
    code, out, err = mock.stop()
    assert (code, err) == (0, "")
    assert f"/v2/charges/{charge}/capture  200 Captured" in out
    assert "the buyer approves" in out
    assert out.count("FAIL ORD-003") == 1
    assert "verdict: does not conform" in out
    assert "\x1b" not in out

    report = json.loads((tmp_path / "watch.json").read_text())
    assert schemas.violations("formats/watch", report) == ()
    (finding,) = report["findings"]
    assert (finding["requirement"], finding["count"], report["verdict"]) == ("ORD-003", 2, "fail")

    judged = command("judge", "shop.jsonl", "--report", "judged.json")
    assert judged.code == 1
    assert "FAIL ORD-003" in judged.out
    assert json.loads((tmp_path / "judged.json").read_text())["findings"] == report["findings"]

    forms = [
        "--format",
        "junit",
        "--format",
        "ctrf",
        "--format",
        "sarif",
        "--format",
        "har",
        "--out",
        "forms",
    ]
    assert command("judge", "shop.jsonl", *forms).code == 1
    junit = (tmp_path / "forms" / "junit.xml").read_text()
    assert junit.count("<failure") == 1
    ctrf = json.loads((tmp_path / "forms" / "ctrf.json").read_text())["results"]["tests"]
    assert [test["testId"] for test in ctrf if test["status"] == "failed"] == ["ORD-003"]
    sarif = json.loads((tmp_path / "forms" / "report.sarif").read_text())["runs"][0]["results"]
    assert [result["ruleId"] for result in sarif] == ["ORD-003"]
    assert len(json.loads((tmp_path / "forms" / "exchanges.har").read_text())["log"]["entries"]) == 1

    written = out + "".join((tmp_path / name).read_text() for name in ("shop.jsonl", "watch.json"))
    written += "".join(path.read_text() for path in (tmp_path / "forms").iterdir())
    assert NOTE not in written
    assert "Susie" not in written
    assert not re.search(r"Signature=[A-Za-z0-9+/]{20}", written)


@pytest.mark.parametrize("fault", ["dropped-before", "dropped-after", "truncated", "503"])
def test_an_answer_that_does_not_arrive_has_told_nothing(fault: str, tmp_path: Path) -> None:
    mock = Served(tmp_path)
    charge = sell(mock, captures=1)
    refund = {"chargeId": charge, "refundAmount": PRICE}
    tries = len(reference.WAITS) + 1  # the client's own, each with the same key
    mock.control("faults", {"fault": fault, "times": tries, "operation": "create_refund"})
    for _ in range(2):
        with contextlib.suppress(requests.RequestException):
            mock.call("create_refund", None, refund)
    _, out, _ = mock.stop()
    assert re.findall(r"(?:FAIL|WARNING) (\S+):", out) == ["DUP-001"]


def test_quietly_only_the_end_is_told(tmp_path: Path, command: Callable[..., Any]) -> None:
    mock = Served(tmp_path, "--quiet", "--trace", "shop.jsonl")
    sell(mock, captures=2)
    _, out, _ = mock.stop()
    assert "/v2/" not in out
    assert "FAIL ORD-003" in out

    good = Served(tmp_path, "--trace", "shop.jsonl")
    sell(good, captures=1)
    good.stop()
    judged = command("judge", "shop.jsonl")
    assert (judged.code, "verdict: conforms" in judged.out) == (0, True)

    text = (tmp_path / "shop.jsonl").read_text()
    (tmp_path / "cut.jsonl").write_text(text[:-100])
    cut = command("judge", "cut.jsonl")
    assert (cut.code, "incomplete: cut.jsonl: line" in cut.out) == (0, True)
    assert len(cut.err.splitlines()) == 1


FILES: dict[str, tuple[bytes, int, str]] = {
    "empty": (b"", 3, "is neither a trace"),
    "prose": (b"once upon a time\n", 3, "is neither a trace"),
    "latin": (b"\xff\xfe\xfd", 3, "is not text in UTF-8"),
    "har-of-nothing": (b'{"log": {}}', 3, "is no HAR file"),
    "har-that-is-none": (b'{"log": {"entries": [{"request": 1}]}}', 3, "is no HAR file"),
    "head-only": (b'{"trace": 1, "region": "na", "public_key_id": "SANDBOX-A"}\n', 5, ""),
    "another-version": (
        b'{"trace": 2, "region": "na", "public_key_id": "SANDBOX-A"}\n',
        3,
        "is neither a trace",
    ),
}


@pytest.mark.parametrize("name", FILES)
def test_a_file_that_is_no_trace_gets_one_clear_line(
    name: str, tmp_path: Path, command: Callable[..., Any]
) -> None:
    content, code, says = FILES[name]
    (tmp_path / "file").write_bytes(content)
    ran = command("judge", "file")
    assert ran.code == code
    assert ran.err.count("\n") == (1 if says else 0)
    assert says in ran.err


def test_files_that_are_not_there_or_cannot_be_written_get_one_clear_line(
    command: Callable[..., Any],
) -> None:
    for arguments in (
        ("judge", "nowhere"),
        ("judge", "."),
        ("judge", "nowhere", "--public-key", "nowhere.pem"),
        ("serve", "--trace", "no/such/directory/trace"),
    ):
        ran = command(*arguments)
        assert (ran.code, ran.err.count("\n")) == (3, 1), ran.err


def test_what_cannot_be_is_said_before_a_mock_is_served(command: Callable[..., Any]) -> None:
    for option, value in (
        ("--certificate-port", "8443"),
        ("--notify-ca", "nowhere.pem"),
        ("--report", "no/such/directory/report.json"),
        ("--token", ""),
        ("--token", "two words"),
    ):
        ran = command("serve", option, value)
        assert ran.code == 2
        assert option in ran.err.splitlines()[-1]
