"""How the reference client spoils a request on purpose: a function for each row of the model's tampers.

What is spoilt before signing is signed as it is sent; what is spoilt after it does not match its signature.
"""

from __future__ import annotations

import base64
import calendar
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import Final, TypeAlias

from amazonpay_conformance.wire.canonical import (
    CANONICAL_VARIANTS,
    canonical_request,
    documented_names,
    names_as_written,
    string_to_sign,
    utf8,
)
from amazonpay_conformance.wire.keys import PrivateKey, generate_private_key
from amazonpay_conformance.wire.messages import Headers, Request
from amazonpay_conformance.wire.signing import (
    ALGORITHMS,
    Authorization,
    authorization_of,
    default_signed_headers,
)

DAY_SECONDS: Final = 86_400
HOUR_SECONDS: Final = 3_600
BASIC: Final = "%Y%m%dT%H%M%SZ"
EXTENDED: Final = "%Y-%m-%dT%H:%M:%SZ"
NOBODY: Final = "SANDBOX-AEXAMPLE0KEY0OF0NOBODY00"


@dataclass(frozen=True)
class Signing:
    """Who signs, and how. Whoever wants to know what would be signed has a subclass, with another `over`."""

    key: PrivateKey
    public_key_id: str
    algorithm: str

    def signed(self, request: Request) -> Request:
        """Return a request signed in the documented way."""
        names = documented_names(default_signed_headers(request.headers))
        return self.over(request, names, canonical_request(request, names))

    def over(
        self, request: Request, names: tuple[str, ...], canonical: str, *, named: str = "", salted: str = ""
    ) -> Request:
        """Return a request with a signature over any canonical request.

        Args:
            request: what is to be sent.
            names: what the header says was signed.
            canonical: what is signed, its last line the digest of the request's body.
            named: the algorithm that the string to sign names, where that is another than the header's.
            salted: the algorithm whose salt the signature has, where that is another.
        """
        text = utf8(string_to_sign(canonical, named or self.algorithm))
        raw = self.key.sign_pss(text, salt_length=ALGORITHMS[salted or self.algorithm])
        signature = base64.b64encode(raw).decode("ascii")
        header = Authorization(self.algorithm, self.public_key_id, names, signature).value
        return _with("authorization", header)(request)


Change: TypeAlias = Callable[[Request], Request]
Tampering: TypeAlias = Callable[[Request, Signing], Request]


def spoilt(tamper: str, request: Request, signing: Signing) -> Request:
    """Return a request, signed and spoilt.

    Args:
        tamper: the id of a row of the model's tampers.
        request: what would be signed and sent.
        signing: who signs.

    Raises:
        KeyError: there is no such tamper.
    """
    return TAMPERINGS[tamper](request, signing)


def _before(change: Change) -> Tampering:
    return lambda request, signing: signing.signed(change(request))


def _after(change: Change) -> Tampering:
    return lambda request, signing: change(signing.signed(request))


def _over(change: Change) -> Tampering:
    """What is signed is not what is sent."""

    def tampered(request: Request, signing: Signing) -> Request:
        authorization = signing.signed(change(request)).headers.get("authorization") or ""
        return replace(request, headers=request.headers.with_value("authorization", authorization))

    return tampered


def _without(name: str) -> Change:
    return lambda request: replace(request, headers=request.headers.without(name))


def _with(name: str, value: str) -> Change:
    return lambda request: replace(request, headers=request.headers.with_value(name, value))


def _dated(seconds: int = 0, form: str = BASIC) -> Change:
    """Put another date in the place of the request's own, or the same in another form."""

    def change(request: Request) -> Request:
        own = calendar.timegm(time.strptime(request.headers.get(DATE_HEADER) or "", BASIC))
        return _with(DATE_HEADER, time.strftime(form, time.gmtime(own + seconds)))(request)

    return change


def _rewritten(pattern: str, replacement: str) -> Change:
    """Rewrite the authorization header."""

    def change(request: Request) -> Request:
        value = request.headers.get("authorization") or ""
        return _with("authorization", re.sub(pattern, replacement, value))(request)

    return change


def _signature(change: Callable[[str], str]) -> Change:
    def changed(request: Request) -> Request:
        authorization = authorization_of(request)
        altered = replace(authorization, signature=change(authorization.signature))
        return _with("authorization", altered.value)(request)

    return changed


def _signed_by(change: Callable[[Signing], Signing]) -> Tampering:
    return lambda request, signing: change(signing).signed(request)


@cache
def _stranger() -> PrivateKey:
    return generate_private_key()


def _other(algorithm: str) -> str:
    return next(name for name in ALGORITHMS if name != algorithm)


def _with_other_salt(request: Request, signing: Signing) -> Request:
    names = documented_names(default_signed_headers(request.headers))
    return signing.over(request, names, canonical_request(request, names), salted=_other(signing.algorithm))


def _with_other_name(request: Request, signing: Signing) -> Request:
    names = documented_names(default_signed_headers(request.headers))
    return signing.over(request, names, canonical_request(request, names), named=_other(signing.algorithm))


def _to(path: Callable[[str], str]) -> Change:
    return lambda request: replace(request, path=path(request.path))


def _with_another_method(request: Request) -> Request:
    return replace(request, method="GET" if request.method != "GET" else "DELETE")


def _with_names_as_written(request: Request, signing: Signing) -> Request:
    """As the official Node SDK does: lower case in the header lines, the caller's case in the list."""
    written = tuple(name.title() for name in default_signed_headers(request.headers))
    as_written = next(variant for variant in CANONICAL_VARIANTS if variant.names is names_as_written)
    return signing.over(request, written, str(as_written.form(request, written)))


