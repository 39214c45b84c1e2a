"""What a form sent: its fields, and the token that says it was one of ours."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Mapping
from typing import Final
from urllib.parse import parse_qsl

from amazonpay_conformance.wire.messages import Request

TOKEN_FIELD: Final = "token"  # noqa: S105
MOST_FIELDS: Final = 100
_FORM: Final = "application/x-www-form-urlencoded"


class BadForm(ValueError):
    """What was sent is no form of ours; the message is one line for people."""


class Tokens:
    """Makes and knows the tokens of a server's forms; another site can read none, so it can send none."""

    def __init__(self) -> None:
        self._secret = secrets.token_bytes(32)

    def of(self, subject: str) -> str:
        """Return the token of the forms about a subject."""
        return hmac.new(self._secret, subject.encode("utf-8", "replace"), hashlib.sha256).hexdigest()

    def check(self, subject: str, fields: Mapping[str, str]) -> None:
        """Pass a form that carries its token.

        Raises:
            BadForm: it carries none, or another one.
        """
        sent = fields.get(TOKEN_FIELD, "").encode("utf-8", "replace")
        if not hmac.compare_digest(sent, self.of(subject).encode()):
            raise BadForm(
                "This form was not made by this page, or the mock was started anew. Load the page again."
            )


def fields_of(request: Request) -> dict[str, str]:
    """Return the fields of a form; of several with one name, the last.

    Raises:
        BadForm: the body is no form.
    """
    kind = (request.headers.get("content-type") or "").split(";")[0].strip().lower()
    if kind != _FORM:
        raise BadForm(f"The body is no form: expected {_FORM}.")
    try:
        pairs = parse_qsl(
            request.body.decode("utf-8"), keep_blank_values=True, max_num_fields=MOST_FIELDS, errors="strict"
        )
    except ValueError:
        raise BadForm("The body is no form: it cannot be read.") from None
    return dict(pairs)
