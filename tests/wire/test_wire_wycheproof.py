"""Wycheproof's vectors of RSASSA-PSS, through our verification; `make wycheproof` fetches them."""

from __future__ import annotations

import functools
import json
import os
import shutil
import subprocess
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from amazonpay_conformance.wire.keys import PublicKey, load_public_key
from amazonpay_conformance.wire.opening import HASHES, openings

MODULE = Path(__file__).parents[1] / "vectors" / "wycheproof"
NAME = "github.com/c2sp/wycheproof"
FILES = (
    # both files with our own scheme, the salt of 32; those of our salt of 20 have another mask, and must fail
    "rsa_pss_2048_sha256_mgf1_32_test.json",
    "rsa_pss_2048_sha256_mgf1_0_test.json",
    "rsa_pss_2048_sha256_mgf1sha1_20_test.json",
    "rsa_pss_3072_sha256_mgf1_32_test.json",
    "rsa_pss_4096_sha256_mgf1_32_test.json",
    "rsa_pss_misc_test.json",
)


@functools.cache
def folder() -> Path | None:
    """Where the module is in Go's cache; nothing is downloaded here."""
    go = shutil.which("go")
    if go is None:
        return None
    ran = subprocess.run(
        [go, "mod", "download", "-json", NAME],
        cwd=MODULE,
        env={**os.environ, "GOPROXY": "off", "GOFLAGS": "-mod=mod"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    found = json.loads(ran.stdout or "{}").get("Dir") if ran.returncode == 0 else None
    return Path(found) / "testvectors_v1" if found else None


def groups(name: str) -> list[dict[str, Any]]:
    """The groups of a file whose keys and hash could be ours."""
    at = folder()
    if at is None:
        pytest.skip("Wycheproof's vectors are not here: make wycheproof")
    document = json.loads((at / name).read_text(encoding="utf-8"))
    return [g for g in document["testGroups"] if g["sha"] == "SHA-256" and g["keySize"] >= 2048]


@pytest.mark.parametrize("name", FILES)
def test_our_verification_gets_every_result(name: str) -> None:
    wrong, seen = [], Counter[str]()
    for group in groups(name):
        key = load_public_key(group["publicKeyPem"])
        for test in group["tests"]:
            ok = _verifies(key, test, group["sLen"])
            right = test["result"] == "valid" and group["mgfSha"] == "SHA-256"
            seen[test["result"]] += 1
            if test["result"] != "acceptable" and ok is not right:
                wrong.append((test["tcId"], test["comment"], test["result"]))
    assert wrong == []
    assert seen.total() or name == "rsa_pss_misc_test.json"


@pytest.mark.parametrize("name", FILES)
def test_opening_a_signature_tells_of_the_valid_ones_how_they_were_made(name: str) -> None:
    for group in groups(name):
        key = load_public_key(group["publicKeyPem"])
        for test in group["tests"]:
            if test["result"] != "valid" or group["mgfSha"].replace("-", "").lower() not in HASHES:
                continue
            (found, *_) = openings(bytes.fromhex(test["sig"]), key)
            assert found.signs(bytes.fromhex(test["msg"])), test["comment"]
            assert (found.padding, len(found.salt)) == ("pss", group["sLen"])


def _verifies(key: PublicKey, test: dict[str, Any], salt_length: int) -> bool:
    signature, message = bytes.fromhex(test["sig"]), bytes.fromhex(test["msg"])
    return key.verifies_pss(signature, message, salt_length=salt_length)
