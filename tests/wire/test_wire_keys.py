"""Keys load in both forms, refuse everything else in one clear line, and never show what they are made of."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from amazonpay_conformance.wire.keys import (
    KeyProblem,
    PrivateKey,
    PublicKey,
    generate_private_key,
    load_private_key,
    load_public_key,
)
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

KEYS = Path(__file__).parents[1] / "keys"
PKCS1 = (KEYS / "test-only-private-pkcs1.pem").read_text()
PKCS8 = (KEYS / "test-only-private-pkcs8.pem").read_text()
PUBLIC = (KEYS / "test-only-public.pem").read_text()

PEM = serialization.Encoding.PEM
TRADITIONAL = serialization.PrivateFormat.TraditionalOpenSSL
PLAIN = serialization.NoEncryption()


def as_pem(key, form=serialization.PrivateFormat.PKCS8, encryption=PLAIN) -> str:
    return key.private_bytes(PEM, form, encryption).decode("ascii")


@pytest.fixture(scope="module")
def key() -> PrivateKey:
    return load_private_key(PKCS1)


@pytest.fixture(scope="module")
def foreign() -> dict[str, str]:
    """Keys that somebody may hand in by mistake, by what they are."""
    own = serialization.load_pem_private_key(PKCS8.encode(), password=None)
    curve = ec.generate_private_key(ec.SECP256R1())
    password = serialization.BestAvailableEncryption(b"secret")
    return {
        "short": as_pem(rsa.generate_private_key(65537, 1024)),  # noqa: S505
        "ec": as_pem(curve),
        "ec, SEC1": as_pem(curve, TRADITIONAL),
        "ed25519": as_pem(ed25519.Ed25519PrivateKey.generate()),
        "encrypted": as_pem(own, encryption=password),
        "encrypted, PKCS#1": as_pem(own, TRADITIONAL, password),
        "openssh": as_pem(own, serialization.PrivateFormat.OpenSSH),
        "public": PUBLIC,
        "escaped": PKCS8.replace("\n", "\\n"),
        "cut off": PKCS8[:800],
        "path": "/home/me/private.pem",
        "empty": " \n",
        "prose": "my private key",
        "der": b"\x30\x82\x04\xbd\xff",
    }


FOUND = {
    "short": "an RSA key of only 1024 bits",
    "ec": "a private key that is not RSA (EC)",
    "ec, SEC1": "an EC private key",
    "ed25519": "a private key that is not RSA (Ed25519)",
    "encrypted": "an encrypted private key",
    "encrypted, PKCS#1": "an encrypted private key",
    "openssh": "a private key in OpenSSH's own format",
    "public": "a public key",
    "escaped": "a key with backslash-n for its line breaks",
    "cut off": "a damaged private key",
    "path": "what looks like a file name",
    "empty": "nothing",
    "prose": "text that is not PEM",
    "der": "binary data",
}


def test_both_pem_forms_and_bytes_give_the_same_key(key):
    others = [load_private_key(PKCS8), load_private_key(PKCS8.encode()), load_private_key(f"\n {PKCS1}\r\n")]
    assert {other.public.fingerprint for other in others} == {key.public.fingerprint}


def test_a_public_key_loads_alone(key):
    assert load_public_key(PUBLIC).fingerprint == key.public.fingerprint
    assert load_public_key(PUBLIC.encode()).size == 2048


def test_a_key_is_written_in_the_form_asked_for(key):
    assert (key.to_pem("pkcs1"), key.to_pem("pkcs8"), key.public.to_pem()) == (PKCS1, PKCS8, PUBLIC)


def test_a_generated_key_is_new_and_usable():
    one, two = generate_private_key(), generate_private_key()
    assert one.size == 2048
    assert one.public.fingerprint != two.public.fingerprint
    assert one.public.verifies_pss(one.sign_pss(b"x", salt_length=20), b"x", salt_length=20)


def test_signatures_are_randomised(key):
    assert key.sign_pss(b"x", salt_length=32) != key.sign_pss(b"x", salt_length=32)


@pytest.mark.parametrize("what", FOUND)
def test_what_is_no_usable_private_key_is_refused_in_one_line(what, foreign):
    with pytest.raises(KeyProblem) as refused:
        load_private_key(foreign[what])
    problem = refused.value
    assert problem.found == FOUND[what]
    assert str(problem) == f"found {problem.found}, expected {problem.expected}: {problem.remedy}"
    assert "\n" not in str(problem)
    assert not isinstance(problem, KeyError)


def test_no_refusal_quotes_the_key(foreign):
    for pem in foreign.values():
        text = pem if isinstance(pem, str) else pem.decode("latin-1")
        with pytest.raises(KeyProblem) as refused:
            load_private_key(pem)
        assert refused.value.__cause__ is None
        assert all(text[at : at + 12] not in str(refused.value) for at in range(40, len(text) - 12, 12))


@pytest.mark.parametrize(
    ("pem", "found"),
    [
        (PKCS1, "a private key"),
        (PUBLIC.replace("A", "!"), "a damaged public key"),
        ("-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----", "a certificate"),
        ("-----BEGIN PGP MESSAGE-----\nx\n-----END PGP MESSAGE-----", "PEM of another kind (PGP MESSAGE)"),
    ],
)
def test_what_is_no_public_key_is_refused(pem, found):
    with pytest.raises(KeyProblem) as refused:
        load_public_key(pem)
    assert refused.value.found == found


def test_a_public_key_of_another_kind_or_too_short_is_refused():
    for key, found in (
        (ec.generate_private_key(ec.SECP256R1()), "a public key that is not RSA (EC)"),
        (rsa.generate_private_key(65537, 1024), "an RSA key of only 1024 bits"),  # noqa: S505
    ):
        pem = key.public_key().public_bytes(PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
        with pytest.raises(KeyProblem) as refused:
            load_public_key(pem)
        assert refused.value.found == found


def test_repr_shows_size_and_fingerprint_only(key):
    fingerprint = key.public.fingerprint
    assert repr(key) == f"PrivateKey(2048 bits, public sha256:{fingerprint})"
    assert repr(key.public) == str(key.public) == f"PublicKey(2048 bits, sha256:{fingerprint})"


def test_keys_are_frozen(key):
    for half in (key, key.public):
        assert isinstance(half, PrivateKey | PublicKey)
        with pytest.raises(AttributeError):
            half._key = None


def test_importing_the_wire_loads_no_cryptography():
    modules = ("keys", "canonical", "signing", "mistakes", "mismatch", "redaction")
    imports = "; ".join(f"import amazonpay_conformance.wire.{module}" for module in modules)
    code = f"{imports}; import sys; sys.exit('cryptography' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
