"""Instant payment notifications: what Amazon SNS posts, verified as AWS documents it.

A notification only says that something about an object has changed. What has changed is asked of Amazon Pay.
"""

from __future__ import annotations

import base64
import binascii
import functools
import json
import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import requests
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

SIGNED = ("Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type")
HASHES = {"1": hashes.SHA1, "2": hashes.SHA256}
LARGEST = 64 << 10


class Forged(Exception):
    """It is not from Amazon, or nobody can tell."""


@dataclass(frozen=True)
class Notification:
    """What a notification is about."""

    id: str
    kind: str
    object_id: str


def verified(body: bytes, certificate_hosts: str) -> Notification:
    """Return what a request says, once its signature verifies.

    Args:
        body: of the request.
        certificate_hosts: a pattern for the hosts whose certificates are trusted.

    Raises:
        Forged: it does not.
    """
    envelope = _json(body)
    text = "".join(f"{name}\n{envelope[name]}\n" for name in SIGNED if envelope.get(name) is not None)
    version, url = envelope.get("SignatureVersion"), str(envelope.get("SigningCertURL"))
    if (
        envelope.get("Type") != "Notification"
        or version not in HASHES
        or not _is_trusted(url, certificate_hosts)
    ):
        raise Forged("type, signature version or certificate URL")
    try:
        signature = base64.b64decode(str(envelope.get("Signature")), validate=True)
        _key(url).verify(signature, text.encode(), padding.PKCS1v15(), HASHES[version]())
    except (InvalidSignature, binascii.Error, ValueError):
        raise Forged("signature") from None
    message = _json(str(envelope.get("Message")).encode())
    return Notification(
        str(envelope.get("MessageId")), str(message.get("ObjectType")), str(message.get("ObjectId"))
    )


def _json(body: bytes) -> dict[str, Any]:
    try:
        value = json.loads(body)
    except ValueError:
        raise Forged("not JSON") from None
    if not isinstance(value, dict):
        raise Forged("not a JSON object")
    return value


def _is_trusted(url: str, hosts: str) -> bool:
    """The whole host is compared: `sns.eu-west-1.amazonaws.com.example` is none of Amazon's."""
    parts = urlsplit(url)
    return (
        parts.scheme == "https"
        and parts.path.endswith(".pem")
        and re.fullmatch(hosts, parts.netloc) is not None
    )


@functools.lru_cache(maxsize=16)
def _key(url: str) -> rsa.RSAPublicKey:
    response = requests.get(url, timeout=10, allow_redirects=False, stream=True)
    pem = response.raw.read(LARGEST + 1)
    if response.status_code != 200 or len(pem) > LARGEST:
        raise Forged("certificate")
    key = x509.load_pem_x509_certificate(pem).public_key()
    if not isinstance(key, rsa.RSAPublicKey):
        raise Forged("certificate")
    return key
