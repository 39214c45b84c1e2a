"""The state machine of an object, with the way that it has gone and the state that it is in."""

from __future__ import annotations

import copy
from functools import cache
from xml.etree.ElementTree import Element

from amazonpay_conformance.mock.history import Turn
from amazonpay_conformance.mock.pages.document import element
from amazonpay_conformance.model.machine import Machine

HERE = "here"
GONE = "gone"


def drawing(machine: Machine, state: str, turns: tuple[Turn, ...]) -> Element:
    """Draw a machine.

    Args:
        machine: of the object's kind.
        state: that it is in.
        turns: what it went through.
    """
    used = {name for each in turns for name in each.used}
    root = copy.deepcopy(_picture(machine.name))
    for part in root.iter():
        if part.get("data-state") == state:
            _add(part, HERE)
        rows = {part.get("data-transition"), *(part.get("data-transitions") or "").split()}
        if rows & used:
            _add(part, GONE)
    label = f"State machine of a {machine.name}, can be scrolled"
    return element("div", root, class_="drawing", tabindex="0", role="region", aria_label=label)


def machines_style() -> str:
    """Return the style of all drawings."""
    from amazonpay_conformance.specification.svg import STYLE

    return STYLE


def _add(part: Element, kind: str) -> None:
    part.set("class", f"{part.get('class', '')} {kind}".strip())


@cache
def _picture(name: str) -> Element:
    """Laid out when it is asked for first: that takes up to a tenth of a second."""
    from amazonpay_conformance.specification.svg import picture

    return picture((machines()[name],), styled=False)


@cache
def machines() -> dict[str, Machine]:
    """Return all machines by the kind of object."""
    from amazonpay_conformance.model.objects import MACHINES
    from amazonpay_conformance.model.resources import RESOURCE_MACHINES

    return {**MACHINES, **RESOURCE_MACHINES}
