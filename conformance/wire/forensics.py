"""A signature that does not verify, explained: which known mistakes were made, and what was signed instead.

A client that signs other bytes than it sends is refused, even where they mean the same. The signature is
opened first (`opening`), which tells what is wrong with the scheme and whether the key is the right one. Then
the known mistakes are tried one by one, then two at a time, within a fixed number of trials.
Source: api-facts §10.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final, TypeAlias

from amazonpay_conformance.wire.alignment import aligned
from amazonpay_conformance.wire.canonical import (
    CANONICAL_VARIANTS,
    CanonicalForm,
    SigningProblem,
    string_to_sign,
    utf8,
)
from amazonpay_conformance.wire.keys import PublicKey
from amazonpay_conformance.wire.messages import Request
from amazonpay_conformance.wire.mismatch import MISTAKES, SCHEME_MISTAKES, Mistake, SchemeMistake
from amazonpay_conformance.wire.missigned import unspaced
from amazonpay_conformance.wire.mistakes import Case
from amazonpay_conformance.wire.opening import Opened, openings
from amazonpay_conformance.wire.signing import ALGORITHMS, authorization_of, signature_bytes

NOT_BASE64: Final = "The Signature is not base64 as of RFC 4648 §4 (standard alphabet, padded): encode it so."

ANOTHER_KEY: Final = (
    "The signature was not made with the private half of this public key, whatever was signed: is it the key "
    "of another environment, account or public key id?"
)

OTHER_BYTES: Final = (
    "The key and the scheme are right, and no known mistake explains it: other bytes were signed than sent."
)

MOST_TRIALS: Final = 25_000
"""How many pairs of mistakes are tried; some 10 microseconds each."""


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """What is known of a signature that does not verify.

    `mistakes` are the names of rows in the tables of `mismatch`, none where nothing known explains it;
    `sentence` says it in words. `signed` is what was signed and `due` what should have been, "" where that is
    not known or where both are the same. `is_of_the_scheme`: the right text was signed, only in a wrong way.
    """

    mistakes: tuple[str, ...]
    sentence: str
    signed: str = ""
    due: str = ""
    is_of_the_scheme: bool = False

    @property
    def is_explained(self) -> bool:
        """Whether something known explains it."""
        return bool(self.mistakes) or self.sentence != OTHER_BYTES

    def aligned(self) -> str:
        """Return what was signed and what is due, line by line; "" where there is nothing to compare."""
        return aligned(self.signed, self.due) if self.signed != self.due else ""


def explain_mismatch(
    request: Request, public_key: PublicKey, *, body_candidates: Iterable[bytes] = ()
) -> str | None:
    """Name in a sentence the known mistakes under which a signature does verify.

    Returns:
        None when the signature verifies or nothing known explains it; see `diagnose`.
    """
    found = diagnose(request, public_key, body_candidates=body_candidates)
    return found.sentence if found is not None and found.is_explained else None


def diagnose(
    request: Request, public_key: PublicKey, *, body_candidates: Iterable[bytes] = ()
) -> Diagnosis | None:
    """Find out why a signature does not verify.

    Call it once a finding, not once a request: where nothing explains it, it takes up to a second.

    Args:
        request: the request as sent.
        public_key: the key that ought to verify it.
        body_candidates: bodies that the client may have signed instead, such as what its caller handed in.

    Returns:
        The mistakes, or what is wrong with the authorization header; None when the signature verifies.
    """
    try:
        authorization = authorization_of(request)
        forms = [row.form(request, authorization.signed_headers) for row in CANONICAL_VARIANTS]
    except SigningProblem as problem:
        return Diagnosis((), str(problem))
    signature = signature_bytes(authorization.signature)
    if signature is None:
        return Diagnosis((), NOT_BASE64)
    found = openings(signature, public_key)
    if not found:
        return Diagnosis((), ANOTHER_KEY)
    case = Case(request, authorization, tuple(body_candidates))
    bases = tuple(dict.fromkeys(forms))  # most requests read the same in every variant
    return _diagnosed(_that_signs(found, case, bases) or found[0], case, bases)


def scheme_mistake(found: Opened, algorithm: str) -> SchemeMistake | None:
    """Return what is wrong with a signature's padding, hash, mask or salt, whatever was signed."""
    return next((row for row in SCHEME_MISTAKES if row.made(found, ALGORITHMS[algorithm])), None)


