"""A signature opened: what its padding tells, whatever was signed.

The public key turns a signature back into its padded form. From that follow the padding, the hash, the mask
and the very salt, before one knows what was signed; and to ask afterwards whether some message was signed
takes three hashes and no arithmetic. So hundreds of thousands of candidates can be tried in a second.

The one rule: this explains and never accepts. What verifies is decided by `cryptography` alone.
Source: RFC 8017 §8.1.2, §9.1.2, §9.2; api-facts §10.1.
"""

from __future__ import annotations

import hashlib
import itertools
from dataclasses import dataclass, field
from typing import Final, Literal, TypeAlias

from amazonpay_conformance.wire.keys import PublicKey

Hash: TypeAlias = Literal["sha256", "sha1", "sha384", "sha512"]
Padding: TypeAlias = Literal["pss", "pkcs1"]

HASHES: Final[tuple[Hash, ...]] = ("sha256", "sha1", "sha384", "sha512")

_DIGEST_INFO: Final[dict[Hash, bytes]] = {
    "sha256": bytes.fromhex("3031300d060960864801650304020105000420"),  # RFC 8017 §9.2, note 1
    "sha1": bytes.fromhex("3021300906052b0e03021a05000414"),
    "sha384": bytes.fromhex("3041300d060960864801650304020205000430"),
    "sha512": bytes.fromhex("3051300d060960864801650304020305000440"),
}


@dataclass(frozen=True, slots=True)
class Opened:
    """A signature that the key's private half made: its padding, its hash, its mask's hash, its salt."""

    padding: Padding
    hash: Hash
    mask: Hash
    salt: bytes = field(repr=False)
    _digest: bytes = field(repr=False)

    def signs(self, message: bytes) -> bool:
        """Tell whether it is a signature of `message`, with the padding that it has."""
        digest = hashlib.new(self.hash, message).digest()
        if self.padding == "pkcs1":
            return digest == self._digest
        return hashlib.new(self.hash, bytes(8) + digest + self.salt).digest() == self._digest


def openings(signature: bytes, public_key: PublicKey) -> tuple[Opened, ...]:
    """Open a signature; nothing where this key's private half did not make it, or not as any RSA signature.

    Returns:
        What it can be, the likeliest first. Rubbish decodes, too, once in a hundred times, with next to no
        padding: the most padded is the true one, unless the salt leaves no room for any. Who knows what was
        signed can tell.
    """
    padded = public_key.unwrapped(signature)
    if padded is None:
        return ()
    made = (_pss(padded, public_key.size - 1, *pair) for pair in itertools.product(HASHES, repeat=2))
    found = sorted((one for one in made if one is not None), key=_padded_with, reverse=True)
    other = None if found else _pkcs1(padded)
    return (other,) if other is not None else tuple(found)


def _pss(padded: bytes, bits: int, hash_name: Hash, mask: Hash) -> Opened | None:
    size = hashlib.new(hash_name).digest_size
    encoded = padded[-((bits + 7) // 8) :]
    if encoded[-1] != 0xBC or len(encoded) < size + 2:
        return None
    masked, digest = encoded[: -size - 1], encoded[-size - 1 : -1]
    block = bytearray(a ^ b for a, b in zip(masked, _mgf1(digest, len(masked), mask), strict=True))
    block[0] &= 0xFF >> (8 * len(encoded) - bits)
    zeros, one, salt = bytes(block).partition(b"\x01")
    if not one or zeros.strip(b"\x00"):
        return None
    return Opened("pss", hash_name, mask, salt, digest)


def _padded_with(found: Opened) -> int:
    return -len(found.salt) - hashlib.new(found.hash).digest_size


def _pkcs1(padded: bytes) -> Opened | None:
    for hash_name, info in _DIGEST_INFO.items():
        size = hashlib.new(hash_name).digest_size
        filled = b"\x00\x01" + b"\xff" * (len(padded) - size - len(info) - 3) + b"\x00" + info
        if padded.startswith(filled):
            return Opened("pkcs1", hash_name, hash_name, b"", padded[-size:])
    return None


def _mgf1(seed: bytes, length: int, hash_name: Hash) -> bytes:
    made = bytearray()
    counter = 0
    while len(made) < length:
        made += hashlib.new(hash_name, seed + counter.to_bytes(4, "big")).digest()
        counter += 1
    return bytes(made[:length])
