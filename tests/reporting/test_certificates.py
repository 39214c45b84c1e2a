"""Certificates: every byte counts, and they say what the report says."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
import rfc8785
from amazonpay_conformance import schemas
from amazonpay_conformance.reporting import badge
from amazonpay_conformance.reporting.certificate import (
    BadCertificate,
    BadSigningKey,
    differences,
    payload_of,
    signed,
    signing_key,
    trusted_key,
    verified,
)
from amazonpay_conformance.reporting.levels import CONDITIONS, level_of, missing
from amazonpay_conformance.wire.keys import generate_private_key
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from .conftest import Small

CERTIFIED: dict[str, Any] = {
    "format": 1,
    "kit": {"name": "amazonpay-conformance", "version": "1.0", "python": "3.12.1", "model_hash": "a" * 64,
            "requirements_hash": "b" * 64},
    "subjects": ["client"], "client": {"name": "Grün & Söhne", "version": "2", "language": "PHP"},
    "target": "mock", "profile": "full", "setting": {"transport": "https", "switches": []}, "lanes": [],
    "seeds": [1, 2, 3], "corpora": [], "whole": True, "started": "2026-11-24T20:00:00Z",
    "scenarios": 9, "requests": 99,
    "verdict": "pass", "level": "strict", "verdicts": {"SIG-001": "pass"}, "findings": [],
    "coverage": {"state": {"covered": 15, "of": 15}}, "detection": None,
}  # fmt: skip
"""The best that there is."""

KEY = Ed25519PrivateKey.from_private_bytes(hashlib.sha256(b"a key of the tests").digest())
SIGNED = signed(CERTIFIED, KEY)


def test_a_certificate_that_nobody_touched_verifies() -> None:
    found = verified(SIGNED, KEY.public_key())
    assert found.payload == CERTIFIED
    assert found.public_key == KEY.public_key().public_bytes_raw().hex()


@pytest.mark.parametrize("change", ["flip a bit", "leave it out", "write it twice"])
def test_every_single_byte_counts(change: str) -> None:
    unnoticed = []
    for at, byte in enumerate(SIGNED):
        instead = {
            "flip a bit": bytes([byte ^ 1]),
            "leave it out": b"",
            "write it twice": bytes([byte, byte]),
        }
        changed = SIGNED[:at] + instead[change] + SIGNED[at + 1 :]
        try:
            verified(changed, KEY.public_key())
        except BadCertificate:
            continue
        unnoticed.append(at)
    assert unnoticed == []


@given(at=st.integers(0, len(SIGNED) - 1), byte=st.integers(0, 255), trusts=st.booleans())
def test_no_byte_can_be_another(at: int, byte: int, trusts: bool) -> None:
    changed = SIGNED[:at] + bytes([byte]) + SIGNED[at + 1 :]
    if changed == SIGNED:
        return
    with pytest.raises(BadCertificate):
        verified(changed, KEY.public_key() if trusts else None)


@given(extra=st.binary(min_size=1, max_size=4), before=st.booleans())
def test_nothing_can_be_added(extra: bytes, before: bool) -> None:
    with pytest.raises(BadCertificate):
        verified(extra + SIGNED if before else SIGNED + extra)


@pytest.mark.parametrize(
    "data", [b"", b"{}", b"[]", b"null", b"\xff", b"[" * 100_000, b'{"a":NaN}', b'{"a":1,"a":1}']
)
def test_what_is_no_certificate_is_refused(data: bytes) -> None:
    with pytest.raises(BadCertificate):
        verified(data)


def test_a_value_that_is_the_same_but_written_otherwise_is_refused() -> None:
    with pytest.raises(BadCertificate, match="canonical"):
        verified(json.dumps(json.loads(SIGNED)).encode())


def test_another_key_is_not_the_trusted_one() -> None:
    other = Ed25519PrivateKey.generate()
    with pytest.raises(BadCertificate, match="another key"):
        verified(signed(CERTIFIED, other), KEY.public_key())


def test_a_level_that_its_own_figures_do_not_give_is_refused_whoever_signed_it() -> None:
    with pytest.raises(BadCertificate, match="level"):
        verified(signed({**CERTIFIED, "profile": "quick"}, KEY))


@pytest.mark.parametrize(
    ("changed", "level"),
    [
        ({}, "strict"),
        ({"seeds": [1, 2]}, "full"),
        ({"seeds": [1, 1, 1]}, "full"),
        ({"verdict": "warning"}, "full"),
        ({"profile": "quick"}, "basic"),
        ({"coverage": {"state": {"covered": 14, "of": 15}}}, "basic"),
        ({"verdict": "fail"}, "none"),
        ({"verdict": "inconclusive"}, "none"),
        ({"verdict": "not exercised"}, "none"),
        ({"whole": False}, "none"),
    ],
)
def test_a_level_is_what_every_condition_up_to_it_allows(changed: dict[str, Any], level: str) -> None:
    certificate = {**CERTIFIED, **changed}
    assert level_of(certificate) == level
    assert bool(missing(certificate)) is (level != "strict")


def test_every_condition_of_a_level_is_broken_by_some_certificate() -> None:
    poor = {**CERTIFIED, "verdict": "fail", "whole": False, "profile": "quick", "seeds": [],
            "coverage": {"state": {"covered": 0, "of": 15}}}  # fmt: skip
    assert [row.statement for row in CONDITIONS if row.holds(poor)] == []


def test_a_certificate_of_a_run_says_what_the_report_says(small: Small) -> None:
    data = (small.directory / "certificate.json").read_bytes()
    payload, report = verified(data, small.signing_key.public_key()).payload, small.report
    assert schemas.violations("formats/certificate", json.loads(data)) == ()
    assert payload["verdict"] == report["verdict"] == "fail"
    assert payload["level"] == "none"
    assert payload["verdicts"] == {r["id"]: r["verdict"] for r in report["requirements"]}
    assert payload["kit"]["model_hash"] == report["kit"]["model"]
    assert payload["findings"] == [f["id"] for f in report["findings"]]
    assert payload["coverage"]["state"]["covered"] == report["coverage"]["aspects"]["state"]["covered"]


def test_a_certificate_does_not_hide_that_a_run_was_cut_short(small: Small) -> None:
    untried = {**small.report["untried"], "random": 1}
    assert payload_of(small.report)["whole"] is True
    assert payload_of({**small.report, "untried": untried})["whole"] is False


def test_a_certificate_of_some_shards_is_not_whole_and_one_of_all_is(small: Small) -> None:
    parts = [{**small.report["runs"][0], "shard": shard} for shard in ("1/2", "2/2")]
    assert payload_of({**small.report, "runs": parts[:1]})["whole"] is False
    assert payload_of({**small.report, "runs": parts})["whole"] is True
    assert payload_of({**small.report, "runs": parts})["seeds"] == [1]


def test_a_repeated_run_is_compared_by_verdicts_and_not_by_counts() -> None:
    again = {**CERTIFIED, "requests": 100, "started": "2027-01-01T00:00:00Z"}
    assert differences(CERTIFIED, again) == []
    worse = {**again, "verdicts": {"SIG-001": "fail"}, "verdict": "fail", "level": "none"}
    assert differences(CERTIFIED, worse)[-1] == "SIG-001: pass in the certificate, fail now"
    newer = {**again, "client": {**CERTIFIED["client"], "version": "3"}}
    assert [line.partition(":")[0] for line in differences(CERTIFIED, newer)] == ["client"]


def test_another_version_of_python_is_no_difference_and_another_of_the_kit_is() -> None:
    def with_kit(**changed: str) -> dict[str, Any]:
        return {**CERTIFIED, "kit": {**CERTIFIED["kit"], **changed}}

    assert differences(CERTIFIED, with_kit(python="3.13.0")) == []
    (line,) = differences(CERTIFIED, with_kit(python="3.13.0", version="1.1"))
    assert line.startswith("kit: ")
    assert "3.1" not in line


@pytest.mark.parametrize("verdict", ["fail", "inconclusive", "not exercised"])
def test_a_badge_never_says_conforms_where_nothing_does(verdict: str) -> None:
    payload = {**CERTIFIED, "verdict": verdict, "level": "none"}
    for text in (badge.words(payload), badge.svg(payload), badge.markdown(payload)):
        assert not re_conforms(text)


def re_conforms(text: str) -> bool:
    return "conforms" in text and "does not conform" not in text


def test_a_badge_is_svg_that_says_the_level(small: Small) -> None:
    assert "conforms, strict (2026-11-24)" in badge.svg(CERTIFIED)
    assert "does not conform" in (small.directory / "badge.svg").read_text(encoding="utf-8")


def test_keys_of_another_kind_are_refused_in_one_line(tmp_path: Path) -> None:
    file = tmp_path / "rsa.pem"
    file.write_text(generate_private_key().to_pem("pkcs8"), encoding="ascii")
    with pytest.raises(BadSigningKey, match="another kind"):
        signing_key(file)
    file.write_text("no key\n", encoding="ascii")
    for read in (signing_key, trusted_key):
        with pytest.raises(BadSigningKey, match="PEM"):
            read(file)
    with pytest.raises(BadSigningKey, match="cannot be read"):
        trusted_key(tmp_path / "nowhere.pem")


def test_keys_that_openssl_writes_are_read(tmp_path: Path) -> None:
    private, public = tmp_path / "key.pem", tmp_path / "public.pem"
    pem, raw = serialization.Encoding.PEM, serialization.NoEncryption()
    private.write_bytes(KEY.private_bytes(pem, serialization.PrivateFormat.PKCS8, raw))
    public.write_bytes(KEY.public_key().public_bytes(pem, serialization.PublicFormat.SubjectPublicKeyInfo))
    assert signed(CERTIFIED, signing_key(private)) == SIGNED
    assert verified(SIGNED, trusted_key(public)).payload == CERTIFIED


def test_the_form_is_that_of_rfc_8785() -> None:
    assert rfc8785.dumps(json.loads(SIGNED)) == SIGNED
    assert b": " not in SIGNED
    assert "Grün".encode() in SIGNED