def wrong_scheme(request: Request, public_key: PublicKey) -> SchemeMistake | None:
    """Return what is wrong with the scheme of a signature, where the right text was signed; else None."""
    try:
        authorization = authorization_of(request)
        forms = {row.form(request, authorization.signed_headers) for row in CANONICAL_VARIANTS}
    except SigningProblem:
        return None
    signature = signature_bytes(authorization.signature)
    found = openings(signature, public_key) if signature is not None else ()
    true = _that_signs(found, Case(request, authorization), forms)
    return None if true is None else scheme_mistake(true, authorization.algorithm)


def _that_signs(found: Iterable[Opened], case: Case, forms: Iterable[CanonicalForm]) -> Opened | None:
    messages = [case.message(form) for form in forms]
    return next((one for one in found if any(map(one.signs, messages))), None)


def of_the_scheme(wrong: SchemeMistake | None) -> Diagnosis | None:
    """Return the diagnosis of a signature whose only fault is its scheme; None where it has none."""
    return None if wrong is None else Diagnosis((wrong.name,), wrong.sentence, is_of_the_scheme=True)


def _diagnosed(found: Opened, case: Case, bases: tuple[CanonicalForm, ...]) -> Diagnosis | None:
    algorithm = case.authorization.algorithm
    scheme = scheme_mistake(found, algorithm)
    if any(found.signs(case.message(base)) for base in bases):
        return of_the_scheme(scheme)
    for rows, base, signed, due in itertools.chain(_singles(case, bases), _pairs(case, bases)):
        if found.signs(signed if isinstance(signed, bytes) else case.message(signed)):
            names = (*((scheme.name,) if scheme else ()), *(row.name for row in rows))
            sentences = (*((scheme.sentence,) if scheme else ()), *(row.sentence for row in rows))
            return Diagnosis(names, " ".join(sentences), *_texts(signed, due, base, algorithm))
    if scheme is not None:
        return Diagnosis((scheme.name,), f"{scheme.sentence} And {OTHER_BYTES[0].lower()}{OTHER_BYTES[1:]}")
    return Diagnosis((), OTHER_BYTES)


Trial: TypeAlias = tuple[tuple[Mistake, ...], CanonicalForm, CanonicalForm | bytes, CanonicalForm]
"""The mistakes, the form that is due, what may have been signed, and the form that it was made of."""


def _singles(case: Case, bases: tuple[CanonicalForm, ...]) -> Iterator[Trial]:
    for row in MISTAKES:
        for base in bases:
            for signed in _tries(row, case, base):
                yield (row,), base, signed, base


def _pairs(case: Case, bases: tuple[CanonicalForm, ...]) -> Iterator[Trial]:
    return itertools.islice(_all_pairs(case, bases), MOST_TRIALS)


def _all_pairs(case: Case, bases: tuple[CanonicalForm, ...]) -> Iterator[Trial]:
    base, tried = bases[0], set(bases)
    for first in MISTAKES:
        for form in first.forms(case, base) if first.forms else ():
            if form in tried:
                continue
            tried.add(form)
            for second in MISTAKES:
                if second is not first:
                    for signed in _tries(second, case, form):
                        yield (first, second), base, signed, form


def _tries(row: Mistake, case: Case, form: CanonicalForm) -> Iterator[CanonicalForm | bytes]:
    if row.forms is not None:
        yield from row.forms(case, form)
    if row.messages is not None:
        yield from row.messages(str(form), case.authorization.algorithm)


def _texts(
    signed: CanonicalForm | bytes, made_of: CanonicalForm, base: CanonicalForm, algorithm: str
) -> tuple[str, str]:
    if isinstance(signed, CanonicalForm):
        return str(signed), str(base)
    text = str(made_of)
    for canonical in (text.replace("\n", "\r\n"), f"{text}\n", *unspaced(text)):
        if signed == utf8(string_to_sign(canonical, algorithm)):
            return canonical, str(base)  # the mistake is in the canonical request, so that is what to compare
    return written(signed), string_to_sign(str(base), algorithm)


def written(message: bytes) -> str:
    """Return what was signed as text; bytes that are none are shown in hex."""
    try:
        return message.decode("utf-8")
    except UnicodeDecodeError:
        return f"({len(message)} bytes) {message.hex()}"
