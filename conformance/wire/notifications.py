"""Notifications as Amazon SNS posts them: the envelope, its signature, the rule for the certificate's URL.

The one rule of a receiver: nothing of an envelope is believed before its signature verifies with a
certificate from a host that is SNS's own. The tests hold this verifier against one of AWS's own.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

Envelope: TypeAlias = Mapping[str, Any]
SignatureVersion: TypeAlias = Literal["1", "2"]
Refusal: TypeAlias = Literal[
    "fields", "signature version", "certificate URL", "no certificate", "certificate expired", "signature"
]
"""What is wrong with an envelope that must not be believed."""

CONTENT_TYPE: Final = "text/plain; charset=UTF-8"
"""JSON in plain text. Source: api-facts §11.1 [D]."""

REQUIRED: Final = (
    *("Message", "MessageId", "Timestamp", "TopicArn", "Type"),
    *("Signature", "SigningCertURL", "SignatureVersion"),
)
"""Without these there is nothing to verify. Source: api-facts §11.1 [I]."""

SUBSCRIPTIONS: Final = ("SubscriptionConfirmation", "UnsubscribeConfirmation")

SNS_HOST: Final = re.compile(r"sns\.[a-zA-Z0-9-]{3,}\.amazonaws\.com(\.cn)?")
"""Whose certificates are trusted. Source: api-facts §11.3 [I], which AWS's validators have, too [S]."""

_SIGNED: Final = ("Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type")
_SIGNED_OF_SUBSCRIPTIONS: Final = (
    *("Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"),
)
# everything that two parsers could read in two ways is left out: user names, backslashes, queries
_CERTIFICATE_URL: Final = re.compile(r"https://(?P<host>[A-Za-z0-9.-]+(:\d{1,5})?)/[A-Za-z0-9._~/-]*\.pem")


@dataclass(frozen=True, slots=True)
class Certificate:
    """A certificate that signs notifications, its key, and where receivers find it."""

    url: str
    pem: str
    _key: RSAPrivateKey = field(repr=False)

    def sign(self, text: str, version: SignatureVersion) -> str:
        """Return the signature of a string to sign, in base64: RSASSA-PKCS1-v1_5 with the version's hash."""
        from cryptography.hazmat.primitives.asymmetric import padding

        raw = self._key.sign(text.encode("utf-8", "surrogatepass"), padding.PKCS1v15(), _hash(version))
        return base64.b64encode(raw).decode("ascii")


def make_certificate(
    url: str, name: str = "sns.amazonaws.com", *, not_before: datetime | None = None, days: int = 365
) -> Certificate:
    """Make a key and a certificate that it signs itself; that takes some 100 ms.

    Args:
        url: where it will be served.
        name: whom it names.
        not_before: from when it is valid; since yesterday where not said.
        days: for how long.
    """
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import rsa

    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    named = x509.Name([x509.NameAttribute(x509.oid.NameOID.COMMON_NAME, name)])
    begins = not_before or datetime.now(UTC) - timedelta(days=1)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(named)
        .issuer_name(named)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begins)
        .not_valid_after(begins + timedelta(days=days))
        .sign(key, hashes.SHA256())
    )
    pem = certificate.public_bytes(serialization.Encoding.PEM).decode("ascii")
    return Certificate(url, pem, key)


def notification(message: str, *, topic: str, message_id: str, sent_at: float) -> dict[str, str]:
    """Return an envelope around a message, without a signature: api-facts §11.1.

    Args:
        message: the text of it, JSON.
        topic: the ARN of the topic that it was published in.
        message_id: the same in every delivery.
        sent_at: when it was published, in seconds since the epoch.
    """
    return {
        "Type": "Notification",
        "MessageId": message_id,
        "TopicArn": topic,
        "Message": message,
        "Timestamp": timestamp(sent_at),
    }


def timestamp(at: float) -> str:
    """Return a time as an envelope has it, with milliseconds: api-facts §11.1."""
    text = datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds")
    return text.replace("+00:00", "Z")


def signed(envelope: Envelope, certificate: Certificate, version: SignatureVersion = "1") -> dict[str, Any]:
    """Return an envelope with the signature of its present content.

    Args:
        envelope: with or without a signature.
        certificate: who signs.
        version: with which hash.
    """
    bare = {**envelope, "SignatureVersion": version, "SigningCertURL": certificate.url}
    return {**bare, "Signature": certificate.sign(string_to_sign(bare), version)}


def string_to_sign(envelope: Envelope) -> str:
    """Return what is signed: a line for each key that is there and one for its value. Source: §11.3 [I]."""
    keys = _SIGNED_OF_SUBSCRIPTIONS if envelope.get("Type") in SUBSCRIPTIONS else _SIGNED
    return "".join(f"{key}\n{envelope[key]}\n" for key in keys if envelope.get(key) is not None)


def is_trusted(url: object, hosts: re.Pattern[str] = SNS_HOST) -> bool:
    """Tell whether a certificate's URL is https, its host trusted, and what it names a .pem: §11.3.

    Args:
        url: what the envelope says.
        hosts: what the whole host, with its port where it has one, must match.
    """
    found = _CERTIFICATE_URL.fullmatch(url) if isinstance(url, str) else None
    return found is not None and hosts.fullmatch(found["host"]) is not None


def refusal(
    envelope: Envelope,
    fetch: Callable[[str], bytes | None],
    hosts: re.Pattern[str] = SNS_HOST,
    *,
    now: datetime | None = None,
) -> Refusal | None:
    """Return why an envelope must not be believed, None where it may.

    Args:
        envelope: the parsed body of the request.
        fetch: returns the certificate at a URL as PEM, None where there is none; asked for trusted URLs only.
        hosts: whose certificates are trusted.
        now: when the certificate must be valid; not looked at where None, as AWS's validators do not.
    """
    if not all(isinstance(envelope.get(name), str) for name in REQUIRED):
        return "fields"
    version = envelope["SignatureVersion"]
    if version not in ("1", "2"):
        return "signature version"
    if not is_trusted(envelope["SigningCertURL"], hosts):
        return "certificate URL"
    pem = fetch(envelope["SigningCertURL"])
    return "no certificate" if pem is None else _refused_with(pem, envelope, version, now)


def _refused_with(
    pem: bytes, envelope: Envelope, version: SignatureVersion, now: datetime | None
) -> Refusal | None:
    from cryptography import x509
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric import padding, rsa

    try:
        certificate = x509.load_pem_x509_certificate(pem)
        key = certificate.public_key()
    except Exception:  # OpenSSL's and cryptography's many errors
        return "no certificate"
    if not isinstance(key, rsa.RSAPublicKey):
        return "no certificate"
    if now is not None and not certificate.not_valid_before_utc <= now <= certificate.not_valid_after_utc:
        return "certificate expired"
    text = string_to_sign(envelope).encode("utf-8", "surrogatepass")
    try:
        signature = base64.b64decode(envelope["Signature"], validate=True)
        key.verify(signature, text, padding.PKCS1v15(), _hash(version))
    except (InvalidSignature, binascii.Error, ValueError):
        return "signature"
    return None


def _hash(version: SignatureVersion) -> Any:
    from cryptography.hazmat.primitives import hashes

    known = MappingProxyType({"1": hashes.SHA1, "2": hashes.SHA256})  # §11.3: 2 is general knowledge [?]
    return known[version]()
