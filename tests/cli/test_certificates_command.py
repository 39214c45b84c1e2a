"""`certify --sign` and `verify`, from the command line: a client of one operation, to be quick."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from amazonpay_conformance.cli import main
from amazonpay_conformance.reporting.baseline import read_baseline
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

ADAPTER = """
from functools import partial

from amazonpay_conformance.clients.reference import ReferenceClient
from amazonpay_conformance.model.operations import OPERATIONS

name = "tiny"
version = "1"


def connect(config):
    return {"get_charge": partial(ReferenceClient(config).call, OPERATIONS["get_charge"])}
"""


@pytest.fixture(scope="module")
def certified(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory with keys, a client, and a certificate of it."""
    there = tmp_path_factory.mktemp("certified")
    key = Ed25519PrivateKey.generate()
    pem = serialization.Encoding.PEM
    (there / "key.pem").write_bytes(
        key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    for name, one in (("public.pem", key), ("other.pem", Ed25519PrivateKey.generate())):
        spki = serialization.PublicFormat.SubjectPublicKeyInfo
        (there / name).write_bytes(one.public_key().public_bytes(pem, spki))
    (there / "one.py").write_text(ADAPTER, encoding="utf-8")
    words = ["--client", str(there / "one.py"), "--transport", "in-process", "--seed", "1"]
    known, events = str(there / "known.json"), str(there / "events.ndjson")
    words += ["--sign", str(there / "key.pem"), "--format", "junit", "--format", "sarif", "--events", events]
    words += ["--baseline", known, "--accept", "known since spring"]
    assert main(["certify", *words, "--out", str(there / "out")]) == 0
    return there


@pytest.fixture
def verify(certified: Path) -> Callable[..., int]:
    def run(*words: str, file: str = "out/certificate.json", key: str = "public.pem") -> int:
        return main(["verify", str(certified / file), "--key", str(certified / key), *words])

    return run


def test_a_certificate_is_genuine_and_says_what_it_states(
    verify: Callable[..., int], capsys: pytest.CaptureFixture[str]
) -> None:
    assert verify() == 0
    told = capsys.readouterr().out
    assert "client   tiny 1" in told
    assert "level    basic (not full: the profile is full; full: every state" in told
    assert "\npower    " in told
    assert told.endswith("genuine: nothing was changed since it was signed\n")


def test_everything_that_was_asked_for_is_written(certified: Path) -> None:
    written = {path.name for path in (certified / "out").iterdir()}
    assert written >= {"report.json", "report.html", "junit.xml", "report.sarif"}
    assert written >= {"certificate.json", "badge.svg", "badge.md"}
    assert read_baseline(certified / "known.json").accepted == {}
    lines = (certified / "events.ndjson").read_text(encoding="utf-8").splitlines()
    assert json.loads(lines[0])["event"] == "started"
    assert json.loads(lines[-1])["event"] == "finished"


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["--accept", "why"], 2),
        (["--accept", " ", "--baseline", "new.json"], 2),
        (["--baseline", "nowhere.json"], 3),
    ],
)
def test_a_baseline_that_cannot_be_used_is_refused_in_one_line(
    words: list[str], code: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["certify", "--out", str(tmp_path / "out"), *words]) == code
    assert capsys.readouterr().err.count("\n") == 1
    assert not (tmp_path / "out").exists()


def test_another_key_a_changed_byte_and_another_file_are_refused(
    certified: Path, verify: Callable[..., int], capsys: pytest.CaptureFixture[str]
) -> None:
    data = (certified / "out" / "certificate.json").read_bytes()
    (certified / "changed.json").write_bytes(data.replace(b'"pass"', b'"fail"', 1))
    assert verify(key="other.pem") == 1
    assert verify(file="changed.json") == 1
    assert verify(file="out/report.json") == 1
    assert verify(file="nowhere.json") == 3
    assert verify(key="one.py") == 3
    assert capsys.readouterr().err.count("\n") == 5


def test_it_comes_out_the_same_again(
    certified: Path, verify: Callable[..., int], capsys: pytest.CaptureFixture[str]
) -> None:
    assert verify("--rerun", "--client", str(certified / "one.py")) == 0
    assert "the same again" in capsys.readouterr().out


def test_a_key_that_cannot_sign_is_refused_before_anything_is_run(
    certified: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = certified / "never"
    assert main(["certify", "--sign", str(certified / "public.pem"), "--out", str(out)]) == 3
    assert not out.exists()
    assert capsys.readouterr().err.count("\n") == 1
