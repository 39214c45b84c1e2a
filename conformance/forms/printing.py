"""All forms of a counterexample, by name. One that cannot say it says why; none is a guess."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from amazonpay_conformance.engine.findings import Cell, Finding
from amazonpay_conformance.engine.lane import Lane
from amazonpay_conformance.engine.runner import Run
from amazonpay_conformance.forms.curl import curl_script
from amazonpay_conformance.forms.har import http_archive
from amazonpay_conformance.forms.mermaid import sequence_diagram
from amazonpay_conformance.forms.problems import CannotPrint
from amazonpay_conformance.forms.pytest_files import client_test, server_test

FormName: TypeAlias = Literal["curl", "pytest", "mermaid", "har"]

SUFFIXES: Final[Mapping[FormName, str]] = {
    "curl": ".sh",
    "pytest": "_test.py",
    "mermaid": ".mmd",
    "har": ".har",
}
"""How the file of each form ends."""


@dataclass(frozen=True, slots=True)
class Meeting:
    """Who met, as on the command line; the pytest form of a client's fault starts them again."""

    client: str = "reference"
    target: str = "mock"
    transport: str = "https"
    switches: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Shown:
    """A run that showed a fault, and what it takes to show it again."""

    run: Run
    finding: Finding
    lane: Lane
    shows: frozenset[Cell]
    meeting: Meeting = Meeting()
    kit: str = "unknown"


def printed(form: FormName, shown: Shown) -> str:
    """Return a counterexample in a form.

    Args:
        form: which.
        shown: a run that showed the fault: what was not run is not printed.

    Raises:
        CannotPrint: the form cannot say it.
    """
    return _FORMS[form](shown)


def _pytest(shown: Shown) -> str:
    if shown.finding.requirement.subject == "server":
        try:
            return server_test(shown.run, shown.finding, shown.lane)
        except CannotPrint:
            pass  # the kit can take every step
    meeting = {
        "client": shown.meeting.client,
        "target": shown.meeting.target,
        "transport": shown.meeting.transport,
        "switches": shown.meeting.switches,
    }
    return client_test(shown.run, shown.finding, shown.lane, shown.shows, meeting)


_FORMS: Final[Mapping[FormName, Callable[[Shown], str]]] = {
    "curl": lambda shown: curl_script(shown.run, shown.finding, shown.lane),
    "pytest": _pytest,
    "mermaid": lambda shown: sequence_diagram(shown.run, shown.finding),
    "har": lambda shown: http_archive(shown.run, shown.finding, shown.kit),
}