def _with_simulation_unsigned(request: Request, signing: Signing) -> Request:
    code = request.headers.get(SIMULATION_HEADER) or ""
    return _with(SIMULATION_HEADER, code)(signing.signed(_without(SIMULATION_HEADER)(request)))


def _twice(name: str) -> Change:
    def change(request: Request) -> Request:
        given = request.headers.get(name) or ""
        # in another case, or the HTTP library takes the two for one
        return replace(request, headers=Headers((*request.headers.items, (name.title(), given))))

    return change


def _beneath(environment: str) -> Change:
    return _to(lambda path: f"/{environment}{path[path.index('/v2/') :]}")


def _with_region_in_capitals(request: Request) -> Request:
    return _with("x-amz-pay-region", (request.headers.get("x-amz-pay-region") or "").upper())(request)


def _body(change: Callable[[bytes], bytes]) -> Change:
    return lambda request: replace(request, body=change(request.body))


DATE_HEADER: Final = "x-amz-pay-date"
KEY_HEADER: Final = "x-amz-pay-idempotency-key"
SIMULATION_HEADER: Final = "x-amz-pay-simulation-code"

# fmt: off
TAMPERINGS: Final[Mapping[str, Tampering]] = {
    "no-authorization":               _after(_without("authorization")),
    "empty-authorization":            _after(_with("authorization", "")),
    "bearer-authorization":           _after(_with("authorization", "Bearer c2VjcmV0")),
    "authorization-no-algorithm":     _after(_rewritten(r"^\S+ ", "")),
    "authorization-no-key-id":        _after(_rewritten(r"PublicKeyId=[^,]*, ", "")),
    "authorization-no-headers":       _after(_rewritten(r"SignedHeaders=[^,]*, ", "")),
    "authorization-no-signature":     _after(_rewritten(r", Signature=.*$", "")),
    "unknown-algorithm":              _after(_rewritten(r"^\S+", "AMZN-PAY-RSASSA-PKCS1")),

    "signature-not-base64":           _after(_signature(lambda text: "?" + text[1:])),
    "signature-cut":                  _after(_signature(lambda text: text[:172])),
    "signature-of-zeros":             _after(_signature(lambda _: "A" * 342 + "==")),
    "unknown-key-id":                 _signed_by(lambda signing: replace(signing, public_key_id=NOBODY)),
    "another-key":                    _signed_by(lambda signing: replace(signing, key=_stranger())),
    "other-salt":                     _with_other_salt,
    "other-algorithm-named":          _with_other_name,
    "another-method-signed":          _over(_with_another_method),
    "another-path-signed":            _over(_to(lambda path: path + "1")),
    "query-not-signed":               _after(lambda request: replace(request, query="dryRun=1")),
    "another-date-signed":            _over(_dated(-HOUR_SECONDS)),
    "another-idempotency-key-signed": _over(_with(KEY_HEADER, "anotherkey")),
    "signed-header-missing":          _after(_without("accept")),
    "another-body-signed":            _over(_body(lambda body: body.replace(b":", b": ", 1))),
    "no-body-signed":                 _over(_body(lambda _: b"")),
    "former-key":                     _signed_by(lambda signing: signing),

    "signed-headers-in-capitals":     _with_names_as_written,
    "simulation-not-signed":          _with_simulation_unsigned,

    "no-date":                        _before(_without("x-amz-pay-date")),
    "no-content-type":                _before(_without("content-type")),
    "date-in-words":                  _before(_with("x-amz-pay-date", "yesterday")),
    "date-without-zone":              _before(_dated(form=BASIC.rstrip("Z"))),
    "date-impossible":                _before(_with("x-amz-pay-date", "")),
    "date-of-yesterday":              _before(_dated(-DAY_SECONDS)),
    "date-of-tomorrow":               _before(_dated(DAY_SECONDS)),
    "date-extended":                  _before(_dated(form=EXTENDED)),
    "region-in-capitals":             _before(_with_region_in_capitals),
    "content-type-text":              _before(_with("content-type", "text/plain")),
    "content-type-form":              _before(_with("content-type", "application/x-www-form-urlencoded")),
    "no-idempotency-key":             _before(_without(KEY_HEADER)),
    "idempotency-key-empty":          _before(_with(KEY_HEADER, "")),
    "idempotency-key-long":           _before(_with(KEY_HEADER, "0f8fad5b-d9cb-469f-a165-70867728950e")),
    "idempotency-key-illegal":        _before(_with(KEY_HEADER, "key/with.dots")),

    "date-twice":                     _before(_twice("x-amz-pay-date")),
    "idempotency-key-twice":          _before(_twice(KEY_HEADER)),

    "body-cut":                       _before(_body(lambda body: body[: len(body) // 2])),
    "body-not-utf8":                  _before(_body(lambda body: body.replace(b'"', b'"\xff', 1))),
    "body-of-form":                   _before(_body(lambda _: b"storeId=1&amount=14.00")),

    "unknown-version":                _before(_to(lambda path: path.replace("/v2/", "/v9/", 1))),
    "unknown-path":                   _before(_to(lambda path: path.replace("/v2/", "/v2/no", 1))),
    "unknown-method":                 _before(lambda request: replace(request, method="PUT")),

    "environment-in-path":            _before(_beneath("sandbox")),
    "other-environment":              _before(_beneath("live")),

    "replayed":                       _signed_by(lambda signing: signing),
    "another-merchant":               _signed_by(lambda signing: signing),
}
# fmt: on
"""What is done by the id of the tamper. Who signs for others, and what was sent before, the client knows."""
