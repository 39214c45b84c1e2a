"""Mistakes in writing a request down: for each known one, the canonical requests that may have been signed.

A mistake is a function of the case and of one form in which the request may be written down. It yields other
forms, one of which was signed if the mistake was made. Mistakes further on, in the string to sign, are in
`missigned`. None says what is wrong in words: that is the table of `mismatch`.
"""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Final
from urllib.parse import quote

from amazonpay_conformance.wire.canonical import (
    CanonicalForm,
    canonical_query,
    form_decoded,
    percent_decoded,
    percent_encoded,
    query_pairs,
    query_pieces,
    sha256_hex,
    string_to_sign,
    trimmed,
    utf8,
)
from amazonpay_conformance.wire.messages import Headers, Request
from amazonpay_conformance.wire.signing import Authorization

OFFICIAL_HOSTS: Final = ("pay-api.amazon.com", "pay-api.amazon.eu", "pay-api.amazon.jp")  # api-facts §1

_DATE_FORMS: Final = ("%Y%m%dT%H%M%SZ", "%Y-%m-%dT%H:%M:%SZ")  # api-facts §2.1: documented, node
_RESERVED_ESCAPE: Final = re.compile(r"%(?=2[13-9A-F]|3[ABDF]|40|5[BD])", re.IGNORECASE)  # RFC 3986 §2.2


@dataclass(frozen=True, slots=True)
class Case:
    """A signature that does not verify, and what may be tried on it."""

    request: Request
    authorization: Authorization
    bodies: tuple[bytes, ...] = ()

    def message(self, canonical: object) -> bytes:
        """Return the string to sign of a canonical request, as bytes."""
        return utf8(string_to_sign(str(canonical), self.authorization.algorithm))


def payload_hash_in_upper_case(_: Case, form: CanonicalForm) -> Iterator[CanonicalForm]:
    """Yield the form with the hash of the body in upper-case hex."""
    yield replace(form, payload_hash=form.payload_hash.upper())


def lower_case_method(_: Case, form: CanonicalForm) -> Iterator[CanonicalForm]:
    """Yield the form with the method in lower case."""
    yield replace(form, method=form.method.lower())


def other_slash(_: Case, form: CanonicalForm) -> Iterator[CanonicalForm]:
    """Yield the form with one slash more behind the path, then with none."""
    yield replace(form, path=form.path + "/")
    yield replace(form, path=form.path.rstrip("/"))


def other_environment(_: Case, form: CanonicalForm) -> Iterator[CanonicalForm]:
    """Yield the form with the path under no environment segment, then under each."""
    bare = re.sub(r"^/(sandbox|live)(?=/)", "", form.path)
    for path in (bare, f"/sandbox{bare}", f"/live{bare}"):
        yield replace(form, path=path)


def path_encoded_twice(_: Case, form: CanonicalForm) -> Iterator[CanonicalForm]:
    """Yield the form with the path percent-encoded once more."""
    yield replace(form, path=quote(form.path, safe="/"))


def path_not_encoded(_: Case, form: CanonicalForm) -> Iterator[CanonicalForm]:
    """Yield the form with the path decoded: all of it, then all but the reserved characters."""
    yield replace(form, path=_text(percent_decoded(form.path)))
    # what HTTP libraries encode unasked
    by_library = _text(percent_decoded(_RESERVED_ESCAPE.sub("%25", form.path)))
    yield replace(form, path=by_library)


def path_hex_in_lower_case(_: Case, form: CanonicalForm) -> Iterator[CanonicalForm]:
    """Yield the form with the path's percent-encoding in lower-case hex, and with it in upper-case hex."""
    yield replace(form, path=_escapes(form.path, str.lower))
    yield replace(form, path=_escapes(form.path, str.upper))


def query_in_path(case: Case, form: CanonicalForm) -> Iterator[CanonicalForm]:
    """Yield the form with the query behind the path, left on its own line or not."""
    for query, rest in itertools.product((case.request.query or "", form.query), ("", form.query)):
        yield replace(form, path=f"{form.path}?{query}", query=rest)


