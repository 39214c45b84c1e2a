"""What a person reads while an integration is watched: a line an exchange, below it what is found wrong."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from typing import Final, TextIO

from amazonpay_conformance.checks.judge import needs_no_caller
from amazonpay_conformance.engine.brought import Brought
from amazonpay_conformance.engine.findings import Cell, Finding, hint_of, without_tokens
from amazonpay_conformance.engine.watch import AT_THE_END, Noted, Noticed, Pressed, Watch
from amazonpay_conformance.model.actions import Advance, BuyerAct
from amazonpay_conformance.model.requirements import REQUIREMENTS, Requirement
from amazonpay_conformance.reporting.lines import field, how_often, painted, wrapped
from amazonpay_conformance.wire.messages import Exchange, Response
from amazonpay_conformance.wire.redaction import redact_body, redact_target

_SENTENCES: Final = {
    "pass": "conforms",
    "warning": "conforms, with warnings",
    "fail": "does not conform",
    "not exercised": "nothing was seen",
}


class Live:
    """Writes as it happens; where nobody reads any more, it is silent, and the mock goes on."""

    def __init__(self, stream: TextIO, *, colour: bool, width: int = 100) -> None:
        self._stream = stream
        self._colour = colour
        self._width = width
        self._shown: set[Cell] = set()
        self._gone = False

    def exchanged(self, noticed: Noticed) -> None:
        """Write a line for an exchange, and what it shows for the first time."""
        self._write([self._line(noticed.exchange), *self._news(noticed.findings)])

    def acted(self, action: BuyerAct | Advance) -> None:
        """Write what happened beside the wire."""
        if isinstance(action, Advance):
            self._write([f"{'':>11}the clock moves on by {action.seconds} s"])
        else:
            self._write(
                [f"{'':>11}the buyer {action.deed.replace('_', ' ')}: {redact_target(action.target)}"]
            )

    def pressed(self, pressed: Pressed) -> None:
        """Write that a button was pressed, and what it shows for the first time."""
        self._write([f"{'':>11}a button is pressed", *self._news(pressed.findings)])

    def notified(self, brought: Brought) -> None:
        """Write where a notification was brought, and what it was answered."""
        at = time.strftime("%H:%M:%S", time.localtime())
        good = brought.status is not None and brought.status < 300
        answer = painted(brought.why or str(brought.status), "pass" if good else "fail", self._colour)
        variant = "" if brought.variant == "true" else f" ({brought.variant})"
        again = ", again in an hour" if brought.again else ""
        what = f"{brought.object_type} {brought.object_id}{variant}"
        self._write([f"{at}   notify {what} at {brought.endpoint}  {answer}{again}"])

    def _line(self, exchange: Exchange) -> str:
        at = time.strftime("%H:%M:%S", time.localtime(exchange.received_at))
        request, response = exchange.request, exchange.response
        answer = "no answer" if response is None else f"{response.status} {_gist(response)}".rstrip()
        verdict = "fail" if response is None or response.status >= 400 else "pass"
        target = redact_target(request.target)
        return f"{at}   {request.method[:8]:<6} {target}  {painted(answer, verdict, self._colour)}"

    def _news(self, found: tuple[Finding, ...]) -> Iterator[str]:
        for finding in found:
            if finding.cell not in self._shown:
                self._shown.add(finding.cell)
                yield from _indented(
                    finding_lines(Noted(finding), colour=self._colour, width=self._width - 11)
                )

    def _write(self, lines: list[str]) -> None:
        if self._gone:
            return
        try:
            self._stream.write("\n".join(lines) + "\n")
            self._stream.flush()
        except (OSError, ValueError):
            self._gone = True


def finding_lines(noted: Noted, *, colour: bool, width: int) -> Iterator[str]:
    """Yield the lines of a fault: what was expected and received, and where to read on.

    Args:
        noted: the fault.
        colour: whether to colour the first line.
        width: how many columns there are.
    """
    finding, requirement = noted.first, noted.first.requirement
    name, verdict = ("FAIL", "fail") if finding.is_failure else ("WARNING", "warning")
    for line in wrapped(f"{name} {requirement.id}: {requirement.statement}", width, then="  "):
        yield painted(line, verdict, colour)
    yield from field("expected", without_tokens(finding.problem.expected, finding), width)
    yield from field("received", without_tokens(finding.problem.received, finding), width)
    hint = hint_of(finding)
    if hint:
        yield from field("hint", without_tokens(hint, finding), width)
    seen = f", {how_often(noted.count)}" if noted.count > 1 else ""
    place = f"exchange {finding.step + 1}, {finding.operation}" if finding.made else finding.operation
    yield from field("where", f"{place}{seen}; amazonpay-conformance explain {requirement.id}", width)


def summary(
    watch: Watch, *, colour: bool, width: int, incomplete: str = "", all_findings: bool = True
) -> Iterator[str]:
    """Yield the lines at the end of a watch.

    Args:
        watch: what was watched.
        colour: whether to colour verdicts.
        width: how many columns there are.
        incomplete: why a trace was not read to its end.
        all_findings: whether to tell every fault, or those only that showed at the end.
    """
    for noted in in_order(watch):
        if all_findings or noted.first.operation == AT_THE_END:
            yield ""
            yield from finding_lines(noted, colour=colour, width=width)
    counts = Counter[str](watch.verdict_of(requirement) for requirement in judged_here())
    yield ""
    if incomplete:
        yield f"incomplete: {incomplete}"
    yield ", ".join(f"{counts[name]} {name}" for name in _SENTENCES if counts[name]).replace(
        "pass", "requirements held", 1
    )
    yield f"{watch.exchanges} exchanges, {len(watch.found)} faults"
    yield painted(f"verdict: {_SENTENCES[watch.verdict]}", watch.verdict, colour)


def in_order(watch: Watch) -> list[Noted]:
    """Return the faults, failures first."""
    return sorted(
        watch.found.values(), key=lambda n: (not n.first.is_failure, n.first.requirement.id, n.first.step)
    )


def judged_here() -> list[Requirement]:
    """Return every requirement that can be judged of an integration: on the wire, and its own."""
    return [requirement for requirement in REQUIREMENTS.values() if needs_no_caller(requirement.id)]


def _gist(response: Response) -> str:
    """The reason of a refusal, or the state of the object in a good answer."""
    try:
        body = redact_body(response.json()) if response.body else None
    except (ValueError, RecursionError):
        return "(not JSON)"
    if not isinstance(body, dict):
        return ""
    if response.status >= 400:
        return str(body.get("reasonCode") or "")
    details = body.get("statusDetails")
    return str(details.get("state") or "") if isinstance(details, dict) else ""


def _indented(lines: Iterator[str]) -> Iterator[str]:
    return (f"{'':>11}{line}" for line in lines)
