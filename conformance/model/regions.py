"""Where the service is: regions with their hosts, and how a key's style decides a path. api-facts §1."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from amazonpay_conformance.model.machine import Tag

VERSION = "v2"
"""The version in every path; v1 is another API (api-facts §1 [S])."""


@dataclass(frozen=True, slots=True)
class Region:
    """A region: its key, the spellings that SDKs accept for it, its host, and the digits that its ids begin with.

    `mends` is the page on which a buyer mends the payment method of a declined permission, whose id follows; ""
    where no source tells it.
    """

    id: str
    key: str
    aliases: tuple[str, ...]
    host: str
    digits: str
    currency: str
    mends: str
    source: str
    tag: Tag


@dataclass(frozen=True, slots=True)
class KeyStyle:
    """A style of public key ids: the prefix that tells it, and whether the path then names the environment."""

    id: str
    prefix: str
    path_names_environment: bool
    statement: str
    source: str
    tag: Tag


# fmt: off
_REGIONS = (
    Region("REG-NA", "na", ("na", "us"),       "pay-api.amazon.com", "01", "USD", "https://payments.amazon.com/jr/your-account/ba/", "§1, §3.0, §3.6, §5.2", "D"),
    Region("REG-EU", "eu", ("eu", "de", "uk"), "pay-api.amazon.eu",  "02", "EUR", "", "§1, §3.0, §3.6", "D"),
    Region("REG-JP", "jp", ("jp",),            "pay-api.amazon.jp",  "03", "JPY", "https://pay.amazon.com/jp/jr/your-account/ba/", "§1, §3.0, §3.6, §5.2", "D"),
)

KEY_STYLES: tuple[KeyStyle, ...] = (
    KeyStyle("KEY-01", "",        True,  "A classic public key id: the path is /sandbox/v2/… or /live/v2/….", "§1", "D"),
    KeyStyle("KEY-02", "SANDBOX", False, "A key of the sandbox: the path is /v2/…; /sandbox/v2/… is sent by one SDK.", "§1, §13.17", "D"),
    KeyStyle("KEY-03", "LIVE",    False, "A live key: the path is /v2/…; /live/v2/… is sent by one SDK.", "§1, §13.17", "D"),
)
# fmt: on

REGIONS: Mapping[str, Region] = {region.key: region for region in _REGIONS}
"""The regions by key."""

SERVICE_HOSTS: tuple[str, ...] = tuple(region.host for region in REGIONS.values())
"""Amazon's own hosts."""


def names_environment(public_key_id: str) -> bool:
    """Tell whether a key id says sandbox or live itself."""
    return environment_of(public_key_id) is not None


@cache
def environment_of(public_key_id: str) -> str | None:
    """Return the environment that a key id names, as it stands in a path; None for a classic one.

    SDKs look at how the id begins, in any case (§1 [S]).
    """
    named = (style.prefix for style in KEY_STYLES if style.prefix)
    return next((prefix.lower() for prefix in named if public_key_id.upper().startswith(prefix)), None)