def host_in_path(case: Case, form: CanonicalForm) -> Iterator[CanonicalForm]:
    """Yield the form with a host before the path, with a scheme or without."""
    for host, scheme in itertools.product(_hosts(case.request.headers), ("https://", "http://", "")):
        yield replace(form, path=f"{scheme}{host}{form.path}")


def query_left_out(_: Case, form: CanonicalForm) -> Iterator[CanonicalForm]:
    """Yield the form without its query."""
    yield replace(form, query="")


def query_with_mark(case: Case, form: CanonicalForm) -> Iterator[CanonicalForm]:
    """Yield the form with a question mark before the query."""
    for query in (form.query, case.request.query or ""):
        yield replace(form, query=f"?{query}")


def query_in_other_order(case: Case, form: CanonicalForm) -> Iterator[CanonicalForm]:
    """Yield the form with the query's pairs in other orders: all of them, where there are few pairs."""
    raw = tuple(query_pieces(case.request.query))
    # 5! = 120 verifications
    orders = itertools.permutations(raw) if len(raw) <= 5 else iter((raw, raw[::-1]))
    for order in orders:
        yield replace(form, query="&".join(order))
        yield replace(form, query="&".join(canonical_query(piece) for piece in order))


def query_encoded_otherwise(case: Case, form: CanonicalForm) -> Iterator[CanonicalForm]:
    """Yield the form with names and values of the query in each encoding that clients use."""
    pairs = [(form_decoded(name), form_decoded(value)) for name, value in query_pairs(case.request.query)]
    for in_name, in_value in itertools.product(_ENCODINGS, repeat=2):
        written = [(in_name(name), in_value(value)) for name, value in pairs]
        for order in (written, sorted(written)):
            yield replace(form, query="&".join(f"{name}={value}" for name, value in order))


def query_encoded_twice(_: Case, form: CanonicalForm) -> Iterator[CanonicalForm]:
    """Yield the form with names and values of the query percent-encoded once more, or the values only."""
    pairs = [piece.partition("=")[::2] for piece in query_pieces(form.query)]
    for again in (
        [(percent_encoded(utf8(name)), percent_encoded(utf8(value))) for name, value in pairs],
        [(name, percent_encoded(utf8(value))) for name, value in pairs],
    ):
        yield replace(form, query="&".join(f"{name}={value}" for name, value in again))


def host_written_otherwise(case: Case, form: CanonicalForm) -> Iterator[CanonicalForm]:
    """Yield the form with each host that may have been meant in x-amz-pay-host."""
    for host in _hosts(case.request.headers):
        yield _with_value(form, "x-amz-pay-host", host)


def date_written_otherwise(case: Case, form: CanonicalForm) -> Iterator[CanonicalForm]:
    """Yield the form with x-amz-pay-date up to five seconds off, in each way to write it."""
    sent = _moment(case.request.headers.get("x-amz-pay-date") or "")
    if sent is None:
        return
    for seconds, style in itertools.product(range(-5, 6), _DATE_FORMS):
        yield _with_value(form, "x-amz-pay-date", (sent + timedelta(seconds=seconds)).strftime(style))


def region_written_otherwise(_: Case, form: CanonicalForm) -> Iterator[CanonicalForm]:
    """Yield the form with each region in x-amz-pay-region, in either case."""
    for region in ("na", "eu", "jp", "us", "de", "uk"):
        yield _with_value(form, "x-amz-pay-region", region)
        yield _with_value(form, "x-amz-pay-region", region.upper())


def values_not_trimmed(case: Case, form: CanonicalForm) -> Iterator[CanonicalForm]:
    """Yield the form with white space around the values of headers: as sent, at all, at each."""
    raw = {name.lower(): value for name, value in case.request.headers}
    yield replace(form, headers=tuple((name, raw.get(name, value)) for name, value in form.headers))
    for pad in ("{} ", " {}", " {} "):
        yield replace(form, headers=tuple((name, pad.format(value)) for name, value in form.headers))
        for name, value in form.headers:
            yield _with_value(form, name, pad.format(value))


