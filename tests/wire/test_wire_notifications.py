"""Envelopes are believed where AWS's own validator believes them, and nowhere else."""

from __future__ import annotations

import importlib.util
import json
import re
import shutil
import subprocess
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from amazonpay_conformance.wire.notifications import (
    Certificate,
    Refusal,
    is_trusted,
    make_certificate,
    notification,
    refusal,
    signed,
    timestamp,
)
from jsonschema import Draft202012Validator

VECTORS = Path(__file__).parents[1] / "vectors"
FILE = json.loads((VECTORS / "sns-notification.json").read_text(encoding="utf-8"))
TESTS: list[dict[str, Any]] = FILE["tests"]
LOCAL = re.compile(r"localhost:\d+")
URL = "https://localhost:8443/SimpleNotificationService-0.pem"

PYTHON_DIFFERS = {
    # aws-sns-message-validator 0.0.5 knows version 1 only, and a shorter rule for URLs
    "a notification, version 2": "it knows version 1 only",
    "with a subject, version 2": "it knows version 1 only",
    "a subscription, version 2": "it knows version 1 only",
    "from cn-north-1.amazonaws.com.cn": "it does not know China",
    "a certificate on sns.ab.amazonaws.com": "any region will do",
    "no .pem": "any path will do",
}


def certificate_at(url: str) -> bytes | None:
    found = FILE["certificates"].get(url)
    return None if found is None else found.encode()


def parsed(body: str) -> dict[str, Any]:
    """The envelope, an empty one where the body is none."""
    try:
        value = json.loads(body)
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


@pytest.mark.parametrize("test", TESTS, ids=lambda test: f"{test['tcId']} {test['comment'][:60]}")
def test_an_envelope_is_believed_where_the_vector_says_so(test: dict[str, Any]) -> None:
    why = refusal(parsed(test["body"]), certificate_at)
    assert test["result"] == "acceptable" or (why is None) is (test["result"] == "valid"), why


def test_what_is_at_an_untrusted_url_is_never_fetched() -> None:
    fetched: list[str] = []
    for test in TESTS:
        refusal(parsed(test["body"]), lambda url: fetched.append(url))
    assert fetched
    assert all(re.match(r"https://sns\.[a-z0-9-]+\.amazonaws\.com(\.cn)?/", url) for url in fetched)


def test_the_certificate_s_time_is_looked_at_where_somebody_says_when_it_is() -> None:
    now = datetime(2026, 11, 24, tzinfo=UTC)
    late = [t for t in TESTS if t["flags"] == ["CertificateTime"]]
    assert len(late) == 2
    for test in late:
        assert refusal(parsed(test["body"]), certificate_at) is None
        assert refusal(parsed(test["body"]), certificate_at, now=now) == "certificate expired"
    assert refusal(parsed(TESTS[0]["body"]), certificate_at, now=now) is None


def test_aws_s_own_validator_for_node_js_agrees_with_every_vector() -> None:
    """sns-validator 0.3.5 is AWS's; nobody here wrote a line of it."""
    folder = VECTORS / "sns"
    if not shutil.which("node") or not (folder / "node_modules" / "sns-validator").exists():
        pytest.skip("needs Node.js and sns-validator: `make sns`")
    done = subprocess.run(
        ["node", str(folder / "validate.cjs"), str(VECTORS / "sns-notification.json")],
        capture_output=True,
        text=True,
        check=True,
    )
    said = json.loads(done.stdout)
    assert len(said) == len(TESTS)
    others = {
        t["comment"]: said[str(t["tcId"])]
        for t in TESTS
        if t["result"] != "acceptable" and (said[str(t["tcId"])] == "valid") is not (t["result"] == "valid")
    }
    assert others == {}


