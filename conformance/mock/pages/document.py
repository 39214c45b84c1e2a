"""HTML documents and their responses. The one rule: a text gets into a page only as text.

Elements are built as a tree and written by the standard library, which escapes every text and attribute. No
page has a script, a style or a picture of its own: the policy that is sent with it would not run them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final, TypeAlias
from xml.etree.ElementTree import Element, tostring

from amazonpay_conformance.wire.messages import Headers, Response

Content: TypeAlias = "Element | str | Iterable[Content] | None"

STYLE: Final = "/pages/style.css"
HTML: Final = "text/html; charset=utf-8"

_SAFE: Final[Mapping[str, str]] = {
    "cache-control": "no-store",
    "referrer-policy": "same-origin",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
}


def element(tag: str, *content: Content, **attributes: str | bool | None) -> Element:
    """Build an element.

    Args:
        tag: its name.
        content: texts and elements, or iterables of them; None is left out.
        attributes: by name, where `_` stands for `-` and one at the end is dropped; True has no value, False
            and None are left out.
    """
    made = Element(tag)
    for name, value in attributes.items():
        if value is not None and value is not False:
            made.set(name.rstrip("_").replace("_", "-"), "" if value is True else value)
    _append(made, content)
    return made


def _append(parent: Element, content: Content) -> None:
    if isinstance(content, str):
        _append_text(parent, content)
    elif isinstance(content, Element):
        parent.append(content)
    elif content is not None:
        for each in content:
            _append(parent, each)


def _append_text(parent: Element, text: str) -> None:
    if len(parent):
        parent[-1].tail = (parent[-1].tail or "") + text
    else:
        parent.text = (parent.text or "") + text


def written(root: Element) -> str:
    """Return an element as HTML."""
    return tostring(root, encoding="unicode", method="html")


def document(
    title: str,
    *content: Content,
    scripts: Iterable[str] = (),
    styles: Iterable[str] = (STYLE,),
    kind: str = "",
) -> str:
    """Return a whole document.

    Args:
        title: what the browser shows, before the name of the kit.
        content: what is in its body.
        scripts: the paths of its scripts.
        styles: the paths of its style sheets.
        kind: the class of its body.
    """
    head = element(
        "head",
        element("meta", charset="utf-8"),
        element("title", f"{title} – Amazon Pay mock"),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("meta", name="robots", content="noindex"),
        (element("link", rel="stylesheet", href=path) for path in styles),
        (element("script", src=path, defer=True) for path in scripts),
    )
    body = element("body", *content, class_=kind or None)
    return "<!DOCTYPE html>\n" + written(element("html", head, body, lang="en"))


def page(status: int, text: str, *, form_targets: Iterable[str] = (), scripted: bool = False) -> Response:
    """Return a document as a response that lets it do nothing but what it is for.

    Args:
        status: of the response.
        text: the document.
        form_targets: origins that its forms may lead to, besides this one.
        scripted: whether it has scripts of this origin, which may ask this origin.
    """
    policy = {
        "default-src": "'none'",
        "style-src": "'self'",
        "script-src": "'self'" if scripted else "'none'",
        "connect-src": "'self'" if scripted else "'none'",
        "img-src": "'self' data:" if scripted else "'none'",
        "form-action": " ".join(("'self'", *form_targets)),
        "base-uri": "'none'",
        "frame-ancestors": "'none'",
    }
    told = "; ".join(f"{name} {value}" for name, value in policy.items())
    headers = Headers.of({"content-type": HTML, "content-security-policy": told, **_SAFE})
    return Response(status, headers, text.encode("utf-8", "replace"))


def redirect(url: str) -> Response:
    """Send a browser elsewhere; after a form, too."""
    return Response(303, Headers.of({"location": url, **_SAFE}))


def asset(body: bytes, content_type: str) -> Response:
    """Return a file that any page may have: a style sheet, a script."""
    headers = {
        "content-type": content_type,
        "cache-control": "no-cache",
        "x-content-type-options": "nosniff",
        "cross-origin-resource-policy": "cross-origin",
    }
    return Response(200, Headers.of(headers), body)
