"""RSA keys: read once, kept opaque, never shown.

The one rule: nothing here, neither repr nor error, ever carries key material. A key is known by its size and
by the SHA-256 of its public half. Loading costs some 40 ms (OpenSSL checks the primes): load once and hand it
on. `cryptography` is imported inside the functions, for every run of every user pays for a pytest plugin.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.padding import PSS
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey

PemFormat: TypeAlias = Literal["pkcs1", "pkcs8"]
MgfHash: TypeAlias = Literal["sha256", "sha1"]

MINIMUM_BITS: Final = 2048
"""Seller Central makes RSA-2048 pairs (api-facts §10.1); a shorter key is nobody's Amazon Pay key."""

EXPECTED_PRIVATE: Final = f"an unencrypted RSA private key of {MINIMUM_BITS} bits or more, in PEM"
EXPECTED_PUBLIC: Final = f"an RSA public key of {MINIMUM_BITS} bits or more, in PEM"

PEM_LABELS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "RSA PRIVATE KEY": "a private key",  # PKCS#1
        "PRIVATE KEY": "a private key",  # PKCS#8
        "ENCRYPTED PRIVATE KEY": "an encrypted private key",
        "PUBLIC KEY": "a public key",
        "RSA PUBLIC KEY": "a public key",
        "EC PRIVATE KEY": "an EC private key",
        "DSA PRIVATE KEY": "a DSA private key",
        "OPENSSH PRIVATE KEY": "a private key in OpenSSH's own format",
        "CERTIFICATE": "a certificate",
        "CERTIFICATE REQUEST": "a certificate request",
    }
)
"""What a PEM label announces (RFC 7468, and PKCS#1 as api-facts §10.1 has it)."""

REMEDIES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "a public key": "give the private key that Seller Central let you download with this public key",
        "a private key": "give the public half, or use load_private_key(...).public",
        "an encrypted private key": "decrypt it first: openssl pkey -in key.pem -out plain.pem",
        "a private key in OpenSSH's own format": "convert it first: ssh-keygen -p -m PEM -f key",
        "a certificate": "extract the key first: openssl x509 -in cert.pem -pubkey -noout",
        "a key with backslash-n for its line breaks": "turn each backslash-n into a line break",
        "what looks like a file name": "read the file and give its content",
    }
)
DEFAULT_REMEDY: Final = (
    "give the key that Seller Central let you download, or make one with openssl genrsa 2048"
)

_BEGIN = re.compile(r"-----BEGIN ([A-Z0-9 ]+)-----")


class KeyProblem(ValueError):
    """A key that cannot be used. The message is one line: what was found, what was expected, what to do."""

    def __init__(self, found: str, expected: str) -> None:
        self.found = found
        self.expected = expected
        self.remedy = REMEDIES.get(found, DEFAULT_REMEDY)
        super().__init__(f"found {found}, expected {expected}: {self.remedy}")


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class PublicKey:
    """The half of a pair that verifies."""

    _key: RSAPublicKey = field(repr=False)

    def __repr__(self) -> str:
        return f"PublicKey({self.size} bits, sha256:{self.fingerprint})"

    @property
    def size(self) -> int:
        """The modulus in bits."""
        return self._key.key_size

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the DER SubjectPublicKeyInfo, in hex."""
        return hashlib.sha256(_spki(self._key, "DER")).hexdigest()

    def to_pem(self) -> str:
        """Return the key as PEM, `BEGIN PUBLIC KEY`."""
        return _spki(self._key, "PEM").decode("ascii")

    def verifies_pss(
        self, signature: bytes, message: bytes, *, salt_length: int | None, mgf_hash: MgfHash = "sha256"
    ) -> bool:
        """Tell whether `signature` is an RSASSA-PSS signature with SHA-256 over `message`.

        Args:
            signature: the raw signature.
            message: what was signed, before hashing.
            salt_length: the salt in bytes, or None for whatever length the signature has.
            mgf_hash: the hash inside MGF1; anything but SHA-256 is only for explaining mistakes.
        """
        return self._verifies(signature, message, _pss(salt_length, mgf_hash))

    def verifies_pkcs1v15(self, signature: bytes, message: bytes) -> bool:
        """Tell whether `signature` is an RSASSA-PKCS1-v1_5 signature with SHA-256 over `message`."""
        from cryptography.hazmat.primitives.asymmetric import padding

        return self._verifies(signature, message, padding.PKCS1v15())

    def unwrapped(self, signature: bytes) -> bytes | None:
        """Return the padded form inside a signature; None where its length or its value is no signature's.

        Only for explaining mistakes: nothing is verified.
        """
        numbers, size = self._key.public_numbers(), (self._key.key_size + 7) // 8
        number = int.from_bytes(signature, "big")
        if len(signature) != size or number >= numbers.n:
            return None
        return pow(number, numbers.e, numbers.n).to_bytes(size, "big")

    def _verifies(self, signature: bytes, message: bytes, padding: Any) -> bool:
        from cryptography.exceptions import InvalidSignature
        from cryptography.hazmat.primitives import hashes

        try:
            self._key.verify(signature, message, padding, hashes.SHA256())
        except InvalidSignature:
            return False
        return True


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class PrivateKey:
    """The half of a pair that signs."""

    _key: RSAPrivateKey = field(repr=False)
    public: PublicKey = field(init=False)
    """The half that verifies."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "public", PublicKey(self._key.public_key()))

    def __repr__(self) -> str:
        return f"PrivateKey({self.size} bits, public sha256:{self.public.fingerprint})"

    @property
    def size(self) -> int:
        """The modulus in bits."""
        return self._key.key_size

    def to_pem(self, format: PemFormat = "pkcs8") -> str:
        """Return the key as PEM: this is key material, so write it where only its owner reads.

        Args:
            format: "pkcs1" for `BEGIN RSA PRIVATE KEY`, "pkcs8" for `BEGIN PRIVATE KEY`.
        """
        from cryptography.hazmat.primitives import serialization

        forms = {
            "pkcs1": serialization.PrivateFormat.TraditionalOpenSSL,
            "pkcs8": serialization.PrivateFormat.PKCS8,
        }
        pem = self._key.private_bytes(serialization.Encoding.PEM, forms[format], serialization.NoEncryption())
        return pem.decode("ascii")

    def sign_pss(self, message: bytes, *, salt_length: int) -> bytes:
        """Return the RSASSA-PSS signature of `message`: SHA-256, MGF1-SHA-256, `salt_length` bytes of salt.

        The salt is OpenSSL's own randomness: `random` would repeat, since Hypothesis seeds it each example.
        """
        from cryptography.hazmat.primitives import hashes

        return self._key.sign(message, _pss(salt_length, "sha256"), hashes.SHA256())


