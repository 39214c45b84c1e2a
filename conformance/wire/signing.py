"""Signatures of requests and of the front-end button: made and verified.

The string to sign of the canonical request is signed with RSASSA-PSS, SHA-256 and MGF1-SHA-256, and only the
length of the salt tells the two algorithms apart. A button has no request: its string to sign takes the hash
of the payload instead. PSS is randomised: one verifies, and never compares.

The one rule of the verifier: a client that signs other bytes than it sends is wrong, even where they mean the
same. What such a client did, `mismatch` tells.
Sources: api-facts §10, the SDKs' code, requests of three real clients (tests/vectors/real-clients.json).
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from types import MappingProxyType
from typing import Final

from amazonpay_conformance.wire.canonical import (
    CANONICAL_VARIANTS,
    DOCUMENTED,
    SigningProblem,
    canonical_request,
    documented_names,
    string_to_sign,
    utf8,
)
from amazonpay_conformance.wire.keys import PrivateKey, PublicKey
from amazonpay_conformance.wire.messages import Headers, Request

ALGORITHMS: Final[Mapping[str, int]] = MappingProxyType(
    {
        "AMZN-PAY-RSASSA-PSS": 20,  # api-facts §10.1: the default of node, php, java, dotnet
        "AMZN-PAY-RSASSA-PSS-V2": 32,  # api-facts §10.1: recommended; the only one in ruby
    }
)
"""Name of the algorithm → length of the PSS salt in bytes."""

ALWAYS_SIGNED: Final = ("accept", "content-type")
"""What every SDK signs beside its x-amz-pay-* headers (api-facts §10.3)."""

AUTHORIZATION_FIELDS: Final = ("PublicKeyId", "SignedHeaders", "Signature")
"""The fields of the authorization header in their documented order (api-facts §10.2)."""

MISMATCH: Final = "The signature verifies over no canonical request that these bytes can be read as."

_NAME: Final = r"[!#$%&'*+.^_`|~0-9A-Za-z-]+"  # RFC 9110 §5.6.2: what a header name may be
_TOKENS: Final = re.compile(rf"{_NAME}(?:;{_NAME})*")


class MissingAuthorization(SigningProblem):
    """The request has no authorization header."""

    reason = "authorization-missing"


class MalformedAuthorization(SigningProblem):
    """The authorization header is not of the documented form."""

    reason = "authorization-malformed"

    def __init__(self, found: str) -> None:
        self.found = found
        self.expected = "ALGORITHM PublicKeyId=…, SignedHeaders=a;b, Signature=…"
        super().__init__(f"The authorization header has {found}; expected {self.expected}.")


class UnknownAlgorithm(SigningProblem):
    """The algorithm is none of the table."""

    reason = "algorithm-unknown"

    def __init__(self, algorithm: str) -> None:
        super().__init__(f"The algorithm is {algorithm!r}; expected one of {', '.join(ALGORITHMS)}.")


@dataclass(frozen=True, slots=True)
class Authorization:
    """An authorization header in its parts, names of the signed headers in the order and case as written."""

    algorithm: str
    public_key_id: str
    signed_headers: tuple[str, ...]
    signature: str = field(repr=False)

    @property
    def value(self) -> str:
        """The header's value, as api-facts §10.2 writes it."""
        names = ";".join(self.signed_headers)
        return (
            f"{self.algorithm} PublicKeyId={self.public_key_id}, "
            f"SignedHeaders={names}, Signature={self.signature}"
        )


@dataclass(frozen=True, slots=True)
class SignatureVerdict:
    """What came of verifying a request.

    `variant` names the row of `CANONICAL_VARIANTS` under which it verified. Where it did not, `reason` is one
    of `authorization-missing`, `authorization-malformed`, `algorithm-unknown`, `signed-header-missing` and
    `signature-mismatch`, and the canonical request is the documented one, or empty when none can be written.
    `explanation` holds sentences for people: how the variant departs, or what is wrong.
    """

    ok: bool
    canonical_request: str = ""
    string_to_sign: str = ""
    variant: str | None = None
    reason: str | None = None
    explanation: tuple[str, ...] = ()


def sign_string(text: str, key: PrivateKey, algorithm: str) -> str:
    """Return the base64 signature of `text`, which is a string to sign.

    Raises:
        UnknownAlgorithm: `algorithm` is not one of `ALGORITHMS`.
    """
    signature = key.sign_pss(utf8(text), salt_length=_salt_length(algorithm))
    return base64.b64encode(signature).decode("ascii")


def verify_string(text: str, signature_b64: str, public_key: PublicKey, algorithm: str) -> bool:
    """Tell whether `signature_b64` is a signature of `text`; what is not base64 is not.

    Raises:
        UnknownAlgorithm: `algorithm` is not one of `ALGORITHMS`.
    """
    salt_length = _salt_length(algorithm)
    signature = signature_bytes(signature_b64)
    return signature is not None and public_key.verifies_pss(signature, utf8(text), salt_length=salt_length)


def default_signed_headers(headers: Headers) -> tuple[str, ...]:
    """Return what is signed by default: accept, content-type and every x-amz-pay-* header that is present."""
    present = {name.lower() for name, _ in headers}
    return tuple(sorted(name for name in present if name in ALWAYS_SIGNED or name.startswith("x-amz-pay-")))


