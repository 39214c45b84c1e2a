"""The known ways to get a signature wrong, a row each: what is wrong in words, and how to try for it.

Sources: api-facts §10, the SDKs' code, requests of three real clients (tests/vectors/real-clients.json).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Final, TypeAlias

from amazonpay_conformance.wire import missigned, mistakes
from amazonpay_conformance.wire.canonical import CanonicalForm
from amazonpay_conformance.wire.opening import Opened
from amazonpay_conformance.wire.signing import ALGORITHMS

Messages: TypeAlias = Callable[[str, str], Iterable[bytes]]
Forms: TypeAlias = Callable[[mistakes.Case, CanonicalForm], Iterable[CanonicalForm]]


@dataclass(frozen=True, slots=True)
class SchemeMistake:
    """A wrong padding, hash, mask or salt. `made` tells it from an opened signature and the salt due."""

    name: str
    sentence: str
    made: Callable[[Opened, int], bool] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Mistake:
    """Something else was signed: other canonical `forms`, or other `messages` of the right one."""

    name: str
    sentence: str
    forms: Forms | None = field(default=None, repr=False)
    messages: Messages | None = field(default=None, repr=False)


SCHEME_MISTAKES: Final[tuple[SchemeMistake, ...]] = (
    SchemeMistake(
        "pkcs1-padding",
        "The signature has PKCS#1 v1.5 padding: use RSASSA-PSS.",
        lambda opened, _: opened.padding == "pkcs1",
    ),
    SchemeMistake(
        "another-hash",
        "The signature was made with another hash than SHA-256: set SHA-256, for the mask (MGF1) too.",
        lambda opened, _: opened.hash != "sha256",
    ),
    SchemeMistake(
        "mgf1-with-sha1",
        "The PSS mask uses another hash than SHA-256 (MGF1 with SHA-1 is a default of many libraries): set "
        "MGF1 with SHA-256.",
        lambda opened, _: opened.mask != "sha256",
    ),
    SchemeMistake(
        "salt-of-the-other-algorithm",
        "The PSS salt has the other algorithm's length: AMZN-PAY-RSASSA-PSS takes 20 bytes, "
        "AMZN-PAY-RSASSA-PSS-V2 takes 32.",
        lambda opened, due: len(opened.salt) != due and len(opened.salt) in ALGORITHMS.values(),
    ),
    SchemeMistake(
        "salt-of-another-length",
        "The PSS salt has a length of neither algorithm (many libraries default to the longest possible): "
        "set 20 bytes for AMZN-PAY-RSASSA-PSS, 32 for AMZN-PAY-RSASSA-PSS-V2.",
        lambda opened, due: len(opened.salt) != due,
    ),
)
"""Told from the signature alone; the first that was made is named."""

MISTAKES: Final[tuple[Mistake, ...]] = (
    Mistake(
        "algorithm-line-missing",
        "The string to sign lacks its first line: put the algorithm's name and a line feed before the hash.",
        messages=missigned.without_algorithm,
    ),
    Mistake(
        "algorithm-line-of-the-other",
        "The string to sign begins with another algorithm than the authorization header names: use one name.",
        messages=missigned.with_the_other_algorithm,
    ),
    Mistake(
        "canonical-request-signed",
        "The canonical request itself was signed: sign the algorithm's name, LF, and its hex SHA-256.",
        messages=missigned.text_itself,
    ),
    Mistake(
        "hashed-again",
        "The hash of the string to sign was signed: hand the string itself to RSASSA-PSS, which hashes it.",
        messages=missigned.hashed_again,
    ),
    Mistake(
        "hex-in-upper-case",
        "A SHA-256 was written in upper-case hex: write it in lower case.",
        forms=mistakes.payload_hash_in_upper_case,
        messages=missigned.hash_in_upper_case,
    ),
    Mistake(
        "hash-not-in-hex",
        "The SHA-256 in the string to sign was written in base64 or as bytes: write it in lower-case hex.",
        messages=missigned.hash_not_in_hex,
    ),
    Mistake(
        "line-ends",
        "Lines were ended otherwise than documented: one LF between lines, no CR, none at the end.",
        messages=missigned.other_line_ends,
    ),
    Mistake(
        "blank-line-missing",
        "A blank line is missing, after the headers or for an empty query: every header line ends in LF, and "
        "one more LF follows; an empty query has a line all the same.",
        messages=missigned.without_blank_line,
    ),
    Mistake(
        "method-in-lower-case",
        "The method was signed in lower case: sign it as it is sent, in upper case.",
        forms=mistakes.lower_case_method,
    ),
    Mistake(
        "path-slash",
        "The path was signed with a trailing slash and sent without, or the reverse: sign what is sent.",
        forms=mistakes.other_slash,
    ),
    Mistake(
        "path-environment",
        "The path was signed and sent with different environment segments (/sandbox, /live or none): "
        "sign the whole path as it is sent.",
        forms=mistakes.other_environment,
    ),
    Mistake(
        "path-encoded-twice",
        "The path was percent-encoded a second time before signing: sign it encoded once, as it is sent.",
        forms=mistakes.path_encoded_twice,
    ),
    Mistake(
        "path-not-encoded",
        "The path was signed before percent-encoding: sign it encoded, as it is sent.",
        forms=mistakes.path_not_encoded,
    ),
    Mistake(
        "path-hex-in-another-case",
        "The path's percent-encoding was signed in another case than it was sent: write upper-case hex.",
        forms=mistakes.path_hex_in_lower_case,
    ),
    Mistake(
        "query-in-path",
        "The path was signed with the query behind it: the query has a line of its own, no question mark.",
        forms=mistakes.query_in_path,
    ),
    Mistake(
        "host-in-path",
        "The path was signed with the host before it: sign the path only, from its first slash.",
        forms=mistakes.host_in_path,
    ),
    Mistake(
        "query-left-out",
        "The query was sent but not signed: put it on the third line.",
        forms=mistakes.query_left_out,
    ),
    Mistake(
        "query-with-question-mark",
        "The query was signed with its question mark: sign what stands behind it.",
        forms=mistakes.query_with_mark,
    ),
    Mistake(
        "query-not-sorted",
        "The query was signed in another order than by name and then by value: sort the encoded pairs.",
        forms=mistakes.query_in_other_order,
    ),
    Mistake(
        "query-encoded-twice",
        "The query was percent-encoded a second time before signing: sign it encoded once, as it is sent.",
        forms=mistakes.query_encoded_twice,
    ),
    Mistake(
        "query-encoded-otherwise",
        "The query was signed in another encoding than it was sent in: percent-encode names and values "
        "(RFC 3986, everything but letters, digits and -._~), then sign and send the same.",
        forms=mistakes.query_encoded_otherwise,
    ),
    Mistake(
        "host-written-otherwise",
        "Another x-amz-pay-host was signed than sent (often only one has the port): sign what is sent.",
        forms=mistakes.host_written_otherwise,
    ),
    Mistake(
        "date-written-otherwise",
        "Another x-amz-pay-date was signed than sent (the clock was read twice, or written in two forms): "
        "make the value once.",
        forms=mistakes.date_written_otherwise,
    ),
    Mistake(
        "region-written-otherwise",
        "Another x-amz-pay-region was signed than sent: sign what is sent, case included.",
        forms=mistakes.region_written_otherwise,
    ),
    Mistake(
        "values-not-trimmed",
        "A header's value was signed with white space around it: trim it, and put none after the colon.",
        forms=mistakes.values_not_trimmed,
    ),
    Mistake(
        "values-in-another-case",
        "The value of a header was signed in lower case and sent with capitals: sign what is sent.",
        forms=mistakes.values_in_another_case,
    ),
    Mistake(
        "header-repeated",
        "A header that was sent more than once was signed otherwise than joined by commas: send it once.",
        forms=mistakes.header_repeated,
    ),
    Mistake(
        "listed-not-signed",
        "SignedHeaders names a header that the canonical request lacks: sign every header it names.",
        forms=mistakes.listed_not_signed,
    ),
    Mistake(
        "signed-not-listed",
        "The canonical request has a header that SignedHeaders does not name: name every header signed.",
        forms=mistakes.signed_not_listed,
    ),
    Mistake(
        "names-not-sorted",
        "The headers were signed in another order than by lower-case name: sort them.",
        forms=mistakes.names_not_sorted,
    ),
    Mistake(
        "names-not-in-lower-case",
        "Header names were signed with capitals: write them in lower case.",
        forms=mistakes.names_not_lowered,
    ),
    Mistake(
        "body-left-out",
        "A body was sent, but the hash of nothing was signed: hash the bytes of the body.",
        forms=mistakes.body_left_out,
    ),
    Mistake(
        "body-never-sent",
        "A body was hashed, but none was sent (a GET has none): hash the empty string.",
        forms=mistakes.body_never_sent,
    ),
    Mistake(
        "body-trimmed",
        "The body was signed and sent with different white space around it: hash the bytes that are sent.",
        forms=mistakes.body_trimmed,
    ),
    Mistake(
        "body-serialised-again",
        "The body was serialised twice, once to sign and once to send, and came out differently: "
        "serialise once, hash and send those bytes.",
        forms=mistakes.body_written_again,
    ),
    Mistake(
        "body-in-another-charset",
        "The body was hashed in another character set than it was sent in: hash its UTF-8 bytes, no BOM.",
        forms=mistakes.body_in_other_charset,
    ),
    Mistake(
        "body-of-the-caller",
        "The body that the caller handed in was signed, and another was sent: hash the bytes that are sent.",
        forms=mistakes.body_of_the_caller,
    ),
)
"""Tried in this order; the first that explains a signature names it."""
