"""The signature of what a client sends, and of the button: api-facts §10."""

from __future__ import annotations

from functools import partial
from typing import Final

from amazonpay_conformance.checks.check import HELD, Answer, Problem, on_button, on_exchange, on_wire
from amazonpay_conformance.checks.subject import Act, Configured, Made, Seen
from amazonpay_conformance.wire.mismatch import explain_mismatch
from amazonpay_conformance.wire.signing import verify_button

DOCUMENTED_SIGNED: Final = (
    "accept",
    "content-type",
    "x-amz-pay-date",
    "x-amz-pay-host",
    "x-amz-pay-idempotency-key",
    "x-amz-pay-region",
)


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
    if verdict is None:
        return None
    if verdict.ok:
        return HELD
    wanted = f"one {made.configured.algorithm} signature over what was sent"
    if verdict.canonical_request:  # none can be written where a signed header is missing
        lines = verdict.canonical_request.replace("\n", "\n  ")
        wanted = f"a signature over this canonical request, as {made.configured.algorithm}:\n  {lines}"
    return Problem(
        wanted,
        "; ".join(verdict.explanation) or "a signature that does not verify",
        partial(_forensics, seen, made),
    )


def _forensics(seen: Seen, made: Act) -> str:
    if made.configured.public_key is None:
        return ""
    found = explain_mismatch(seen.request, made.configured.public_key)
    return found or "no known mistake explains it: another key, or other bytes than those that were sent"


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
    if verdict.variant == "documented":
        return HELD
    return Problem("the documented canonical request", "; ".join(verdict.explanation) or str(verdict.variant))


@on_button("BTN-001")
def button_signature_verifies(payload: str, signature: str, configured: Configured) -> Answer:
    if configured.public_key is None:
        return None
    if verify_button(payload, signature, configured.public_key, configured.algorithm):
        return HELD
    return Problem(
        f"a {configured.algorithm} signature over the payload string exactly as given: {payload}",
        "a signature that does not verify",
        "is the payload parsed and written again, or unescaped, before it is signed?",
    )