def values_in_another_case(_: Case, form: CanonicalForm) -> Iterator[CanonicalForm]:
    """Yield the form with the values of its headers in lower case: all of them, then each."""
    yield replace(form, headers=tuple((name, value.lower()) for name, value in form.headers))
    for name, value in form.headers:
        yield _with_value(form, name, value.lower())


def header_repeated(case: Case, form: CanonicalForm) -> Iterator[CanonicalForm]:
    """Yield the form with a header that was sent more than once joined, chosen from or listed otherwise."""
    for name, _value in form.headers:
        values = [trimmed(value) for value in case.request.headers.get_all(name)]
        if len(values) < 2:
            continue
        for text in (values[0], values[-1], " ".join(values), ", ".join(values), ";".join(values)):
            yield _with_value(form, name, text)
        at = form.headers.index((name, _value))
        lines = tuple((name, value) for value in values)
        yield replace(form, headers=(*form.headers[:at], *lines, *form.headers[at + 1 :]))


def listed_not_signed(_: Case, form: CanonicalForm) -> Iterator[CanonicalForm]:
    """Yield the form without one of its headers, named as signed or not."""
    for dropped, _value in form.headers:
        kept = tuple(item for item in form.headers if item[0] != dropped)
        yield replace(form, headers=kept)
        names = ";".join(name for name in form.names.split(";") if name.lower() != dropped)
        yield replace(form, headers=kept, names=names)


def signed_not_listed(case: Case, form: CanonicalForm) -> Iterator[CanonicalForm]:
    """Yield the form with one header more of those that were sent, named as signed or not."""
    listed = {name for name, _ in form.headers}
    for name, value in case.request.headers:
        if name.lower() in listed or name.lower() == "authorization":
            continue
        headers = tuple(sorted((*form.headers, (name.lower(), trimmed(value)))))
        yield replace(form, headers=headers)
        yield replace(form, headers=headers, names=";".join(item for item, _ in headers))


def names_not_sorted(case: Case, form: CanonicalForm) -> Iterator[CanonicalForm]:
    """Yield the form with headers, names or both in the order as listed, then as sent."""
    values = dict(form.headers)  # without one that another mistake has left out
    as_listed = [name.lower() for name in case.authorization.signed_headers]
    as_sent = [name.lower() for name, _ in case.request.headers if name.lower() in values]
    for order in (as_listed, as_sent):
        headers = tuple((name, values[name]) for name in order if name in values)
        yield replace(form, headers=headers)
        for names in (";".join(order), ";".join(case.authorization.signed_headers)):
            yield replace(form, names=names)
            yield replace(form, headers=headers, names=names)


def names_not_lowered(case: Case, form: CanonicalForm) -> Iterator[CanonicalForm]:
    """Yield the form with the names' case as sent, as in titles, and as listed."""
    written = {name.lower(): name for name, _ in case.request.headers}
    titled = {name: name.title() for name in written}
    listed = {name.lower(): name for name in case.authorization.signed_headers}
    for case_of in (written, titled, listed):
        headers = tuple((case_of.get(name.lower(), name), value) for name, value in form.headers)
        names = ";".join(case_of.get(name.lower(), name) for name in form.names.split(";"))
        yield replace(form, headers=headers)
        yield replace(form, headers=headers, names=names)
        yield replace(form, names=names)


def body_left_out(case: Case, form: CanonicalForm) -> Iterator[CanonicalForm]:
    """Yield the form with the hash of nothing, where a body was sent."""
    if case.request.body:
        yield _with_body(form, b"")


def body_never_sent(case: Case, form: CanonicalForm) -> Iterator[CanonicalForm]:
    """Yield the form with the hash of a body, where none was sent."""
    if not case.request.body:
        for body in (b"{}", b"[]", b"null", b'""', b"undefined", b" ", b"\n", *case.bodies):
            yield _with_body(form, body)


