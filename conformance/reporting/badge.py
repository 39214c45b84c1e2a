"""A badge that says what a certificate says, as SVG, and the Markdown that shows it."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import Any, Final

from amazonpay_conformance.reporting.certificate import FILE

SVG_FILE: Final = "badge.svg"
MARKDOWN_FILE: Final = "badge.md"

LABEL: Final = "Amazon Pay API v2"
COLOURS: Final = {"none": "#9b2c2c", "basic": "#2f6cab", "full": "#1f7a4d", "strict": "#14633c"}

_CHARACTER: Final = 6.7  # of Verdana at 11 pixels, with room to spare
_PADDING: Final = 10


def words(payload: Mapping[str, Any]) -> str:
    """Return what a badge says: never that something conforms where it does not."""
    if payload["level"] == "none":
        return _OF_NO_LEVEL.get(payload["verdict"], "incomplete")
    return f"conforms, {payload['level']} ({payload['started'][:10]})"


_OF_NO_LEVEL: Final = {
    "fail": "does not conform",
    "inconclusive": "inconclusive",
    "not exercised": "not exercised",
}


def svg(payload: Mapping[str, Any]) -> str:
    """Return the badge as SVG.

    Args:
        payload: of the certificate.
    """
    text = words(payload)
    left, right = (round(len(part) * _CHARACTER) + 2 * _PADDING for part in (LABEL, text))
    width = left + right
    title = escape(f"{LABEL}: {text}")
    place = f'xmlns="http://www.w3.org/2000/svg" width="{width}" height="22"'
    return f"""<svg {place} role="img" aria-label="{title}">
<title>{title}</title>
<rect width="{width}" height="22" rx="4" fill="#30363d"/>
<path d="M{left} 0h{right - 4}a4 4 0 0 1 4 4v14a4 4 0 0 1-4 4H{left}z" fill="{COLOURS[payload["level"]]}"/>
<g fill="#ffffff" font-family="Verdana,DejaVu Sans,sans-serif" font-size="11" text-anchor="middle">
<text x="{left / 2:g}" y="15">{escape(LABEL)}</text>
<text x="{left + right / 2:g}" y="15">{escape(text)}</text>
</g>
</svg>
"""


def markdown(payload: Mapping[str, Any]) -> str:
    """Return Markdown that shows the badge, linked to the certificate beside it.

    Args:
        payload: of the certificate.
    """
    return f"[![{LABEL}: {words(payload)}]({SVG_FILE})]({FILE})\n"