def test_a_validator_from_pypi_agrees_but_for_what_it_does_not_know() -> None:
    validators = pytest.importorskip(
        "sns_message_validator", reason="needs aws-sns-message-validator: make examples"
    )

    class Session:
        def get(self, url: str) -> Any:
            return type("Found", (), {"content": FILE["certificates"][url].encode()})

    def believes(body: str) -> bool:
        validator = validators.SNSMessageValidator()
        validator._cert_session = Session()
        try:
            validator.validate_message(json.loads(body))
        except Exception:
            return False
        return True

    others = {
        t["comment"]
        for t in TESTS
        if t["result"] != "acceptable" and believes(t["body"]) is not (t["result"] == "valid")
    }
    assert others == set(PYTHON_DIFFERS)


def test_the_file_is_what_its_schema_and_its_generator_say() -> None:
    schema = json.loads((VECTORS / FILE["schema"]).read_text(encoding="utf-8"))
    Draft202012Validator(schema).validate(FILE)
    cases = list(_generator().cases())
    assert [(c.comment, c.result, [c.flag]) for c in cases] == [
        (t["comment"], t["result"], t["flags"]) for t in TESTS
    ]
    assert [t["tcId"] for t in TESTS] == list(range(1, FILE["numberOfTests"] + 1))
    assert {flag for t in TESTS for flag in t["flags"]} == set(FILE["notes"])


def _generator() -> ModuleType:
    path = VECTORS / "generate_notifications.py"
    spec = importlib.util.spec_from_file_location("generate_notifications", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    import sys

    sys.modules[spec.name] = module  # its dataclasses look themselves up
    spec.loader.exec_module(module)
    return module


# --- what the mock signs


@cache
def ours() -> Certificate:
    return make_certificate(URL)


def envelope() -> dict[str, Any]:
    return {**notification('{"a": "Grüße"}', topic="arn", message_id="m", sent_at=0.25), "Subject": None}


@pytest.mark.parametrize("version", ["1", "2"])
def test_what_is_signed_here_is_believed(version: Any) -> None:
    posted = signed(envelope(), ours(), version)
    assert refusal(posted, lambda _: ours().pem.encode(), LOCAL) is None
    assert posted["SignatureVersion"] == version
    assert "PRIVATE" not in ours().pem + repr(ours())


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"Message": "{}"}, "signature"),
        ({"Signature": "AAAA"}, "signature"),
        ({"SignatureVersion": "2"}, "signature"),
        ({"SignatureVersion": "3"}, "signature version"),
        ({"SigningCertURL": URL.replace("localhost", "127.0.0.1")}, "certificate URL"),
        ({"SigningCertURL": URL.replace("https", "http")}, "certificate URL"),
        ({"Signature": None}, "fields"),
        ({"Message": {}}, "fields"),
    ],
)
def test_what_is_changed_is_refused_with_a_reason(change: dict[str, Any], why: Refusal) -> None:
    assert refusal({**signed(envelope(), ours()), **change}, lambda _: ours().pem.encode(), LOCAL) == why


@pytest.mark.parametrize("found", [None, b"", b"<html>", b"-----BEGIN CERTIFICATE-----\nx\n"])
def test_nothing_is_believed_without_a_certificate(found: bytes | None) -> None:
    assert refusal(signed(envelope(), ours()), lambda _: found, LOCAL) == "no certificate"


def test_a_certificate_lives_as_long_as_it_was_made_for() -> None:
    begun = datetime(2020, 1, 1, tzinfo=UTC)
    old = make_certificate(URL, not_before=begun, days=30)
    posted = signed(envelope(), old)
    for days, why in ((-1, "certificate expired"), (1, None), (31, "certificate expired")):
        now = begun + timedelta(days=days)
        assert refusal(posted, lambda _: old.pem.encode(), LOCAL, now=now) == why


def test_a_time_has_milliseconds_and_a_z() -> None:
    assert timestamp(1_335_390_565.719) == "2012-04-25T21:49:25.719Z"


@pytest.mark.parametrize("url", [None, 17, "", "localhost", f" {URL}", f"{URL}\n", URL.upper()])
def test_what_is_no_such_url_is_not_trusted(url: Any) -> None:
    assert not is_trusted(url, LOCAL)
