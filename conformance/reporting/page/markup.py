"""HTML as text: what comes from elsewhere is escaped here, once."""

from __future__ import annotations

from html import escape
from typing import NewType

Markup = NewType("Markup", str)
"""Text that is HTML already."""


def text(value: object) -> Markup:
    """Return a value as text in HTML."""
    return Markup(escape(str(value), quote=False))


def element(tag: str, *inside: Markup, **attributes: str | None) -> Markup:
    """Return an element.

    Args:
        tag: its name.
        inside: what is in it.
        attributes: `class_` for `class`, `data_x` for `data-x`; None leaves one out.
    """
    shown = "".join(
        f' {name.rstrip("_").replace("_", "-")}="{escape(value)}"'
        for name, value in attributes.items()
        if value is not None
    )
    return Markup(f"<{tag}{shown}>{''.join(inside)}</{tag}>")


def join(*parts: Markup) -> Markup:
    """Return parts one after the other."""
    return Markup("\n".join(parts))


def join_inline(*parts: Markup) -> Markup:
    """Return parts with nothing between them."""
    return Markup("".join(parts))


def details(summary: Markup, *inside: Markup, is_open: bool = False, class_: str = "") -> Markup:
    """Return what can be opened and closed.

    Args:
        summary: what is always there.
        inside: the rest.
        is_open: whether it is open at first.
        class_: its class.
    """
    opened = " open" if is_open else ""
    return Markup(
        f'<details class="{class_}"{opened}><summary>{summary}</summary>{"".join(inside)}</details>'
    )
