"""A signature that does not verify, explained.

A client that signs other bytes than it sends is refused, even where they mean the same. `explain_mismatch`
then tries the known mistakes one by one and names the one under which the signature does verify.
Sources: api-facts §10, the SDKs' code, requests of three real clients (tests/vectors/real-clients.json).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Final, TypeAlias

from amazonpay_conformance.wire import mistakes
from amazonpay_conformance.wire.canonical import CANONICAL_VARIANTS, CanonicalForm, SigningProblem
from amazonpay_conformance.wire.keys import PublicKey
from amazonpay_conformance.wire.messages import Request
from amazonpay_conformance.wire.signing import authorization_of, signature_bytes

NOT_BASE64: Final = "The Signature is not base64 as of RFC 4648 §4 (standard alphabet, padded): encode it so."

_Test: TypeAlias = Callable[[mistakes.Case, CanonicalForm], bool]


@dataclass(frozen=True, slots=True)
class Mistake:
    """A known way to get the signature wrong. `explains` tells whether exactly that was done."""

    name: str
    sentence: str
    explains: _Test = field(repr=False)


def explain_mismatch(
    request: Request, public_key: PublicKey, *, body_candidates: Iterable[bytes] = ()
) -> str | None:
    """Name the known mistake under which a signature does verify.

    Call it once a finding, not once a request: a few hundred verifications take up to 0.1 s.

    Args:
        request: the request as sent.
        public_key: the key that ought to verify it.
        body_candidates: bodies that the client may have signed instead, such as what its caller handed in.

    Returns:
        The sentence of the first row of `MISTAKES` that explains it, or what is wrong with the authorization
        header; None when the signature verifies or nothing known explains it.
    """
    try:
        authorization = authorization_of(request)
        forms = [row.form(request, authorization.signed_headers) for row in CANONICAL_VARIANTS]
    except SigningProblem as problem:
        return str(problem)
    signature = signature_bytes(authorization.signature)
    if signature is None:
        return NOT_BASE64
    case = mistakes.Case(request, authorization, public_key, signature, tuple(body_candidates))
    bases = tuple(dict.fromkeys(forms))  # most requests read the same in every variant
    if any(case.signs(case.message(form)) for form in bases):
        return None
    found = (row.sentence for row in MISTAKES if any(row.explains(case, form) for form in bases))
    return next(found, None)


def _by_form(alternatives: Callable[[mistakes.Case, CanonicalForm], Iterable[CanonicalForm]]) -> _Test:
    """Make a test of other canonical forms."""
    return lambda case, form: any(case.signs(case.message(other)) for other in alternatives(case, form))


def _by_message(alternatives: Callable[[mistakes.Case, CanonicalForm], Iterable[bytes]]) -> _Test:
    """Make a test of other strings to sign."""
    return lambda case, form: any(case.signs(message) for message in alternatives(case, form))


MISTAKES: Final[tuple[Mistake, ...]] = (
    Mistake(
        "salt-of-the-other-algorithm",
        "The PSS salt has the other algorithm's length: AMZN-PAY-RSASSA-PSS takes 20 bytes, "
        "AMZN-PAY-RSASSA-PSS-V2 takes 32.",
        mistakes.salt_of_the_other,
    ),
    Mistake(
        "salt-of-another-length",
        "The PSS salt has a length of neither algorithm (many libraries default to the longest possible): "
        "set 20 bytes for AMZN-PAY-RSASSA-PSS, 32 for AMZN-PAY-RSASSA-PSS-V2.",
        mistakes.salt_of_any_length,
    ),
    Mistake(
        "mgf1-with-sha1",
        "The PSS mask uses MGF1 with SHA-1 (a default of several libraries): set MGF1 with SHA-256.",
        mistakes.mgf1_with_sha1,
    ),
    Mistake(
        "pkcs1-padding",
        "The signature has PKCS#1 v1.5 padding: use RSASSA-PSS.",
        mistakes.pkcs1_padding,
    ),
    Mistake(
        "algorithm-line-missing",
        "The string to sign lacks its first line: put the algorithm's name and a line feed before the hash.",
        _by_message(mistakes.without_algorithm),
    ),
    Mistake(
        "algorithm-line-of-the-other",
        "The string to sign begins with another algorithm than the authorization header names: use one name.",
        _by_message(mistakes.with_the_other_algorithm),
    ),
    Mistake(
        "canonical-request-signed",
        "The canonical request itself was signed: sign the algorithm's name, LF, and its hex SHA-256.",
        _by_message(mistakes.canonical_itself),
    ),
    Mistake(
        "hashed-again",
        "The hash of the string to sign was signed: hand the string itself to RSASSA-PSS, which hashes it.",
        _by_message(mistakes.hashed_again),
    ),
    Mistake(
        "hex-in-upper-case",
        "A SHA-256 was written in upper-case hex: write it in lower case.",
        _by_message(mistakes.hex_in_upper_case),
    ),
    Mistake(
        "line-ends",
        "Lines were ended otherwise than documented: one LF between lines, no CR, none at the end.",
        _by_message(mistakes.other_line_ends),
    ),
    Mistake(
        "blank-line-missing",
        "The blank line after the headers is missing: each header line ends in LF, and one more LF follows.",
        _by_message(mistakes.without_blank_line),
    ),
    Mistake(
        "method-in-lower-case",
        "The method was signed in lower case: sign it as it is sent, in upper case.",
        _by_form(mistakes.lower_case_method),
    ),
    Mistake(
        "path-slash",
        "The path was signed with a trailing slash and sent without, or the reverse: sign what is sent.",
        _by_form(mistakes.other_slash),
    ),
    Mistake(
        "path-environment",
        "The path was signed and sent with different environment segments (/sandbox, /live or none): "
        "sign the whole path as it is sent.",
        _by_form(mistakes.other_environment),
    ),
    Mistake(
        "path-encoded-twice",
        "The path was percent-encoded a second time before signing: sign it encoded once, as it is sent.",
        _by_form(mistakes.path_encoded_twice),
    ),
    Mistake(
        "path-not-encoded",
        "The path was signed before percent-encoding: sign it encoded, as it is sent.",
        _by_form(mistakes.path_not_encoded),
    ),
    Mistake(
        "query-in-path",
        "The path was signed with the query behind it: the query has a line of its own, no question mark.",
        _by_form(mistakes.query_in_path),
    ),
    Mistake(
        "host-in-path",
        "The path was signed with the host before it: sign the path only, from its first slash.",
        _by_form(mistakes.host_in_path),
    ),
    Mistake(
        "query-left-out",
        "The query was sent but not signed: put it on the third line.",
        _by_form(mistakes.query_left_out),
    ),
    Mistake(
        "query-with-question-mark",
        "The query was signed with its question mark: sign what stands behind it.",
        _by_form(mistakes.query_with_mark),
    ),
    Mistake(
        "query-not-sorted",
        "The query was signed in another order than by name and then by value: sort the encoded pairs.",
        _by_form(mistakes.query_in_other_order),
    ),
    Mistake(
        "query-encoded-otherwise",
        "The query was signed in another encoding than it was sent in: percent-encode names and values "
        "(RFC 3986, everything but letters, digits and -._~), then sign and send the same.",
        _by_form(mistakes.query_encoded_otherwise),
    ),
    Mistake(
        "host-written-otherwise",
        "Another x-amz-pay-host was signed than sent (often only one has the port): sign what is sent.",
        _by_form(mistakes.host_written_otherwise),
    ),
    Mistake(
        "date-written-otherwise",
        "Another x-amz-pay-date was signed than sent (the clock was read twice, or written in two forms): "
        "make the value once.",
        _by_form(mistakes.date_written_otherwise),
    ),
    Mistake(
        "region-written-otherwise",
        "Another x-amz-pay-region was signed than sent: sign what is sent, case included.",
        _by_form(mistakes.region_written_otherwise),
    ),
    Mistake(
        "values-not-trimmed",
        "A header's value was signed with white space around it: trim it, and put none after the colon.",
        _by_form(mistakes.values_not_trimmed),
    ),
    Mistake(
        "listed-not-signed",
        "SignedHeaders names a header that the canonical request lacks: sign every header it names.",
        _by_form(mistakes.listed_not_signed),
    ),
    Mistake(
        "signed-not-listed",
        "The canonical request has a header that SignedHeaders does not name: name every header signed.",
        _by_form(mistakes.signed_not_listed),
    ),
    Mistake(
        "names-not-sorted",
        "The headers were signed in another order than by lower-case name: sort them.",
        _by_form(mistakes.names_not_sorted),
    ),
    Mistake(
        "names-not-in-lower-case",
        "Header names were signed with capitals: write them in lower case.",
        _by_form(mistakes.names_not_lowered),
    ),
    Mistake(
        "body-left-out",
        "A body was sent, but the hash of nothing was signed: hash the bytes of the body.",
        _by_form(mistakes.body_left_out),
    ),
    Mistake(
        "body-never-sent",
        "A body was hashed, but none was sent (a GET has none): hash the empty string.",
        _by_form(mistakes.body_never_sent),
    ),
    Mistake(
        "body-trimmed",
        "The body was signed and sent with different white space around it: hash the bytes that are sent.",
        _by_form(mistakes.body_trimmed),
    ),
    Mistake(
        "body-serialised-again",
        "The body was serialised twice, once to sign and once to send, and came out differently: "
        "serialise once, hash and send those bytes.",
        _by_form(mistakes.body_written_again),
    ),
    Mistake(
        "body-in-another-charset",
        "The body was hashed in another character set than it was sent in: hash its UTF-8 bytes, no BOM.",
        _by_form(mistakes.body_in_other_charset),
    ),
    Mistake(
        "body-of-the-caller",
        "The body that the caller handed in was signed, and another was sent: hash the bytes that are sent.",
        _by_form(mistakes.body_of_the_caller),
    ),
)
"""Tried in this order; the first that explains a signature names it."""