def body_trimmed(case: Case, form: CanonicalForm) -> Iterator[CanonicalForm]:
    """Yield the form with other white space around the body."""
    body = case.request.body
    spaces = (b"", b" ", b"\n", b"\r\n")
    padded = (before + core + after for core in (body, body.strip()) for before in spaces for after in spaces)
    for other in (*padded, body.rstrip(), body.lstrip(), *case.bodies):
        if other.strip() == body.strip():
            yield _with_body(form, other)


def body_written_again(case: Case, form: CanonicalForm) -> Iterator[CanonicalForm]:
    """Yield the form with the body as another serialiser writes the same JSON."""
    for other in serialisations(case.request.body):
        yield _with_body(form, other)
    parsed = _parsed(case.request.body)
    for other in case.bodies:
        if parsed is not None and _parsed(other) == parsed:
            yield _with_body(form, other)


def body_in_other_charset(case: Case, form: CanonicalForm) -> Iterator[CanonicalForm]:
    """Yield the form with the body in another character set than UTF-8."""
    text = _text(case.request.body)
    for charset in ("latin-1", "utf-8-sig", "utf-16", "utf-16-le"):
        yield _with_body(form, text.encode(charset, "replace"))


def body_of_the_caller(case: Case, form: CanonicalForm) -> Iterator[CanonicalForm]:
    """Yield the form with each body that the caller handed in."""
    for body in case.bodies:
        yield _with_body(form, body)


def _hosts(headers: Headers) -> tuple[str, ...]:
    given = [value for name in ("x-amz-pay-host", "host") if (value := headers.get(name)) is not None]
    ports = [port for host in given if (port := host.partition(":")[2])]
    bare = [host.partition(":")[0] for host in given]
    ported = [f"{host}:{port}" for host, port in itertools.product(bare, (*ports, "443"))]
    return tuple(dict.fromkeys((*given, *bare, *ported, *OFFICIAL_HOSTS)))


def _with_value(form: CanonicalForm, name: str, value: str) -> CanonicalForm:
    changed = ((key, value if key == name else old) for key, old in form.headers)
    return replace(form, headers=tuple(changed))


def _with_body(form: CanonicalForm, body: bytes) -> CanonicalForm:
    return replace(form, payload_hash=sha256_hex(body))


def _moment(date: str) -> datetime | None:
    for style in _DATE_FORMS:
        try:
            return datetime.strptime(date, style).replace(tzinfo=UTC)
        except ValueError:
            continue
    return None


def _escapes(text: str, case_of: Callable[[str], str]) -> str:
    return re.sub("%..", lambda match: case_of(match.group()), text)


def _text(data: bytes) -> str:
    return data.decode("utf-8", "replace")


_ENCODINGS: Final[tuple[Callable[[bytes], str], ...]] = (
    percent_encoded,
    _text,  # not at all: node and php, names only
    lambda data: quote(data, safe="!'()*"),  # JavaScript's encodeURIComponent
    lambda data: quote(data, safe="*").replace("%20", "+").replace("~", "%7E"),  # HTML forms
    lambda data: quote(data, safe="/"),  # Python's quote
    lambda data: _escapes(percent_encoded(data), str.lower),
)
"""Ways in which clients write a query down, most correct first."""


def _parsed(body: bytes) -> object | None:
    try:
        value: object = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return value


def serialisations(body: bytes) -> Iterator[bytes]:
    """Write a JSON body as other serialisers would; nothing when it is not JSON."""
    value = _parsed(body)
    if value is None:
        return
    separators = ((",", ":"), (", ", ": "), (",", ": "))
    for style, indent, in_order, ascii_only, slashes in itertools.product(
        separators, (None, 2, 4), (False, True), (False, True), ("/", "\\/")
    ):
        text = json.dumps(value, separators=style, indent=indent, sort_keys=in_order, ensure_ascii=ascii_only)
        yield utf8(text.replace("/", slashes))
