"""The forms in which the specification is written, by name: each is a text."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from amazonpay_conformance.model.machine import Machine
from amazonpay_conformance.specification import document, dot, mermaid, openapi, svg
from amazonpay_conformance.specification.tables import MACHINES

DIAGRAMS: Final[Mapping[str, tuple[Callable[[Machine], str], Callable[[Sequence[Machine]], str]]]] = {
    "mermaid": (mermaid.diagram, mermaid.document),
    "dot": (dot.diagram, dot.document),
    "svg": (svg.diagram, svg.document),
}
"""How one machine is written and how several are, by the name of the form."""

WHOLE: Final[Mapping[str, Callable[[str], str]]] = {
    "json": lambda version: document.text(document.document(version)),
    "openapi": openapi.text,
}
"""How the whole specification is written, by the name of the form; each is told the kit's version."""


class NoSuchForm(ValueError):
    """What was asked for is not there. The message says what is, in one line."""


def written(form: str, machine: str | None, version: str) -> str:
    """Return the specification in one of its forms.

    Args:
        form: mermaid, dot, svg, json or openapi.
        machine: the name of the one machine that is wanted, None for all.
        version: the kit's version, which the JSON documents tell.

    Raises:
        NoSuchForm: there is no such machine, or the form does not come a machine at a time.
    """
    if machine is not None and machine not in MACHINES:
        raise NoSuchForm(f"no machine {machine!r}; there are {', '.join(MACHINES)}")
    if form in WHOLE:
        if machine is not None:
            raise NoSuchForm(f"--format {form} is the whole specification: leave --machine out")
        return WHOLE[form](version)
    one, several = DIAGRAMS[form]
    return one(MACHINES[machine]) if machine is not None else several(tuple(MACHINES.values()))
