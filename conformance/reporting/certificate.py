"""Certificates: what a certification found, as canonical JSON (RFC 8785) signed with Ed25519 (RFC 8032).

The one rule: a file has one form. What is not byte for byte the canonical JSON of its own value is refused,
so a signature over the value is one over every byte of the file.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeAlias

import rfc8785
from amazonpay_conformance import schemas
from amazonpay_conformance.reporting.detection import detection_of
from amazonpay_conformance.reporting.levels import level_of
from amazonpay_conformance.reporting.merging import is_whole
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

FORMAT: Final = 1
FILE: Final = "certificate.json"
MAX_BYTES: Final = 1 << 20

_OF_A_REQUIREMENT: Final = ("id", "level", "subject", "statement", "source", "tag")


SigningKey: TypeAlias = Ed25519PrivateKey


class BadCertificate(ValueError):
    """What is there is no certificate, or was changed; the message is one line."""


class BadSigningKey(ValueError):
    """The key is no Ed25519 key that can be used; the message is one line."""


@dataclass(frozen=True, slots=True)
class Certificate:
    """A certificate whose signature verifies, and the key by which it does, in hexadecimal."""

    payload: Mapping[str, Any]
    public_key: str


def payload_of(report: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a certificate says of a report.

    Args:
        report: the value of report.json.
    """
    value = {
        "format": FORMAT,
        "kit": _kit(report),
        **{name: report[name] for name in ("subjects", "client", "target", "profile", "setting", "lanes")},
        "seeds": list(dict.fromkeys(run["seed"] for run in report["runs"])),
        "corpora": sorted({run["corpus"] for run in report["runs"] if run["corpus"]}),
        "whole": is_whole(report),
        **{name: report[name] for name in ("started", "scenarios", "requests", "verdict")},
        "verdicts": {row["id"]: row["verdict"] for row in report["requirements"]},
        "findings": [finding["id"] for finding in report["findings"]],
        "coverage": {
            aspect: {"covered": row["covered"], "of": row["of"]}
            for aspect, row in report["coverage"]["aspects"].items()
        },
        "detection": detection_of(report["profile"]),
    }
    return {**value, "level": level_of(value)}


def signed(payload: Mapping[str, Any], key: Ed25519PrivateKey) -> bytes:
    """Return a certificate as it is written."""
    signature = {
        "algorithm": "Ed25519",
        "public_key": key.public_key().public_bytes_raw().hex(),
        "value": key.sign(rfc8785.dumps(dict(payload))).hex(),
    }
    return rfc8785.dumps({"certificate": dict(payload), "signature": signature})


def verified(data: bytes, trusted: Ed25519PublicKey | None = None) -> Certificate:
    """Return a certificate, if it is one and nothing in it was changed.

    Args:
        data: the file.
        trusted: the key that it must be signed with; None to take any, which then only shows that the file
            is whole.

    Raises:
        BadCertificate: it is none, was changed, or is signed with another key.
    """
    value = _canonical(data)
    found = schemas.violations("formats/certificate", value)
    if found:
        raise BadCertificate(
            f"no certificate of this kit: {found[0].path or 'the value'}: {found[0].message}"
        )
    payload, signature = value["certificate"], value["signature"]
    key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(signature["public_key"]))
    if trusted is not None and trusted.public_bytes_raw() != key.public_bytes_raw():
        raise BadCertificate(f"signed with another key, {signature['public_key']}")
    try:
        key.verify(bytes.fromhex(signature["value"]), rfc8785.dumps(payload))
    except InvalidSignature:
        raise BadCertificate("the signature does not verify: something was changed") from None
    if payload["level"] != level_of(payload):
        raise BadCertificate(f"level {payload['level']} is not what its own figures give")
    return Certificate(payload, signature["public_key"])


def signing_key(path: Path) -> Ed25519PrivateKey:
    """Read the private key that certificates are signed with.

    Raises:
        BadSigningKey: it cannot be read, is encrypted, or is of another kind.
    """
    try:
        key = serialization.load_pem_private_key(_read(path), password=None)
    except (ValueError, TypeError) as problem:
        if isinstance(problem, BadSigningKey):
            raise
        raise BadSigningKey(f"{path} holds no unencrypted private key in PEM form ({_HOW})") from None
    if not isinstance(key, Ed25519PrivateKey):
        raise BadSigningKey(f"{path} holds a key of another kind: certificates take Ed25519 ({_HOW})")
    return key


def trusted_key(path: Path) -> Ed25519PublicKey:
    """Read the public key that a certificate must be signed with.

    Raises:
        BadSigningKey: it cannot be read, or is of another kind.
    """
    try:
        key = serialization.load_pem_public_key(_read(path))
    except ValueError as problem:
        if isinstance(problem, BadSigningKey):
            raise
        raise BadSigningKey(f"{path} holds no public key in PEM form") from None
    if not isinstance(key, Ed25519PublicKey):
        raise BadSigningKey(f"{path} holds a key of another kind: certificates are signed with Ed25519")
    return key


_HOW: Final = "openssl genpkey -algorithm ed25519 makes one"


def differences(payload: Mapping[str, Any], again: Mapping[str, Any]) -> list[str]:
    """Return in what a repeated certification came out otherwise, a line each; how often does not count.

    Args:
        payload: of the certificate.
        again: of the repeated certification.
    """
    lines = []
    for name in ("kit", "client", "target", "lanes", "seeds", "corpora", "verdict", "level"):
        old, new = (_without_python(one[name]) if name == "kit" else one[name] for one in (payload, again))
        if old != new:
            lines.append(f"{name}: {_text(old)} in the certificate, {_text(new)} now")
    old, new = payload["verdicts"], again["verdicts"]
    for name in {**old, **new}:
        if old.get(name) != new.get(name):
            lines.append(
                f"{name}: {old.get(name, 'not judged')} in the certificate, {new.get(name, 'not judged')} now"
            )
    return lines


def _without_python(kit: Mapping[str, Any]) -> dict[str, Any]:
    """What must be the same: plans and verdicts do not depend on the version of Python."""
    return {name: value for name, value in kit.items() if name != "python"}


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _kit(report: Mapping[str, Any]) -> dict[str, Any]:
    kit = report["kit"]
    rows = [{name: row[name] for name in _OF_A_REQUIREMENT} for row in report["requirements"]]
    return {
        **{name: kit[name] for name in ("name", "version", "python")},
        "model_hash": kit["model"],
        "requirements_hash": hashlib.sha256(rfc8785.dumps(rows)).hexdigest(),
    }


def _canonical(data: bytes) -> dict[str, Any]:
    try:
        value = json.loads(data.decode("utf-8"))
    except ValueError:
        raise BadCertificate("no JSON: this is no certificate, or something was changed") from None
    except RecursionError:
        raise BadCertificate("nested too deep for a certificate") from None
    try:
        canonical = rfc8785.dumps(value)
    except (ValueError, RecursionError, rfc8785.CanonicalizationError):
        raise BadCertificate("no JSON that has a canonical form: something was changed") from None
    if canonical != data or not isinstance(value, dict):
        raise BadCertificate("not the canonical JSON that a certificate is written in: something was changed")
    return value


def read_certificate(path: Path) -> bytes:
    """Read a file that may be a certificate.

    Raises:
        BadSigningKey: it cannot be read.
    """
    return _read(path)


def _read(path: Path) -> bytes:
    try:
        if path.stat().st_size > MAX_BYTES:
            raise BadSigningKey(f"{path} is too large")
        return path.read_bytes()
    except OSError as problem:
        raise BadSigningKey(f"{path} cannot be read: {problem.strerror}") from None
