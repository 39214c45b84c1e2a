"""The ways back to the shop. The session's id is added to the query of each: api-facts §15.3.

The one rule: a browser is sent to http and https addresses only, whatever a session says.
"""

from __future__ import annotations

import re
from typing import Final, Literal, TypeAlias, TypeGuard
from urllib.parse import quote, urlsplit, urlunsplit

from amazonpay_conformance.model.world import CheckoutSession, data_of

Way: TypeAlias = Literal["review", "result", "cancel"]

SESSION_FIELD: Final = "amazonCheckoutSessionId"
BUYER_FIELD: Final = "buyerToken"

_AUTHORITY: Final = re.compile(r"([A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])(:\d{1,5})?")
_KEPT: Final = "%/:=&?~#+!$,;'@()*[]"  # what may stand in an address as it is

_FIELDS: Final[dict[Way, tuple[str, ...]]] = {
    "review": ("checkoutReviewReturnUrl",),
    "result": ("checkoutResultReturnUrl",),
    # where no checkoutCancelUrl is set, it is not said: api-facts §15.3
    "cancel": ("checkoutCancelUrl", "checkoutResultReturnUrl", "checkoutReviewReturnUrl"),
}


def way_back(session: CheckoutSession, way: Way) -> str | None:
    """Return where a buyer goes who leaves Amazon's page, None where the session names no such address."""
    details = data_of(session.data.get("webCheckoutDetails"))
    for field in _FIELDS[way]:
        url = details.get(field)
        if is_web(url):
            return with_query(url, SESSION_FIELD, session.id)
    return None


def is_web(url: object) -> TypeGuard[str]:
    """Tell whether something is an address that a browser may be sent to."""
    if not isinstance(url, str) or not url.isprintable():
        return False
    try:
        parts = urlsplit(url)
        named = bool(_AUTHORITY.fullmatch(parts.netloc)) and parts.port != 0
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and named


def with_query(url: str, name: str, value: str) -> str:
    """Return an address with one more field at the end of its query, and nothing else changed."""
    parts = urlsplit(quote(url, safe=_KEPT))
    more = f"{quote(name)}={quote(value)}"
    return urlunsplit(parts._replace(query=f"{parts.query}&{more}" if parts.query else more))


def origin(url: str) -> str:
    """Return scheme, host and port of an address, as a policy names them."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
