"""The signature of what a client sends, and of the button: api-facts §10."""

from __future__ import annotations

import json
from functools import partial
from typing import Final

from amazonpay_conformance.checks.check import HELD, Answer, Problem, on_button, on_exchange, on_wire
from amazonpay_conformance.checks.once import once
from amazonpay_conformance.checks.subject import Act, Configured, Made, Seen
from amazonpay_conformance.wire.alignment import aligned
from amazonpay_conformance.wire.buttons import diagnose_button, unescaped
from amazonpay_conformance.wire.forensics import diagnose, wrong_scheme
from amazonpay_conformance.wire.signing import signature_bytes, verify_button

DOCUMENTED_SIGNED: Final = (
    "accept",
    "content-type",
    "x-amz-pay-date",
    "x-amz-pay-host",
    "x-amz-pay-idempotency-key",
    "x-amz-pay-region",
)


CHANGED_ON_THE_WAY: Final = frozenset(
    {
        *("authorization", "proxy-authorization"),  # the signature cannot be in itself
        *("connection", "keep-alive", "proxy-connection", "te", "trailer"),  # RFC 9110 §7.6.1
        *("transfer-encoding", "upgrade", "via", "forwarded", "x-forwarded-for", "x-forwarded-proto"),
    }
)

_SCHEME: Final = "RSASSA-PSS with SHA-256, MGF1 with SHA-256 and the salt of {}"


@on_wire("SIG-001")
def authorization_parses(seen: Seen, made: Act) -> Answer:
    value = seen.request.headers.get("authorization")
    if value is None:
        return None
    if seen.reading.authorization is not None or seen.reading.malformed is None:
        return HELD
    return Problem(
        "<algorithm> PublicKeyId=<id>, SignedHeaders=<a;b;c>, Signature=<base64>", seen.reading.malformed
    )


@on_exchange("SIG-002")
def algorithm_is_the_configured_one(seen: Seen, made: Made) -> Answer:
    authorization = seen.reading.authorization
    if authorization is None:
        return None
    if authorization.algorithm == made.configured.algorithm:
        return HELD
    return Problem(made.configured.algorithm, authorization.algorithm)


@on_wire("SIG-003")
def public_key_id_is_the_configured_one(seen: Seen, made: Act) -> Answer:
    authorization = seen.reading.authorization
    if authorization is None:
        return None
    if authorization.public_key_id == made.configured.public_key_id:
        return HELD
    return Problem(
        f"PublicKeyId={made.configured.public_key_id}", f"PublicKeyId={authorization.public_key_id}"
    )


@on_wire("SIG-004")
def signature_verifies(seen: Seen, made: Act) -> Answer:
    verdict = seen.reading.verdict
    if verdict is None or _cannot_be_tried(seen, made.configured):
        return None
    if verdict.ok:
        return HELD
    key = made.configured.public_key
    if key is not None and wrong_scheme(seen.request, key) is not None:
        return None  # the right text was signed: scheme_is_the_algorithms
    return Problem(
        f"a signature over the canonical request of what was sent, as {made.configured.algorithm}",
        "; ".join(verdict.explanation),
        partial(_forensics, seen, made),
    )


@once
def _cannot_be_tried(seen: Seen, configured: Configured) -> bool:
    """Whether a signature is too broken to be one of anything; other checks say how."""
    authorization = seen.reading.authorization
    several = len(seen.request.headers.get_all("authorization")) > 1
    unreadable = authorization is None or _base64(authorization.signature, configured) != HELD
    return several or unreadable or bool(_not_sent(seen))


@once
def _not_sent(seen: Seen) -> list[str]:
    """The names that are listed as signed and not sent."""
    authorization = seen.reading.authorization
    listed = authorization.signed_headers if authorization is not None else ()
    return [name for name in listed if name not in seen.request.headers]


def _forensics(seen: Seen, made: Act) -> str:
    if made.configured.public_key is None:
        return ""
    found = diagnose(seen.request, made.configured.public_key, body_candidates=_callers(made))
    verdict = seen.reading.verdict
    if found is None or verdict is None:
        return ""
    if found.aligned():
        return f"{found.sentence}\nsigned (-) and due (+), what both have once:\n{found.aligned()}"
    due = verdict.canonical_request
    return f"{found.sentence}\nthe canonical request that is due:\n{aligned(due, due)}"


def _callers(made: Act) -> tuple[bytes, ...]:
    """What the caller handed in, as JSON is mostly written: a client may have signed that."""
    if not isinstance(made, Made) or made.asked.absent:
        return ()
    payload = made.asked.payload
    return (json.dumps(payload).encode(), json.dumps(payload, separators=(",", ":")).encode())


@on_wire("SIG-005")
def signed_headers_are_lower_case_and_sorted(seen: Seen, made: Act) -> Answer:
    authorization = seen.reading.authorization
    if authorization is None:
        return None
    names = authorization.signed_headers
    wanted = tuple(sorted(name.lower() for name in names))
    return (
        HELD
        if names == wanted
        else Problem(f"SignedHeaders={';'.join(wanted)}", f"SignedHeaders={';'.join(names)}")
    )


@on_wire("SIG-006")
def documented_headers_are_signed(seen: Seen, made: Act) -> Answer:
    authorization = seen.reading.authorization
    if authorization is None:
        return None
    signed = {name.lower() for name in authorization.signed_headers}
    bare = [name for name in DOCUMENTED_SIGNED if name in seen.request.headers and name not in signed]
    return (
        Problem(f"{', '.join(bare)} among the signed headers", f"only {', '.join(sorted(signed))}")
        if bare
        else HELD
    )