def load_private_key(pem: str | bytes) -> PrivateKey:
    """Read an RSA private key, PKCS#1 or PKCS#8.

    Args:
        pem: the content of the file, not its name.

    Raises:
        KeyProblem: it is not an unencrypted RSA private key of 2048 bits or more.
    """
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

    text = _pem_text(pem, "a private key", EXPECTED_PRIVATE)
    try:
        key = serialization.load_pem_private_key(text, password=None)
    except Exception:  # OpenSSL's and cryptography's many errors, some of which quote what they read
        raise KeyProblem("a damaged private key", EXPECTED_PRIVATE) from None
    if not isinstance(key, RSAPrivateKey):
        raise KeyProblem(_kind_of(key), EXPECTED_PRIVATE)
    _check_size(key.key_size, EXPECTED_PRIVATE)
    return PrivateKey(key)


def load_public_key(pem: str | bytes) -> PublicKey:
    """Read an RSA public key, `BEGIN PUBLIC KEY` or `BEGIN RSA PUBLIC KEY`.

    Args:
        pem: the content of the file, not its name.

    Raises:
        KeyProblem: it is not an RSA public key of 2048 bits or more.
    """
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

    text = _pem_text(pem, "a public key", EXPECTED_PUBLIC)
    try:
        key = serialization.load_pem_public_key(text)
    except Exception:
        raise KeyProblem("a damaged public key", EXPECTED_PUBLIC) from None
    if not isinstance(key, RSAPublicKey):
        raise KeyProblem(_kind_of(key), EXPECTED_PUBLIC)
    _check_size(key.key_size, EXPECTED_PUBLIC)
    return PublicKey(key)


def generate_private_key() -> PrivateKey:
    """Make a new RSA-2048 key from the operating system's randomness; it takes some 100 ms."""
    from cryptography.hazmat.primitives.asymmetric import rsa

    return PrivateKey(rsa.generate_private_key(public_exponent=65537, key_size=MINIMUM_BITS))


def _pem_text(pem: str | bytes, wanted: str, expected: str) -> bytes:
    text = pem.decode("latin-1") if isinstance(pem, bytes) else pem
    found = _describe(text)
    if found != wanted:
        raise KeyProblem(found, expected)
    return text.strip().encode("utf-8", "replace")


def _describe(text: str) -> str:
    label = _BEGIN.search(text)
    if label is None:
        return _describe_other(text)
    if "\n" not in text.strip() and "\\n" in text:
        return "a key with backslash-n for its line breaks"
    if "Proc-Type: 4,ENCRYPTED" in text:
        return "an encrypted private key"
    return PEM_LABELS.get(label.group(1), f"PEM of another kind ({label.group(1)})")


def _describe_other(text: str) -> str:
    if not text.strip():
        return "nothing"
    if "\n" not in text.strip() and len(text) < 300 and re.search(r"[/\\]|\.(pem|key|txt)$", text.strip()):
        return "what looks like a file name"
    if not text.isprintable() and not text.isascii():
        return "binary data"
    return "text that is not PEM"


def _kind_of(key: object) -> str:
    name = type(key).__name__  # ECPrivateKey, Ed25519PublicKey, …
    algorithm = name.removesuffix("PrivateKey").removesuffix("PublicKey")
    half = "private" if name.endswith("PrivateKey") else "public"
    return f"a {half} key that is not RSA ({algorithm})"


def _check_size(bits: int, expected: str) -> None:
    if bits < MINIMUM_BITS:
        raise KeyProblem(f"an RSA key of only {bits} bits", expected)


def _spki(key: RSAPublicKey, encoding: Literal["PEM", "DER"]) -> bytes:
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    form = Encoding.PEM if encoding == "PEM" else Encoding.DER
    return key.public_bytes(form, PublicFormat.SubjectPublicKeyInfo)


@cache
def _pss(salt_length: int | None, mgf_hash: MgfHash) -> PSS:
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import padding

    mgf = padding.MGF1(hashes.SHA256() if mgf_hash == "sha256" else hashes.SHA1())  # noqa: S303
    return padding.PSS(mgf, padding.PSS.AUTO if salt_length is None else salt_length)