def sign(
    request: Request,
    *,
    key: PrivateKey,
    public_key_id: str,
    algorithm: str,
    signed_headers: Sequence[str] | None = None,
) -> Request:
    """Return `request` with an authorization header in the documented form.

    Args:
        request: what is to be sent, body bytes and headers final.
        key: the private key of `public_key_id`.
        public_key_id: as Seller Central shows it.
        algorithm: one of `ALGORITHMS`.
        signed_headers: names to sign instead of `default_signed_headers`.

    Raises:
        SignedHeaderMissing: a name of `signed_headers` is not among the request's headers.
        UnknownAlgorithm: `algorithm` is not one of `ALGORITHMS`.
    """
    chosen = default_signed_headers(request.headers) if signed_headers is None else signed_headers
    names = documented_names(chosen)
    signature = sign_string(string_to_sign(canonical_request(request, names), algorithm), key, algorithm)
    header = Authorization(algorithm, public_key_id, names, signature).value
    return replace(request, headers=request.headers.with_value("authorization", header))


@lru_cache(maxsize=32)
def parse_authorization(value: str) -> Authorization:
    """Take an authorization header apart. White space after the commas is free.

    Raises:
        MalformedAuthorization: it is not `ALGORITHM PublicKeyId=…, SignedHeaders=a;b, Signature=…`.
    """
    algorithm, _, rest = value.strip().partition(" ")
    fields = [part.strip().partition("=") for part in rest.split(",")]
    names = tuple(name for name, _, _ in fields)
    if names != AUTHORIZATION_FIELDS:
        raise MalformedAuthorization(_found_fields(algorithm, names))
    key_id, signed, signature = (content for _, _, content in fields)
    for name, content in zip(AUTHORIZATION_FIELDS, (key_id, signed, signature), strict=True):
        if not content:
            raise MalformedAuthorization(f"an empty {name}")
    if not _TOKENS.fullmatch(signed):
        raise MalformedAuthorization("SignedHeaders that are not header names joined with semicolons")
    return Authorization(algorithm, key_id, tuple(signed.split(";")), signature)


def authorization_of(request: Request) -> Authorization:
    """Return the request's authorization header in its parts.

    Raises:
        MissingAuthorization: there is none.
        MalformedAuthorization: there are several, or it is not of the documented form.
        UnknownAlgorithm: it names none of `ALGORITHMS`.
    """
    values = request.headers.get_all("authorization")
    if not values:
        raise MissingAuthorization("The request has no authorization header.")
    if len(values) > 1:
        raise MalformedAuthorization(f"{len(values)} occurrences")
    authorization = parse_authorization(values[0])
    _salt_length(authorization.algorithm)
    return authorization


def verify(request: Request, public_key: PublicKey) -> SignatureVerdict:
    """Verify a request's signature against every row of `CANONICAL_VARIANTS`; never raises for what was sent.

    Which headers are signed is the client's choice (api-facts §10.3): none is insisted on here.
    """
    try:
        authorization = authorization_of(request)
        documented = canonical_request(request, authorization.signed_headers)
    except SigningProblem as problem:
        return SignatureVerdict(False, reason=problem.reason, explanation=(str(problem),))
    algorithm, signature = authorization.algorithm, authorization.signature
    for row in CANONICAL_VARIANTS:
        canonical = documented if row is DOCUMENTED else str(row.form(request, authorization.signed_headers))
        text = string_to_sign(canonical, algorithm)
        if verify_string(text, signature, public_key, algorithm):
            explanation = (row.departs,) if row.departs else ()
            return SignatureVerdict(True, canonical, text, row.name, explanation=explanation)
    text = string_to_sign(documented, algorithm)
    return SignatureVerdict(False, documented, text, reason="signature-mismatch", explanation=(MISMATCH,))


def button_string_to_sign(payload: str, algorithm: str) -> str:
    """Return what is signed for a button: the payload stands for the canonical request (api-facts §10.4)."""
    return string_to_sign(payload, algorithm)


def sign_button(payload: str, key: PrivateKey, algorithm: str) -> str:
    """Return the base64 signature of a button's payload, which must be rendered byte for byte as given."""
    return sign_string(button_string_to_sign(payload, algorithm), key, algorithm)


def verify_button(payload: str, signature: str, public_key: PublicKey, algorithm: str) -> bool:
    """Tell whether `signature` is a button signature of `payload`."""
    return verify_string(button_string_to_sign(payload, algorithm), signature, public_key, algorithm)


@lru_cache(maxsize=32)
def signature_bytes(text: str) -> bytes | None:
    """Return the bytes of a base64 signature; None when it is not base64 as of RFC 4648 §4."""
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):  # ValueError: not ASCII
        return None


def _found_fields(algorithm: str, names: tuple[str, ...]) -> str:
    if not algorithm:
        return "no content"
    known = [name if name in AUTHORIZATION_FIELDS else "something else" for name in names]
    return f"the fields {', '.join(known)} after the algorithm"


def _salt_length(algorithm: str) -> int:
    if algorithm not in ALGORITHMS:
        raise UnknownAlgorithm(algorithm)
    return ALGORITHMS[algorithm]