@on_wire("SIG-007")
def canonical_request_is_the_documented_one(seen: Seen, made: Act) -> Answer:
    verdict = seen.reading.verdict
    if verdict is None or not verdict.ok:
        return None
    if verdict.variant == "documented" or verdict.variant == "names-once":
        return HELD  # a name that is listed twice is said by signed_headers_are_listed_once
    return Problem("the documented canonical request", "; ".join(verdict.explanation))


@on_wire("SIG-008")
def signed_headers_are_listed_once(seen: Seen, made: Act) -> Answer:
    authorization = seen.reading.authorization
    if authorization is None:
        return None
    names = [name.lower() for name in authorization.signed_headers]
    twice = [name for name in dict.fromkeys(names) if names.count(name) > 1]
    if not twice:
        return HELD
    return Problem("each name once in SignedHeaders", f"more than once: {', '.join(twice)}")


@on_wire("SIG-009")
def signed_headers_are_sent(seen: Seen, made: Act) -> Answer:
    if seen.reading.authorization is None:
        return None
    absent = _not_sent(seen)
    if not absent:
        return HELD
    return Problem(
        f"the headers that SignedHeaders names: {', '.join(absent)}",
        f"the request carries no such header: {', '.join(absent)}",
        "was it dropped on the way, or is the list made before the headers are?",
    )


@on_wire("SIG-010")
def signed_headers_are_not_changed_on_the_way(seen: Seen, made: Act) -> Answer:
    authorization = seen.reading.authorization
    if authorization is None:
        return None
    unfit = sorted({name.lower() for name in authorization.signed_headers} & CHANGED_ON_THE_WAY)
    if not unfit:
        return HELD
    return Problem(
        "SignedHeaders without what a signature cannot cover, or a proxy changes", ", ".join(unfit)
    )


@on_wire("SIG-011")
def signature_is_base64(seen: Seen, made: Act) -> Answer:
    authorization = seen.reading.authorization
    if authorization is None:
        return None
    return _base64(authorization.signature, made.configured)


@on_wire("SIG-012")
def scheme_is_the_algorithms(seen: Seen, made: Act) -> Answer:
    verdict, key = seen.reading.verdict, made.configured.public_key
    if verdict is None or key is None or _cannot_be_tried(seen, made.configured):
        return None
    if verdict.ok:
        return HELD
    wrong = wrong_scheme(seen.request, key)
    return None if wrong is None else Problem(_SCHEME.format(made.configured.algorithm), wrong.sentence)


def _base64(signature: str, configured: Configured) -> Answer:
    raw = signature_bytes(signature)
    size = configured.public_key.size // 8 if configured.public_key is not None else None
    if raw is not None and size in (None, len(raw)):
        return HELD
    if raw is not None:
        return Problem(f"{size} bytes in base64, as many as the key's modulus", f"{len(raw)} bytes")
    return Problem("base64 as of RFC 4648 §4: + and /, padded with =", _odd(signature))


def _odd(signature: str) -> str:
    if set(signature) & set("-_"):
        return "the alphabet for URLs, with - and _"
    if any(character.isspace() for character in signature):
        return "base64 with white space in it"
    if len(signature) % 4:
        return f"{len(signature)} characters: the padding is missing"
    return "what is not base64"


@on_button("BTN-001")
def button_signature_verifies(payload: str, signature: str, configured: Configured) -> Answer:
    key = configured.public_key
    if key is None or _base64(signature, configured) != HELD:
        return None
    if verify_button(payload, signature, key, configured.algorithm):
        return HELD
    if _signs_unescaped(payload, signature, configured):
        return None
    found = diagnose_button(payload, signature, key, configured.algorithm)
    if found is None or found.is_of_the_scheme:
        return None
    compared = f"\nsigned (-) and due (+):\n{found.aligned()}" if found.aligned() else ""
    return Problem(
        f"a {configured.algorithm} signature over the payload string exactly as given: {payload}",
        "a signature that does not verify",
        found.sentence + compared,
    )


@on_button("BTN-002")
def button_signature_is_base64(payload: str, signature: str, configured: Configured) -> Answer:
    return _base64(signature, configured)


@on_button("BTN-003")
def button_scheme_is_the_algorithms(payload: str, signature: str, configured: Configured) -> Answer:
    key = configured.public_key
    if key is None or _base64(signature, configured) != HELD:
        return None
    if verify_button(payload, signature, key, configured.algorithm):
        return HELD
    found = diagnose_button(payload, signature, key, configured.algorithm)
    if found is None:
        return HELD
    return Problem(_SCHEME.format(configured.algorithm), found.sentence) if found.is_of_the_scheme else None


@on_button("BTN-004")
def button_payload_is_signed_with_its_escapes(payload: str, signature: str, configured: Configured) -> Answer:
    if configured.public_key is None or _base64(signature, configured) != HELD:
        return None
    if not _signs_unescaped(payload, signature, configured):
        return HELD
    return Problem(
        f"a signature over the payload string exactly as given: {payload}",
        f"a signature over the payload without its backslashes: {unescaped(payload)}",
        "it verifies only if the page takes the backslashes away too, as a JavaScript string literal does",
    )


def _signs_unescaped(payload: str, signature: str, configured: Configured) -> bool:
    other, key = unescaped(payload), configured.public_key
    return key is not None and other != payload and verify_button(other, signature, key, configured.algorithm)
